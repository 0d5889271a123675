"""Warehouses for the tests."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from connector.load import Warehouse, open_warehouse
from tests.load.warehouse_rows import PROJECT, SAME, labels, listing, states, together


@pytest.fixture
def url(tmp_path: Path) -> str:
    return f"duckdb:///{tmp_path / 'labels.duckdb'}"


@pytest.fixture(scope="session")
def new_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A new warehouse, closed: a copy of it opens quicker than another one is made."""
    path = tmp_path_factory.mktemp("new") / "labels.duckdb"
    open_warehouse(f"duckdb:///{path}").close()
    return path


@pytest.fixture
def warehouse(url: str, new_file: Path, tmp_path: Path) -> Iterator[Warehouse]:
    shutil.copyfile(new_file, tmp_path / "labels.duckdb")
    opened = open_warehouse(url)
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
