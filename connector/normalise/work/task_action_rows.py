"""Encord's log of what was done with tasks → rows of task_action."""

import uuid

from connector.normalise.work.work_entries import Entry, Rows, made_id

TASK_ACTION_NAMESPACE = uuid.UUID("2b9a6f0e-52a7-5d0c-8f0b-7d3f6f1f9a54")
"""The fixed namespace of task_action_id; changing it would double every action of every warehouse."""


def task_action_rows(project_hash: str, action: Entry) -> Rows:
    """One row. An action that comes twice, because two readings overlap, has the same id both times."""
    said = (
        project_hash,
        action.id("dataUnitUuid"),
        action.id_or_none("taskUuid"),
        action.id_or_none("workflowStageUuid"),
        action.text("actionType"),
        action.text_or_none("actorEmail"),
        action.moment("timestamp"),
    )
    yield "task_action", (made_id(TASK_ACTION_NAMESPACE, *said), *said)
