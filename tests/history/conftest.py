"""The sample farm, synced once; each test gets a copy of the file, and a server of its own that it may edit."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from connector.sample import SampleServer
from tests.sync.conftest import farm_world
from tests.sync.synced_warehouse import SyncedWarehouse, copied


@pytest.fixture(scope="session")
def farm_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("history") / "farm.duckdb"
    with SampleServer(farm_world()) as server:
        assert SyncedWarehouse(server, file).sync(task_actions=True).run.outcome == "succeeded"
    return file


@pytest.fixture
def farm(tmp_path: Path, farm_file: Path) -> Iterator[SyncedWarehouse]:
    with SampleServer(farm_world()) as server:
        yield SyncedWarehouse(server, copied(farm_file, tmp_path / "farm.duckdb"))
