"""What the normalised tables say of one label row, as facts."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

import pyarrow as pa

from tests.parity.facts import METADATA, Facts, empty_facts, exact
from tests.parity.oracle_geometry import GEOMETRY_COLUMNS
from tests.parity.oracle_objects import RANGED_SHAPES

Row = dict[str, Any]

ROW_FACTS = (
    "label_hash",
    "is_event_based",
    "object_count",
    "annotation_count",
    "classification_count",
    "labels_last_edited_at",
)


def table_facts(tables: Mapping[str, pa.Table], row_facts: pa.Table, label_hash: str, data_hash: str) -> Facts:
    """The facts of one label row.

    Args:
        tables: The bundle's tables by name.
        row_facts: The bundle's table of facts about label rows.
        label_hash: The label row.
        data_hash: Its data unit, by which `data_frame` is keyed.

    Raises:
        AssertionError: A key occurs twice, positions are not 0, 1, 2, …, or a number's text is not its number.
    """
    facts = empty_facts()
    for row in _rows(row_facts, "label_hash", label_hash):
        _put(facts, "row", (), {name: exact(row[name]) if "_at" in name else row[name] for name in ROW_FACTS})
    for row in _rows(tables["data_frame"], "data_hash", data_hash):
        _put(facts, "frame", row["frame"], _without(row, "project_hash", "data_hash", "frame"))
    for row in _rows(tables["data_space"], "label_hash", label_hash):
        named = ("layout_key", "file_name", "stream_id", "event_index")
        _put(facts, "space", row["space_id"], {name: row[name] for name in named})
    for row in _rows(tables["object_instance"], "label_hash", label_hash):
        _put(facts, "object", row["object_hash"], _object(row))
    for row in _rows(tables["object_annotation"], "label_hash", label_hash):
        _put(facts, "annotation", (row["object_hash"], row["space_id"], row["frame"]), _annotation(row))
    for row in _rows(tables["classification_instance"], "label_hash", label_hash):
        members = {name: exact(row[name]) for name in METADATA}
        _put(facts, "classification", row["classification_hash"], {"feature_hash": row["feature_hash"], **members})
    _put_lists(facts, "range", ("object_hash", "space_id"), _rows(tables["object_range"], "label_hash", label_hash))
    placements = _rows(tables["classification_range"], "label_hash", label_hash)
    _put_lists(facts, "placement", ("classification_hash", "space_id"), placements)
    answered = ("owner_kind", "owner_hash", "space_id", "attribute_feature_hash")
    _put_lists(facts, "answer", answered, _rows(tables["attribute_answer"], "label_hash", label_hash))
    return facts


def _rows(table: pa.Table, key: str, value: str) -> list[Row]:
    return [row for row in table.to_pylist() if row[key] == value]


def _put(facts: Facts, kind: str, key: object, fact: object) -> None:
    assert key not in facts[kind], f"{kind} {key}: twice in the tables"
    facts[kind][key] = fact


def _without(row: Row, *names: str) -> Row:
    return {name: value for name, value in row.items() if name not in names}


def _object(row: Row) -> Row:
    metadata = {name: exact(row[name]) for name in METADATA}
    if row["shape"] not in {shape.value for shape in RANGED_SHAPES}:
        assert not any(value is not None for value in metadata.values()), "metadata of a drawn object is per annotation"
        metadata = {}
    return {
        "feature_hash": row["feature_hash"],
        "object_number": row["object_number"],
        "shape": row["shape"],
    } | metadata


def _annotation(row: Row) -> Row:
    members = {name: exact(row[name]) for name in (*METADATA, "is_deleted", "event", "interpolation")}
    if row["event"] == "delete":
        return members
    geometry = None if row["geometry"] is None else json.loads(row["geometry"])
    columns = {name: exact(row[name]) for name in GEOMETRY_COLUMNS if name != "geometry"}
    return members | columns | {"geometry": exact(geometry)}


def _put_lists(facts: Facts, kind: str, key_columns: Sequence[str], rows: Sequence[Row]) -> None:
    """Groups rows by key; within a key they must be numbered 0, 1, 2, … and are compared in that order."""
    groups: dict[tuple[Any, ...], list[Row]] = {}
    for row in rows:
        groups.setdefault(tuple(row[name] for name in key_columns), []).append(row)
    for key, members in groups.items():
        members.sort(key=lambda row: int(row["position"]))
        numbers = [row["position"] for row in members]
        assert numbers == list(range(len(members))), f"{kind} {key}: positions {numbers}"
        render = _answer if kind == "answer" else _range
        facts[kind][key] = [render(_without(row, "label_hash", "position", *key_columns)) for row in members]


def _range(row: Row) -> Row:
    if "range_unit" in row and "start_xpath" in row:
        unused = ("range_start", "range_end") if row["range_unit"] == "html" else _html_columns(row)
        assert all(row[name] is None for name in unused), f"a range of two kinds: {row}"
        return _without(row, *unused)
    return row


def _html_columns(row: Row) -> tuple[str, ...]:
    return tuple(name for name in row if name.endswith(("_xpath", "_offset")))


def _answer(row: Row) -> Row:
    text, number = row["answer_text"], row["answer_number"]
    if number is not None:
        assert text is not None, "a numeric answer has a canonical text"
        assert float(text) == number, f"the text {text!r} of a number is not its number {number!r}"
    return {
        "option": row["option_feature_hash"],
        "text": text if number is None else None,
        "number": exact(number),
        "frame_start": row["frame_start"],
        "frame_end": row["frame_end"],
    }
