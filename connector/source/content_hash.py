"""The fingerprint of what a label row says: equal fingerprint, nothing to rewrite.

It covers the labels, answers, spaces and the facts of the data units and frames; not titles, statuses and time stamps
of the row (the listing has those), nor links: a signed URL differs at each request. The order of keys does not count.
"""

import hashlib
from collections.abc import Mapping
from typing import Any

import orjson

LABEL_PARTS = ("object_answers", "object_actions", "classification_answers")
"""Parts that hold labels and nothing else."""

_LINKS = frozenset({"data_link", "data_links", "file_uri", "uri", "url", "signed_url", "video_link", "link"})
_SIGNATURES = ("signature=", "&sig=", "?sig=")


def content_hash(labels: Mapping[str, Any]) -> tuple[str, int]:
    """Hash of a raw label-row dict, and the number of bytes of JSON that it covers.

    Returns:
        32 hexadecimal digits (BLAKE2b, 128 bit) and a byte count.

    Raises:
        TypeError: if the dict holds what is not JSON.
        RecursionError: if it is nested deeper than anything that Encord makes.
    """
    content: dict[str, Any] = {part: labels.get(part) for part in LABEL_PARTS}
    content["scene"] = _without_links(labels.get("scene"))
    for part in ("data_units", "spaces"):
        content[part] = {name: _unit_without_links(unit) for name, unit in (labels.get(part) or {}).items()}
    serialised = orjson.dumps(content, option=orjson.OPT_SORT_KEYS)
    return hashlib.blake2b(serialised, digest_size=16).hexdigest(), len(serialised)


def _unit_without_links(unit: object) -> object:
    """A data unit or space: its facts without links, its labels by reference."""
    if not isinstance(unit, dict):
        return unit
    facts = {key: _without_links(value) for key, value in unit.items() if key not in _LINKS and key != "labels"}
    labels = unit.get("labels")
    if isinstance(labels, dict):
        # Only DICOM and NIfTI frames carry facts of their own, with a link among them; all others pass as they are.
        labels = {
            frame: _frame_without_links(blob) if isinstance(blob, dict) and "metadata" in blob else blob
            for frame, blob in labels.items()
        }
    facts["labels"] = labels
    return facts


def _frame_without_links(blob: dict[str, Any]) -> dict[str, Any]:
    return {**blob, "metadata": _without_links(blob["metadata"])}


def _without_links(value: object) -> object:
    if isinstance(value, dict):
        return {key: _without_links(item) for key, item in value.items() if key not in _LINKS}
    if isinstance(value, list):
        return [_without_links(item) for item in value]
    if isinstance(value, str) and "://" in value and any(mark in value.lower() for mark in _SIGNATURES):
        return None
    return value
