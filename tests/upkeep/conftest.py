"""Fixtures: one source, synced into a warehouse of each engine as it is, and into another one with pseudonyms."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from connector.sample import SampleServer
from tests.crash.crashed_warehouse import CrashedWarehouse
from tests.crash.engines import DuckDBEngine, Engine
from tests.crash.lake_engine import LakeEngine
from tests.crash.postgres_engine import PostgresEngine
from tests.postgres_server import PostgresServer
from tests.sync.conftest import farm_world
from tests.upkeep.known_people import PSEUDONYMS


@pytest.fixture(scope="session")
def duckdb_engine(tmp_path_factory: pytest.TempPathFactory) -> DuckDBEngine:
    return DuckDBEngine(tmp_path_factory.mktemp("files"))


@pytest.fixture(scope="session")
def postgres_engine(postgres_server: PostgresServer) -> Iterator[PostgresEngine]:
    made = PostgresEngine(postgres_server)
    yield made
    made.remove_all()


@pytest.fixture(scope="session")
def lake_engine(tmp_path_factory: pytest.TempPathFactory) -> LakeEngine:
    return LakeEngine(tmp_path_factory.mktemp("lakes"))


@pytest.fixture(scope="module", params=["duckdb", "postgres", "lake"])
def engine(request: pytest.FixtureRequest) -> Engine:
    """Each engine in turn."""
    made: Engine = request.getfixturevalue(f"{request.param}_engine")
    return made


@pytest.fixture(scope="module")
def server() -> Iterator[SampleServer]:
    """The sample farm; no test of a module changes what it holds."""
    with SampleServer(farm_world()) as server:
        yield server


@pytest.fixture(scope="module")
def clear(server: SampleServer, engine: Engine) -> CrashedWarehouse:
    """Synced once, with addresses as they are; tests change only copies."""
    warehouse = CrashedWarehouse(server, engine, engine.empty())
    assert warehouse.sync(task_actions=True).run.outcome == "succeeded"
    return warehouse


@pytest.fixture(scope="module")
def hidden(server: SampleServer, engine: Engine) -> CrashedWarehouse:
    """Synced once, with pseudonyms; tests change only copies."""
    warehouse = CrashedWarehouse(server, engine, engine.empty())
    outcome = warehouse.sync(task_actions=True, **PSEUDONYMS)
    assert outcome.run.outcome == "succeeded"
    assert "@example.com" not in repr(outcome.events) + repr(outcome.run)
    return warehouse


@pytest.fixture
def key_file(tmp_path: Path) -> Path:
    path = tmp_path / "pseudonym.key"
    path.write_text(f"{PSEUDONYMS['pseudonym_key']}\n")
    path.chmod(0o600)
    return path
