"""Scenes: labels whose keys are not frames of the scene, but belong to its images, point clouds or channels."""

from collections.abc import Mapping
from typing import Any

from connector.normalise.label_rows.row_context import ROOT, RowContext
from connector.normalise.label_rows.spaces import Space


def is_frame_key(key: object) -> bool:
    """Whether a key of a scene's labels is a frame (or the nanosecond of an event) of the scene itself."""
    return str(key).isdigit()


def scene_spaces(context: RowContext, spaces: Mapping[str, Space], labels: Mapping[str, Any]) -> dict[str, Space]:
    """The spaces of a scene, with the labels that are elsewhere in the label row.

    Scene images have theirs under `<stream>#<frame>` keys of the data unit. A continuous scene names no spaces: its
    point clouds are `<stream>@<nanosecond>` keys, and its channels are the spaces that answers name.

    Returns:
        A new dict; the given spaces are not changed.
    """
    found = dict(spaces)
    images = _image_spaces(spaces)
    for key, blob in labels.items():
        if is_frame_key(key) or blob == []:
            continue
        stream, separator, frame = key.partition("#")
        space_id = key if key in found else images.get((stream, frame), key) if separator else key
        if space_id in found and found[space_id].get("space_type") == "scene_image":
            found[space_id] = {**found[space_id], "labels": blob}
        elif space_id in found:
            continue
        elif context.is_event_based and _point_cloud_stream(key):
            found[key] = {
                "space_type": "point_cloud",
                "scene_info": {"stream_id": _point_cloud_stream(key), "event_index": 0, "uri": key},
                "labels": blob,
            }
        elif blob.get("objects") or blob.get("classifications"):
            context.warnings.add(f"labels of a scene under an unknown key: {key}")
            found[key] = {"space_type": None, "labels": blob}
    if context.is_event_based and not context.part("spaces"):
        for space_id in _answer_spaces(context):
            found.setdefault(
                space_id,
                {"space_type": "time_series", "child_info": {"layout_key": space_id, "file_name": space_id}},
            )
    return found


def _image_spaces(spaces: Mapping[str, Space]) -> dict[tuple[str, str], str]:
    """Stream and frame → space; the first frame of a span wins over the number of its event."""
    found: dict[tuple[str, str], str] = {}
    for space_id, info in spaces.items():
        scene = info.get("scene_info") or {}
        if info.get("space_type") != "scene_image" or not scene:
            continue
        if scene.get("start_frame") is not None:
            found[scene.get("stream_id", ""), str(scene["start_frame"])] = space_id
        found.setdefault((scene.get("stream_id", ""), str(scene.get("event_index"))), space_id)
    return found


def _point_cloud_stream(key: str) -> str | None:
    stream, separator, nanosecond = key.rpartition("@")
    return stream if separator and stream and nanosecond.isdigit() else None


def _answer_spaces(context: RowContext) -> list[str]:
    found: dict[str, None] = {}
    for part in ("object_answers", "classification_answers"):
        for answer in context.part(part).values():
            found.update(dict.fromkeys(answer.get("spaces") or ()))
    return [space_id for space_id in found if space_id and space_id != ROOT]
