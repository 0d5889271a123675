"""The page of a lake is the one of a DuckDB file, with what changed between two syncs."""

import pytest

pytest.importorskip("pyiceberg")

from pathlib import Path

from connector.demo.walk import work_on
from connector.sample import SampleServer, build_sample_world
from tests.postgres.synced_engines import sync
from tests.report.conftest import written_page
from tests.report.parsed_page import ParsedPage

OF_THE_RUN = {"fresh"}
OF_THE_HISTORY = {"changes", "editors", "facts"}


def test_a_lake_has_the_same_page(tmp_path: Path) -> None:
    urls = {"file": f"duckdb:///{tmp_path / 'labels.duckdb'}", "lake": f"iceberg:///{tmp_path / 'lake'}"}
    with SampleServer(build_sample_world("small", seed=7)) as server:
        for turn in range(2):
            for url in urls.values():
                assert sync(server, url, allow_deletes=True).outcome == "succeeded"
            if turn == 0:
                assert len(list(work_on(server.world.projects[server.world.project_hash]))) > 3
    file, lake = (ParsedPage(written_page(url, tmp_path)) for url in urls.values())
    assert file.tables.keys() >= OF_THE_HISTORY
    assert {key: rows for key, rows in lake.tables.items() if key not in OF_THE_RUN} == {
        key: rows for key, rows in file.tables.items() if key not in OF_THE_RUN
    }
    assert len(lake.tables) > 15
