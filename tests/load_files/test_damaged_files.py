"""Files with a bad value in one label row, and files that are cut short or damaged: what can be loaded is, and told."""

import codecs
import gzip
import json
import random
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result

from connector.errors import ConnectorError
from tests.bad_json import BAD_VALUES, with_bad_value
from tests.load_files.conftest import Exported, Load, events, rows_of

LABELS = ("object_annotation", "attribute_answer")


@pytest.fixture(scope="session")
def rows(exported: Exported) -> list[dict[str, Any]]:
    loaded: list[dict[str, Any]] = json.loads(exported.labels.read_bytes())
    return loaded


def counts(result: Result) -> tuple[int, ...]:
    [finished] = events(result, "project_finished")
    return tuple(finished[name] for name in ("listed", "loaded", "failed"))


def failures_of(file: Path) -> dict[str, str]:
    return {name: message for _, name, _, message, *_ in rows_of(file, "sync_failure")["sync_failure"]}


@pytest.mark.parametrize("form", ["list", "lines"])
def test_a_row_with_a_bad_value_fails_by_name_and_the_others_load(
    form: str, exported: Exported, rows: list[dict[str, Any]], load: Load, new_file: Path, tmp_path: Path
) -> None:
    bad = dict(zip([row["label_hash"] for row in rows], BAD_VALUES, strict=False))
    texts = [json.dumps(row).encode() for row in rows]
    for place, name in enumerate(bad.values()):
        texts[place] = with_bad_value(texts[place], BAD_VALUES[name][0])
    file = tmp_path / "rows.json"
    file.write_bytes(b"[" + b",\n".join(texts) + b"]" if form == "list" else b"\n".join(texts))
    result = load(file, "--ontology", exported.ontology)
    assert (result.exit_code, counts(result)) == (7, (30, 30 - len(bad), len(bad)))
    found = failures_of(new_file)
    assert found.keys() == bad.keys()
    for label_hash, name in bad.items():
        assert f"Label row {label_hash}" in found[label_hash]
        assert BAD_VALUES[name][1] in found[label_hash]
    file.write_text(json.dumps(rows))
    assert load(file).exit_code == 0
    assert failures_of(new_file) == {}
    assert rows_of(new_file, *LABELS) == rows_of(exported.file, *LABELS)


def test_nan_that_python_wrote_is_named_with_its_place(
    exported: Exported, rows: list[dict[str, Any]], load: Load, new_file: Path, tmp_path: Path
) -> None:
    file = tmp_path / "row.json"
    file.write_text(json.dumps({**rows[0], "object_answers": {"o": {"confidence": float("nan")}}}, indent=2))
    assert load(file, "--ontology", exported.ontology).exit_code == 7
    [message] = failures_of(new_file).values()
    assert "confidence is NaN, which no JSON number is (in object_answers/o)" in message


def test_a_list_that_is_cut_short_loads_what_came_before(
    exported: Exported, rows: list[dict[str, Any]], load: Load, tmp_path: Path
) -> None:
    file = tmp_path / "cut.json"
    text = json.dumps(rows[:3])
    for content, loaded, told in (
        (text[:-100], 2, "is cut short or damaged after label row 2; the 2 label rows before that are loaded"),
        (text[:-1], 3, "is cut short or damaged after label row 3; the 3 label rows before that are loaded"),
        (text + " [1]", 3, "goes on after its list of label rows with something else; the 3 label rows"),
    ):
        file.write_text(content)
        result = load(file, "--ontology", exported.ontology)
        assert (result.exit_code, counts(result)) == (7, (loaded, loaded, 0))
        [failed] = events(result, "file_failed")
        assert told in failed["text"]
    file.write_text(text[:50])
    with pytest.raises(ConnectorError, match="is cut short or damaged in its first label row") as refused:
        load(file, "--ontology", exported.ontology)
    assert refused.value.kind.exit_code == 7


@pytest.mark.parametrize("form", ["list", "lines"])
@pytest.mark.parametrize("damage", ["cut", "checksum", "garbage", "something behind"])
def test_damaged_gzip_loads_what_came_before(
    damage: str, form: str, exported: Exported, rows: list[dict[str, Any]], load: Load, tmp_path: Path
) -> None:
    chosen = rows[:5]
    # What follows cannot be compressed, so that the damage lies behind all of the others.
    noise = {**rows[5], "noise": random.Random(1).randbytes(200_000).hex()}
    texts = [json.dumps(row) for row in (*chosen, noise)]
    packed = bytearray(gzip.compress(("[" + ",".join(texts) + "]" if form == "list" else "\n".join(texts)).encode()))
    if damage == "cut":
        del packed[-50_000:]
    elif damage == "checksum":
        packed[-6] ^= 0xFF
    elif damage == "garbage":
        packed[-50_000:-40_000] = b"\xff" * 10_000
    else:
        packed += b"and something else"
    file = tmp_path / "rows.json.gz"
    file.write_bytes(packed)
    result = load(file, "--ontology", exported.ontology)
    [failed] = events(result, "file_failed")
    assert ("is cut short" if damage == "cut" else "is damaged") in failed["text"]
    assert result.exit_code == 7
    # Garbage may unpack to other text, which only the checksum at the end shows.
    assert counts(result)[1] in {"cut": {5}, "garbage": {5, 6}}.get(damage, {6})


def test_utf_16_as_power_shell_writes_it_is_read(
    exported: Exported, rows: list[dict[str, Any]], load: Load, new_file: Path, tmp_path: Path
) -> None:
    text = json.dumps(rows, indent=1, ensure_ascii=False).replace("\n", "\r\n")
    plain, packed = tmp_path / "rows.json", tmp_path / "rows.json.gz"
    plain.write_bytes(codecs.BOM_UTF16_LE + text.encode("utf-16-le"))
    packed.write_bytes(gzip.compress(codecs.BOM_UTF16_BE + text.encode("utf-16-be")))
    for file in (plain, packed):
        result = load(file, "--ontology", exported.ontology)
        assert (result.exit_code, counts(result)) == (0, (30, 30, 0))
    assert rows_of(new_file, *LABELS) == rows_of(exported.file, *LABELS)
    # Cut within a character, after one that is half a character.
    title = rows[0]["data_title"].encode("utf-16-le")
    halved = plain.read_bytes().replace(title, b"\x3d\xd8" + title[2:], 1)[:-1]
    plain.write_bytes(halved)
    result = load(plain)
    assert (result.exit_code, counts(result)) == (7, (29, 28, 1))
