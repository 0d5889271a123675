"""Whose branch is whose: added, brought up to date, never deleted; thresholds are the user's."""

from datetime import UTC, datetime
from typing import Any

import pyarrow as pa
import sqlalchemy as sa

from connector.load import ARROW_SCHEMAS, Warehouse
from tests.load.warehouse_rows import PROJECT

FIRST, LATER = datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 2, 1, tzinfo=UTC)


def branches(at: datetime, *rows: tuple[str, str | None, str | None]) -> pa.Table:
    fixed = {"project_hash": PROJECT, "data_hash": "d", "stage_uuid": "s", "stage_type": "CONSENSUS_ANNOTATION"}
    named = [{"branch_name": name, "annotator_email": email, "subtask_status": status} for name, email, status in rows]
    return pa.Table.from_pylist(
        [{**fixed, **row, "first_seen": at, "last_seen": at} for row in named],
        schema=ARROW_SCHEMAS["consensus_task_branch"],
    )


def asked(warehouse: Warehouse, query: str) -> list[tuple[Any, ...]]:
    with warehouse.connection() as connection:
        return [tuple(row) for row in connection.execute(sa.text(query))]


def test_branches_are_kept(warehouse: Warehouse) -> None:
    assert warehouse.consensus_stages_read(PROJECT) == {}
    first = branches(FIRST, ("a", "ann@x.org", "ASSIGNED"), ("b", "bob@x.org", None), ("c", None, "NEW"))
    for _ in range(2):
        warehouse.keep_consensus_branches(PROJECT, "s", "digest 1", first, FIRST)
    later = branches(LATER, ("a", None, "COMPLETED"), ("b", "ben@x.org", "REOPENED"), ("d", "dan@x.org", None))
    warehouse.keep_consensus_branches(PROJECT, "s", "digest 2", later, LATER)
    warehouse.keep_consensus_branches(PROJECT, "t", "digest 3", branches(LATER), LATER)
    query = (
        "SELECT branch_name, annotator_email, subtask_status, first_seen, last_seen FROM consensus_task_branch"
        " ORDER BY branch_name"
    )
    assert asked(warehouse, query) == [
        ("a", "ann@x.org", "COMPLETED", FIRST, LATER),
        ("b", "ben@x.org", "REOPENED", FIRST, LATER),
        ("c", None, "NEW", FIRST, FIRST),
        ("d", "dan@x.org", None, LATER, LATER),
    ]
    assert warehouse.consensus_stages_read(PROJECT) == {"s": "digest 2", "t": "digest 3"}
    assert warehouse.consensus_stages_read("another") == {}


def test_a_new_warehouse_has_the_default_threshold(warehouse: Warehouse) -> None:
    query = "SELECT project_hash, feature_hash, min_iou FROM consensus_threshold"
    assert asked(warehouse, query) == [("*", "*", 0.5)]
