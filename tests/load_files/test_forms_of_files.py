"""The forms that label rows lie in on people's disks, and files that are none of them."""

import gzip
import json
from pathlib import Path
from typing import Any

import pytest

from tests.load_files.conftest import Exported, Load, command, events, rows_of
from tests.parity.samples import samples

LABELS = ("object_annotation", "object_range", "attribute_answer", "classification_range", "data_frame")


@pytest.fixture(scope="session")
def rows(exported: Exported) -> list[dict[str, Any]]:
    loaded: list[dict[str, Any]] = json.loads(exported.labels.read_bytes())
    return loaded


def counts(result: Any) -> tuple[int, ...]:  # noqa: ANN401 - click's Result
    [finished] = events(result, "project_finished")
    return tuple(finished[name] for name in ("listed", "loaded", "unchanged", "failed", "skipped"))


def test_every_form_holds_the_same(
    exported: Exported, rows: list[dict[str, Any]], load: Load, new_file: Path, tmp_path: Path
) -> None:
    """A list as the page's script indents it, one row per file, one per line, compressed: all at once, no row twice."""
    for number, row in enumerate(rows[:10]):
        (tmp_path / f"{number}.json").write_text(json.dumps(row, indent=4), encoding="utf-8-sig" if number else "utf-8")
    lines = "\n\n".join(json.dumps(row) for row in rows[10:20])
    (tmp_path / "lines.jsonl").write_text(lines, encoding="utf-8")
    packed = gzip.compress(json.dumps(rows[20:], indent=4).encode())
    (tmp_path / "packed.json.gz").write_bytes(packed[: len(packed)])
    files = [*sorted(tmp_path.glob("*.json")), tmp_path / "lines.jsonl", tmp_path / "packed.json.gz"]
    result = load(*files, "--ontology", exported.ontology)
    assert (result.exit_code, counts(result)) == (0, (30, 30, 0, 0, 0))
    assert rows_of(new_file, *LABELS) == rows_of(exported.file, *LABELS)


def test_an_older_file_leaves_newer_labels_alone_and_a_newer_one_replaces_them(
    rows: list[dict[str, Any]], load: Load, new_file: Path, tmp_path: Path
) -> None:
    row = next(row for row in rows if row["data_type"] == "video" and row["object_answers"])
    [unit] = row["data_units"].values()
    cleared = {**row, "object_answers": {}, "data_units": {unit["data_hash"]: {**unit, "labels": {}}}}
    older = {**cleared, "last_edited_at": "Mon, 01 Jan 2001 00:00:00 UTC"}
    newer = {**cleared, "last_edited_at": "Fri, 01 Jan 2038 00:00:00 UTC"}
    files = [tmp_path / f"{name}.json" for name in ("own", "older", "newer", "both")]
    for file, content in zip(files, (row, older, newer, [newer, row]), strict=True):
        file.write_text(json.dumps(content), encoding="utf-8")
    own, older_file, newer_file, both = files
    assert counts(load(own)) == (1, 1, 0, 0, 0)
    before = rows_of(new_file, "object_annotation")
    assert before["object_annotation"]
    assert counts(load(older_file)) == (1, 0, 1, 0, 0)
    assert rows_of(new_file, "object_annotation") == before
    assert counts(load(newer_file)) == (1, 1, 0, 0, 0)
    assert rows_of(new_file, "object_annotation") == {"object_annotation": []}
    # Twice in one file: whatever the order, the newer one stays.
    result = load(both)
    assert (result.exit_code, counts(result)) == (0, (2, 1, 1, 0, 0))
    assert rows_of(new_file, "object_annotation") == {"object_annotation": []}


def test_labels_that_a_sync_brought_stay(
    exported: Exported, rows: list[dict[str, Any]], load: Load, tmp_path: Path
) -> None:
    """The same second from Encord itself is the fuller source."""
    file = tmp_path / "synced.duckdb"
    file.write_bytes(exported.file.read_bytes())
    changed = tmp_path / "changed.json"
    changed.write_text(json.dumps([{**row, "object_answers": {}} for row in rows]), encoding="utf-8")
    before = rows_of(file, "label_row", "data_unit", "project", *LABELS)
    result = load(changed, warehouse=f"duckdb:///{file}")
    assert (result.exit_code, counts(result)) == (0, (30, 0, 30, 0, 0))
    assert rows_of(file, "label_row", "data_unit", "project", *LABELS) == before


def test_a_row_that_cannot_be_read_fails_alone(
    exported: Exported, rows: list[dict[str, Any]], load: Load, new_file: Path, tmp_path: Path
) -> None:
    good, unhashed, unopened = rows[0], dict(rows[1]), {**rows[2], "label_hash": None}
    del unhashed["data_hash"]
    broken = {**rows[3], "object_answers": 7}
    lines = [json.dumps(row) for row in (good, unhashed, unopened, broken)] + ['{"label_hash": "cut sho', "[]"]
    file = tmp_path / "lines.jsonl"
    file.write_text("\n".join(lines), encoding="utf-8")
    result = load(file, "--ontology", exported.ontology)
    assert (result.exit_code, counts(result)) == (7, (6, 1, 0, 4, 1))
    failures = {name: message for _, name, _, message, *_ in rows_of(new_file, "sync_failure")["sync_failure"]}
    assert set(failures) == {rows[1]["label_hash"], rows[3]["label_hash"], "5 of lines.jsonl", "6 of lines.jsonl"}
    assert "(2 of lines.jsonl) is not of Encord's format: data_hash is missing" in failures[rows[1]["label_hash"]]
    assert "object_answers is no object" in failures[rows[3]["label_hash"]]


def test_a_file_that_is_something_else_does_not_stop_the_next(
    exported: Exported, rows: list[dict[str, Any]], load: Load, tmp_path: Path
) -> None:
    good, cut, text, empty = (tmp_path / name for name in ("good.json", "cut.json", "text.json", "empty.json"))
    good.write_text(json.dumps(rows[:2]), encoding="utf-8")
    cut.write_text(json.dumps(rows[:2])[:-500], encoding="utf-8")
    text.write_text("no label row at all", encoding="utf-8")
    empty.write_bytes(b"")
    result = load(cut, text, empty, good, "--ontology", exported.ontology)
    assert (result.exit_code, counts(result)) == (7, (3, 3, 0, 0, 0))
    assert [Path(event["file"]).name for event in events(result, "file_failed")] == [
        "cut.json",
        "text.json",
        "empty.json",
    ]


FOUND = samples()


@pytest.mark.skipif(not FOUND, reason="no samples beside the repository")
def test_real_label_rows_load_without_an_ontology(new_file: Path, tmp_path: Path) -> None:
    """As Encord sent them, legacy forms and all; under hashes of their own, for theirs repeat."""
    file = tmp_path / "samples.jsonl"
    own = [
        {**sample.labels, "label_hash": f"row-{number}", "data_hash": f"unit-{number}"}
        for number, sample in enumerate(FOUND)
    ]
    file.write_text("\n".join(map(json.dumps, own)), encoding="utf-8")
    project = "00000000-0000-4000-8000-000000000001"
    result = command("load", file, "--project", project, "--warehouse", f"duckdb:///{new_file}")
    assert (result.exit_code, counts(result)) == (0, (len(FOUND), len(FOUND), 0, 0, 0)), result.output


def test_a_compressed_file_that_unpacks_to_more_than_allowed_is_left_out_by_name(
    rows: list[dict[str, Any]], load: Load, tmp_path: Path
) -> None:
    """It is stopped while it unpacks: to its end this one would take two gigabytes. A plain file has no limit."""
    plain, bomb = tmp_path / "plain.json", tmp_path / "bomb.json.gz"
    plain.write_text(json.dumps(rows[:5], indent=400), encoding="utf-8")
    bomb.write_bytes(gzip.compress(b" " * 10_000_000) * 200)
    result = load(plain, bomb, "--max-unpacked-bytes=1000000")
    [failed] = events(result, "file_failed")
    assert "bomb.json.gz unpacks to more than 1,000,000 bytes. If so much is right, raise" in failed["text"]
    assert (result.exit_code, counts(result)) == (7, (5, 5, 0, 0, 0))
