"""Warehouses in PostgreSQL, empty or filled with two label rows."""

from collections.abc import Iterator

import pytest

from connector.load import Warehouse, open_warehouse
from tests.load.warehouse_rows import PROJECT, SAME, labels, listing, states, together


@pytest.fixture
def warehouse(postgres_url: str) -> Iterator[Warehouse]:
    opened = open_warehouse(postgres_url)
    yield opened
    opened.close()


@pytest.fixture
def filled(warehouse: Warehouse) -> Warehouse:
    """One data unit with two branches, both synced."""
    warehouse.upsert_metadata(PROJECT, listing([("video-1", "main", "label-1"), ("video-1", "anna", "label-2")]), SAME)
    bundle = together(labels("label-1", frames=range(50)), labels("label-2", x=0.5))
    warehouse.write_bundle(PROJECT, bundle, states("label-1", "label-2"), [], "run-1")
    return warehouse
