"""The sample project, synced into each engine."""

import shutil
from dataclasses import dataclass
from pathlib import Path

import pytest

from connector.sample import SampleProject, SampleServer
from tests.postgres.synced_engines import sync
from tests.sync.conftest import farm_world


@dataclass(frozen=True)
class SyncedProject:
    """A warehouse that holds all of a sample project.

    Attributes:
        url: the warehouse.
        project: what the server held.
    """

    url: str
    project: SampleProject


@pytest.fixture
def synced_server(postgres_url: str) -> str:
    """The same project in PostgreSQL."""
    with SampleServer(farm_world()) as server:
        assert sync(server, postgres_url).outcome == "succeeded"
    return postgres_url


@pytest.fixture(scope="session")
def synced_once(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, SampleProject]:
    file = tmp_path_factory.mktemp("synced") / "farm.duckdb"
    with SampleServer(farm_world()) as server:
        assert sync(server, f"duckdb:///{file}").outcome == "succeeded"
        return file, server.world.projects[server.world.project_hash]


@pytest.fixture
def synced_file(tmp_path: Path, synced_once: tuple[Path, SampleProject]) -> SyncedProject:
    """A DuckDB file of the test's own."""
    file, project = synced_once
    return SyncedProject(f"duckdb:///{shutil.copyfile(file, tmp_path / 'farm.duckdb')}", project)
