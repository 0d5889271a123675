"""Fixtures: the engines, the process that runs the command, and the scenes, each made once a test process."""

from collections.abc import Iterator

import pytest

from tests.crash.command_server import CommandServer
from tests.crash.engines import DuckDBEngine, Engine


@pytest.fixture(scope="session")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Engine:
    """Each engine in turn."""
    return DuckDBEngine(tmp_path_factory.mktemp("crash"))


@pytest.fixture(scope="session")
def command_server() -> Iterator[CommandServer]:
    """The process that the runs to be killed are forked from."""
    with CommandServer() as server:
        yield server
