"""Data units as Encord describes them: the entry of a listing, and the label row right after the first opening."""

import copy
import datetime
import random
from typing import Any

from connector.sample.world.clock import label_time, listing_time, read_time
from connector.sample.world.randomness import label_hash_like, seeded_random

Json = dict[str, Any]

STORAGE = "https://storage.example.com"


def listing_entry(source: random.Random, title: str, data_type: str, file_type: str | None, **known: object) -> Json:
    """The listing entry of a data unit that nobody has opened; `known` overrides any field.

    Args:
        source: Where hashes come from.
        title: The title of the data unit.
        data_type: `video`, `image`, `img_group`, … in lower case; the listing writes it in upper case.
        file_type: The MIME type.
        **known: Size, frames, duration, stage, dataset and so on, under the names of the listing.
    """
    data_hash = label_hash_like(source)
    entry: Json = {
        "label_hash": None,
        "created_at": None,
        "last_edited_at": None,
        "branch_name": "main",
        "data_hash": data_hash,
        "group_hash": None,
        "dataset_hash": "",
        "dataset_title": "",
        "data_title": title,
        "data_type": data_type.upper(),
        "data_link": f"{STORAGE}/{data_hash}",
        "label_status": "NOT_LABELLED",
        "annotation_task_status": "QUEUED",
        "workflow_graph_node": None,
        "is_shadow_data": False,
        "frames_per_second": None,
        "number_of_frames": 1,
        "duration": None,
        "height": None,
        "width": None,
        "audio_sample_rate": None,
        "audio_codec": None,
        "audio_bit_depth": None,
        "audio_num_channels": None,
        "spaces": {},
        "task_uuid": label_hash_like(source),
        "priority": 0.5,
        "client_metadata": None,
        "images_data": None,
        "file_type": file_type,
        "is_valid": True,
        "backing_item_uuid": label_hash_like(source),
        "assigned_user_email": None,
        "last_actioned_by_user_email": None,
    }
    unknown = known.keys() - entry.keys()
    if unknown:
        raise KeyError(f"not fields of a listing entry: {sorted(unknown)}")
    return {**entry, **known}


def mark_opened(entry: Json, label_hash: str, moment: datetime.datetime) -> None:
    """Give a listing entry its label hash and times, in place."""
    entry["label_hash"] = label_hash
    entry["created_at"] = entry["last_edited_at"] = listing_time(moment)
    entry["label_status"] = "LABEL_IN_PROGRESS"


def blank_labels(entry: Json) -> Json:
    """The label-row dict of an opened data unit without labels, as its listing entry describes it."""
    return {
        "label_hash": entry["label_hash"],
        "branch_name": entry["branch_name"],
        "created_at": label_time(read_time(entry["created_at"])),
        "last_edited_at": label_time(read_time(entry["last_edited_at"])),
        "data_hash": entry["data_hash"],
        "annotation_task_status": entry["annotation_task_status"],
        "is_shadow_data": entry["is_shadow_data"],
        "dataset_hash": entry["dataset_hash"],
        "dataset_title": entry["dataset_title"],
        "data_title": entry["data_title"],
        "data_type": entry["data_type"].lower(),
        "label_status": entry["label_status"],
        "is_valid": entry["is_valid"],
        "data_units": _units(entry),
        "object_answers": {},
        "object_actions": {},
        "classification_answers": {},
        "spaces": copy.deepcopy(entry["spaces"]),
    }


def _units(entry: Json) -> dict[str, Json]:
    data_type = entry["data_type"].lower()
    if data_type == "img_group":
        return _image_units(entry)
    unit: Json = {
        "data_hash": entry["data_hash"],
        "data_title": entry["data_title"],
        "data_link": entry["data_link"],
        "data_type": entry["file_type"],
        "data_sequence": 0,
        "labels": {},
    }
    size = {"width": entry["width"], "height": entry["height"]}
    match data_type:
        case "video":
            unit |= size | {"data_fps": entry["frames_per_second"], "data_duration": entry["duration"]}
        case "image":
            unit |= size | {"labels": {"objects": [], "classifications": []}}
        case "dicom":
            unit |= size | _slices(entry)
        case "pdf":
            unit |= {"width": 0, "height": 0, "data_fps": 0}
        case "audio":
            audio = ("audio_codec", "audio_sample_rate", "audio_bit_depth", "audio_num_channels")
            unit |= {name: entry[name] for name in audio} | {"data_duration": entry["duration"]}
        case "group":
            unit["metadata"] = {"children": [_child(data_hash, part) for data_hash, part in entry["spaces"].items()]}
    return {entry["data_hash"]: unit}


def _child(data_hash: str, part: Json) -> Json:
    child = part["child_info"]
    return {
        "data_hash": data_hash,
        "label_hash": None,
        "name": child["file_name"],
        "layout_key": child["layout_key"],
    }


def _image_units(entry: Json) -> dict[str, Json]:
    return {
        image["image_hash"]: {
            "data_hash": image["image_hash"],
            "data_title": image["title"],
            "data_link": f"{STORAGE}/{image['image_hash']}",
            "data_type": image["file_type"],
            "data_sequence": str(image["index"]),
            "width": image["width"],
            "height": image["height"],
            "labels": {"objects": [], "classifications": []},
        }
        for image in entry["images_data"]
    }


def _slices(entry: Json) -> Json:
    source = seeded_random(entry["data_hash"], "slices")
    study, series = (f"1.2.826.0.1.3680043.8.498.{source.getrandbits(100)}" for _ in range(2))
    labels: dict[str, Json] = {}
    for position in range(entry["number_of_frames"]):
        labels[str(position)] = {
            "objects": [],
            "classifications": [],
            "metadata": {
                "dicom_instance_uid": f"1.2.826.0.1.3680043.8.498.{source.getrandbits(100)}",
                "multiframe_frame_number": None,
                "file_uri": f"samples/{entry['data_hash']}/{position:04d}.dcm",
                "width": entry["width"],
                "height": entry["height"],
            },
        }
    return {
        "labels": labels,
        "data_links": [f"{STORAGE}/{slice_['metadata']['file_uri']}" for slice_ in labels.values()],
        "metadata": {"patient_id": "HERD-0412", "study_uid": study, "series_uid": series},
    }
