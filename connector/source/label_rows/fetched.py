"""What goes into a fetch and what comes out of it: plain records, without types of the SDK."""

import dataclasses
import pickle
from collections.abc import Mapping
from typing import Any, SupportsIndex

import msgspec

from connector.errors import ErrorKind
from connector.source.answers.answer_body import AnswerBody
from connector.source.label_rows.content_hash import content_hash
from connector.source.label_rows.lazy_labels import LazyReading

WHOLE_BYTES = 100_000
"""Label rows up to this much JSON are decoded as a whole, because splitting them would cost more than it saves."""


@dataclasses.dataclass(frozen=True, slots=True)
class WantedLabelRow:
    """A label row to fetch; the counts only help to size the requests.

    Attributes:
        label_hash: the label row; never empty.
        annotation_count: objects on frames when it was last synced, if it was.
        frame_count: frames of its data unit, if known.
    """

    label_hash: str
    annotation_count: int | None = None
    frame_count: int | None = None


class FetchedLabelRow:
    """One label row as Encord sent it: its JSON, decoded when it is asked for.

    Attributes:
        label_hash: the label row.
        last_edited_at: the stamp inside it, as given; None if there is none.
    """

    __slots__ = ("_body", "_content_hash", "_raw", "_reading", "_whole_bytes", "label_hash", "last_edited_at")

    def __init__(
        self,
        label_hash: str,
        raw: msgspec.Raw,
        body: AnswerBody,
        *,
        last_edited_at: str | None = None,
        whole_bytes: int | None = None,
    ) -> None:
        """Keep the JSON.

        Args:
            label_hash: the label row.
            raw: its JSON, an object with the keys that Encord's format requires.
            body: the content that `raw` is a part of.
            last_edited_at: the stamp inside it, as given; None if there is none.
            whole_bytes: up to this size it is decoded as a whole; `WHOLE_BYTES` if not given.
        """
        self.label_hash = label_hash
        self.last_edited_at = last_edited_at
        self._raw = raw
        self._body = body
        self._whole_bytes = WHOLE_BYTES if whole_bytes is None else whole_bytes
        self._content_hash: str | None = None
        self._reading: LazyReading | None = None

    def __reduce_ex__(self, protocol: SupportsIndex) -> tuple[object, ...]:
        """For pickle, from protocol 5 on: sends only the JSON of this label row, not the whole body."""
        return _unpickled, (self.label_hash, pickle.PickleBuffer(self._raw), self.last_edited_at, self._whole_bytes)

    @property
    def byte_count(self) -> int:
        """Bytes of JSON, as sent."""
        return len(memoryview(self._raw))

    def labels(self) -> Mapping[str, Any]:
        """Its raw dict, made again each time and not kept.

        The data units, spaces, frames and answers of a large one are decoded when they are reached: read them once, and
        keep none.

        Raises:
            FormatError: it cannot be decoded, or is nested deeper than anything that Encord makes. If this is true only
                of a frame, it is raised when that frame is reached.
        """
        if self.byte_count > self._whole_bytes:
            self._reading = LazyReading(self._raw, self._body.decode, is_hashing=self._content_hash is None)
            return self._reading.labels
        labels: dict[str, Any] = self._body.decode(self._raw)
        if self._content_hash is None:
            self._content_hash = content_hash(labels)
        return labels

    def content_hash(self) -> str:
        """Hash of what the labels say (see `content_hash`); costs nothing once somebody has read `labels` to the end.

        Raises:
            FormatError: as for `labels`.
        """
        if self._content_hash is None and self._reading is None:
            self.labels()
        if self._content_hash is None and self._reading is not None:
            self._content_hash = self._reading.content_hash()
        self._reading = None
        return str(self._content_hash)


def _unpickled(
    label_hash: str, json: bytes | bytearray, last_edited_at: str | None, whole_bytes: int
) -> FetchedLabelRow:
    body = AnswerBody(bytearray(json))
    return FetchedLabelRow(
        label_hash, msgspec.Raw(body.content), body, last_edited_at=last_edited_at, whole_bytes=whole_bytes
    )


@dataclasses.dataclass(frozen=True, slots=True)
class LabelRowFailure:
    """One label row that could not be read; this does not affect the others of its bundle."""

    label_hash: str
    kind: ErrorKind
    message: str


@dataclasses.dataclass(frozen=True, slots=True)
class FetchedBundle:
    """The outcome of one bundle: each wanted label row is in exactly one of the two lists."""

    rows: list[FetchedLabelRow]
    failures: list[LabelRowFailure]
