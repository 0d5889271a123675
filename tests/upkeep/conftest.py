"""Fixtures: one source, synced into a warehouse of each engine as it is, and into another one with pseudonyms."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from connector.sample import SampleProject, SampleServer
from connector.sync.streams import STREAMS
from tests.crash.crashed_warehouse import CrashedWarehouse
from tests.crash.engines import DuckDBEngine, Engine
from tests.crash.lake_engine import LakeEngine
from tests.crash.postgres_engine import PostgresEngine
from tests.postgres_server import PostgresServer
from tests.sync.conftest import farm_world
from tests.upkeep.known_people import PSEUDONYMS

EVERYTHING: dict[str, Any] = {"task_actions": True, "streams": [stream.name for stream in STREAMS]}


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
def once(server: SampleServer, engine: Engine) -> CrashedWarehouse:
    """Synced once, without streams but for the log of tasks; tests change only copies."""
    warehouse = CrashedWarehouse(server, engine, engine.empty())
    assert warehouse.sync(task_actions=True).run.outcome == "succeeded"
    return warehouse


@pytest.fixture(scope="module")
def pair(engine: Engine) -> Iterator[tuple[CrashedWarehouse, CrashedWarehouse]]:
    """With addresses as they are, and with pseudonyms: the labels, every stream and, after edits, what was before."""
    with SampleServer(farm_world()) as server:
        clear, hidden = (CrashedWarehouse(server, engine, engine.empty()) for _ in range(2))
        for turn in range(2):
            for warehouse, options in ((clear, {}), (hidden, PSEUDONYMS)):
                outcome = warehouse.sync(**EVERYTHING, **options)
                assert outcome.run.outcome == "succeeded"
            assert "@example.com" not in repr(outcome.events) + repr(outcome.run)
            if turn == 0:
                _edit(server.world.projects[server.world.project_hash])
        yield clear, hidden


def _edit(project: SampleProject) -> None:
    for place, row in enumerate(project.rows.values()):
        project.assign(row.data_hash, None, row.branch_name)
        if row.label_hash and place % 2:
            project.edit_labels(row.label_hash, _remove_all)


def _remove_all(labels: dict[str, Any]) -> None:
    labels["object_answers"] = labels["classification_answers"] = labels["object_actions"] = {}
    for unit in labels["data_units"].values():
        unit["labels"] = {}


@pytest.fixture(scope="module")
def clear(pair: tuple[CrashedWarehouse, CrashedWarehouse]) -> CrashedWarehouse:
    """The one with addresses as they are; tests change only copies."""
    return pair[0]


@pytest.fixture(scope="module")
def hidden(pair: tuple[CrashedWarehouse, CrashedWarehouse]) -> CrashedWarehouse:
    """The one with pseudonyms; tests change only copies."""
    return pair[1]


@pytest.fixture
def key_file(tmp_path: Path) -> Path:
    path = tmp_path / "pseudonym.key"
    path.write_text(f"{PSEUDONYMS['pseudonym_key']}\n")
    path.chmod(0o600)
    return path
