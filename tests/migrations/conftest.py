"""Fixtures: an empty schema on each engine, and the rows of a synced sample to fill tables with."""

from pathlib import Path

import pyarrow as pa
import pytest

from connector.load import ARROW_SCHEMAS
from connector.load.questions.held_rows import LISTING_TABLES
from connector.load.tables import LABEL_TABLES
from connector.sample import SampleServer
from tests.duckdb_files import connected
from tests.migrations.migrated_schema import REVISIONS, MigratedSchema, Rows
from tests.sync.conftest import farm_world
from tests.sync.synced_warehouse import SyncedWarehouse


@pytest.fixture(params=["duckdb", "postgresql"])
def schema(request: pytest.FixtureRequest, tmp_path: Path) -> MigratedSchema:
    """A schema in which nothing is, on either engine."""
    if request.param == "postgresql":
        return MigratedSchema(str(request.getfixturevalue("postgres_database")))
    return MigratedSchema(f"duckdb:///{tmp_path / 'labels.duckdb'}?threads=1")


@pytest.fixture(scope="session")
def farm_rows(tmp_path_factory: pytest.TempPathFactory) -> dict[str, pa.Table]:
    """The rows of the sample farm, every data type, shape and answer, by table."""
    file = tmp_path_factory.mktemp("farm") / "farm.duckdb"
    with SampleServer(farm_world()) as server:
        assert SyncedWarehouse(server, file).sync().run.outcome == "succeeded"
    with connected(file) as connection:
        connection.execute("SET TimeZone = 'UTC'")
        rows = {
            name: connection.execute(f"SELECT {', '.join(schema.names)} FROM {name}").to_arrow_table().cast(schema)
            for name, schema in ARROW_SCHEMAS.items()
        }
    assert all(rows[name].num_rows for name in (*LISTING_TABLES, *LABEL_TABLES, "sync_run"))
    return rows


@pytest.fixture(scope="session")
def at_first(tmp_path_factory: pytest.TempPathFactory) -> Rows:
    """The rows that a new warehouse begins with, by table, on either engine."""
    return MigratedSchema(f"duckdb:///{tmp_path_factory.mktemp('new') / 'labels.duckdb'}").move(REVISIONS[-1]).rows()
