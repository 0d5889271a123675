"""Everything that a warehouse shows, table by table and view by view, against one that was synced afresh."""

from collections import Counter
from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa

from connector.load import open_warehouse
from connector.load.tables import METADATA
from connector.load.tables.histories import TABLES_OF_THE_PAST
from connector.sql_files import view_files
from tests.crash.crashed_warehouse import Contents, CrashedWarehouse, differences

VIEWS = [file.view_name for file in view_files() if file.subject != "changes"]

OF_THE_RUNS = {"sync_run", "sync_run_project", "consensus_stage_read", "stream_read"}
"""Tables that say what runs did, and when."""
KEPT_FOR_EVER = ("consensus_threshold", "consensus_task_branch", "task_action", "time_spent", "editor_log")
"""Tables that hold what only the user or a sync of then knows: the fresh warehouse is given them."""
NEVER_SHORTER = "frame_number"
"""As long as the longest data unit ever was."""
TABLES = [name for name in METADATA.tables if name not in OF_THE_RUNS | TABLES_OF_THE_PAST | {NEVER_SHORTER}]
OF_THE_RUN = {"run_id", "synced_at", "is_settled", "first_seen", "last_seen", "installed_at", "attempts", "made_from"}
"""Columns that say when, and by which run, something was fetched."""


def assert_equals_fresh(warehouse: CrashedWarehouse, *, with_views: bool = True, **options: Any) -> None:  # noqa: ANN401 - any option
    """Sync the server's present state into a new warehouse of the same engine, and find no difference anywhere.

    Tombstones are left aside: a new warehouse never knew those rows.
    """
    fresh = CrashedWarehouse(warehouse.server, warehouse.engine, warehouse.engine.empty())
    try:
        _give(fresh, warehouse)
        outcome = fresh.sync(**options)
        assert outcome.run.outcome == "succeeded", outcome.run.message
        found = differences(*(whole(each, VIEWS if with_views else ()) for each in (warehouse, fresh)))
        assert not found, "\n".join(found[:20])
        assert not warehouse.damage()
    finally:
        fresh.remove()


def whole(warehouse: CrashedWarehouse, views: Sequence[str]) -> Contents:
    """All rows of all tables but what says how the runs went, and of some views."""
    contents = {}
    with warehouse.looked_into():
        for name in [*TABLES, *views]:
            contents[name] = Counter(map(repr, warehouse.rows(_query(warehouse, name))))
    return contents


def _query(warehouse: CrashedWarehouse, name: str) -> str:
    table = METADATA.tables.get(name)
    names = _columns_of_view(warehouse, name) if table is None else [column.name for column in table.columns]
    live = " WHERE deleted_at IS NULL" if "deleted_at" in names else ""
    return f"SELECT {', '.join(name for name in names if name not in OF_THE_RUN)} FROM {name}{live}"


def _columns_of_view(warehouse: CrashedWarehouse, name: str) -> list[str]:
    found = warehouse.rows(
        "SELECT column_name FROM information_schema.columns WHERE table_name = $name"
        " AND table_schema IN ('main', 'internal', 'encord', 'encord_internal') ORDER BY ordinal_position",
        name=name,
    )
    return [column for (column,) in found]


def _give(fresh: CrashedWarehouse, warehouse: CrashedWarehouse) -> None:
    """Put what is kept for ever into the fresh warehouse, as whoever moves to a new one would."""
    tables = [METADATA.tables[name] for name in KEPT_FOR_EVER]
    opened = open_warehouse(warehouse.url)
    with opened.connection() as connection:
        rows = {table.name: [row._asdict() for row in connection.execute(sa.select(table))] for table in tables}
    opened.close()
    opened = open_warehouse(fresh.url)
    with opened.connection() as connection:
        for table in tables:
            connection.execute(table.delete())
            if rows[table.name]:
                connection.execute(table.insert(), rows[table.name])
    opened.close()
