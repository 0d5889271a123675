"""A warehouse of this release, opened as the sync opens it, with the views installed."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from connector.load import Warehouse, open_warehouse
from connector.views import install


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Runs the tests of a module on both engines, or on those that its constant ENGINES names."""
    if "engine" in metafunc.fixturenames:
        engines = getattr(metafunc.module, "ENGINES", ("duckdb", "postgresql"))
        metafunc.parametrize("engine", engines, indirect=True)


@pytest.fixture
def engine(request: pytest.FixtureRequest) -> str:
    """The engine of `warehouse`."""
    return str(request.param)


@pytest.fixture(scope="session")
def empty_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A closed warehouse without rows, with its views: made once, copied by every test."""
    path = tmp_path_factory.mktemp("empty") / "labels.duckdb"
    opened = open_warehouse(f"duckdb:///{path}")
    with opened.connection() as connection:
        install(connection)
    opened.close()
    return path


@pytest.fixture
def warehouse(engine: str, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Warehouse]:
    """An empty warehouse with its views."""
    if engine == "postgresql":
        opened = open_warehouse(request.getfixturevalue("postgres_url"))
    else:
        path = Path(shutil.copy(request.getfixturevalue("empty_file"), tmp_path / "labels.duckdb"))
        opened = open_warehouse(f"duckdb:///{path}")
    try:
        yield opened
    finally:
        opened.close()
