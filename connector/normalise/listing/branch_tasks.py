"""The tasks of consensus stages → which branch is whose; also says when to ask for them again."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

import orjson
import pyarrow as pa
import pyarrow.compute as pc

from connector.normalise.columns import ColumnBuffer
from connector.normalise.ids import NAME
from connector.normalise.timestamps import microseconds

ANNOTATION = "CONSENSUS_ANNOTATION"
REVIEW = "CONSENSUS_REVIEW"

LISTED_WITH_TASKS = (
    "label_row_id",
    "label_hash",
    "task_uuid",
    "assigned_user_email",
    "last_actioned_by_user_email",
    "last_edited_at",
)
"""What the listing says about a label row that may change when its task does."""
_VALUES_AT_ONCE = 10_000


class ConsensusStage(NamedTuple):
    """A consensus stage that holds tasks.

    Attributes:
        stage_uuid: the stage.
        stage_type: CONSENSUS_ANNOTATION or CONSENSUS_REVIEW.
        listing_digest: hash of what the listing says about the label rows in it; if it differs, its tasks may be new.
    """

    stage_uuid: str
    stage_type: str
    listing_digest: str


def consensus_stages(workflow_stages: pa.Table, label_rows: pa.Table) -> list[ConsensusStage]:
    """The consensus stages in which a label row is listed.

    Args:
        workflow_stages: table workflow_stage of the project.
        label_rows: table label_row as listed (only the columns known from the listing are read).
    """
    stages = workflow_stages.filter(pc.is_in(workflow_stages["stage_type"], pa.array([ANNOTATION, REVIEW])))
    found = []
    for stage in stages.select(["stage_uuid", "stage_type"]).to_pylist():
        rows = label_rows.filter(pc.equal(label_rows["workflow_stage_uuid"], stage["stage_uuid"]))
        if rows.num_rows:
            digest = digest_of_rows(rows.select(LISTED_WITH_TASKS))
            found.append(ConsensusStage(stage["stage_uuid"], stage["stage_type"], digest))
    return found


def has_consensus_stages(workflow_stages: pa.Table) -> bool:
    """Whether a project has a stage in which several people label the same data.

    Args:
        workflow_stages: table workflow_stage of the project.
    """
    return bool(pc.any(pc.is_in(workflow_stages["stage_type"], pa.array([ANNOTATION, REVIEW]))).as_py())


def digest_of_rows(rows: pa.Table) -> str:
    """The SHA-256, hexadecimal, of rows as one JSON object of columns, sorted by label_row_id.

    The JSON is made some values at a time, because the whole would need much memory.
    """
    rows = rows.sort_by("label_row_id")
    digest = hashlib.sha256(b"{")
    for number, name in enumerate(sorted(rows.column_names)):
        digest.update(b"," if number else b"")
        digest.update(orjson.dumps(name) + b":[")
        for start in range(0, rows.num_rows, _VALUES_AT_ONCE):
            values = orjson.dumps(rows[name].slice(start, _VALUES_AT_ONCE).to_pylist())
            digest.update(b"," if start else b"")
            digest.update(values[1:-1])
        digest.update(b"]")
    digest.update(b"}")
    return digest.hexdigest()


def consensus_branches(
    project_hash: str, stage: ConsensusStage, tasks: Sequence[object], seen_at: datetime, schema: pa.Schema
) -> pa.Table:
    """The branches that a stage's tasks name, and whose they are.

    Args:
        project_hash: the project.
        stage: the stage.
        tasks: its tasks as `GET …/workflow/stages/{uuid}/tasks` answers them: `subtasks` in annotation, `options` in
            review. Tasks that name no data unit or branch are left out.
        seen_at: when they were read.
        schema: of table consensus_task_branch.

    Returns:
        One row for each data unit and branch; if a branch is named twice, the last one counts.
    """
    rows: dict[tuple[str, str], tuple[str | None, str | None, str | None]] = {}
    for task in tasks:
        data_hash = _text(task, "dataHash")
        if not isinstance(task, Mapping) or data_hash is None or not NAME.is_one(data_hash):
            continue
        for part in _dicts(task.get("subtasks")):
            if branch_name := _text(part, "labelBranchName"):
                rows[data_hash, branch_name] = (_text(part, "assignee"), _text(part, "status"), _text(part, "uuid"))
        for option in _dicts(task.get("options")):
            if branch_name := _text(option, "labelBranchName"):
                rows[data_hash, branch_name] = (_text(option, "annotator"), None, _text(task, "uuid"))
    buffer = ColumnBuffer("consensus_task_branch", schema)
    seen = microseconds(seen_at)
    for (data_hash, branch_name), (email, status, task_uuid) in rows.items():
        where = (project_hash, data_hash, branch_name, email, stage.stage_uuid, stage.stage_type)
        buffer.add(*where, status, task_uuid, seen, seen)
    return buffer.to_arrow()


def _text(holder: object, name: str) -> str | None:
    text = holder.get(name) if isinstance(holder, Mapping) else None
    return text if isinstance(text, str) and text else None


def _dicts(value: object) -> Iterable[Mapping[str, object]]:
    return (part for part in value if isinstance(part, Mapping)) if isinstance(value, list) else ()
