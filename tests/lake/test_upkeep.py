"""`encord-sync lake maintain`: fewer files and no garbage, the same rows, and nothing goes that is young."""

import os
import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from connector.load import open_warehouse
from connector.load.locks.lock_holder import LockHolder
from connector.load.on_iceberg import upkeep
from connector.load.on_iceberg.lease import Lease
from connector.load.on_iceberg.reading_session import reading_session
from connector.load.on_iceberg.upkeep import Upkept, maintain_files, maintain_project
from connector.load.on_iceberg.warehouse import LakeWarehouse
from tests.lake.command import run_command
from tests.load.warehouse_rows import PROJECT, SAME, everything, labels, listing, read, states, together

SYNCS = 7


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A lake after many small syncs, and a copy of its files: its tables name them by their place."""
    folder = tmp_path_factory.mktemp("upkeep") / "lake"
    warehouse = open_warehouse(f"iceberg:///{folder}")
    with warehouse.working_on(PROJECT):
        warehouse.upsert_metadata(PROJECT, listing([("v", "main", "label-1"), ("v", "anna", "label-2")]), SAME)
        bundle = together(labels("label-1"), labels("label-2", x=0.5, feature_hash="bus"))
        warehouse.write_bundle(PROJECT, bundle, states("label-1", "label-2"), [], "run-0")
    for turn in range(SYNCS):
        with warehouse.working_on(PROJECT):
            moved = labels("label-1", frames=range(turn + 2), x=0.75)
            warehouse.write_bundle(PROJECT, moved, states("label-1", content_hash=str(turn)), [], f"run-{turn + 1}")
    warehouse.close()
    return folder, Path(shutil.copytree(folder, folder.with_name("kept")))


@pytest.fixture
def lake(kept: tuple[Path, Path]) -> Path:
    """The lake as it was after the syncs, whatever other tests did to it."""
    folder, copy = kept
    shutil.rmtree(folder)
    shutil.copytree(copy, folder)
    return folder


def files_in(folder: Path) -> int:
    return sum(len(files) for _, _, files in os.walk(folder))


def opened(folder: Path) -> LakeWarehouse:
    warehouse = open_warehouse(f"iceberg:///{folder}")
    assert isinstance(warehouse, LakeWarehouse)
    return warehouse


def maintained(warehouse: LakeWarehouse, grace: timedelta) -> Upkept:
    done = Upkept()
    maintain_project(warehouse.copy, PROJECT, grace, done)
    maintain_files(warehouse.lake, grace, done)
    return done


@pytest.fixture(autouse=True)
def files_of_any_age(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(upkeep, "LEAST_AGE_OF_FILES", timedelta(0))


@pytest.mark.parametrize("rows_at_once", [1_000_000, 5])
def test_old_versions_go_and_files_become_few(lake: Path, rows_at_once: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(upkeep, "ROWS_AT_ONCE", rows_at_once)
    warehouse = opened(lake)
    before, files = everything(warehouse), files_in(lake)
    done = maintained(warehouse, timedelta(0))
    assert everything(warehouse) == before
    assert done.garbage_rows == sum(2 + turn for turn in range(SYNCS - 1)) + 3 + SYNCS * 4
    assert done.files_after <= 10
    assert done.files_before > 3 * done.files_after
    assert files_in(lake) < files * 2 / 3
    assert maintained(warehouse, timedelta(0)).garbage_rows == 0
    warehouse.close()


def test_what_is_young_stays_for_readers_that_are_still_at_it(lake: Path) -> None:
    warehouse = opened(lake)
    with reading_session(warehouse.lake, has_views=False) as earlier:
        query = "SELECT count(*), max(frame) FROM object_annotation"
        seen = earlier.rows(query)
        with warehouse.working_on(PROJECT):
            warehouse.write_bundle(PROJECT, {}, states("label-1", content_hash="empty"), [], "run-last")
        done = maintained(warehouse, timedelta(hours=1))
        assert (done.garbage_rows, done.orphans) == (0, 0)
        assert earlier.rows(query) == seen
    assert read(warehouse, "SELECT count(*), max(frame) FROM object_annotation") == [(3, 2)]
    warehouse.close()


def test_what_was_replaced_within_the_grace_time_stays_however_old_it_is(lake: Path) -> None:
    warehouse = opened(lake)
    query = "SELECT count(*), max(frame) FROM object_annotation"
    moment = datetime.now(UTC)
    with reading_session(warehouse.lake, has_views=False) as earlier:
        seen = earlier.rows(query)
        with warehouse.working_on(PROJECT):
            warehouse.write_bundle(PROJECT, {}, states("label-1", content_hash="empty"), [], "run-last")
        done = maintained(warehouse, datetime.now(UTC) - moment)
        assert done.garbage_rows == 0
        assert earlier.rows(query) == seen
    assert read(warehouse, query) == [(3, 2)]
    assert maintained(warehouse, timedelta(0)).garbage_rows > 0
    warehouse.close()


def test_a_file_that_another_process_may_be_about_to_commit_stays(lake: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(upkeep, "LEAST_AGE_OF_FILES", timedelta(minutes=15))
    written = lake / "encord_data" / "object_annotation" / "data" / "about-to-be-committed.parquet"
    written.write_bytes(b"rows")
    warehouse = opened(lake)
    assert maintained(warehouse, timedelta(0)).orphans == 0
    assert written.exists()
    monkeypatch.setattr(upkeep, "LEAST_AGE_OF_FILES", timedelta(0))
    assert maintained(warehouse, timedelta(0)).orphans > 0
    assert not written.exists()
    warehouse.close()


def test_the_command_leaves_a_project_that_is_written_for_next_time(lake: Path) -> None:
    warehouse = opened(lake)
    lease = Lease(warehouse.lake, PROJECT, LockHolder.this_process("sync"))
    lease.take()
    arguments = ["lake", "maintain", f"--warehouse=iceberg:///{lake}", "--grace-hours=0"]
    left = run_command(*arguments)
    assert left.exit_code == 0
    assert "Left for next time" in left.out + left.err
    lease.give_back()
    done = run_command(*arguments)
    assert done.exit_code == 0
    assert "rows that nobody could see any more:" in done.out
    assert "Left" not in done.out + done.err
    warehouse.close()


def test_only_a_lake_is_maintained(tmp_path: Path) -> None:
    refused = run_command("lake", "maintain", f"--warehouse=duckdb:///{tmp_path / 'labels.duckdb'}")
    assert refused.exit_code == 2
    assert "no lake" in refused.err
