"""A question about one data unit is answered from that data unit: its condition reaches the tables through a view."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import pytest

from bench.large_worlds.scale import Scale, build_scale_world
from connector.sample import SampleServer
from tests.duckdb_files import connected
from tests.sync.synced_warehouse import SyncedWarehouse

UNITS = 16
ENOUGH = 2
"""How many times as many rows go through a view that is read whole, at the least. Not 16 times, as ontology, stages and
names are read whole, and rows of the checklists are sorted out only after they are put together."""


@pytest.fixture(scope="module")
def consensus_units(tmp_path_factory: pytest.TempPathFactory) -> Iterator[duckdb.DuckDBPyConnection]:
    """Data units that are all alike: each drawn by two people, and classified."""
    shapes = ("bounding_box", "polygon", "skeleton", "point")
    scale = Scale(UNITS, 64, shapes, objects=8, branches=2, templates=2, with_classifications=True)
    file = tmp_path_factory.mktemp("units") / "labels.duckdb"
    with SampleServer(build_scale_world(scale)) as server:
        assert SyncedWarehouse(server, file).sync().run.outcome == "succeeded"
    with connected(file, read_only=True) as connection:
        connection.execute("SET threads = 1")
        yield connection


def rows_worked_on(connection: duckdb.DuckDBPyConnection, query: str, profile: Path) -> int:
    """How many rows come out of the joins, groups and filters of a query; what only reads is left aside."""
    connection.execute(f"PRAGMA enable_profiling = 'json'; PRAGMA profiling_output = '{profile}'")
    connection.execute(query).fetchall()
    connection.execute("PRAGMA disable_profiling")
    return _rows(json.loads(profile.read_text()))


def _rows(operator: dict[str, Any]) -> int:
    own = 0 if "SCAN" in operator.get("operator_type", "SCAN") else int(operator["operator_cardinality"])
    return own + sum(_rows(child) for child in operator["children"])


def test_a_condition_on_a_data_unit_reaches_the_tables(
    consensus_units: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    views = consensus_units.execute(
        "SELECT v.view_name FROM installed_view AS v JOIN duckdb_columns() AS c ON c.table_name = v.view_name"
        " WHERE v.subject = 'consensus' AND v.schema_name = 'main' AND c.column_name = 'data_hash' ORDER BY v.view_name"
    ).fetchall()
    (data_hash,) = consensus_units.execute("SELECT min(data_hash) FROM consensus_unit").fetchone() or ()
    assert len(views) > 10
    too_many = {}
    for (view,) in views:
        whole, of_unit = f"SELECT * FROM {view}", f"SELECT * FROM {view} WHERE data_hash = '{data_hash}'"
        rows = rows_worked_on(consensus_units, whole, tmp_path / "profile.json")
        rows_of_unit = rows_worked_on(consensus_units, of_unit, tmp_path / "profile.json")
        assert rows_of_unit > 0
        if rows < ENOUGH * rows_of_unit:
            too_many[view] = (rows, rows_of_unit)
    assert too_many == {}
