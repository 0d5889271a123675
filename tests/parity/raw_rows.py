"""Raw listing entries and empty raw label rows of every data type: what generated labels are written into."""

import json
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from encord.objects import LabelRowV2
from hypothesis import strategies as st

Raw = dict[str, Any]

LABEL_HASH = "6b2a7f5e-0000-4000-8000-000000000001"
DATA_HASH = "6b2a7f5e-0000-4000-8000-000000000002"

MEDIA_TYPES = {
    "video": "video/mp4",
    "image": "image/png",
    "img_group": None,
    "dicom": "application/dicom",
    "nifti": "application/nifti",
    "pdf": "application/pdf",
    "audio": "audio/mpeg",
    "plain_text": "text/plain",
    "time_series": "application/x-mcap",
    "group": "group",
    "scene": "scene",
}


class GeneratedRow(NamedTuple):
    """A raw label row with all that is needed to read it.

    Attributes:
        entry: Its entry in the listing.
        labels: Its raw label-row dict, as JSON gives it.
        editor: The ontology's `editor` structure.
    """

    entry: Raw
    labels: Raw
    editor: Raw


class Size(NamedTuple):
    """Pixels of a frame."""

    width: int
    height: int


SIZES = st.builds(Size, st.integers(min_value=1, max_value=6), st.integers(min_value=1, max_value=6))


def listing_entry(
    data_type: str,
    *,
    frames: int,
    size: Size | None = None,
    media_type: str | None = None,
    spaces: Mapping[str, Raw] | None = None,
    images: Sequence[Raw] | None = None,
) -> Raw:
    """The entry of a label row in the listing.

    Args:
        data_type: In lower case, as the label row has it; the listing has it in upper case.
        frames: Number of frames.
        size: Width and height in pixels.
        media_type: If it is not the data type's usual one.
        spaces: The spaces of a data group or scene, as listed.
        images: The images of a group.
    """
    return {
        "label_hash": LABEL_HASH,
        "data_hash": DATA_HASH,
        "branch_name": "main",
        "created_at": "2024-03-01T10:00:00.123456",
        "last_edited_at": "2024-03-02T11:30:00.654321",
        "group_hash": None,
        "dataset_hash": "6b2a7f5e-0000-4000-8000-000000000003",
        "dataset_title": "Generated",
        "data_title": "generated",
        "data_type": data_type.upper(),
        "data_link": None,
        "label_status": "LABELLED",
        "annotation_task_status": "QUEUED",
        "workflow_graph_node": None,
        "is_shadow_data": False,
        "number_of_frames": frames,
        "frames_per_second": 25.0 if data_type == "video" else None,
        "duration": frames / 25 if data_type == "video" else None,
        "width": None if size is None else size.width,
        "height": None if size is None else size.height,
        "audio_codec": "mp3" if data_type == "audio" else None,
        "audio_sample_rate": 44100 if data_type == "audio" else None,
        "audio_bit_depth": 8 if data_type == "audio" else None,
        "audio_num_channels": 2 if data_type == "audio" else None,
        "spaces": dict(spaces or {}),
        "images_data": None if images is None else list(images),
        "file_type": media_type or MEDIA_TYPES[data_type],
        "is_valid": True,
    }


def empty_labels(entry: Raw, units: Sequence[Raw] | None = None, scene: Raw | None = None) -> Raw:
    """The raw label row of a listing entry, with no labels in it.

    Args:
        entry: The listing entry.
        units: Its data units; one that takes everything from the entry if not given.
        scene: The metadata of a scene.
    """
    given = [data_unit(entry)] if units is None else units
    spaces = {space_id: {**space, "labels": {}} for space_id, space in entry["spaces"].items()}
    labels: Raw = {
        **{name: entry[name] for name in ("label_hash", "data_hash", "branch_name", "dataset_hash", "dataset_title")},
        "data_title": entry["data_title"],
        "data_type": str(entry["data_type"]).lower(),
        "created_at": "Fri, 01 Mar 2024 10:00:00 UTC",
        "last_edited_at": "Sat, 02 Mar 2024 11:30:00 UTC",
        "label_status": entry["label_status"],
        "annotation_task_status": entry["annotation_task_status"],
        "is_valid": True,
        "data_units": {unit["data_hash"]: unit for unit in given},
        "object_answers": {},
        "object_actions": {},
        "classification_answers": {},
        "spaces": spaces,
    }
    return labels if scene is None else labels | {"scene": scene}


def data_unit(entry: Raw) -> Raw:
    """The only data unit of a row that is not an image group, without labels."""
    unit: Raw = {
        "data_hash": entry["data_hash"],
        "data_title": entry["data_title"],
        "data_link": "link",
        "data_type": entry["file_type"],
        "data_sequence": 0,
        "labels": {},
    }
    audio = ("audio_codec", "audio_sample_rate", "audio_bit_depth", "audio_num_channels")
    copied = audio if entry["data_type"] == "AUDIO" else ("width", "height") if entry["width"] is not None else ()
    return unit | {name: entry[name] for name in copied}


def images_of_group(sizes: Sequence[Size]) -> tuple[list[Raw], list[Raw]]:
    """The images of a group, as the listing has them and as the label row's data units."""
    listed, units = [], []
    for frame, size in enumerate(sizes):
        shared = {"width": size.width, "height": size.height}
        image_hash = f"6b2a7f5e-0000-4000-8000-{frame:012d}"
        listed.append(
            {"index": frame, "title": f"{frame}.png", "file_type": "image/png", "image_hash": image_hash} | shared
        )
        units.append(
            {
                "data_hash": image_hash,
                "data_title": f"{frame}.png",
                "data_link": "link",
                "data_type": "image/png",
                "data_sequence": str(frame),
                "labels": {},
            }
            | shared
        )
    return listed, units


def written(row: LabelRowV2, entry: Raw, editor: Raw) -> GeneratedRow:
    """What the SDK's writer makes of a row, as JSON brings it back from a server."""
    labels: Raw = json.loads(json.dumps(row.to_encord_dict(), default=_plain))
    for space_id, space in labels["spaces"].items():
        # The writer leaves out what it only read from the listing; the server sends most of it back.
        labels["spaces"][space_id] = {**entry["spaces"].get(space_id, {}), **space}
    return GeneratedRow(entry, labels, editor)


def _plain(value: object) -> object:
    raise TypeError(f"the SDK's writer left a {type(value).__name__} in the row")
