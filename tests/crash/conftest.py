"""Fixtures: the engines, and the process that runs the command, each made once a test process."""

from collections.abc import Iterator

import pytest

from tests.crash.command_server import CommandServer
from tests.crash.engines import DuckDBEngine, Engine
from tests.crash.postgres_engine import PostgresEngine
from tests.postgres_server import PostgresServer


@pytest.fixture(scope="session")
def duckdb_engine(tmp_path_factory: pytest.TempPathFactory) -> DuckDBEngine:
    return DuckDBEngine(tmp_path_factory.mktemp("crash"))


@pytest.fixture(scope="session")
def postgres_engine(postgres_server: PostgresServer) -> Iterator[PostgresEngine]:
    made = PostgresEngine(postgres_server)
    yield made
    made.remove_all()


@pytest.fixture(scope="session", params=["duckdb", "postgres"])
def engine(request: pytest.FixtureRequest) -> Engine:
    """Each engine in turn."""
    made: Engine = request.getfixturevalue(f"{request.param}_engine")
    return made


@pytest.fixture(scope="session")
def command_server() -> Iterator[CommandServer]:
    """The process that the runs to be killed are forked from."""
    with CommandServer() as server:
        yield server
