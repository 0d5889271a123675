"""The fingerprint of what a label row says: equal fingerprint, nothing to rewrite.

It covers the labels, answers, spaces and the facts of the data units and frames; not titles, statuses and time stamps
of the row (the listing has those), nor links: a signed URL differs at each request. The order of keys does not count,
but within the frames of large label rows, which are taken in as they were sent (see `lazy_labels`): if
Encord ever wrote the same frame differently, its label row would be written again, which changes nothing.

Data units, spaces and frames go in one by one, in whatever order they are met: each has a hash of its own, and what
counts is their sum. So a label row need never be whole in memory for it.
"""

import hashlib
from collections.abc import Iterable, Mapping
from typing import Any

import orjson

from connector.errors import FormatError

ANSWER_PARTS = ("object_answers", "object_actions", "classification_answers")
"""Parts that hold labels and nothing else."""
UNIT_PARTS = ("data_units", "spaces")
"""Parts whose entries have facts of their own, and frames under `labels`."""

_LINKS = frozenset({"data_link", "data_links", "file_uri", "uri", "url", "signed_url", "video_link", "link"})
_NOT_OF_AN_IMAGE = _LINKS | {"labels"}
_NOT_OF_A_UNIT = _NOT_OF_AN_IMAGE | {"data_title"}
"""Left out of the facts of a unit: its title moves without its labels, and the listing has it. But the images of a
group, whose place is a text, are not listed: data_frame has their titles from here."""
_SIGNATURES = ("signature=", "&sig=", "?sig=")
_DIGEST_BYTES = 16
_DEEPEST = 250
"""Levels of nesting that orjson writes, about; label rows have about ten."""
_HASHED_AT_ONCE = 2_047
"""For more bytes hashlib lets other threads have Python meanwhile, and waits to get it back: longer than it hashes."""


class ContentHash:
    """The fingerprint of one label row in the making; each part, unit and frame of it goes in once.

    Every method raises FormatError for what is nested deeper than anything that Encord makes.
    """

    __slots__ = ("_count", "_digest", "_sum")

    def __init__(self) -> None:
        self._digest = hashlib.blake2b(digest_size=_DIGEST_BYTES)
        self._count = 0
        self._sum = 0

    def add_scene(self, scene: object) -> None:
        """Take in the facts of a scene; the first of all, None where there is none."""
        self._digest.update(_text(_without_links(scene)))

    def add_answers(self, entries: Mapping[str, object] | Iterable[tuple[str, object]] | None) -> None:
        """Take in one of `ANSWER_PARTS`, in their order: its entries, or one by one, sorted by key; None for null."""
        if entries is None:
            self._digest.update(b"null")
            return
        if isinstance(entries, Mapping):
            self._digest.update(_text(entries) if entries else b"}")
            return
        separator = b"{"
        for key, entry in entries:
            self._digest.update(separator + _text(key) + b":" + _text(entry))
            separator = b","
        self._digest.update(b"}")

    def add_unit(self, part: str, name: str, unit: object, other_labels: object) -> None:
        """Take in the facts of a data unit or space.

        Args:
            part: one of `UNIT_PARTS`.
            name: its key there.
            unit: what is under the key; its labels are not looked at.
            other_labels: of its labels what is no frame.
        """
        facts = unit
        if isinstance(unit, dict):
            left_out = _NOT_OF_AN_IMAGE if isinstance(unit.get("data_sequence"), str) else _NOT_OF_A_UNIT
            facts = {key: _without_links(value) for key, value in unit.items() if key not in left_out}
        self._add((part, name, facts, other_labels))

    def add_frame(self, part: str, name: str, frame: str, blob: dict[str, Any]) -> None:
        """Take in a frame of a data unit or space.

        Args:
            part: one of `UNIT_PARTS`.
            name: the unit or space.
            frame: its key there.
            blob: what is under the key; not changed.
        """
        if "metadata" in blob:
            # Only DICOM and NIfTI frames carry facts of their own, with a link among them; all others pass as they are.
            blob = {**blob, "metadata": _without_links(blob["metadata"])}
        self._add((part, name, frame, None, blob))

    def add_frame_json(self, part: str, name: str, frame: str, json: memoryview) -> None:
        """Take in a frame that is not decoded, as it was sent; otherwise like `add_frame`, with another result.

        Decoding and sorting each frame took a quarter of the time from JSON to rows.
        """
        digest = hashlib.sha256(f"{part} {name} {frame}".encode())
        for start in range(0, len(json), _HASHED_AT_ONCE):
            digest.update(json[start : start + _HASHED_AT_ONCE])
        self._add_digest(digest.digest()[:_DIGEST_BYTES])

    def _add(self, item: tuple[object, ...]) -> None:
        self._add_digest(hashlib.blake2b(_text(item), digest_size=_DIGEST_BYTES).digest())

    def _add_digest(self, digest: bytes) -> None:
        self._count += 1
        self._sum += int.from_bytes(digest, "little")

    def hexdigest(self) -> str:
        """The fingerprint: 32 hexadecimal digits (BLAKE2b, 128 bit)."""
        digest = self._digest.copy()
        digest.update(b"%d parts %x" % (self._count, self._sum % (1 << 8 * _DIGEST_BYTES)))
        return digest.hexdigest()


def content_hash(labels: Mapping[str, Any]) -> str:
    """The fingerprint of a label row that is in memory as a whole.

    Args:
        labels: its raw dict; not changed.

    Raises:
        FormatError: a part is no object, or is nested deeper than anything that Encord makes.
    """
    found = ContentHash()
    found.add_scene(labels.get("scene"))
    for part in ANSWER_PARTS:
        found.add_answers(object_under(labels, part))
    for part in UNIT_PARTS:
        for name, unit in (object_under(labels, part) or {}).items():
            blobs, others = frames_and_others(unit)
            found.add_unit(part, name, unit, others)
            for frame, blob in blobs:
                found.add_frame(part, name, frame, blob)
    return found.hexdigest()


def object_under(labels: Mapping[str, Any], part: str) -> Mapping[str, Any] | None:
    """What a label row has under a key that is for an object; None for null.

    Raises:
        FormatError: it has something else.
    """
    value = labels.get(part)
    if value is None or isinstance(value, Mapping):
        return value
    raise FormatError("is no object", (part,))


def frames_and_others(unit: object) -> tuple[list[tuple[str, dict[str, Any]]], object]:
    """The frames of a unit or space, and of its labels what is no frame (images hold their objects themselves)."""
    labels = unit.get("labels") if isinstance(unit, dict) else None
    if not isinstance(labels, dict):
        return [], labels
    frames = [(frame, blob) for frame, blob in labels.items() if isinstance(blob, dict)]
    if not frames:
        return [], labels
    return frames, {frame: blob for frame, blob in labels.items() if not isinstance(blob, dict)}


def _text(value: object) -> bytes:
    try:
        return orjson.dumps(value, option=orjson.OPT_SORT_KEYS)
    except orjson.JSONEncodeError:
        raise _too_deep() from None


def _without_links(value: object, level: int = 0) -> object:
    if level > _DEEPEST:
        raise _too_deep()
    if isinstance(value, dict):
        return {key: _without_links(item, level + 1) for key, item in value.items() if key not in _LINKS}
    if isinstance(value, list):
        return [_without_links(item, level + 1) for item in value]
    if isinstance(value, str) and "://" in value and any(mark in value.lower() for mark in _SIGNATURES):
        return None
    return value


def _too_deep() -> FormatError:
    return FormatError(f"has a part that is nested more than {_DEEPEST} levels deep")
