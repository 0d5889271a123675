"""Rows of data_space and what is on them → the spaces of a label row."""

import pyarrow as pa

from connector.export.label_rows.encord_dict.answer_lists import ROOT
from connector.export.label_rows.encord_dict.frame_objects import FrameObjects, label_blob
from connector.export.label_rows.encord_dict.label_contents import LabelContents
from connector.export.label_rows.encord_dict.object_answers import ObjectRanges
from connector.export.label_rows.encord_dict.records import JsonObject, records
from connector.geometry.run_lengths import encoded_ranges

_COLUMNS = (
    "space_id",
    "space_type",
    "layout_key",
    "file_name",
    "stream_id",
    "event_index",
    "width",
    "height",
    "frame_count",
    "frames_per_second",
    "duration_seconds",
)
_WITHOUT_FRAMES = frozenset({"audio", "text", "html", "time_series"})


def read_spaces(table: pa.Table) -> dict[str, JsonObject]:
    """The spaces of one label row by id.

    Args:
        table: data_space of one label row.
    """
    return {row[0]: dict(zip(_COLUMNS, row, strict=True)) for row in records(table, *_COLUMNS)}


def spaces_and_scene_labels(
    contents: LabelContents, objects: FrameObjects, ranges: ObjectRanges
) -> tuple[dict[str, JsonObject], dict[str, JsonObject]]:
    """The spaces of a label row, and the labels of a scene that are under keys of its data unit instead.

    A continuous scene names no spaces: the labels of its point clouds are under `<stream>@<nanosecond>`, and its
    channels are known from the answers on them.

    Returns:
        Space id → space; key → labels.
    """
    spaces: dict[str, JsonObject] = {}
    of_unit: dict[str, JsonObject] = {}
    names_no_spaces = contents.is_event_based and all(map(_is_inferred, contents.spaces.values()))
    for space_id, space in contents.spaces.items():
        space_type = space["space_type"]
        own = objects.get(space_id, {})
        if space_type is None:
            of_unit[space_id] = label_blob(own.get(0))
            continue
        info = _info(space)
        if space_type == "scene_image":
            # The SDK writes them under `<stream>#<first frame>` of the data unit, but reads them here too. The tables
            # do not have the first frame of an image.
            info["labels"] = label_blob(own.get(0))
        elif space_type == "point_cloud":
            info["labels"] = label_blob(_segmentations(contents, space_id, ranges))
            if names_no_spaces and info["labels"]["objects"]:
                of_unit[space_id] = info["labels"]
        elif space_type in _WITHOUT_FRAMES:
            info["labels"] = {}
        else:
            info["labels"] = {str(frame): label_blob(own[frame]) for frame in sorted(own)}
        if not names_no_spaces:
            spaces[space_id] = info
    return spaces, of_unit


def _is_inferred(space: JsonObject) -> bool:
    """Whether a space is only implied by a continuous scene."""
    space_id, space_type = space["space_id"], space["space_type"]
    if space_type == "point_cloud":
        return space["event_index"] == 0 and bool(space_id.rpartition("@")[0] == space["stream_id"])
    return space_type is None or (space_type == "time_series" and space["layout_key"] == space_id)


def _info(space: JsonObject) -> JsonObject:
    """The facts of a space, with Encord's keys."""
    space_type = space["space_type"]
    info: JsonObject = {"space_type": space_type}
    if space["stream_id"] is not None:
        info["scene_info"] = {
            "stream_id": space["stream_id"],
            "event_index": space["event_index"],
            "uri": space["file_name"],
        }
    elif space["space_id"] == ROOT:
        info["root_info"] = {"file_name": space["file_name"]}
    elif space["layout_key"] is not None:
        info["child_info"] = {"layout_key": space["layout_key"], "file_name": space["file_name"]}
    facts = {
        "number_of_pages" if space_type == "pdf" else "number_of_frames": space["frame_count"],
        "width": space["width"],
        "height": space["height"],
        "data_fps": space["frames_per_second"],
    }
    seconds = space["duration_seconds"]
    if seconds is not None and space_type == "audio":
        facts["duration_ms"] = round(seconds * 1000)
    elif seconds is not None:
        facts["data_duration"] = seconds
    return info | {key: value for key, value in facts.items() if value is not None}


def _segmentations(contents: LabelContents, space_id: str, ranges: ObjectRanges) -> list[JsonObject]:
    """The objects of a point cloud."""
    found = []
    for object_hash, by_space in ranges.items():
        rows = by_space.get(space_id)
        instance = contents.objects.get(object_hash)
        if rows and instance is not None:
            found.append(
                {
                    "shape": "segmentation",
                    "objectHash": object_hash,
                    **contents.labelled(instance),
                    "segmentation": encoded_ranges((row.start or 0, row.end or 0) for row in rows),
                    **instance.metadata,
                }
            )
    return found
