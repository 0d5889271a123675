"""Fixtures: warehouses synced once; each test gets a copy, so that it may change its rows."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from connector.sample import SampleServer
from tests.sync.conftest import farm_world, gate_world
from tests.sync.synced_warehouse import copied
from tests.verify.verified_warehouse import VerifiedWarehouse


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("verified")


@pytest.fixture(scope="session")
def unedited_farm(folder: Path) -> Iterator[VerifiedWarehouse]:
    """The sample farm, synced once, with a server for tests that edit nothing on it."""
    with SampleServer(farm_world()) as server:
        synced = VerifiedWarehouse(server, folder / "farm.duckdb")
        assert synced.sync().run.outcome == "succeeded"
        yield synced


@pytest.fixture
def tampered_farm(unedited_farm: VerifiedWarehouse, tmp_path: Path) -> VerifiedWarehouse:
    """A copy of that warehouse, to be changed by hand; the server is shared and must not be edited."""
    return VerifiedWarehouse(unedited_farm.server, copied(unedited_farm.file, tmp_path / "farm.duckdb"))


@pytest.fixture
def farm(unedited_farm: VerifiedWarehouse, tmp_path: Path) -> Iterator[VerifiedWarehouse]:
    """A copy of that warehouse, and a server of its own that may be edited."""
    with SampleServer(farm_world()) as server:
        yield VerifiedWarehouse(server, copied(unedited_farm.file, tmp_path / "farm.duckdb"))


@pytest.fixture(scope="session")
def gate_file(folder: Path) -> Path:
    with SampleServer(gate_world()) as server:
        synced = VerifiedWarehouse(server, folder / "gate.duckdb")
        assert synced.sync().run.outcome == "succeeded"
    return folder / "gate.duckdb"


@pytest.fixture
def gate(gate_file: Path, tmp_path: Path) -> Iterator[VerifiedWarehouse]:
    """A dozen images with one box each and two that nobody has opened, synced; the server may be edited."""
    with SampleServer(gate_world()) as server:
        yield VerifiedWarehouse(server, copied(gate_file, tmp_path / "gate.duckdb"))
