"""Objects that are on ranges instead of frames: audio, text, HTML, time series, points of a point cloud."""

from collections.abc import Mapping, Sequence
from typing import Any

from connector.geometry.ranges import Range, merge_keeping_reversed, read_ranges
from connector.geometry.run_lengths import set_ranges
from connector.normalise.label_rows.object_instances import place_object
from connector.normalise.label_rows.row_context import ROOT, RowContext


def _instance(context: RowContext, space_id: str, item: Mapping[str, Any]) -> str:
    object_hash: str = item["objectHash"]
    if object_hash not in context.objects_on[space_id]:
        place_object(context, space_id, object_hash, item, context.metadata(item))
    return object_hash


def _add_ranges(context: RowContext, object_hash: str, space_id: str, unit: str, ranges: Sequence[Range]) -> None:
    merged, reversed_count = merge_keeping_reversed(ranges)
    if reversed_count:
        context.warnings.add(f"reversed range of object {object_hash}", reversed_count)
    for position, (start, end) in enumerate(merged):
        context.columns.object_range.add(
            context.label_hash, object_hash, space_id, position, start, end, unit, None, None, None, None
        )
    context.columns.hand_over_if_full()


def _add_raw_ranges(context: RowContext, object_hash: str, space_id: str, unit: str, raw: object) -> None:
    ranges, unreadable = read_ranges(raw)
    if unreadable:
        context.warnings.add(f"unreadable range of object {object_hash}", unreadable)
    _add_ranges(context, object_hash, space_id, unit, ranges)


def _add_html_ranges(context: RowContext, object_hash: str, space_id: str, pairs: Sequence[tuple[Any, Any]]) -> None:
    for position, (start, end) in enumerate(pairs):
        context.columns.object_range.add(
            context.label_hash,
            object_hash,
            space_id,
            position,
            None,
            None,
            "html",
            start["xpath"],
            start["offset"],
            end["xpath"],
            end["offset"],
        )
    context.columns.hand_over_if_full()


def add_root_range_objects(context: RowContext, unit: str, *, is_html: bool) -> None:
    """Adds the objects of an audio, text, HTML or time-series label row: every entry of object_answers is one.

    Entries on spaces belong to the spaces (except in HTML, as in the SDK).

    Raises:
        KeyError, TypeError: an entry names no object or no class.
    """
    for item in context.part("object_answers").values():
        if is_html:
            object_hash = _instance(context, ROOT, item)
            _add_html_ranges(
                context, object_hash, ROOT, [(pair["start"], pair["end"]) for pair in item.get("range_html") or ()]
            )
        elif not item.get("spaces"):
            object_hash = _instance(context, ROOT, item)
            _add_raw_ranges(context, object_hash, ROOT, unit, item.get("range"))


def add_space_range_objects(context: RowContext, space_id: str, unit: str, *, is_html: bool) -> None:
    """Adds the objects that object_answers places on one audio, text, HTML or time-series space.

    Raises:
        KeyError, TypeError: an entry names no object or no class.
    """
    for item in context.part("object_answers").values():
        placement = (item.get("spaces") or {}).get(space_id)
        if placement is None:
            continue
        if is_html:
            object_hash = _instance(context, space_id, item)
            _add_html_ranges(context, object_hash, space_id, placement.get("range") or [])
        elif placement.get("type") in {None, "frame"}:
            object_hash = _instance(context, space_id, item)
            _add_raw_ranges(context, object_hash, space_id, unit, placement.get("range"))


def add_point_objects(context: RowContext, space_id: str, objects: Sequence[Mapping[str, Any]]) -> None:
    """Adds the segmentations of a point cloud: ranges of point indexes.

    As in the SDK, an object without points does not count. A segmentation that cannot be decoded is left out with a
    warning.

    Raises:
        KeyError, TypeError: an object has no hash or class.
    """
    placed: set[str] = set()
    for item in objects:
        segmentation = item.get("segmentation")
        if not isinstance(segmentation, str) or not segmentation:
            continue
        try:
            ranges = set_ranges(segmentation)
        except ValueError:
            context.warnings.add(f"unreadable segmentation of object {item['objectHash']}")
            continue
        if not ranges:
            continue
        object_hash = _instance(context, space_id, item)
        if object_hash in placed:
            context.warnings.add(f"object twice on space {space_id}, the first kept: {object_hash}")
            continue
        placed.add(object_hash)
        _add_ranges(context, object_hash, space_id, "point", ranges)
