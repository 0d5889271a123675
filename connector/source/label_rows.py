"""What goes into a fetch and what comes out of it: plain records, no type of the SDK."""

import dataclasses
from typing import Any

from connector.errors import ErrorKind


@dataclasses.dataclass(frozen=True, slots=True)
class WantedLabelRow:
    """A label row to fetch; the counts only help to size the requests.

    Attributes:
        label_hash: the label row; never empty.
        annotation_count: objects on frames it held when last synced, if it was.
        frame_count: frames of its data unit, if known.
    """

    label_hash: str
    annotation_count: int | None = None
    frame_count: int | None = None


@dataclasses.dataclass(frozen=True, slots=True)
class FetchedLabelRow:
    """One label row as Encord sent it.

    Attributes:
        label_hash: the label row.
        labels: its raw dict.
        content_hash: hash of what the labels say (see `content_hash`).
        byte_count: bytes of JSON that were hashed, about what was sent.
    """

    label_hash: str
    labels: dict[str, Any]
    content_hash: str
    byte_count: int


@dataclasses.dataclass(frozen=True, slots=True)
class LabelRowFailure:
    """One label row that could not be read; the others of its bundle are not touched by it."""

    label_hash: str
    kind: ErrorKind
    message: str


@dataclasses.dataclass(frozen=True, slots=True)
class FetchedBundle:
    """The outcome of one bundle: each wanted label row is in exactly one of the two lists."""

    rows: list[FetchedLabelRow]
    failures: list[LabelRowFailure]
