"""Warehouses for the tests, of every engine where a test does not say otherwise."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from connector.load import Warehouse, open_warehouse
from tests.load.warehouse_rows import PROJECT, SAME, labels, listing, states, together


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Runs a test on every engine, or on those that its mark `engines` or its module's constant ENGINES names."""
    if "engine" in metafunc.fixturenames:
        engines = getattr(metafunc.module, "ENGINES", ("duckdb", "postgresql", "iceberg"))
        if mark := metafunc.definition.get_closest_marker("engines"):
            engines = tuple(engine for engine in engines if engine in mark.args)
        metafunc.parametrize("engine", engines, indirect=True)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leaves every test one case on a lake: it takes the statements of DuckDB, and as long as ten cases there."""
    seen, left_out = set[str](), list[pytest.Item]()
    for item in items:
        if item.path.parent == Path(__file__).parent and "[iceberg" in item.name:
            test = item.nodeid.partition("[")[0]
            if test in seen:
                left_out.append(item)
            seen.add(test)
    items[:] = [item for item in items if item not in left_out]
    config.hook.pytest_deselected(items=left_out)


@pytest.fixture
def engine(request: pytest.FixtureRequest) -> str:
    """The engine of `url`, `warehouse` and `filled`."""
    return str(request.param)


@pytest.fixture
def url(engine: str, request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Of a warehouse that is not there yet."""
    if engine == "postgresql":
        return str(request.getfixturevalue("postgres_database"))
    if engine == "iceberg":
        return f"iceberg:///{tmp_path / 'lake'}"
    return f"duckdb:///{tmp_path / 'labels.duckdb'}"


@pytest.fixture(scope="session")
def new_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A new warehouse, closed: a copy of it opens quicker than another one is made."""
    path = tmp_path_factory.mktemp("new") / "labels.duckdb"
    open_warehouse(f"duckdb:///{path}").close()
    return path


@pytest.fixture(scope="session")
def new_catalog(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Of a new lake: a copy of it begins with the same tables, which lie where they are, and goes on by itself."""
    folder = tmp_path_factory.mktemp("new") / "lake"
    open_warehouse(f"iceberg:///{folder}").close()
    return folder / "catalog.db"


@pytest.fixture
def warehouse(engine: str, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Warehouse]:
    """An empty warehouse; in DuckDB and Iceberg the one of `url`."""
    if engine == "postgresql":
        opened = open_warehouse(request.getfixturevalue("postgres_url"))
    elif engine == "iceberg":
        (tmp_path / "lake").mkdir()
        shutil.copyfile(request.getfixturevalue("new_catalog"), tmp_path / "lake" / "catalog.db")
        opened = open_warehouse(f"iceberg:///{tmp_path / 'lake'}")
    else:
        shutil.copyfile(request.getfixturevalue("new_file"), tmp_path / "labels.duckdb")
        opened = open_warehouse(f"duckdb:///{tmp_path / 'labels.duckdb'}")
    with opened.working_on(PROJECT):
        yield opened
    opened.close()


@pytest.fixture
def filled(warehouse: Warehouse) -> Warehouse:
    """Two data units, three label rows of which two are opened and synced."""
    listed = listing([("video-1", "main", "label-1"), ("video-1", "anna", "label-2"), ("video-2", "main", None)])
    warehouse.upsert_metadata(PROJECT, listed, SAME)
    bundle = together(labels("label-1"), labels("label-2", x=0.5, feature_hash="bus"))
    warehouse.write_bundle(PROJECT, bundle, states("label-1", "label-2"), [], "run-1")
    return warehouse
