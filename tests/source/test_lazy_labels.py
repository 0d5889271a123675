"""A label row that is decoded frame by frame says the same, and has the same fingerprint, as one decoded whole."""

import copy
import mmap
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import orjson
import pytest

from connector.errors import FormatError
from connector.source.answers import answer_body
from connector.source.answers.answer_body import AnswerBody
from connector.source.label_rows import lazy_labels
from connector.source.label_rows.content_hash import content_hash
from connector.source.label_rows.fetched import FetchedLabelRow
from connector.source.label_rows.lazy_labels import LazyEntries, LazyFrames, LazyUnits
from tests.source.test_content_hash import rich_row
from tests.source.world import data_hash_of, label_row

NO_FRAMES: list[Any] = [None, {}, [], "text", {"objects": [], "classifications": []}, {"0": []}]


def odd_rows() -> Iterator[dict[str, Any]]:
    """Rows whose parts are of every form that gets past the first look at an answer."""
    yield label_row(1, note="calm")
    yield rich_row()
    yield {**rich_row(), "spaces": None, "scene": None}
    yield {**rich_row(), "data_units": {"x": None, "y": [1], "z": {"labels": "text"}, "w": {}}}
    for labels in NO_FRAMES:
        yield {**rich_row(), "data_units": {"u": {"labels": labels, "data_link": "https://x"}}}
    several = {f"u{n}": {"data_sequence": n, "labels": {"objects": [], "classifications": []}} for n in range(5)}
    yield {**rich_row(), "data_units": several}
    yield {key: value for key, value in rich_row().items() if key not in {"spaces", "scene"}}


@pytest.fixture(autouse=True)
def _take_everything_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lazy_labels, "ANSWERS_WHOLE_BYTES", 0)


def fetched(content: bytes, whole_bytes: int = 0) -> FetchedLabelRow:
    body = AnswerBody(bytearray(content))
    return FetchedLabelRow("label", msgspec.json.decode(body.content, type=msgspec.Raw), body, whole_bytes=whole_bytes)


def plain(value: object) -> object:
    """The value with dicts in place of lazy mappings."""
    if isinstance(value, LazyEntries):
        value = dict(value.items())
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items()}
    return value


@pytest.mark.parametrize("row", list(odd_rows()))
def test_the_same_values_and_the_same_hash(row: dict[str, Any]) -> None:
    content = orjson.dumps(row, option=orjson.OPT_INDENT_2)
    assert fetched(content, len(content)).content_hash() == content_hash(copy.deepcopy(row))
    expected = fetched(content).content_hash()
    gone_through = fetched(content)
    assert plain(gone_through.labels()) == row
    assert gone_through.content_hash() == expected
    assert plain(gone_through.labels()) == row, "it can be read again"
    touched = fetched(content)
    for unit in touched.labels()["data_units"].values():
        labels = unit.get("labels") if isinstance(unit, dict) else None
        next(iter(labels.items() if isinstance(labels, LazyFrames) else ()), None)
        break
    assert touched.content_hash() == expected, "somebody began to go through it"


def test_frames_count_as_they_were_sent_and_links_of_slices_do_not() -> None:
    row = rich_row()
    (unit,) = row["data_units"].values()
    unit["labels"]["10"]["metadata"] = {"dicom_instance_uid": "1.2", "file_uri": "https://x/?signature=1"}
    fingerprint = fetched(orjson.dumps(row)).content_hash()
    unit["labels"]["10"]["metadata"]["file_uri"] = "https://x/?signature=2"
    assert fetched(orjson.dumps(row)).content_hash() == fingerprint
    unit["labels"]["10"]["metadata"]["dicom_instance_uid"] = "1.3"
    assert fetched(orjson.dumps(row)).content_hash() != fingerprint
    for place in ("0", "10"):
        changed = copy.deepcopy(row)
        changed["data_units"][data_hash_of(1)]["labels"][place]["objects"].append({"objectHash": "new"})
        assert fetched(orjson.dumps(changed)).content_hash() != fetched(orjson.dumps(row)).content_hash()


def test_a_reader_may_bring_a_decoder_of_its_own() -> None:
    row = rich_row()
    read = fetched(orjson.dumps(row))
    (unit,) = read.labels()["data_units"].values()
    sizes = dict(unit["labels"].read(lambda raw: len(memoryview(raw))))
    (expected,) = row["data_units"].values()
    assert sizes == {key: len(orjson.dumps(blob)) for key, blob in expected["labels"].items()}
    assert read.content_hash() == fetched(orjson.dumps(row)).content_hash()


def test_the_order_of_frames_and_units_does_not_count() -> None:
    row = rich_row()
    unit = row["data_units"][data_hash_of(1)]
    row["data_units"]["another"] = {"labels": {"3": {"objects": []}, "1": {"objects": [1]}}}
    turned = copy.deepcopy(row)
    turned["data_units"] = dict(reversed(turned["data_units"].items()))
    turned["data_units"][data_hash_of(1)]["labels"] = dict(reversed(unit["labels"].items()))
    assert fetched(orjson.dumps(turned)).content_hash() == fetched(orjson.dumps(row)).content_hash()
    moved = copy.deepcopy(row)
    moved["data_units"]["another"]["labels"] = {"3": {"objects": [1]}, "1": {"objects": []}}
    assert fetched(orjson.dumps(moved)).content_hash() != fetched(orjson.dumps(row)).content_hash()


def test_frames_and_answers_are_decoded_one_at_a_time() -> None:
    labels = fetched(orjson.dumps(rich_row())).labels()
    assert isinstance(labels["data_units"], LazyUnits)
    assert isinstance(labels["object_answers"], LazyEntries)
    (unit,) = labels["data_units"].values()
    frames = unit["labels"]
    assert isinstance(frames, LazyFrames)
    assert list(frames) == ["0", "10"]
    assert frames["10"]["objects"] is not frames["10"]["objects"], "nothing is kept"
    assert "10" in frames
    assert frames.get("11") is None


@pytest.mark.parametrize("bad", [b'"\xff"', b"1e999"])
def test_what_only_decoding_finds_is_raised_where_it_is_reached(bad: bytes) -> None:
    row = rich_row()
    row["data_units"][data_hash_of(1)]["labels"]["10"] = "@"
    content = orjson.dumps(row).replace(b'"@"', b'{"objects": [' + bad + b"]}")
    labels = fetched(content).labels()
    (unit,) = labels["data_units"].values()
    frames = iter(unit["labels"].items())
    assert next(frames)[0] == "0"
    with pytest.raises(ValueError):
        next(frames)
    with pytest.raises(FormatError):
        fetched(content, len(content)).content_hash()
    assert fetched(content).content_hash() == fetched(content).content_hash(), "frames are not decoded to be hashed"


def test_a_mapped_row_reads_like_one_in_memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(answer_body, "_BYTES_BETWEEN_RELEASES", 100)
    content = orjson.dumps(rich_row())
    (tmp_path / "body").write_bytes(content)
    with (tmp_path / "body").open("rb") as file:
        body = AnswerBody(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ))
    row = FetchedLabelRow("label", msgspec.json.decode(body.content, type=msgspec.Raw), body, whole_bytes=0)
    assert plain(row.labels()) == rich_row()
    assert row.content_hash() == fetched(orjson.dumps(rich_row())).content_hash()
