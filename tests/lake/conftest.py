"""Lakes in folders, on a catalog in SQLite."""

from collections.abc import Iterator

import pytest

from tests.crash.command_server import CommandServer
from tests.crash.lake_engine import LakeEngine


@pytest.fixture(scope="session")
def lake_engine(tmp_path_factory: pytest.TempPathFactory) -> LakeEngine:
    return LakeEngine(tmp_path_factory.mktemp("lakes"))


@pytest.fixture(scope="session")
def command_server() -> Iterator[CommandServer]:
    """The process that the runs to be killed are forked from."""
    with CommandServer() as server:
        yield server
