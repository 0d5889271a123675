"""What the listing would say of a label row in a file, as far as the file knows.

The file has no workflow stage, task, priority, assignee, client metadata, storage item, and no microseconds; it does
not count frames. All of that stays NULL until a sync brings it.
"""

import math
from typing import Any

import msgspec
import orjson

from connector.errors import FormatError
from connector.normalise.forms.expected_form import FLAG, NUMBER, TEXT, Each, Fields, Form, first_problem
from connector.source.answers.json_parts import json_problem, readable_parts, split_object

Number = int | float | None
Entry = dict[str, Any]
"""A listing entry."""

_NEEDED = ("data_hash", "data_type", "dataset_hash", "dataset_title", "data_title")
_WITHOUT_FILE_TYPE = frozenset({"img_group"})
_TOLERANCE = 0.01
"""A video's duration times its rate is its number of frames if it is this close to a whole number."""


class _Unit(msgspec.Struct):
    """What a data unit says about itself; its labels stay as they are."""

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
    """What a label row says about itself."""

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
_LEAVES = {str | None: TEXT, bool | None: FLAG, Number: NUMBER}


def _form(record: type[msgspec.Struct], **others: Form) -> Fields:
    """The form that a record requires, for messages about what differs from it."""
    leaves = {field.name: _LEAVES[field.type] for field in msgspec.structs.fields(record) if field.type in _LEAVES}
    return Fields({**leaves, **others}, needed=_NEEDED if record is _Row else ())


_FORM = _form(_Row, data_units=Each(_form(_Unit)))


def file_entry(raw: msgspec.Raw) -> Entry:
    """The listing entry of a label row.

    Args:
        raw: its JSON.

    Raises:
        FormatError: it is not a label row, or does not say which data unit it belongs to.
    """
    try:
        entry = _entry(_DECODER.decode(raw))
    except (ValueError, RecursionError) as error:
        if isinstance(error, FormatError):
            raise
        raise _problem(raw) from None
    for name in _NEEDED:
        if not entry[name]:
            raise FormatError("is missing", (name,))
    return entry


def _problem(raw: msgspec.Raw) -> FormatError:
    try:
        value = orjson.loads(memoryview(raw))
    except orjson.JSONDecodeError:
        return json_problem(memoryview(raw))
    return first_problem(value, _FORM) or FormatError("is no label row")


def label_hash_of(raw: msgspec.Raw) -> str | None:
    """The label hash that a label row names, even if other parts of it cannot be read; None if it names none."""
    part = readable_parts(raw).get("label_hash")
    try:
        label_hash = None if part is None else orjson.loads(memoryview(part))
    except orjson.JSONDecodeError:
        return None
    return label_hash if isinstance(label_hash, str) else None


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
        # Pages and scenes come with 0 by 0 pixels and 0 frames a second.
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
    """The number of frames, if the file proves it."""
    if data_type == "image":
        return 1
    if data_type == "img_group":
        return len(units)
    if len(units) != 1:
        return None
    if data_type == "dicom":
        # Encord lists every slice, labelled or not.
        slices = {_frame(key) for key, blob in split_object(units[0].labels).items() if b'"metadata"' in bytes(blob)}
        return len(slices) if slices == set(range(len(slices))) and slices else None
    if data_type == "video" and units[0].data_duration and units[0].data_fps:
        frames = units[0].data_duration * units[0].data_fps
        return round(frames) if math.isfinite(frames) and abs(frames - round(frames)) < _TOLERANCE else None
    return None


def _frame(key: str) -> int:
    try:
        return int(key)
    except ValueError:
        raise FormatError("is a key, and not the number of a frame", ("labels", key)) from None
