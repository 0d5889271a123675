"""Finds in a raw label row what a fact was made from: what it gives and, above all, what it does not give.

The SDK invents what is missing (times, confidence, manual flag: trap 5); the tables hold NULL instead. Only the raw
row can say which is which.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from tests.parity.facts import METADATA, exact

Raw = Mapping[str, Any]

METADATA_KEYS: dict[str, str] = {
    "created_at": "createdAt",
    "created_by": "createdBy",
    "last_edited_at": "lastEditedAt",
    "last_edited_by": "lastEditedBy",
    "confidence": "confidence",
    "is_manual": "manualAnnotation",
}
"""Column to raw key."""

SDK_NAMES = {name: "manual_annotation" if name == "is_manual" else name for name in METADATA}
"""Column to the SDK's attribute."""


def given_metadata(holder: object, raw: Raw) -> dict[str, object]:
    """The SDK's metadata where the raw dict has it.

    Deliberate difference: what the raw dict lacks, or holds as null, is NULL in the tables, whatever the SDK invents.
    """
    return {
        name: None if raw.get(key) is None else exact(getattr(holder, SDK_NAMES[name]))
        for name, key in METADATA_KEYS.items()
    }


class RawIndex:
    """The raw frame objects of a label row, by where they lie.

    Args:
        labels: The raw label-row dict.
    """

    def __init__(self, labels: Raw) -> None:
        self.labels = labels
        self.on_root = {
            (str(raw["objectHash"]), frame): raw
            for unit in labels["data_units"].values()
            for frame, raw in _root_objects(unit, str(labels["data_type"]))
        }

    def in_space(self, object_hash: str, space_id: str, frame: int, keys_in_scene: tuple[str, ...]) -> Raw:
        """The raw frame object of an object in a space.

        Args:
            object_hash: The object.
            space_id: The space.
            frame: The frame; spaces of one picture or point cloud have frame 0.
            keys_in_scene: Where else its labels may lie: keys among the labels of a scene's data units.
        """
        for blob in self._blobs(space_id, frame, keys_in_scene):
            for raw in blob.get("objects") or ():
                if raw["objectHash"] == object_hash:
                    return dict(raw)
        raise KeyError((object_hash, space_id, frame))

    def _blobs(self, space_id: str, frame: int, keys_in_scene: tuple[str, ...]) -> Iterator[Raw]:
        for unit in self.labels["data_units"].values():
            for key in (*keys_in_scene, space_id):
                if key in (unit.get("labels") or {}):
                    yield unit["labels"][key]
        blob = (self.labels.get("spaces") or {}).get(space_id, {}).get("labels") or {}
        if "objects" in blob:
            yield blob
        elif str(frame) in blob:
            yield blob[str(frame)]


def _root_objects(unit: Raw, data_type: str) -> Iterator[tuple[int, Raw]]:
    blobs = unit.get("labels") or {}
    if data_type in {"image", "img_group"}:
        for raw in blobs.get("objects") or ():
            yield int(unit["data_sequence"]), raw
    elif data_type not in {"group", "audio", "plain_text", "time_series", "dicom_study"}:
        for key, blob in blobs.items():
            if key.isdigit():
                for raw in blob.get("objects") or ():
                    yield int(key), raw
