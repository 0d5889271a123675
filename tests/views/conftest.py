"""A DuckDB warehouse of this release, opened as the sync opens it, with the views installed."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from connector.load import Warehouse, open_warehouse
from connector.views import install


@pytest.fixture
def warehouse(tmp_path: Path) -> Iterator[Warehouse]:
    """An empty warehouse with its views."""
    opened = open_warehouse(f"duckdb:///{tmp_path / 'labels.duckdb'}")
    try:
        with opened.connection() as connection:
            install(connection)
        yield opened
    finally:
        opened.close()
