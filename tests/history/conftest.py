"""The sample farm, synced once an engine; each test gets a copy, and a server of its own that it may edit."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from connector.sample import SampleServer
from tests.history.synced_farms import SyncedPostgres
from tests.postgres_server import PostgresServer
from tests.sync.conftest import farm_world
from tests.sync.synced_warehouse import SyncedWarehouse, copied


@pytest.fixture(scope="session")
def farm_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("history") / "farm.duckdb"
    with SampleServer(farm_world()) as server:
        assert SyncedWarehouse(server, file).sync(task_actions=True).run.outcome == "succeeded"
    return file


@pytest.fixture(scope="session")
def farm_database(postgres_server: PostgresServer, postgres_template: str) -> Iterator[str]:
    """The name of a database with the same."""
    name = postgres_server.create_database(postgres_template)
    with SampleServer(farm_world()) as server:
        synced = SyncedPostgres(server, postgres_server.database_url(name)).sync(task_actions=True)
    assert synced.run.outcome == "succeeded"
    yield name
    postgres_server.drop_database(name)


@pytest.fixture
def farm(tmp_path: Path, farm_file: Path) -> Iterator[SyncedWarehouse]:
    with SampleServer(farm_world()) as server:
        yield SyncedWarehouse(server, copied(farm_file, tmp_path / "farm.duckdb"))
