"""What every part of the normaliser needs to know while it reads one label row."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from connector.errors import FormatError
from connector.normalise.columns import BundleColumns
from connector.normalise.data_types import data_type_of
from connector.normalise.forms.expected_form import kind_of
from connector.normalise.label_rows.answers import AnswerReader
from connector.normalise.label_rows.mask_extents import MaskExtents
from connector.normalise.label_rows.row_warnings import RowWarnings
from connector.normalise.ontology import Ontology
from connector.normalise.timestamps import TimestampCache

ROOT = "root"
"""The space of everything that is on the label row itself."""


@dataclass(slots=True)
class RowContext:
    """One label row on its way into the columns.

    Attributes:
        label_hash: the label row.
        labels: its raw dict; never changed.
        entry: its raw listing entry; never changed.
        columns: the bundle's columns.
        ontology: the project's ontology.
        timestamps: the bundle's cache of parsed times.
        is_event_based: true for a continuous scene, whose frame numbers are nanosecond offsets of events.
        warnings: what could not be interpreted.
        instances: object hash → class hash of the objects seen so far; the first occurrence fixes the class.
        objects_on: space → hashes of the objects seen on it so far.
        last_events: object hash → frame and event of its last event on root, in a continuous scene.
        answers_beyond_the_end: dynamic answers so far that are on frames beyond the number in the listing.
        mask_extents: where the pixels of bitmasks lie.
    """

    label_hash: str
    labels: Mapping[str, Any]
    entry: Mapping[str, Any]
    columns: BundleColumns
    ontology: Ontology
    timestamps: TimestampCache
    is_event_based: bool = False
    warnings: RowWarnings = field(default_factory=RowWarnings)
    instances: dict[str, str] = field(default_factory=dict)
    objects_on: defaultdict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    last_events: dict[str, tuple[int, str]] = field(default_factory=dict)
    answers_beyond_the_end: int = 0
    mask_extents: MaskExtents = field(default_factory=MaskExtents)

    def part(self, key: str) -> Mapping[str, Any]:
        """A dict of the label row, such as object_answers; empty if it is missing or null.

        Raises:
            FormatError: it is there, but is not a dict.
        """
        value = self.labels.get(key)
        if type(value) is dict:  # the usual case: asking whether it is a Mapping takes much longer
            return value
        if value is None:
            return {}
        if not isinstance(value, Mapping):
            raise FormatError(f"is {kind_of(value)}, not an object", (key,))
        return value

    @property
    def data_type(self) -> str:
        """The kind of data, in lower case, such as video."""
        return data_type_of(self.entry, self.labels)

    def add_answers(self, reader: AnswerReader, owner_hash: str) -> None:
        """Append the answers that a reader has read."""
        rows, frame_count = self.columns.attribute_answer, self.entry.get("number_of_frames")
        self.answers_beyond_the_end += reader.write(rows, self.label_hash, owner_hash, frame_count)

    def metadata(self, item: Mapping[str, Any]) -> tuple[int | None, Any, int | None, Any, Any, Any]:
        """created_at, created_by, last_edited_at, last_edited_by, confidence, is_manual; None if not given."""
        return (
            self.timestamps[item.get("createdAt")],
            item.get("createdBy"),
            self.timestamps[item.get("lastEditedAt")],
            item.get("lastEditedBy"),
            item.get("confidence"),
            item.get("manualAnnotation"),
        )
