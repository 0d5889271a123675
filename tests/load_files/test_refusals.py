"""What is refused before anything is written, and a load that is stopped or does not get the warehouse."""

import json
import shutil
from pathlib import Path

import duckdb
import pytest

from connector.config import load_settings
from connector.errors import ConnectorError, ErrorKind
from connector.label_files.load_run import run_load
from connector.load.locks.file_lock import file_lock
from connector.load.locks.lock_holder import LockHolder
from connector.process.interruption import Interruption
from tests.load_files.conftest import Exported, Load, command, events, rows_of
from tests.sync.synced_warehouse import HeardReport

OTHER_PROJECT = "00000000-0000-4000-8000-000000000001"


NO_LABEL_FILES = {
    "text.json": "no label row at all",
    "empty.json": "",
    "coco.json": '{"images": [], "annotations": [], "categories": []}',
    "numbers.json": "[1, 2, 3]",
    "other.jsonl": '{"label": 1}\n{"label": 2}',
}


@pytest.mark.parametrize("name", NO_LABEL_FILES)
def test_what_is_no_label_file_leaves_no_run_and_no_warehouse(exported: Exported, name: str, tmp_path: Path) -> None:
    content = NO_LABEL_FILES[name]
    (tmp_path / name).write_text(content, encoding="utf-8")
    (tmp_path / f"second-{name}").write_text(content, encoding="utf-8")
    synced = Path(shutil.copyfile(exported.file, tmp_path / "synced.duckdb"))
    before = synced.read_bytes()
    for file in (synced, tmp_path / "new.duckdb"):
        with pytest.raises(ConnectorError, match=name) as caught:
            command("load", tmp_path / name, tmp_path / f"second-{name}", "--project", exported.project.project_hash,
                    "--warehouse", f"duckdb:///{file}")  # fmt: skip
        assert caught.value.kind is ErrorKind.SOURCE_CONTENT
    assert synced.read_bytes() == before
    assert not (tmp_path / "new.duckdb").exists()
    assert command("publish", "--warehouse", f"duckdb:///{synced}", "--publish", tmp_path / "copies").exit_code == 0


def test_label_rows_of_another_project_are_not_taken_from_it(exported: Exported, tmp_path: Path) -> None:
    file = Path(shutil.copyfile(exported.file, tmp_path / "synced.duckdb"))
    before = rows_of(file, "label_row", "object_annotation")
    result = command("load", exported.labels, "--project", OTHER_PROJECT, "--warehouse", f"duckdb:///{file}")
    [finished] = events(result, "project_finished")
    assert (result.exit_code, finished["failed"], finished["loaded"]) == (7, 30, 0)
    assert f"the warehouse has it in project {exported.project.project_hash}" in result.output
    assert rows_of(file, "label_row", "object_annotation") == before


def test_what_a_sync_found_deleted_stays_deleted(exported: Exported, load: Load, tmp_path: Path) -> None:
    file = Path(shutil.copyfile(exported.file, tmp_path / "synced.duckdb"))
    with duckdb.connect(str(file)) as connection:
        [(label_hash,)] = connection.execute("SELECT min(label_hash) FROM label_row").fetchall()
        connection.execute(
            "UPDATE label_row SET deleted_at = now(), content_hash = NULL WHERE label_hash = $1", [label_hash]
        )
    result = load(exported.labels, warehouse=f"duckdb:///{file}")
    [failure] = events(result, "label_row_failed")
    assert (result.exit_code, failure["label_hash"], failure["kind"]) == (7, label_hash, "outdated")
    with duckdb.connect(str(file)) as connection:
        connection.execute("UPDATE project SET deleted_at = now()")
    runs = rows_of(file, "sync_run", "sync_run_project")
    with pytest.raises(ConnectorError, match="A sync found project") as caught:
        load(exported.labels, warehouse=f"duckdb:///{file}")
    assert caught.value.kind is ErrorKind.CONFIGURATION
    assert rows_of(file, "sync_run", "sync_run_project") == runs


def test_settings_that_cannot_be_used_are_told_before_anything_is_opened(exported: Exported, tmp_path: Path) -> None:
    warehouse = f"duckdb:///{tmp_path / 'never.duckdb'}"
    no_ontology = tmp_path / "no_ontology.json"
    no_ontology.write_text(json.dumps({"objects": 7}), encoding="utf-8")
    for arguments, message in (
        ((exported.labels, "--project", "no hash"), "is not a project hash"),
        ((exported.labels, "--project", OTHER_PROJECT, "--ontology", no_ontology), "holds no ontology structure"),
    ):
        with pytest.raises(ConnectorError, match=message) as caught:
            command("load", *arguments, "--warehouse", warehouse)
        assert caught.value.kind is ErrorKind.CONFIGURATION
    assert not (tmp_path / "never.duckdb").exists()


def test_a_warehouse_that_a_sync_holds_is_left_alone(exported: Exported, load: Load, new_file: Path) -> None:
    with (
        file_lock(new_file, LockHolder.this_process("sync", "run-1"), "The warehouse"),
        pytest.raises(ConnectorError, match="sync") as caught,
    ):
        load(exported.labels)
    assert caught.value.kind is ErrorKind.LOCKED


def test_a_load_that_is_stopped_carries_on_where_it_was(exported: Exported, load: Load, new_file: Path) -> None:
    """A bundle is one transaction: what was committed stays, and the next run loads the rest."""
    interruption = Interruption()
    settings = load_settings({"warehouse": f"duckdb:///{new_file}", "bundle_rows": 7}, environment={})
    report = HeardReport(lambda: interruption.request("SIGTERM"))
    project = exported.project.project_hash
    run = run_load(settings, [exported.labels], project, None, exported.ontology, report, interruption)
    assert (run.outcome, int(run.exit_code), run.receipts[0].loaded) == ("interrupted", 75, 7)
    result = load(exported.labels, "--ontology", exported.ontology)
    assert result.exit_code == 0
    tables = ("object_annotation", "attribute_answer", "classification_range")
    assert rows_of(new_file, *tables) == rows_of(exported.file, *tables)
    runs = [(outcome, command) for _, _, _, outcome, command, *_ in rows_of(new_file, "sync_run")["sync_run"]]
    assert sorted(outcome for outcome, _ in runs) == ["interrupted", "succeeded"]
