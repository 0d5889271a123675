"""Fixtures that any folder may ask for; a test that asks for no PostgreSQL starts none."""

import gc
import os
from pathlib import Path

import pytest

from tests.memory_folder import memory_folder
from tests.postgres_server import postgres_database, postgres_server, postgres_template, postgres_url

__all__ = ["postgres_database", "postgres_server", "postgres_template", "postgres_url"]

SLOW = {
    *(
        "bench",
        "consensus",
        "crash",
        "demo",
        "export_coco",
        "export_frames",
        "history",
        "lake",
        "locks",
        "migrations",
        "output",
        "parity",
        "upkeep",
    ),
    *("postgres", "publish", "report", "sample", "sync", "verify", "views"),
}
"""Folders whose tests start servers and commands, kill them, or generate rows by the thousand."""


def pytest_configure() -> None:
    """Has pytest make the folders of `tmp_path` in memory, unless the environment names another place."""
    # As the command does (quick_start.py): at Python's own threshold, a good part of a test is looking for garbage.
    gc.set_threshold(200_000, 10, 10)
    folder = memory_folder()
    if folder is not None:
        os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", str(folder))


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Marks the tests that `make quick` leaves out, and leaves out those with an environment of their own."""
    here = Path(__file__).parent
    for item in items:
        # What the contract's tests find on a lake takes several times as long as on the other engines.
        is_on_lake = "[iceberg" in item.name
        if is_on_lake or (item.path.is_relative_to(here) and item.path.relative_to(here).parts[0] in SLOW):
            item.add_marker(pytest.mark.slow)
    for marker in ("spark", "examples"):
        if marker not in str(config.option.markexpr):
            left_out = [item for item in items if item.get_closest_marker(marker)]
            items[:] = [item for item in items if not item.get_closest_marker(marker)]
            config.hook.pytest_deselected(items=left_out)
