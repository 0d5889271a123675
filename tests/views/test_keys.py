"""The key columns of every view tell its rows apart, and are NULL only where the key says so."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector.demo.walk import work_on
from connector.load import Warehouse, open_warehouse
from connector.runs.held_warehouse import EXACT_OVERLAPS
from connector.sample import SampleServer, build_sample_world
from tests.export_coco.generated_warehouse import write_warehouse
from tests.parity.budget import parity_settings
from tests.parity.perturbations import rows_as_sent
from tests.parity.raw_rows import GeneratedRow
from tests.parity.test_generated import ROWS
from tests.postgres.synced_engines import sync
from tests.views.exported_sample import Exported
from tests.views.herd import insert
from tests.views.keys import key_faults


@pytest.mark.parametrize("of_engine", ["duckdb", "postgresql"])
def test_keys_of_the_sample(exported: Exported, of_engine: str) -> None:
    opened = open_warehouse(exported.urls[of_engine])
    assert key_faults(opened) == []
    opened.close()


def test_keys_of_the_sample_as_the_demo_edits_it(tmp_path: Path) -> None:
    url = f"duckdb:///{tmp_path / 'labels.duckdb'}"
    with SampleServer(build_sample_world("small", seed=7)) as server:
        sync(server, url)
        assert list(work_on(server.world.projects[server.world.project_hash]))
        assert sync(server, url).outcome == "succeeded"
    opened = open_warehouse(url)
    assert key_faults(opened) == []
    opened.close()


@pytest.mark.filterwarnings("ignore:_remove_from_frame_to_hashes_map:DeprecationWarning")
def test_keys_of_generated_rows(tmp_path: Path) -> None:
    seen: list[GeneratedRow] = []

    @parity_settings(0.5)
    @given(st.one_of(*(rows_as_sent(rows) for rows in ROWS.values())))
    def keep(row: GeneratedRow) -> None:
        seen.append(row)

    keep()
    opened = open_warehouse(write_warehouse(tmp_path / "labels.duckdb", seen), measure=EXACT_OVERLAPS)
    assert key_faults(opened) == []
    opened.close()


ENGINES = ("duckdb",)


def test_a_doubled_and_a_missing_key_are_found(warehouse: Warehouse) -> None:
    row = {"project_hash": "p", "data_hash": "d", "branch_name": "main", "label_row_id": "r"}
    insert(warehouse, "project", {"project_hash": "p"})
    insert(warehouse, "data_unit", {"project_hash": "p", "data_hash": "d"})
    insert(warehouse, "label_row", row, row)
    assert [fault.partition(":")[0] for fault in key_faults(warehouse)] == ["current_label_row", "task_timing"]
