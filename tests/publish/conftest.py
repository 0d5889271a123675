"""Fixtures: warehouses synced once, as the tests of whole syncs have them."""

from pathlib import Path

import pytest

from tests.sync.conftest import empty_file, farm, farm_file, folder, gate, gate_file

__all__ = ["empty_file", "farm", "farm_file", "folder", "gate", "gate_file"]


@pytest.fixture
def published(tmp_path: Path) -> Path:
    """Where the tests publish to; nothing is there yet, not even the folder."""
    return tmp_path / "for readers" / "labels.duckdb"
