"""The command: what is in the file, what is left out and said so, and what happens to the file if it cannot be made."""

import gzip
import json
import subprocess
from pathlib import Path
from typing import Any

import duckdb
from click.testing import CliRunner, Result
from encord.objects import OntologyStructure

from connector.cli import application
from tests.export_json.conftest import SyncedProject
from tests.export_json.sdk_comparison import assert_same_model
from tests.sync.command_line import COMMAND


def run(url: str, *arguments: str) -> Result:
    result = CliRunner().invoke(application, ["export", "json", "--warehouse", url, "--log-format", "json", *arguments])
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result


def event(result: Result) -> dict[str, Any]:
    [line] = [line for line in map(json.loads, result.output.splitlines()) if line["event"] == "labels_exported"]
    return dict(line)


def test_every_label_row_reads_in_the_sdk_as_the_one_in_encord(synced_file: SyncedProject, tmp_path: Path) -> None:
    """All branches of a project with every kind of data."""
    out, ontology = tmp_path / "labels.json", tmp_path / "ontology.json"
    result = run(synced_file.url, "--branch", "all", "--out", str(out), "--ontology-out", str(ontology))
    assert result.exit_code == 0, result.output
    project = synced_file.project
    rows = {row["label_hash"]: row for row in json.loads(out.read_bytes())}
    assert sorted(rows) == sorted(project.label_hashes)
    assert event(result)["label_rows"] == len(rows)
    assert event(result)["unopened"] == len(project.rows) - len(rows) > 0
    for label_hash, again in rows.items():
        original = project.row(label_hash)
        assert_same_model(original.metadata, original.labels, again, project.editor)
    written = OntologyStructure.from_dict(json.loads(ontology.read_bytes()))
    expected = OntologyStructure.from_dict(project.editor)
    assert [item.feature_node_hash for item in written.objects] == [item.feature_node_hash for item in expected.objects]
    assert written.classifications == expected.classifications
    assert [item.attributes for item in written.objects] == [item.attributes for item in expected.objects]


def test_both_engines_write_the_same_file(synced_file: SyncedProject, synced_server: str, tmp_path: Path) -> None:
    files = []
    for number, url in enumerate((synced_file.url, synced_server)):
        out = tmp_path / f"{number}.json"
        assert run(url, "--branch", "all", "--out", str(out)).exit_code == 0
        files.append(out.read_bytes())
    assert files[0] == files[1]


def test_main_is_the_default_and_a_title_chooses(synced_file: SyncedProject, tmp_path: Path) -> None:
    out = tmp_path / "labels.json"
    project = synced_file.project
    assert run(synced_file.url, "--out", str(out)).exit_code == 0
    rows = json.loads(out.read_bytes())
    opened = [row for row in project.rows.values() if row.label_hash]
    assert len(rows) == sum(row.branch_name == "main" for row in opened) < len(opened)
    assert [row["data_title"] for row in rows] == sorted(row["data_title"] for row in rows)
    title = "calving-pen-002.mp4"
    branches = {row.branch_name for row in opened if row.metadata["data_title"] == title}
    assert run(synced_file.url, "--branch", "all", "--title", title, "--out", str(out)).exit_code == 0
    assert [(row["data_title"], row["branch_name"]) for row in json.loads(out.read_bytes())] == [
        (title, branch) for branch in sorted(branches)
    ]


def test_lines_and_gzip_hold_the_same_rows(synced_file: SyncedProject, tmp_path: Path) -> None:
    listed, lines, packed = tmp_path / "a.json", tmp_path / "a.jsonl", tmp_path / "a.jsonl.gz"
    for out, more in ((listed, ()), (lines, ("--lines",)), (packed, ("--lines",))):
        assert run(synced_file.url, "--out", str(out), *more).exit_code == 0
    rows = json.loads(listed.read_bytes())
    assert [json.loads(line) for line in lines.read_text(encoding="utf-8").splitlines()] == rows
    assert gzip.decompress(packed.read_bytes()) == lines.read_bytes()
    assert sorted(path.name for path in tmp_path.glob("*a.json*")) == ["a.json", "a.jsonl", "a.jsonl.gz"]


def test_standard_output_holds_the_labels_and_nothing_else(synced_file: SyncedProject) -> None:
    arguments = ("export", "json", "--warehouse", synced_file.url, "--log-format=json", "--out=-", "--lines")
    result = subprocess.run([COMMAND, *arguments], capture_output=True, text=True, check=True)
    assert all("label_hash" in json.loads(line) for line in result.stdout.splitlines())
    assert json.loads(result.stderr.splitlines()[-1])["event"] == "labels_exported"


def test_an_image_group_a_slice_and_a_part_of_a_group_keep_what_the_sdk_does_not_write(
    synced_file: SyncedProject, tmp_path: Path
) -> None:
    """What a loaded file needs: the slices' ids, and where a part lies in its group."""
    out = tmp_path / "labels.json"
    assert run(synced_file.url, "--out", str(out)).exit_code == 0
    rows = json.loads(out.read_bytes())
    [dicom] = [row for row in rows if row["data_type"] == "dicom"]
    [unit] = dicom["data_units"].values()
    assert all(blob["metadata"]["dicom_instance_uid"] for blob in unit["labels"].values())
    groups = [row for row in rows if row["data_type"] == "group"]
    assert groups
    assert all(space["child_info"]["layout_key"] for row in groups for space in row["spaces"].values())


def test_rows_that_do_not_fit_each_other_are_left_out_and_named(synced_file: SyncedProject, tmp_path: Path) -> None:
    with duckdb.connect(synced_file.url.removeprefix("duckdb:///")) as connection:
        [(label_hash,)] = connection.execute(
            "UPDATE object_annotation SET geometry = 'no JSON' WHERE label_hash ="
            " (SELECT min(label_hash) FROM object_annotation JOIN label_row USING (label_hash)"
            " WHERE branch_name = 'main') RETURNING label_hash"
        ).fetchall()[:1]
    out = tmp_path / "labels.json"
    result = run(synced_file.url, "--out", str(out))
    assert (result.exit_code, event(result)["failed"]) == (7, 1)
    assert label_hash in result.output
    assert label_hash not in {row["label_hash"] for row in json.loads(out.read_bytes())}


def test_what_cannot_be_exported_is_told_and_leaves_the_file_as_it_was(
    synced_file: SyncedProject, tmp_path: Path
) -> None:
    out = tmp_path / "labels.json"
    out.write_text("the file of yesterday", encoding="utf-8")
    for arguments, message in (
        (("--branch", "no-such-branch"), "no label row on branch no-such-branch"),
        (("--title", "no-such-title"), "titled no-such-title on main"),
        (("--project", "00000000-0000-0000-0000-000000000000"), "is not in the warehouse"),
    ):
        result = CliRunner().invoke(
            application, ["export", "json", "--warehouse", synced_file.url, "--out", str(out), *arguments]
        )
        assert message in str(result.exception)
    missing = str(tmp_path / "no-such-folder" / "labels.json")
    result = CliRunner().invoke(application, ["export", "json", "--warehouse", synced_file.url, "--out", missing])
    assert "cannot be written: No such file or directory" in str(result.exception)
    assert out.read_text(encoding="utf-8") == "the file of yesterday"
    assert [path.name for path in tmp_path.glob(".*")] == []
