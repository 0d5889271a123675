"""What the listing would say of a label row in a file, as far as the file knows.

The file has no workflow stage, task, priority, assignee, client metadata, storage item, and no microseconds; it does
not count frames. All of that stays NULL until a sync brings it.
"""

from typing import Any

import msgspec

from connector.errors import ConnectorError, ErrorKind

Number = int | float | None
Entry = dict[str, Any]
"""A listing entry."""

_NEEDED = ("data_hash", "data_type", "dataset_hash", "dataset_title", "data_title")
_WITHOUT_FILE_TYPE = frozenset({"img_group"})
_TOLERANCE = 0.01
"""How far from a whole number a video's duration times its rate may lie to be its number of frames."""


class _Unit(msgspec.Struct):
    """What a data unit says of itself; its labels stay as they are."""

    data_type: str | None = None
    width: Number = None
    height: Number = None
    data_duration: Number = None
    data_fps: Number = None
    audio_codec: str | None = None
    audio_sample_rate: Number = None
    audio_bit_depth: Number = None
    audio_num_channels: Number = None
    labels: msgspec.Raw = msgspec.Raw(b"{}")


class _Row(msgspec.Struct):
    """What a label row says of itself."""

    label_hash: str | None = None
    branch_name: str | None = None
    data_hash: str | None = None
    data_title: str | None = None
    data_type: str | None = None
    dataset_hash: str | None = None
    dataset_title: str | None = None
    created_at: str | None = None
    last_edited_at: str | None = None
    label_status: str | None = None
    annotation_task_status: str | None = None
    is_shadow_data: bool | None = None
    data_units: dict[str, _Unit] | None = None


_DECODER = msgspec.json.Decoder(_Row)
_FRAMES = msgspec.json.Decoder(dict[str, msgspec.Raw])


def file_entry(raw: msgspec.Raw, place: str) -> Entry:
    """The listing entry of a label row.

    Args:
        raw: its JSON.
        place: where it lies, for the message.

    Raises:
        ConnectorError: SOURCE_CONTENT, if it is no label row, or does not say which data unit it belongs to.
    """
    try:
        row = _DECODER.decode(raw)
        entry = _entry(row)
    except (msgspec.DecodeError, ValueError) as error:
        # The message of a value of a wrong type names its path, not the value.
        raise _refusal(place, f"is no label row of Encord's format ({error})") from error
    if missing := [name for name in _NEEDED if not entry[name]]:
        raise _refusal(row.label_hash or place, f"has no {missing[0]}")
    return entry


def _refusal(name: str, what: str) -> ConnectorError:
    return ConnectorError(
        ErrorKind.SOURCE_CONTENT,
        f"Label row {name} {what}.",
        remedy="Export it again with `to_encord_dict()`, or sync it from Encord.",
    )


def _entry(row: _Row) -> Entry:
    units = list((row.data_units or {}).values())
    unit = units[0] if len(units) == 1 else _Unit()
    data_type = (row.data_type or "").lower()
    return {
        "label_hash": row.label_hash,
        "branch_name": row.branch_name or "main",
        "data_hash": row.data_hash,
        "data_title": row.data_title,
        "data_type": data_type,
        "dataset_hash": row.dataset_hash,
        "dataset_title": row.dataset_title,
        "created_at": row.created_at,
        "last_edited_at": row.last_edited_at,
        "label_status": row.label_status,
        "annotation_task_status": row.annotation_task_status,
        "is_shadow_data": row.is_shadow_data,
        "number_of_frames": _frame_count(data_type, units),
        "file_type": None if data_type in _WITHOUT_FILE_TYPE else unit.data_type,
        # Pages and scenes are written as 0 by 0 pixels at 0 frames a second.
        "width": unit.width or None,
        "height": unit.height or None,
        "duration": unit.data_duration,
        "frames_per_second": unit.data_fps or None,
        "audio_codec": unit.audio_codec,
        "audio_sample_rate": unit.audio_sample_rate,
        "audio_bit_depth": unit.audio_bit_depth,
        "audio_num_channels": unit.audio_num_channels,
    }


def _frame_count(data_type: str, units: list[_Unit]) -> int | None:
    """The number of frames, where the file proves it."""
    if data_type == "image":
        return 1
    if data_type == "img_group":
        return len(units)
    if len(units) != 1:
        return None
    if data_type == "dicom":
        # Encord lists every slice, labelled or not.
        slices = {int(key) for key, blob in _FRAMES.decode(units[0].labels).items() if b'"metadata"' in bytes(blob)}
        return len(slices) if slices == set(range(len(slices))) and slices else None
    if data_type == "video" and units[0].data_duration and units[0].data_fps:
        frames = units[0].data_duration * units[0].data_fps
        return round(frames) if abs(frames - round(frames)) < _TOLERANCE else None
    return None
