"""The published DuckDB file: the same rows, views that work, one run, replaced only by a run that succeeded."""

import os
import shutil
import stat
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import duckdb
import pytest

from connector.errors import ConnectorError, ErrorKind
from connector.load import open_warehouse
from connector.load.contract.warehouse_url import DuckDBLocation
from connector.load.locks.file_lock import file_lock
from connector.load.locks.lock_holder import LockHolder
from connector.load.publish import publish, publish_target
from connector.load.publish.content import content_fingerprint
from connector.sample import TRUNCATED_BODY, Fault
from tests.duckdb_files import connected
from tests.publish import numbered_runs
from tests.sync.fresh_comparison import differences
from tests.sync.synced_warehouse import SyncedWarehouse

ME = LockHolder.this_process("publish")


def rows(file: Path, query: str) -> list[tuple[Any, ...]]:
    with connected(file, read_only=True) as connection:
        return connection.execute(query).fetchall()


def run_in(file: Path) -> str:
    ((run_id,),) = rows(file, "SELECT run_id FROM publication")
    return str(run_id)


def test_a_sync_publishes_what_it_loaded(farm: SyncedWarehouse, published: Path) -> None:
    outcome = farm.sync(publish=str(published))
    assert outcome.exit_code == 0
    (event,) = outcome.events_named("published")
    assert event.fields["path"] == str(published)
    assert event.fields["bytes"] == published.stat().st_size
    assert run_in(published) == outcome.run.run_id
    assert differences(farm.file, published) == []

    views = [name for (name,) in rows(published, "SELECT view_name FROM installed_view ORDER BY position")]
    assert len(views) > 8
    for view in views:
        counts = [rows(file, f"SELECT count(*), sum(hash(v)) FROM {view} v") for file in (farm.file, published)]
        assert counts[0] == counts[1], view
    ((title,),) = rows(farm.file, "SELECT data_title FROM label_on_frame ORDER BY frame, data_title LIMIT 1")
    call = f"SELECT * FROM labels_in_range((SELECT title FROM project), '{title}', 0, 20) ORDER BY ALL"
    assert rows(published, call) == rows(farm.file, call) != []
    comments = (
        "SELECT count(*), count(comment) FROM duckdb_columns() WHERE NOT internal AND table_name <> 'publication'"
    )
    assert rows(published, comments) == rows(farm.file, comments)
    assert (
        rows(published, "SELECT comment FROM duckdb_tables() WHERE comment IS NULL AND table_name <> 'alembic_version'")
        == []
    )


def test_it_lies_there_alone_compact_and_in_the_old_storage(farm: SyncedWarehouse, published: Path) -> None:
    for _ in range(3):
        for label_hash in farm.project.label_hashes:
            farm.project.save_labels(label_hash)
        farm.sync(full=True, publish=str(published))
    assert [path.name for path in published.parent.iterdir()] == ["labels.duckdb"]
    assert published.stat().st_size < farm.file.stat().st_size
    assert stat.S_IMODE(published.stat().st_mode) & 0o222 == 0
    ((tags,),) = rows(published, "SELECT tags FROM duckdb_databases() WHERE path IS NOT NULL")
    assert tags["storage_version"].startswith("v1.2.0")


def test_only_a_run_that_succeeded_is_published(gate: SyncedWarehouse, published: Path) -> None:
    good = gate.sync(publish=str(published))
    before = published.read_bytes()
    label_hash = gate.project.label_hashes[0]
    gate.project.save_labels(label_hash)
    gate.server.faults.add(Fault(TRUNCATED_BODY, kind="label_rows", times=None))
    bad = gate.sync(publish=str(published))
    assert bad.run.outcome != "succeeded"
    (event,) = bad.events_named("not_published")
    assert "keep the copy of the last good one" in event.text
    assert published.read_bytes() == before

    target = publish_target(gate.url, None, published, ["duckdb"])
    with pytest.raises(ConnectorError, match=f"the last run \\({bad.run.run_id}\\) ended") as caught:
        publish(gate.url, None, target, ["duckdb"], 0, ME)
    assert (caught.value.kind, caught.value.kind.exit_code) == (ErrorKind.UNPUBLISHED, 7)
    assert run_in(published) == good.run.run_id


def test_a_reader_keeps_what_it_has_open(gate: SyncedWarehouse, published: Path) -> None:
    first = gate.sync(publish=str(published))
    with duckdb.connect(str(published), read_only=True) as reader:
        gate.project.delete_label_row(gate.project.label_hashes[0])
        second = gate.sync(publish=str(published))
        assert second.exit_code == 0
        assert reader.execute("SELECT run_id FROM publication").fetchall() == [(first.run.run_id,)]
        assert reader.execute("SELECT count(*) FROM current_label_row").fetchall() == [(14,)]
    assert run_in(published) == second.run.run_id
    assert rows(published, "SELECT count(*) FROM current_label_row") == [(13,)]


def test_a_run_that_changed_nothing_leaves_the_copy_in_place(gate: SyncedWarehouse, published: Path) -> None:
    """Copying gigabytes every few minutes would be for nothing; its time says that it is up to date."""
    first = gate.sync(publish=str(published), publish_keep=1)
    inode = published.stat().st_ino
    os.utime(published, (0, 0))
    again = gate.sync(publish=str(published), publish_keep=1)
    assert (again.exit_code, again.events_named("published")) == (0, [])
    (event,) = again.events_named("publication_unchanged")
    assert (event.fields["run_id"], event.fields["path"]) == (first.run.run_id, str(published))
    assert (run_in(published), published.stat().st_ino) == (first.run.run_id, inode)
    assert published.stat().st_mtime > time.time() - 60
    assert [path.name for path in published.parent.iterdir()] == ["labels.duckdb"]
    for url, only_changes, is_new in ((gate.url, True, False), (gate.url, False, True)):
        target = publish_target(url, None, published, ["duckdb"])
        (publication,) = publish(url, None, target, ["duckdb"], 0, ME, only_changes=only_changes)
        assert publication.is_new is is_new
    assert run_in(published) == again.run.run_id


SMALL_CHANGES = (
    "UPDATE label_row SET priority = priority + 0.25 WHERE data_hash = (SELECT min(data_hash) FROM data_unit)",
    "UPDATE ontology_class SET name = 'Heifer' WHERE feature_hash = (SELECT min(feature_hash) FROM ontology_class)",
    "UPDATE data_unit SET title = 'other' WHERE data_hash = (SELECT min(data_hash) FROM data_unit)",
    "DELETE FROM label_row WHERE label_row_id = (SELECT min(label_row_id) FROM label_row)",
    "UPDATE installed_view SET position = position + 1",
)


def test_the_smallest_change_makes_another_fingerprint(gate: SyncedWarehouse, tmp_path: Path) -> None:
    target = publish_target(gate.url, None, tmp_path / "labels.duckdb", ["duckdb"])
    passed = []
    for statement in (None, None, *SMALL_CHANGES):
        if statement is None:
            gate.sync()
        else:
            with connected(gate.file) as connection:
                connection.execute(statement)
        passed.append(content_fingerprint(DuckDBLocation(gate.file, "main", {}), target))
    assert passed[0] == passed[1], "a run that changed nothing"
    assert len(set(passed)) == 1 + len(SMALL_CHANGES)


def test_labels_that_were_edited_are_published(gate: SyncedWarehouse, published: Path) -> None:
    gate.sync(publish=str(published))
    label_hash = gate.project.label_hashes[0]
    object_hash = str(gate.value("SELECT min(object_hash) FROM object_annotation WHERE label_hash = $l", l=label_hash))
    gate.project.move_box(label_hash, object_hash)
    second = gate.sync(publish=str(published))
    assert run_in(published) == second.run.run_id
    assert differences(gate.file, published) == []


def edit(gate: SyncedWarehouse) -> None:
    gate.project.save_labels(gate.project.label_hashes[0])


def test_older_copies_are_kept_as_many_as_are_asked_for(gate: SyncedWarehouse, published: Path) -> None:
    runs = []
    for _ in range(4):
        edit(gate)
        runs.append(gate.sync(publish=str(published), publish_keep=2).run.run_id)
    kept = sorted(path.name for path in published.parent.iterdir())
    older = sorted(f"labels-{run_id}.duckdb" for run_id in runs[1:3])
    assert kept == sorted([*older, "labels.duckdb"])
    for run_id in runs[1:3]:
        assert run_in(published.with_name(f"labels-{run_id}.duckdb")) == run_id
    edit(gate)
    last = gate.sync(publish=str(published))
    assert [path.name for path in published.parent.iterdir()] == ["labels.duckdb"]
    assert run_in(published) == last.run.run_id


def test_a_folder_takes_the_name_of_the_warehouse(gate: SyncedWarehouse, tmp_path: Path) -> None:
    gate.sync(publish=str(tmp_path / "out"))
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["gate.duckdb"]


def test_what_a_killed_publish_left_is_cleared_away(gate: SyncedWarehouse, published: Path) -> None:
    published.parent.mkdir()
    for name in (".labels.duckdb.new", ".labels.duckdb.new.wal", "labels.duckdb.lock"):
        (published.parent / name).write_bytes(b"half")
    (published.parent / ".labels.duckdb.new.tmp").mkdir()
    assert gate.sync(publish=str(published)).exit_code == 0
    assert [path.name for path in published.parent.iterdir()] == ["labels.duckdb"]
    assert differences(gate.file, published) == []


def test_a_log_of_somebody_who_wrote_to_the_copy_does_not_spoil_the_next_one(
    gate: SyncedWarehouse, published: Path
) -> None:
    gate.sync(publish=str(published))
    published.chmod(0o644)
    log = published.with_name("labels.duckdb.wal")
    write = "c = duckdb.connect(sys.argv[1]); c.execute('CREATE TABLE mine (a INTEGER)'); os._exit(0)"
    subprocess.run([sys.executable, "-c", f"import duckdb, os, sys; {write}", str(published)], check=True)
    assert log.exists()
    second = gate.sync(publish=str(published))
    assert second.exit_code == 0
    assert not log.exists()
    assert run_in(published) == second.run.run_id


def refused(gate: SyncedWarehouse, path: Path) -> ConnectorError:
    with pytest.raises(ConnectorError) as caught:
        gate.sync(publish=str(path))
    return caught.value


def test_nothing_else_is_ever_replaced(gate: SyncedWarehouse, tmp_path: Path) -> None:
    """Refused before anything is fetched: the path was meant to be another one."""
    assert "over itself" in str(refused(gate, gate.file))
    link = tmp_path / "link.duckdb"
    link.symlink_to(gate.file)
    assert "over itself" in str(refused(gate, link))
    other = tmp_path / "other.duckdb"
    shutil.copyfile(gate.file, other)
    before = other.read_bytes()
    error = refused(gate, other)
    assert error.kind is ErrorKind.CONFIGURATION
    assert "is not a published copy" in str(error)
    assert other.read_bytes() == before
    note = tmp_path / "note.db"
    note.write_text("not a database, but something of somebody's")
    assert "is not a published copy" in str(refused(gate, note))
    assert gate.server.requests == []


def test_postgresql_needs_no_copies() -> None:
    with pytest.raises(ConnectorError, match="Only a DuckDB warehouse is published") as caught:
        publish_target("postgresql+psycopg://ana:geheim@db/labels", None, Path("labels.duckdb"), ["duckdb"])
    assert caught.value.kind is ErrorKind.CONFIGURATION


def test_another_process_that_publishes_there_is_named(gate: SyncedWarehouse, published: Path) -> None:
    published.parent.mkdir()
    with file_lock(published, ME, "The file"), pytest.raises(ConnectorError, match=f"process {os.getpid()}") as caught:
        gate.sync(publish=str(published))
    assert caught.value.kind is ErrorKind.LOCKED
    assert not published.exists()


def test_a_schema_of_its_own_is_published_with_its_views(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    url = f"duckdb:///{tmp_path / 'labels.duckdb'}"
    numbered_runs.make(url, "team_b")
    warehouse = open_warehouse(url, "team_b")
    numbered_runs.record_success(warehouse, 1)
    warehouse.close()
    target = publish_target(url, "team_b", tmp_path / "out", ["duckdb", "parquet"])
    file, folder = publish(url, "team_b", target, ["duckdb", "parquet"], 0, ME)
    assert rows(file.path, "SELECT run_id FROM team_b.publication") == [(numbered_runs.run_id_of(1),)]
    assert rows(file.path, "SELECT count(*) FROM team_b.current_label_row") == [(numbered_runs.LABEL_ROWS,)]
    monkeypatch.chdir(folder.path)
    with duckdb.connect() as connection:
        connection.execute((folder.path / "views.sql").read_text())
        assert connection.execute("SELECT count(*) FROM team_b.current_label_row").fetchall() == [(3,)]
