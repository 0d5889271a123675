"""The data unit of a label row and the objects on its frames → data_units."""

from collections.abc import Mapping
from typing import Any

import pyarrow as pa

from connector.export.label_rows.encord_dict.frame_objects import label_blob
from connector.export.label_rows.encord_dict.records import JsonObject, records

_FRAME = ("frame", "image_hash", "title", "width", "height", "file_type", "dicom_instance_uid", "dicom_frame_number")
_AUDIO = ("audio_codec", "audio_sample_rate", "audio_bit_depth", "audio_num_channels")
_WITHOUT_LABELS = frozenset({"audio", "plain_text", "time_series"})
_WITHOUT_SIZE = frozenset({"scene", "pdf"})
_WITHOUT_DURATION = frozenset({"plain_text", "group"})
_WITHOUT_RATE = frozenset({"audio", "plain_text", "group"})

Frames = Mapping[int, list[JsonObject]]
"""Frame → its objects, on the label row itself."""


def data_units(
    unit: Mapping[str, Any], frames: pa.Table, objects: Frames, other_labels: Mapping[str, JsonObject]
) -> dict[str, JsonObject]:
    """The data units of a label row: one, or one for each image of a group.

    Links are not stored: `data_link` is null, as it is if the SDK asks for no signed URLs.

    Args:
        unit: the row of data_unit, with columns as keys.
        frames: its rows of data_frame, in order of frames.
        objects: the objects on its frames.
        other_labels: labels of a scene under keys that are not frames.
    """
    data_type = unit["data_type"]
    if data_type == "img_group":
        return dict(_image(unit, frame, objects) for frame in _frames(frames))
    entry: JsonObject = {"data_hash": unit["data_hash"], "data_title": unit["title"]}
    if data_type not in {"dicom", "group"}:
        entry["data_link"] = None
    entry |= {"data_type": unit["file_type"], "data_sequence": 0}
    if data_type == "audio":
        entry |= {name: unit[name] for name in _AUDIO}
    elif data_type in _WITHOUT_SIZE:
        entry |= {"width": 0, "height": 0, "data_fps": 0}
    elif data_type not in _WITHOUT_LABELS and data_type != "group":
        entry |= _size(unit, is_needed=data_type in {"dicom", "nifti"})
    entry["labels"] = {**_labels(data_type, frames, objects), **other_labels}
    if unit["duration_seconds"] is not None and data_type not in _WITHOUT_DURATION:
        entry["data_duration"] = unit["duration_seconds"]
    if unit["frames_per_second"] is not None and data_type not in _WITHOUT_RATE:
        entry["data_fps"] = unit["frames_per_second"]
    return {unit["data_hash"]: entry}


def _size(holder: Mapping[str, Any], *, is_needed: bool = False) -> JsonObject:
    """Width and height; left out if unknown, unless the SDK cannot read such a unit without them."""
    return {name: holder[name] for name in ("width", "height") if is_needed or holder[name] is not None}


def _labels(data_type: str, frames: pa.Table, objects: Frames) -> JsonObject:
    if data_type in _WITHOUT_LABELS:
        return {}
    if data_type in {"image", "group"}:
        return label_blob(objects.get(0))
    if data_type == "dicom":
        slices = {frame["frame"]: _slice(frame) for frame in _frames(frames) if frame["dicom_instance_uid"] is not None}
        return {
            str(frame): label_blob(objects.get(frame)) | slices.get(frame, {}) for frame in sorted({*slices, *objects})
        }
    return {str(frame): label_blob(objects[frame]) for frame in sorted(objects)}


def _frames(frames: pa.Table) -> list[JsonObject]:
    return [dict(zip(_FRAME, row, strict=True)) for row in records(frames, *_FRAME)]


def _slice(frame: JsonObject) -> JsonObject:
    """The facts of a DICOM slice; the SDK cannot read a slice without a file_uri, and links are not stored."""
    return {
        "metadata": {
            "dicom_instance_uid": frame["dicom_instance_uid"],
            "multiframe_frame_number": frame["dicom_frame_number"],
            "file_uri": "",
            "width": frame["width"],
            "height": frame["height"],
        }
    }


def _image(unit: Mapping[str, Any], frame: JsonObject, objects: Frames) -> tuple[str, JsonObject]:
    entry: JsonObject = {
        "data_hash": frame["image_hash"],
        "data_title": frame["title"],
        "data_link": None,
        "data_type": frame["file_type"],
        "data_sequence": str(frame["frame"]),
        **_size(frame),
        "labels": label_blob(objects.get(frame["frame"])),
    }
    if unit["duration_seconds"] is not None:
        entry["data_duration"] = unit["duration_seconds"]
    if unit["frames_per_second"] is not None:
        entry["data_fps"] = unit["frames_per_second"]
    return frame["image_hash"], entry
