"""Warehouses with the views installed: an empty one, and one of the sample project."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from connector.load import Warehouse, open_warehouse
from connector.sample import SampleServer, build_sample_world
from connector.views import install
from tests.postgres.synced_engines import sync
from tests.postgres_server import PostgresServer
from tests.views.exported_sample import Exported, initialised_rows


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


@pytest.fixture(scope="session")
def exported(
    tmp_path_factory: pytest.TempPathFactory, postgres_server: PostgresServer, postgres_template: str
) -> Iterator[Exported]:
    """The sample project, synced on both engines and as the SDK has it."""
    database = postgres_server.create_database(postgres_template)
    urls = {
        "duckdb": f"duckdb:///{tmp_path_factory.mktemp('export') / 'labels.duckdb'}",
        "postgresql": postgres_server.database_url(database),
    }
    with SampleServer(build_sample_world("small", seed=7)) as server:
        for url in urls.values():
            assert sync(server, url).outcome == "succeeded"
        rows = initialised_rows(server)
    yield Exported(urls, rows)
    postgres_server.drop_database(database)
