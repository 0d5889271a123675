"""A DuckDB warehouse of this release, opened as the sync opens it, with the views installed."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from connector.load import Warehouse, open_warehouse
from connector.views import install


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
def warehouse(empty_file: Path, tmp_path: Path) -> Iterator[Warehouse]:
    """An empty warehouse with its views."""
    path = Path(shutil.copy(empty_file, tmp_path / "labels.duckdb"))
    opened = open_warehouse(f"duckdb:///{path}")
    try:
        yield opened
    finally:
        opened.close()
