"""What `encord-sync status` reads."""

import os
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from connector.errors import ConnectorError, ErrorKind
from connector.load import Warehouse, open_warehouse
from connector.load.questions.project_status import read_state, read_status
from connector.load.questions.reading import warehouse_exists
from tests.load.test_failures_and_receipts import run
from tests.load.warehouse_rows import EDITED, PROJECT

ENGINES = ("duckdb",)

EARLIER, LATER = datetime(2026, 6, 1, tzinfo=UTC), datetime(2026, 6, 2, tzinfo=UTC)


def test_a_project_shows_its_last_run_how_fresh_it_is_what_it_holds_and_what_failed(
    filled: Warehouse, url: str
) -> None:
    for run_id, at, outcome in (("run-1", EARLIER, "succeeded"), ("run-2", LATER, "partial")):
        receipt = run(run_id=run_id, started_at=at, ended_at=at, outcome=outcome, message=outcome)
        filled.record_project(receipt | {"project_hash": PROJECT})
        filled.record_project(receipt | {"project_hash": "unreadable-project", "outcome": "failed"})
    filled.record_failures(PROJECT, [("label-1", "missing", "Not in the answer.")], "run-2")
    filled.tombstone(PROJECT, [f"{PROJECT}/video-1/anna"], LATER)
    filled.close()
    status = read_status(url)
    known, unreadable = status.projects
    assert (known.project_hash, known.title, known.deleted_at) == (PROJECT, "Night traffic", None)
    assert (known.run_id, known.ended_at, known.outcome, known.message) == ("run-2", LATER, "partial", "partial")
    assert (known.last_success, known.newest_edit) == (EARLIER, EDITED)
    assert (known.label_rows, known.synced, known.unopened, known.deleted) == (2, 1, 1, 1)
    assert (known.objects, known.annotations, known.classifications, known.failures) == (1, 3, 1, 1)
    assert (unreadable.project_hash, unreadable.title, unreadable.outcome) == ("unreadable-project", None, "failed")
    assert unreadable.label_rows == 0
    assert status.failures == ((PROJECT, "label-1", "missing", "Not in the answer."),)


def test_reading_the_status_changes_nothing(filled: Warehouse, url: str, tmp_path: Path) -> None:
    filled.close()
    path = tmp_path / "labels.duckdb"
    before = path.read_bytes()
    read_status(url)
    assert path.read_bytes() == before
    assert [file.name for file in tmp_path.iterdir()] == ["labels.duckdb"]


def test_a_missing_file_is_not_created(tmp_path: Path) -> None:
    with pytest.raises(ConnectorError, match="There is no warehouse") as caught:
        read_status(f"duckdb:///{tmp_path / 'labels.duckdb'}")
    assert caught.value.kind is ErrorKind.WAREHOUSE
    assert list(tmp_path.iterdir()) == []


def test_a_schema_that_is_not_there_is_named(filled: Warehouse, url: str) -> None:
    filled.close()
    with pytest.raises(ConnectorError, match="no schema elsewhere") as caught:
        read_status(url, "elsewhere")
    assert caught.value.kind is ErrorKind.SCHEMA


def test_a_schema_without_tables_of_ours_is_refused(url: str) -> None:
    warehouse = open_warehouse(url, "mine")
    warehouse.close()
    with pytest.raises(ConnectorError, match="no tables of encord-sync") as caught:
        read_status(url)
    assert caught.value.kind is ErrorKind.SCHEMA


def test_a_warehouse_exists_once_its_schema_has_tables(url: str, tmp_path: Path) -> None:
    assert not warehouse_exists(url)
    open_warehouse(url, "mine").close()
    assert warehouse_exists(url, "mine")
    assert not warehouse_exists(url)
    (tmp_path / "labels.csv").write_text("label_hash,frame\n")
    with pytest.raises(ConnectorError, match="is not a DuckDB file"):
        warehouse_exists(f"duckdb:///{tmp_path / 'labels.csv'}")


def test_the_state_can_be_read_without_opening_for_writing(filled: Warehouse, url: str, tmp_path: Path) -> None:
    stored = filled.state(PROJECT)
    filled.close()
    before = (tmp_path / "labels.duckdb").read_bytes()
    assert read_state(url, None, PROJECT).sort_by("label_row_id").equals(stored.sort_by("label_row_id"))
    assert (tmp_path / "labels.duckdb").read_bytes() == before


def test_a_warehouse_that_is_being_written_is_locked(filled: Warehouse, url: str) -> None:
    assert filled.project_hashes() == [PROJECT]
    code = (
        "import sys; from connector.load.questions.project_status import read_status\n"
        "from connector.errors import ConnectorError\n"
        "try: read_status(sys.argv[1])\n"
        "except ConnectorError as error: print(error)"
    )
    other = subprocess.run([sys.executable, "-c", code, url], capture_output=True, text=True, check=True)
    assert f"held by process {os.getpid()}" in other.stdout
