"""The page of a lake is the one of a DuckDB file, but for the history that a lake does not keep."""

import pytest

pytest.importorskip("pyiceberg")

from pathlib import Path

from connector.sample import SampleServer, build_sample_world
from tests.postgres.synced_engines import sync
from tests.report.conftest import written_page
from tests.report.parsed_page import ParsedPage

OF_THE_RUN = {"fresh"}
OF_THE_HISTORY = {"changes", "editors", "facts", "corrections"}


def test_a_lake_has_the_same_page_without_changes(tmp_path: Path) -> None:
    urls = {"file": f"duckdb:///{tmp_path / 'labels.duckdb'}", "lake": f"iceberg:///{tmp_path / 'lake'}"}
    with SampleServer(build_sample_world("small", seed=7)) as server:
        for url in urls.values():
            assert sync(server, url).outcome == "succeeded"
    file, lake = (ParsedPage(written_page(url, tmp_path)) for url in urls.values())
    assert "This warehouse keeps no history of the project." in lake.plain
    assert file.empty.keys() >= OF_THE_HISTORY
    apart = OF_THE_RUN | OF_THE_HISTORY
    assert {key: rows for key, rows in lake.tables.items() if key not in apart} == {
        key: rows for key, rows in file.tables.items() if key not in apart
    }
    assert len(lake.tables) > 15
