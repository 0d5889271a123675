"""Spaces: the parts of a data group or scene, and what is on them."""

import hashlib
from collections.abc import Iterator, Mapping
from typing import Any

import orjson

from connector.normalise.data_types import RANGE_UNITS
from connector.normalise.ids import NAME, NotAnIdError
from connector.normalise.label_rows.classifications import LegacyClassifications, collect_legacy
from connector.normalise.label_rows.drawn_frames import FrameObjects
from connector.normalise.label_rows.frames import FrameKeys, add_frame_objects
from connector.normalise.label_rows.range_objects import add_point_objects, add_space_range_objects
from connector.normalise.label_rows.row_context import ROOT, RowContext

Space = Mapping[str, Any]

_ROOT_SPACE_TYPES = frozenset({"image", "time_series"})
"""The kinds of data whose root is a space of its own (multilayer images, time series)."""


def merged_spaces(context: RowContext) -> dict[str, Space]:
    """The spaces of the label row, with facts that only the listing has (such as scene_info).

    Raises:
        TypeError: `spaces` is not a dict.
        NotAnIdError: the id of a part cannot be in the name of a file, and it is not a part of a scene.
    """
    listed = context.entry.get("spaces") or {}
    own = context.part("spaces")
    spaces: dict[str, Space] = {}
    for space_id in [*own, *(key for key in listed if key not in own)]:
        info = {**(listed.get(space_id) or {}), **(own.get(space_id) or {})}
        if space_id not in own:
            info["labels"] = {}  # the listing's copy has no labels
        if space_id != ROOT or info.get("space_type") in _ROOT_SPACE_TYPES or info.get("labels"):
            spaces[space_id] = info
        if context.data_type != "scene" and not NAME.is_one(space_id):
            raise NotAnIdError("space_id", NAME)
    return spaces


def add_spaces(
    context: RowContext, spaces: Mapping[str, Space], legacy: LegacyClassifications, root_keys: FrameKeys
) -> None:
    """Append the spaces and the objects on them.

    Args:
        context: the label row.
        spaces: see `merged_spaces`.
        legacy: filled with the classifications that frames list.
        root_keys: what is on root already.

    Raises:
        KeyError, TypeError, ValueError, AttributeError: a part cannot be read at all.
    """
    for space_id, info in spaces.items():
        add_data_space(context, space_id, info)
        space_type = info.get("space_type")
        labels = info.get("labels") or {}
        if space_type in {"video", "image_sequence", "image", "medical_file", "medical_stack", "pdf"}:
            keys = root_keys if space_id == ROOT else FrameKeys({})
            add_frame_objects(context, space_id, _frames(space_id, info, labels, legacy), keys)
        elif space_type == "scene_image":
            add_frame_objects(context, space_id, _frames(space_id, info, {"0": labels}, legacy))
        elif space_type == "point_cloud":
            add_point_objects(context, space_id, labels.get("objects") or ())
        elif space_type in {"audio", "text", "time_series", "html"}:
            unit = RANGE_UNITS.get(space_type, "html")
            add_space_range_objects(context, space_id, unit, is_html=space_type == "html")
        else:
            _add_unknown_space(context, space_id, info, labels, legacy)


def _add_unknown_space(
    context: RowContext, space_id: str, info: Space, labels: Mapping[str, Any], legacy: LegacyClassifications
) -> None:
    """Appends a space of an unknown kind; reads it as frames if it looks like frames."""
    context.warnings.add(f"unknown kind of part: {info.get('space_type')}")
    if labels and all(str(key).isdigit() for key in labels):
        add_frame_objects(context, space_id, _frames(space_id, info, labels, legacy))
    elif isinstance(labels.get("objects"), list):
        add_frame_objects(context, space_id, _frames(space_id, info, {"0": labels}, legacy))


def _frames(
    space_id: str, info: Space, labels: Mapping[str, Any], legacy: LegacyClassifications
) -> Iterator[FrameObjects]:
    width, height = info.get("width"), info.get("height")
    slices = info.get("frames") if info.get("space_type") == "medical_stack" else None
    for key, blob in labels.items():
        if blob == []:
            continue  # as on frames of the label row itself
        frame = int(key)
        if blob.get("classifications"):
            collect_legacy(legacy, space_id, frame, blob["classifications"])
        if slices and 0 <= frame < len(slices):
            yield frame, blob.get("objects") or (), slices[frame].get("width"), slices[frame].get("height")
        else:
            yield frame, blob.get("objects") or (), width, height


def add_data_space(context: RowContext, space_id: str, info: Space) -> None:
    """Append the row of a space."""
    context.columns.data_space.add(context.label_hash, space_id, *_facts(info))


def _facts(info: Space) -> tuple[Any, ...]:
    """The columns of table data_space for a space, without the keys."""
    child = info.get("child_info") or {}
    scene = info.get("scene_info") or {}
    file_name = child.get("file_name") or (info.get("root_info") or {}).get("file_name")
    if file_name is None and scene.get("uri"):
        file_name = str(scene["uri"]).split("/")[-1]
    frame_count = info.get("number_of_frames", info.get("number_of_pages"))
    if frame_count is None and isinstance(info.get("frames"), list):
        frame_count = len(info["frames"])
    duration = info.get("data_duration")
    if duration is None and info.get("duration_ms") is not None:
        duration = info["duration_ms"] / 1000
    return (
        info.get("space_type"),
        child.get("layout_key"),
        file_name,
        scene.get("stream_id"),
        scene.get("event_index"),
        info.get("width"),
        info.get("height"),
        frame_count,
        info.get("data_fps"),
        duration,
    )


def spaces_digest(listed: object) -> str | None:
    """Hash, hexadecimal, of what rows take from the `spaces` of a listing entry; None if it has none.

    Links are left out, because a signed URL differs each time.
    """
    if not listed or not isinstance(listed, Mapping):
        return None
    try:
        facts = {
            space_id: (*_facts(info), (info.get("scene_info") or {}).get("start_frame"), _frame_sizes(info))
            for space_id, info in listed.items()
        }
    except (AttributeError, TypeError):
        return None  # reading a label row will say what is wrong with it
    return hashlib.blake2b(orjson.dumps(facts, option=orjson.OPT_SORT_KEYS), digest_size=16).hexdigest()


def _frame_sizes(info: Space) -> list[tuple[Any, Any]]:
    frames = info.get("frames")
    return [(each.get("width"), each.get("height")) for each in frames] if isinstance(frames, list) else []
