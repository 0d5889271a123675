"""Frames that have facts of their own: the images of a group, the slices of a DICOM series."""

from collections.abc import Mapping
from typing import Any

from connector.normalise.columns import ColumnBuffer


def add_image_frames(
    rows: ColumnBuffer, project_hash: str, data_hash: str, data_units: Mapping[str, Mapping[str, Any]]
) -> None:
    """Adds one row for each image of an image group; the frame is its place in the sequence.

    Raises:
        KeyError, TypeError, ValueError: a unit has no sequence number.
    """
    seen: set[int] = set()
    for unit_hash, unit in data_units.items():
        frame = int(unit["data_sequence"])
        if frame in seen:
            continue
        seen.add(frame)
        rows.add(
            project_hash,
            data_hash,
            frame,
            unit.get("data_hash") or unit_hash,
            unit.get("data_title"),
            unit.get("width"),
            unit.get("height"),
            unit.get("data_type"),
            None,
            None,
        )


def add_dicom_frames(rows: ColumnBuffer, project_hash: str, data_hash: str, labels: Mapping[str, Any]) -> None:
    """Adds one row for each slice that the label row describes.

    Raises:
        AttributeError, TypeError, ValueError: a frame is not a dict or has no number.
    """
    seen: set[int] = set()
    for key, blob in labels.items():
        if blob == []:
            continue
        metadata = blob.get("metadata")
        frame = int(key)
        if not metadata or frame in seen:
            continue
        seen.add(frame)
        rows.add(
            project_hash,
            data_hash,
            frame,
            None,
            None,
            metadata.get("width"),
            metadata.get("height"),
            None,
            metadata.get("dicom_instance_uid"),
            metadata.get("multiframe_frame_number"),
        )
