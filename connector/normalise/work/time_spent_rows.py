"""How long somebody worked on a data unit on a day → rows of time_spent."""

import uuid

from connector.normalise.work.work_entries import Entry, Rows, UnreadableEntryError, made_id

TIME_SPENT_NAMESPACE = uuid.UUID("7f3d0a5c-0f0e-5c1b-9a54-6b0f8f4f2d11")
"""The fixed namespace of time_spent_id; changing it would double the time of every warehouse."""


def time_spent_rows(project_hash: str, spent: Entry) -> Rows:
    """One row. Its id says whose time it is, on what, and when it begins: so a corrected figure replaces the old."""
    stage = spent.part_or_none("workflowStage")
    data_hash, task_uuid = spent.id("dataUuid"), spent.id_or_none("workflowTaskUuid")
    stage_uuid = stage.id_or_none("uuid") if stage is not None else None
    email, start, end = spent.text("userEmail"), spent.moment("periodStartTime"), spent.moment("periodEndTime")
    seconds = spent.number("timeSpentSeconds")
    if seconds < 0 or end < start:
        raise UnreadableEntryError("timeSpentSeconds or its period is negative")
    spent_id = made_id(TIME_SPENT_NAMESPACE, project_hash, data_hash, task_uuid, stage_uuid, email, start)
    role = spent.role_or_none("projectUserRole")
    yield "time_spent", (spent_id, project_hash, data_hash, task_uuid, stage_uuid, email, role, start, end, seconds)
