"""Objects → object_answers and object_actions: static answers, and everything about objects on ranges."""

from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from typing import NamedTuple

import pyarrow as pa

from connector.export.label_rows.encord_dict.answer_lists import ROOT, dynamic_answers, static_answers
from connector.export.label_rows.encord_dict.frame_objects import FrameObjects
from connector.export.label_rows.encord_dict.label_contents import RANGE_DATA_TYPES, LabelContents, ObjectInstance
from connector.export.label_rows.encord_dict.records import Json, JsonObject, records

_SPACES_OF_SHAPES = {"audio": ("audio",), "time_range": ("time_series",), "text": ("text", "html")}
"""Shape of an object on ranges → the kinds of spaces that it can be on."""


class RangeRow(NamedTuple):
    """A range of an object: plain units, or nodes of an HTML page."""

    start: int | None
    end: int | None
    unit: str
    start_xpath: str | None
    start_offset: int | None
    end_xpath: str | None
    end_offset: int | None


ObjectRanges = Mapping[str, Mapping[str, list[RangeRow]]]
"""Object hash → space → its ranges."""


DrawnOn = Mapping[str, AbstractSet[str]]
"""Object hash → the spaces with frames that the object is on; see `spaces_of_drawn`."""


def read_ranges(table: pa.Table) -> dict[str, dict[str, list[RangeRow]]]:
    """The ranges of the objects of one label row.

    Args:
        table: object_range of one label row, by position within object and space.
    """
    found: dict[str, dict[str, list[RangeRow]]] = {}
    for object_hash, space_id, *place in records(
        table,
        "object_hash",
        "space_id",
        "range_start",
        "range_end",
        "range_unit",
        "start_xpath",
        "start_offset",
        "end_xpath",
        "end_offset",
    ):
        found.setdefault(object_hash, {}).setdefault(space_id, []).append(RangeRow(*place))
    return found


def spaces_of_drawn(objects: FrameObjects) -> dict[str, set[str]]:
    """Hash of an object on frames → the spaces of these frames."""
    found: dict[str, set[str]] = {}
    for space_id, frames in objects.items():
        for object_hash in {item["objectHash"] for items in frames.values() for item in items}:
            found.setdefault(object_hash, set()).add(space_id)
    return found


def object_answers(contents: LabelContents, ranges: ObjectRanges, drawn: DrawnOn) -> dict[str, JsonObject]:
    """The entry of each object.

    Args:
        contents: the label row.
        ranges: see `read_ranges`.
        drawn: see `spaces_of_drawn`.
    """
    found = {}
    for instance in contents.objects.values():
        answers = contents.answers.get(("object", instance.object_hash))
        entry: JsonObject = {
            "classifications": static_answers(answers, instance.feature_hash, contents.names),
            "objectHash": instance.object_hash,
        }
        if instance.object_number is not None:
            entry["objectNumber"] = instance.object_number
        if instance.object_hash not in drawn:
            entry |= _placed(contents, instance, ranges.get(instance.object_hash, {}))
        found[instance.object_hash] = entry
    return found


def object_actions(contents: LabelContents, ranges: ObjectRanges, drawn: DrawnOn) -> dict[str, JsonObject]:
    """The dynamic answers of each object that has any; see `object_answers` for the arguments."""
    found = {}
    for instance in contents.objects.values():
        answers = contents.answers.get(("object", instance.object_hash))
        spaces = {*drawn.get(instance.object_hash, ()), *ranges.get(instance.object_hash, ())}
        # If an object is on the label row itself, its answer without a space does not apply to parts.
        if actions := dynamic_answers(answers, {ROOT} if ROOT in spaces else spaces, contents.names):
            found[instance.object_hash] = {"actions": actions, "objectHash": instance.object_hash}
    return found


def _placed(contents: LabelContents, instance: ObjectInstance, ranges: Mapping[str, list[RangeRow]]) -> JsonObject:
    """The entries of an object on ranges: who made it, and where it is."""
    is_of_row = contents.data_type in RANGE_DATA_TYPES and ROOT not in contents.spaces
    entry = {**contents.labelled(instance), "shape": instance.shape, **instance.metadata, "range": []}
    if not ranges and not is_of_row:
        # An object without any range: no row says on which space it is. Take the first one that can hold it, or none.
        kinds = _SPACES_OF_SHAPES.get(instance.shape or "", ())
        fitting = (space_id for space_id in contents.spaces if contents.space_type(space_id) in kinds)
        ranges = {space_id: [] for space_id in [next(fitting, None)] if space_id is not None}
        if not ranges:
            return {}
    if is_of_row:
        own = ranges.get(ROOT, [])
        if contents.is_html:
            entry["range_html"] = [_html_nodes(row) for row in own]
        else:
            entry["range"] = [[row.start, row.end] for row in own]
    if spaces := {space_id: _on_space(contents, space_id, own) for space_id, own in ranges.items() if space_id != ROOT}:
        entry["spaces"] = spaces
    elif not is_of_row:
        entry["spaces"] = {ROOT: _on_space(contents, ROOT, ranges[ROOT])}
    return entry


def _on_space(contents: LabelContents, space_id: str, rows: list[RangeRow]) -> JsonObject:
    if contents.space_type(space_id) == "html":
        nodes = [_html_nodes(row) for row in rows]
        return {"range": [[pair["start"], pair["end"]] for pair in nodes], "type": "html"}
    # The points of a segmentation are among the labels of their point cloud.
    return {"range": [[row.start, row.end] for row in rows if row.unit != "point"], "type": "frame"}


def _html_nodes(row: RangeRow) -> Json:
    return {
        "start": {"xpath": row.start_xpath, "offset": row.start_offset},
        "end": {"xpath": row.end_xpath, "offset": row.end_offset},
    }
