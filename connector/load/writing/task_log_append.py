"""Keeps what was done with tasks: rows are added and never removed."""

import pyarrow as pa

from connector.load.contract.session import Session
from connector.load.contract.statements import upsert
from connector.load.contract.warehouse import TaskActionsRead
from connector.load.tables import task_actions
from connector.load.tables.declaration import arrow_schema

_READ = arrow_schema(task_actions.task_action_read)


def last_reading(session: Session, project_hash: str) -> TaskActionsRead | None:
    """The last complete reading of a project's task actions, read inside the caller's transaction."""
    found = session.rows(
        "SELECT listing_digest, moved_at, read_at, read_through FROM task_action_read"
        " WHERE project_hash = $project_hash",
        project_hash=project_hash,
    )
    return TaskActionsRead(*found[0]) if found else None


def keep(session: Session, project_hash: str, actions: pa.Table, reading: TaskActionsRead | None) -> int:
    """Adds task actions and notes their reading, inside the caller's transaction; returns how many were new."""
    added = upsert(session, task_actions.task_action, actions) if actions.num_rows else 0
    if reading is not None:
        row = {"project_hash": project_hash, **reading._asdict()}
        upsert(session, task_actions.task_action_read, pa.Table.from_pylist([row], schema=_READ))
    return added
