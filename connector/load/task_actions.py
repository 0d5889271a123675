"""Keeping what was done with tasks: rows are added and never go."""

import pyarrow as pa

from connector.load.session import Session
from connector.load.statements import upsert
from connector.load.tables import tasks
from connector.load.tables.declaration import arrow_schema
from connector.load.warehouse import TaskActionsRead

_READ = arrow_schema(tasks.task_action_read)


def last_reading(session: Session, project_hash: str) -> TaskActionsRead | None:
    """See `Warehouse.task_actions_read`; runs inside the caller's transaction."""
    found = session.rows(
        "SELECT listing_digest, moved_at, read_at, read_through FROM task_action_read"
        " WHERE project_hash = $project_hash",
        project_hash=project_hash,
    )
    return TaskActionsRead(*found[0]) if found else None


def keep(session: Session, project_hash: str, actions: pa.Table, reading: TaskActionsRead | None) -> int:
    """See `Warehouse.keep_task_actions`; runs inside the caller's transaction."""
    added = upsert(session, tasks.task_action, actions) if actions.num_rows else 0
    if reading is not None:
        row = {"project_hash": project_hash, **reading._asdict()}
        upsert(session, tasks.task_action_read, pa.Table.from_pylist([row], schema=_READ))
    return added
