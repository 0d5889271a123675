"""Fixtures: servers, and warehouses already synced once. The first sync is made once and its file copied."""

import datetime
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from connector.load import open_warehouse
from connector.sample import SampleServer, SampleWorld, build_sample_world
from connector.views import install
from tests.source.world import image_world
from tests.sync.fresh_comparison import assert_equals_fresh_sync
from tests.sync.synced_warehouse import SyncedWarehouse, copied

Comparison = Callable[..., None]
IMAGES = 12
UNOPENED_IMAGES = 2


def farm_world() -> SampleWorld:
    return build_sample_world("small", seed=7)


def gate_world() -> SampleWorld:
    """A dozen images with one box each, and two that nobody has opened: for what goes wrong on the way."""
    world = image_world(rows=IMAGES, unopened=UNOPENED_IMAGES)
    # Its label rows were last edited a year after the sample server's clock begins.
    world.clock.advance(datetime.timedelta(days=400))
    return world


def _first_sync(world: SampleWorld, file: Path) -> Path:
    with SampleServer(world) as server:
        assert SyncedWarehouse(server, file).sync().run.outcome == "succeeded"
    return file


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("first_syncs")


@pytest.fixture(scope="session")
def empty_file(folder: Path) -> Path:
    """A warehouse with all tables and views, and no rows: what a sync makes of a new file at once."""
    file = folder / "empty.duckdb"
    warehouse = open_warehouse(f"duckdb:///{file}")
    with warehouse.connection() as connection:
        install(connection)
    warehouse.close()
    return file


@pytest.fixture(scope="session")
def farm_file(folder: Path, empty_file: Path) -> Path:
    return _first_sync(farm_world(), copied(empty_file, folder / "farm.duckdb"))


@pytest.fixture(scope="session")
def gate_file(folder: Path, empty_file: Path) -> Path:
    return _first_sync(gate_world(), copied(empty_file, folder / "gate.duckdb"))


@pytest.fixture
def farm(tmp_path: Path, farm_file: Path) -> Iterator[SyncedWarehouse]:
    """The sample farm (every data type, shape and answer, consensus branches), synced once."""
    with SampleServer(farm_world()) as server:
        yield SyncedWarehouse(server, copied(farm_file, tmp_path / "farm.duckdb"))


@pytest.fixture
def gate(tmp_path: Path, gate_file: Path) -> Iterator[SyncedWarehouse]:
    """The images of `gate_world`, synced once."""
    with SampleServer(gate_world()) as server:
        yield SyncedWarehouse(server, copied(gate_file, tmp_path / "gate.duckdb"))


@pytest.fixture
def new_gate(tmp_path: Path, empty_file: Path) -> Iterator[SyncedWarehouse]:
    """The images of `gate_world`, and a warehouse that has never been synced."""
    with SampleServer(gate_world()) as server:
        yield SyncedWarehouse(server, copied(empty_file, tmp_path / "gate.duckdb"))


@pytest.fixture
def new_file(tmp_path: Path, empty_file: Path) -> Path:
    """A warehouse without rows, for the fresh sync that a test ends with."""
    return copied(empty_file, tmp_path / "fresh.duckdb")


@pytest.fixture
def equals_fresh(new_file: Path) -> Comparison:
    """Compare with a fresh sync of what the server holds now; once a test."""

    def compare(synced: SyncedWarehouse, **options: Any) -> None:  # noqa: ANN401 - any option
        assert_equals_fresh_sync(synced, new_file, **options)

    return compare
