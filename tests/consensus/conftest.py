"""An empty warehouse with the views: on both engines, or on those that a module's constant ENGINES names."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from connector.load import Warehouse, open_warehouse
from connector.runs.held_warehouse import EXACT_OVERLAPS
from connector.views import install


def _installed(url: str) -> Warehouse:
    warehouse = open_warehouse(url, measure=EXACT_OVERLAPS)
    with warehouse.connection() as connection:
        install(connection)
    return warehouse


@pytest.fixture(scope="session")
def consensus_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("consensus") / "labels.duckdb"
    _installed(f"duckdb:///{path}").close()
    return path


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "engine" in metafunc.fixturenames:
        metafunc.parametrize("engine", getattr(metafunc.module, "ENGINES", ("duckdb", "postgresql")))


@pytest.fixture
def warehouse(engine: str, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Warehouse]:
    if engine == "postgresql":
        opened = _installed(request.getfixturevalue("postgres_url"))
    else:
        path = shutil.copy(request.getfixturevalue("consensus_file"), tmp_path / "labels.duckdb")
        opened = open_warehouse(f"duckdb:///{path}", measure=EXACT_OVERLAPS)
    yield opened
    opened.close()
