"""The fingerprint of what a label row says: if it is equal, there is nothing to rewrite.

It covers the labels, answers, spaces and the facts of the data units and frames. It does not cover titles, statuses and
time stamps of the row, which the listing has, nor links, because a signed URL differs at each request. The order of
keys does not matter, except within the frames of large label rows, which are hashed as they were sent (see
`lazy_labels`): if Encord ever wrote the same frame differently, its label row would be written again, which changes
nothing.

Data units, spaces and frames are hashed one by one, in any order: each has a hash of its own, and the sum of them
counts. So a label row never has to be in memory as a whole.
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
"""Left out of the facts of a unit: its title can change without its labels, and the listing has it. The images of a
group, whose place is a text, keep their titles, because they are not listed: data_frame gets their titles from here."""
_SIGNATURES = ("signature=", "&sig=", "?sig=")
_DIGEST_BYTES = 16
_DEEPEST = 250
"""About how many levels of nesting orjson writes; label rows have about ten."""
_HASHED_AT_ONCE = 2_047
"""For more bytes hashlib lets other threads run Python meanwhile, and then waits longer than it hashes."""


class ContentHash:
    """Builds the fingerprint of one label row; each part, unit and frame of it is added once.

    Every method raises FormatError for a value that is nested deeper than anything that Encord makes.
    """

    __slots__ = ("_count", "_digest", "_sum")

    def __init__(self) -> None:
        self._digest = hashlib.blake2b(digest_size=_DIGEST_BYTES)
        self._count = 0
        self._sum = 0

    def add_scene(self, scene: object) -> None:
        """Add the facts of a scene, or None if there is none; must come first."""
        self._digest.update(_text(_without_links(scene)))

    def add_answers(self, entries: Mapping[str, object] | Iterable[tuple[str, object]] | None) -> None:
        """Add one of `ANSWER_PARTS`, in their order: all entries, or pairs sorted by key; None for null."""
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
        """Add the facts of a data unit or space.

        Args:
            part: one of `UNIT_PARTS`.
            name: its key there.
            unit: the value of the key; its labels are ignored.
            other_labels: those of its labels that are not frames.
        """
        facts = unit
        if isinstance(unit, dict):
            left_out = _NOT_OF_AN_IMAGE if isinstance(unit.get("data_sequence"), str) else _NOT_OF_A_UNIT
            facts = {key: _without_links(value) for key, value in unit.items() if key not in left_out}
        self._add((part, name, facts, other_labels))

    def add_frame(self, part: str, name: str, frame: str, blob: dict[str, Any]) -> None:
        """Add a frame of a data unit or space.

        Args:
            part: one of `UNIT_PARTS`.
            name: the unit or space.
            frame: its key there.
            blob: the value of the key; not changed.
        """
        if "metadata" in blob:
            # Only DICOM and NIfTI frames have facts of their own, one of which is a link; all others stay as they are.
            blob = {**blob, "metadata": _without_links(blob["metadata"])}
        self._add((part, name, frame, None, blob))

    def add_frame_json(self, part: str, name: str, frame: str, json: memoryview) -> None:
        """Add a frame as it was sent, without decoding it; otherwise like `add_frame`, but with another result.

        Decoding and sorting each frame would take a large part of the time from JSON to rows.
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
        FormatError: a part is not an object, or is nested deeper than anything that Encord makes.
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
    """The value of a key whose value must be an object; None for null.

    Raises:
        FormatError: it has something else.
    """
    value = labels.get(part)
    if value is None or isinstance(value, Mapping):
        return value
    raise FormatError("is no object", (part,))


def frames_and_others(unit: object) -> tuple[list[tuple[str, dict[str, Any]]], object]:
    """The frames of a unit or space, and its labels that are not frames (images hold their objects directly)."""
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
