"""Encord's log of what was done with tasks → rows of task_action; also says when to ask for it again."""

import uuid
from collections.abc import Mapping, Sequence

import pyarrow as pa

from connector.normalise.columns import ColumnBuffer
from connector.normalise.ids import NAME
from connector.normalise.listing.branch_tasks import LISTED_WITH_TASKS, digest_of_rows, has_consensus_stages
from connector.normalise.timestamps import optional_timestamp

TASK_ACTION_NAMESPACE = uuid.UUID("2b9a6f0e-52a7-5d0c-8f0b-7d3f6f1f9a54")
"""The fixed namespace of task_action_id; changing it would double every action of every warehouse."""

_LISTED = (
    "label_row_id",
    "workflow_stage_uuid",
    "task_uuid",
    "assigned_user_email",
    "last_actioned_by_user_email",
)
"""What the listing says about a label row that changes with an action on its task."""

TASK_COLUMNS = tuple(dict.fromkeys((*LISTED_WITH_TASKS, *_LISTED)))
"""Columns of label_row that `consensus_stages` and `task_action_digest` look at."""


def task_action_digest(workflow_stages: pa.Table, label_rows: pa.Table) -> str | None:
    """Hash of where a project's tasks are and whose they are; if it differs, there are actions to read.

    Args:
        workflow_stages: table workflow_stage of the project.
        label_rows: table label_row as listed.

    Returns:
        The hash, hexadecimal; None for a project without a consensus stage, whose actions nobody asks for.
    """
    if not has_consensus_stages(workflow_stages):
        return None
    return digest_of_rows(label_rows.select(_LISTED))


def task_actions(project_hash: str, actions: Sequence[object], schema: pa.Schema) -> pa.Table:
    """The rows of some actions.

    Args:
        project_hash: the project.
        actions: as `GET analytics/task-actions` answers them. An action that does not say what was done, with which
            data unit, and when, is left out.
        schema: of table task_action.

    Returns:
        One row for each action; an action that comes twice, because two readings overlap, gives one row.
    """
    rows: dict[str, tuple[object, ...]] = {}
    for action in actions:
        if not isinstance(action, Mapping):
            continue
        try:
            acted_at = optional_timestamp(action, "timestamp")
        except (ValueError, OverflowError):
            continue
        data_hash, task_uuid, stage_uuid = (
            _id(action, name) for name in ("dataUnitUuid", "taskUuid", "workflowStageUuid")
        )
        action_type, actor = _text(action, "actionType"), _text(action, "actorEmail")
        if acted_at is None or data_hash is None or action_type is None:
            continue
        said = "/".join((project_hash, data_hash, task_uuid or "", stage_uuid or "", action_type, actor or ""))
        action_id = str(uuid.uuid5(TASK_ACTION_NAMESPACE, f"{said}/{acted_at}"))
        rows[action_id] = (project_hash, data_hash, task_uuid, stage_uuid, action_type, actor, acted_at)
    buffer = ColumnBuffer("task_action", schema)
    for action_id, row in rows.items():
        buffer.add(action_id, *row)
    return buffer.to_arrow()


def _text(action: Mapping[str, object], name: str) -> str | None:
    text = action.get(name)
    return text if isinstance(text, str) and text else None


def _id(action: Mapping[str, object], name: str) -> str | None:
    text = _text(action, name)
    return text if text is not None and NAME.is_one(text) else None
