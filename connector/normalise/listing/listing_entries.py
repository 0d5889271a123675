"""Decides which entries of a listing are used: those that hold what is needed, one for each data unit and branch.

An entry that cannot be used is set aside with a message and does not affect the others (in the SDK one bad entry fails
the whole listing, seen in 0.1.211).
"""

import hashlib
import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from connector.errors import UnreadableEntryError
from connector.normalise.forms.label_row_problems import entry_failure, of_entry
from connector.normalise.ids import NAME
from connector.normalise.timestamps import optional_timestamp

LABEL_ROW_NAMESPACE = uuid.UUID("6f1c1d0e-8c54-5b0e-9a53-3f0a1d1f7c11")
"""The fixed namespace of label_row_id; changing it would rename every label row of every warehouse."""

Entry = Mapping[str, Any]
Rejected = list[tuple[str, str]]

_REQUIRED_TEXTS = ("data_hash", "branch_name", "dataset_hash", "dataset_title", "data_title", "data_type")
_REQUIRED_KEYS = frozenset({"label_status", "number_of_frames"})


@dataclass(slots=True)
class TakenEntries:
    """Entries that are used, in the order of the listing, and what was worked out for each."""

    entries: list[Entry] = field(default_factory=list)
    ids: list[str] = field(default_factory=list)
    created_at: list[int | None] = field(default_factory=list)
    last_edited_at: list[int | None] = field(default_factory=list)

    def part(self, places: Sequence[int]) -> "TakenEntries":
        """The entries at some places."""
        return TakenEntries(
            [self.entries[place] for place in places],
            [self.ids[place] for place in places],
            [self.created_at[place] for place in places],
            [self.last_edited_at[place] for place in places],
        )


def label_row_id(project_hash: str, data_hash: str, branch_name: str) -> str:
    """The UUID (version 5) of a label row, the same in every warehouse."""
    name = f"{project_hash}/{data_hash}/{branch_name}"
    digest = bytearray(hashlib.sha1(LABEL_ROW_NAMESPACE.bytes + name.encode(), usedforsecurity=False).digest()[:16])
    # What uuid.uuid5 does, without making a UUID object for each row: version 5, variant of RFC 4122.
    digest[6] = digest[6] & 0x0F | 0x50
    digest[8] = digest[8] & 0x3F | 0x80
    text = digest.hex()
    return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"


class EntryTaker:
    """Reads a listing, a chunk at a time, and takes one entry for each data unit and branch.

    If there are several, it takes the one with a label hash, then the one edited last; the others are set aside with a
    message, if they differ. Only ids and places of earlier chunks are kept.

    Attributes:
        positions: label_row_id → place of the entry that was taken in the listing.
    """

    def __init__(self, project_hash: str, listed: Sequence[object], rejected: Rejected) -> None:
        """Prepare.

        Args:
            project_hash: the project.
            listed: the whole listing, raw.
            rejected: filled with the entries that are set aside: identifier and message.
        """
        self.positions: dict[str, int] = {}
        self._project_hash = project_hash
        self._listed = listed
        self._rejected = rejected

    def take(self, chunk: Iterable[int]) -> TakenEntries:
        """The entries taken from some places; if an earlier chunk had the id, only if this entry is better."""
        taken = TakenEntries()
        places: dict[str, int] = {}
        for index in chunk:
            try:
                entry = self._listed[index]
            except UnreadableEntryError as problem:
                self._rejected.append((entry_identifier(problem.names, index), of_entry(problem)))
                continue
            if not isinstance(entry, dict):
                self._rejected.append((entry_identifier({}, index), entry_failure(entry)))
                continue
            try:
                _check(entry)
                created_at = optional_timestamp(entry, "created_at")
                last_edited_at = optional_timestamp(entry, "last_edited_at")
            except (ValueError, TypeError, OverflowError):
                self._rejected.append((entry_identifier(entry, index), entry_failure(entry)))
                continue
            row_id = label_row_id(self._project_hash, entry["data_hash"], entry["branch_name"])
            if row_id in self.positions and not self._is_better(entry, index, row_id):
                continue
            self.positions[row_id] = index
            place = places.setdefault(row_id, len(taken.ids))
            if place == len(taken.ids):
                taken.entries.append(entry)
                taken.ids.append(row_id)
                taken.created_at.append(created_at)
                taken.last_edited_at.append(last_edited_at)
            else:
                taken.entries[place] = entry
                taken.created_at[place], taken.last_edited_at[place] = created_at, last_edited_at
        return taken

    def set_aside(self, row_id: str, reason: str) -> None:
        """Take back an entry that was taken."""
        index = self.positions.pop(row_id)
        entry = self._listed[index]
        self._rejected.append((entry_identifier(entry if isinstance(entry, dict) else {}, index), reason))

    def _is_better(self, entry: Entry, index: int, row_id: str) -> bool:
        """Whether an entry replaces the one taken before; the loser is set aside if the two differ."""
        other = self._listed[self.positions[row_id]]
        if not isinstance(other, dict) or other == entry:
            return False
        is_better = _rank(entry) > _rank(other)
        message = "the listing has another entry for this data unit and branch"
        self._rejected.append((entry_identifier(other if is_better else entry, index), message))
        return is_better


def _rank(entry: Entry) -> tuple[bool, int]:
    return entry.get("label_hash") is not None, optional_timestamp(entry, "last_edited_at") or 0


def _check(entry: Entry) -> None:
    """Raises ValueError if an entry lacks what is needed; `entry_failure` says what."""
    texts = all(isinstance(entry.get(key), str) for key in _REQUIRED_TEXTS)
    node = entry.get("workflow_graph_node")
    if not texts or (node is not None and not isinstance(node, dict)) or not entry.keys() >= _REQUIRED_KEYS:
        raise ValueError


def entry_identifier(entry: Entry, index: int) -> str:
    """What to call an entry in a message: its label hash, or data unit and branch, or its place in the listing."""
    label_hash, data_hash, branch_name = (entry.get(key) for key in ("label_hash", "data_hash", "branch_name"))
    if isinstance(label_hash, str) and NAME.is_one(label_hash):
        return label_hash
    if isinstance(data_hash, str) and NAME.is_one(data_hash) and isinstance(branch_name, str):
        return f"{data_hash}/{branch_name}"
    return f"listing entry {index}"
