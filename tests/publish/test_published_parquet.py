"""The published Parquet folder: readable without DuckDB, whole, and moved on in one step."""

import hashlib
import json
import os
import time
from pathlib import Path
from typing import Any

import duckdb
import pyarrow.parquet as pq
import pytest

from connector.errors import ConnectorError, ErrorKind
from connector.load.tables import METADATA
from connector.sql_files import view_files
from tests.sync.synced_warehouse import SyncedWarehouse

ONE_TITLE = "SELECT data_title FROM label_on_frame ORDER BY frame, data_title LIMIT 1"


def versions(root: Path) -> list[str]:
    return sorted(path.name for path in root.iterdir() if path.name != "current")


def manifest_of(version: Path) -> dict[str, Any]:
    manifest: dict[str, Any] = json.loads((version / "manifest.json").read_text())
    return manifest


def test_it_holds_what_the_warehouse_holds(
    farm: SyncedWarehouse, published: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    outcome = farm.sync(publish=str(published), publish_format="parquet")
    (event,) = outcome.events_named("published")
    root = published.with_name("labels-parquet")
    assert [path.name for path in published.parent.iterdir()] == [root.name]
    current = (root / "current").resolve()
    assert str(current) == str(Path(event.fields["path"]).resolve())
    assert current.name == outcome.run.run_id

    manifest = manifest_of(current)
    assert manifest["run_id"] == outcome.run.run_id
    named = {table["name"]: table for table in manifest["tables"]}
    left_out = {"consensus_match_rules", "consensus_stage_read", "stream_read"}
    assert set(METADATA.tables) - set(named) == left_out, "no view reads them"
    assert not any(file.is_internal for file in view_files() if file.view_name in named)
    assert {path.name for path in current.iterdir()} == {
        "manifest.json",
        "views.sql",
        *(table["file"] for table in named.values()),
    }
    for name, table in named.items():
        file = current / table["file"]
        assert hashlib.sha256(file.read_bytes()).hexdigest() == table["sha256"]
        assert file.stat().st_size == table["bytes"]
        content = pq.read_table(file)
        assert content.num_rows == table["rows"] == farm.value(f"SELECT count(*) FROM {name}")
        assert content.column_names == [column["name"] for column in table["columns"]]
        assert all(column["comment"] for column in table["columns"])

    monkeypatch.chdir(current)
    with duckdb.connect() as connection:
        connection.execute((current / "views.sql").read_text())
        connection.execute("SET search_path = 'main,internal'")
        for (view,) in farm.rows("SELECT view_name FROM installed_view"):
            hashes = f"SELECT count(*), sum(hash(v)) FROM {view} v"
            assert connection.execute(hashes).fetchall() == farm.rows(hashes), view
            if view in named:
                assert named[view]["kind"] == "view"
                query = f"SELECT count(*), sum(hash(v)) FROM read_parquet('{view}.parquet') v"
                assert connection.execute(query).fetchall() == farm.rows(hashes), view
            else:
                is_plumbing = any(file.is_internal for file in view_files() if file.view_name == view)
                assert view.endswith("_on_frame") or view.startswith("consensus_") or is_plumbing, view
        title, call = farm.rows(ONE_TITLE)[0][0], "SELECT * FROM labels_in_range({}, {}, 0, 20) ORDER BY ALL"
        asked = call.format("(SELECT title FROM project)", f"'{title}'")
        assert connection.execute(asked).fetchall() == farm.rows(asked) != []


def test_the_version_before_always_stays_and_more_on_request(gate: SyncedWarehouse, tmp_path: Path) -> None:
    root = tmp_path / "out" / "gate-parquet"
    options: dict[str, Any] = {"publish": str(tmp_path / "out"), "publish_format": "parquet"}
    runs = []

    def edited_and_synced(keep: int = 0) -> None:
        gate.project.save_labels(gate.project.label_hashes[0])
        runs.append(gate.sync(**options, publish_keep=keep).run.run_id)
        assert (root / "current").readlink() == Path(runs[-1])

    for _ in range(3):
        edited_and_synced()
    assert versions(root) == sorted(runs[-2:])
    for _ in range(2):
        edited_and_synced(keep=2)
    assert versions(root) == sorted(runs[-3:])
    manifest = root / "current" / "manifest.json"
    os.utime(manifest, (0, 0))
    unchanged = gate.sync(**options)
    (event,) = unchanged.events_named("publication_unchanged")
    assert event.fields["run_id"] == runs[-1]
    assert (versions(root), (root / "current").readlink()) == (sorted(runs[-3:]), Path(runs[-1]))
    assert manifest.stat().st_mtime > time.time() - 60


def test_both_forms_at_once_and_what_a_killed_publish_left(gate: SyncedWarehouse, published: Path) -> None:
    root = published.with_name("labels-parquet")
    (root / ".20261123T014503Z-ab12cd.new").mkdir(parents=True)
    (root / ".20261123T014503Z-ab12cd.new" / "project.parquet").write_bytes(b"half")
    (root / ".current.new").symlink_to("nowhere")
    outcome = gate.sync(publish=str(published), publish_format="duckdb,parquet")
    assert [event.fields["format"] for event in outcome.events_named("published")] == ["duckdb", "parquet"]
    assert sorted(path.name for path in published.parent.iterdir()) == ["labels-parquet", "labels.duckdb"]
    assert sorted(path.name for path in root.iterdir()) == [outcome.run.run_id, "current"]


def test_only_what_publishing_made_is_removed(gate: SyncedWarehouse, published: Path) -> None:
    root = published.with_name("labels-parquet")
    own = [
        root / ".mine.new",
        root / "notes" / "manifest.json",
        root / ".spill.new.txt",
        root / "20260101" / "manifest.json",
    ]
    for file in own:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text("the user's own")
    elsewhere = root.with_name("elsewhere")
    elsewhere.mkdir()
    (elsewhere / "manifest.json").write_text("{}")
    (root / "20260101T000000Z-abcdef").symlink_to(elsewhere)
    for _ in range(3):
        gate.project.save_labels(gate.project.label_hashes[0])
        gate.sync(publish=str(published), publish_format="parquet", publish_keep=1)
    assert {file.read_text() for file in own} == {"the user's own"}
    assert (elsewhere / "manifest.json").exists()
    assert len([name for name in versions(root) if len(name) == 23]) == 3, "two versions, and the link"


def test_a_folder_that_is_a_link_is_not_published_into(gate: SyncedWarehouse, published: Path) -> None:
    elsewhere = published.with_name("elsewhere")
    elsewhere.mkdir(parents=True)
    published.with_name("labels-parquet").symlink_to(elsewhere)
    with pytest.raises(ConnectorError, match="labels-parquet is a link to another folder") as refused:
        gate.sync(publish=str(published), publish_format="parquet")
    assert refused.value.kind is ErrorKind.CONFIGURATION
    assert list(elsewhere.iterdir()) == []
