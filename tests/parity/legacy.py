"""The declared extension: classifications as rows carried them before 2026, on every frame's list.

This SDK reads only `classification_answers` and returns nothing for such rows (trap 19); the tables keep them. The
oracle rewrites the row to today's form, class, ranges and metadata taken from the per-frame entries, and lets the SDK
read that.
"""

from collections.abc import Iterator, Mapping
from copy import deepcopy
from typing import Any

from encord.objects.frames import frames_to_ranges, ranges_to_list

MOVED = ("featureHash", "createdAt", "createdBy", "lastEditedAt", "lastEditedBy", "confidence", "manualAnnotation")


def in_todays_form(labels: Mapping[str, Any]) -> dict[str, Any]:
    """A copy of a raw label row in which every legacy classification has its placement in `classification_answers`.

    What today's form already says stays. Metadata is that of the instance's first frame.

    Args:
        labels: The raw label-row dict, of frames or images.
    """
    modern = deepcopy(dict(labels))
    found: dict[str, dict[int, Mapping[str, Any]]] = {}
    for frame, entry in _per_frame_entries(modern):
        found.setdefault(entry["classificationHash"], {}).setdefault(frame, entry)
    for classification_hash, by_frame in found.items():
        answers = modern["classification_answers"]
        today = answers.get(classification_hash, {})
        if today.get("featureHash") and (today.get("range") or today.get("spaces")):
            continue
        first = by_frame[min(by_frame)]
        answers[classification_hash] = {
            "classifications": [],
            **today,
            "classificationHash": classification_hash,
            **{name: first.get(name) for name in MOVED},
            "range": ranges_to_list(frames_to_ranges(by_frame.keys())),
            "spaces": {},
        }
    return modern


def _per_frame_entries(labels: Mapping[str, Any]) -> Iterator[tuple[int, Mapping[str, Any]]]:
    for unit in labels["data_units"].values():
        blobs = unit.get("labels") or {}
        if labels["data_type"] in {"image", "img_group"}:
            for entry in blobs.get("classifications") or ():
                yield int(unit["data_sequence"]), entry
        else:
            for key, blob in blobs.items():
                for entry in (blob.get("classifications") or ()) if key.isdigit() else ():
                    yield int(key), entry
