"""The published Parquet folder: readable without DuckDB, whole, and moved on in one step."""

import hashlib
import importlib
import json
import os
import pathlib
import re
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
    farm: SyncedWarehouse, published: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "project.parquet").write_bytes(b"not of this copy")
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
        "README.md",
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
        described = {field.name: field.metadata[b"comment"].decode() for field in content.schema}
        assert described == {column["name"]: column["comment"] for column in table["columns"]}
        assert content.schema.metadata[b"comment"].decode() == table["comment"] != ""
        asked = f"SELECT decode(value) FROM parquet_kv_metadata('{file}') WHERE decode(key) = "
        assert duckdb.execute(f"{asked}'comment'").fetchall() == [(table["comment"],)]
        assert json.loads(duckdb.execute(f"{asked}'column_comments'").fetchall()[0][0]) == described
        # What Arrow is told of the types loses nothing.
        assert duckdb.execute(f"SELECT * FROM content EXCEPT ALL SELECT * FROM read_parquet('{file}')").fetchall() == []

    with duckdb.connect() as connection:
        connection.execute((current / "views.sql").read_text())
        connection.execute("SET search_path = 'main,internal'")
        for (view,) in farm.rows("SELECT view_name FROM installed_view"):
            hashes = f"SELECT count(*), sum(hash(v)) FROM {view} v"
            assert connection.execute(hashes).fetchall() == farm.rows(hashes), view
            if view in named:
                assert named[view]["kind"] == "view"
                query = f"SELECT count(*), sum(hash(v)) FROM read_parquet('{current}/{view}.parquet') v"
                assert connection.execute(query).fetchall() == farm.rows(hashes), view
            else:
                is_plumbing = any(file.is_internal for file in view_files() if file.view_name == view)
                assert view.endswith("_on_frame") or view.startswith("consensus_") or is_plumbing, view
        title, call = farm.rows(ONE_TITLE)[0][0], "SELECT * FROM labels_in_range({}, {}, 0, 20) ORDER BY ALL"
        asked = call.format("(SELECT title FROM project)", f"'{title}'")
        assert connection.execute(asked).fetchall() == farm.rows(asked) != []


def test_the_readme_says_what_is_there_and_its_lines_work(
    farm: SyncedWarehouse, published: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    outcome = farm.sync(publish=str(published), publish_format="parquet")
    current = (published.with_name("labels-parquet") / "current").resolve()
    text = (current / "README.md").read_text(encoding="utf-8")
    assert f"as run {outcome.run.run_id} left them" in text
    manifest = manifest_of(current)
    for table in manifest["tables"]:
        assert f"| `{table['file']}` | {table['rows']:,} | " in text
    public = {file.view_name for file in view_files() if not file.is_internal}
    assert set(re.findall(r"^\| `(\w+)` \|", text, re.MULTILINE)) == public - {t["name"] for t in manifest["tables"]}
    (in_python,) = re.findall(r"^duckdb\.connect.*$", text, re.MULTILINE)
    (with_arrow,) = re.findall(r"^pyarrow.*$", text, re.MULTILINE)
    counted = farm.value("SELECT count(*) FROM label_on_frame")
    names = {"duckdb": duckdb, "pathlib": pathlib, "pyarrow": importlib.import_module("pyarrow")}
    assert eval(in_python, names).execute("SELECT count(*) FROM label_on_frame").fetchone() == (counted,)
    assert eval(with_arrow, names).num_rows == farm.value("SELECT count(*) FROM label_row")

    moved = tmp_path / "it's elsewhere"
    current.rename(moved)
    script = (moved / "views.sql").read_text()
    with duckdb.connect() as connection, pytest.raises(duckdb.IOException, match="No files found"):
        connection.execute(script)
    (line,) = re.findall(r"^SET VARIABLE .*$", text, re.MULTILINE)
    monkeypatch.chdir(moved)
    for place in (".", str(moved).replace("'", "''")):
        with duckdb.connect() as connection:
            connection.execute(line.replace("/where/they/are", place))
            connection.execute(script)
            assert connection.execute("SELECT count(*) FROM label_on_frame").fetchone() == (counted,)


def test_the_largest_views_are_files_on_request(farm: SyncedWarehouse, published: Path) -> None:
    options: dict[str, Any] = {"publish": str(published), "publish_format": "parquet"}
    current = published.with_name("labels-parquet") / "current"
    large = {"label_on_frame", "object_on_frame"}
    for with_views, has_moved in ((False, True), (True, True), (True, False), (False, True)):
        outcome = farm.sync(**options, publish_views=with_views)
        assert bool(outcome.events_named("published")) == has_moved
        named = {table["name"]: table for table in manifest_of(current)["tables"]}
        assert named.keys() & large == (large if with_views else set())
        text = (current / "README.md").read_text(encoding="utf-8")
        for view in large:
            assert (current / f"{view}.parquet").exists() == with_views
            assert (f"| `{view}.parquet` |" in text, f"| `{view}` |" in text) == (with_views, not with_views)
            if with_views:
                assert pq.read_table(current / f"{view}.parquet").schema.field("frame").metadata[b"comment"]
                hashes = "SELECT count(*), sum(hash(v)) FROM {} v"
                of_file = duckdb.execute(hashes.format(f"read_parquet('{current}/{view}.parquet')")).fetchall()
                assert of_file == farm.rows(hashes.format(view)), view
    with pytest.raises(ConnectorError, match="--publish-views is about Parquet") as refused:
        farm.sync(publish=str(published), publish_views=True)
    assert refused.value.kind is ErrorKind.CONFIGURATION


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
