"""Which entries of a listing are used: those that hold what is needed, one a data unit and branch.

An entry that cannot be used is set aside with a message; the others are not held up by it (the SDK fails the whole
listing on one, seen in 0.1.211).
"""

import hashlib
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from connector.normalise.timestamps import optional_timestamp

LABEL_ROW_NAMESPACE = uuid.UUID("6f1c1d0e-8c54-5b0e-9a53-3f0a1d1f7c11")
"""The fixed namespace of label_row_id; changing it would rename every label row of every warehouse."""

Entry = Mapping[str, Any]
Rejected = list[tuple[str, str]]

_REQUIRED_TEXTS = ("data_hash", "branch_name", "dataset_hash", "dataset_title", "data_title", "data_type")
_REQUIRED_KEYS = ("label_status", "number_of_frames")


@dataclass(slots=True)
class TakenEntries:
    """The entries that are used, in the order of the listing, and what was worked out of each."""

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
    # What uuid.uuid5 does, without building a UUID object a row: version 5, variant of RFC 4122.
    digest[6] = digest[6] & 0x0F | 0x50
    digest[8] = digest[8] & 0x3F | 0x80
    text = digest.hex()
    return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"


def take_entries(project_hash: str, entries: Sequence[object], rejected: Rejected) -> TakenEntries:
    """Go through a listing once.

    Args:
        project_hash: the project.
        entries: raw entries as listed.
        rejected: filled with the entries that are set aside: identifier and message.

    Returns:
        One entry a data unit and branch: of several the one with a label hash, then the one edited last.
    """
    taken = TakenEntries()
    places: dict[str, int] = {}
    for index, entry in enumerate(entries):
        if not isinstance(entry, dict):
            rejected.append((f"listing entry {index}", "the listing entry is no object"))
            continue
        problem = _problem(entry)
        if problem is not None:
            rejected.append((entry_identifier(entry, index), problem))
            continue
        try:
            created_at = optional_timestamp(entry, "created_at")
            last_edited_at = optional_timestamp(entry, "last_edited_at")
        except (ValueError, TypeError, OverflowError):
            rejected.append((entry_identifier(entry, index), "the listing entry has a time that cannot be read"))
            continue
        row_id = label_row_id(project_hash, entry["data_hash"], entry["branch_name"])
        place = places.get(row_id)
        if place is None:
            places[row_id] = len(taken.ids)
            taken.entries.append(entry)
            taken.ids.append(row_id)
            taken.created_at.append(created_at)
            taken.last_edited_at.append(last_edited_at)
            continue
        other = taken.entries[place]
        if other == entry:
            continue
        is_better = (entry.get("label_hash") is not None, last_edited_at or 0) > (
            other.get("label_hash") is not None,
            taken.last_edited_at[place] or 0,
        )
        if is_better:
            taken.entries[place] = entry
            taken.created_at[place], taken.last_edited_at[place] = created_at, last_edited_at
        loser = other if is_better else entry
        rejected.append((entry_identifier(loser, index), "the listing has another entry for this data unit and branch"))
    return taken


def _problem(entry: Entry) -> str | None:
    for key in _REQUIRED_TEXTS:
        if not isinstance(entry.get(key), str):
            return f"the listing entry has no {key}"
    for key in _REQUIRED_KEYS:
        if key not in entry:
            return f"the listing entry has no {key}"
    node = entry.get("workflow_graph_node")
    if node is not None and not isinstance(node, dict):
        return "the listing entry has a workflow_graph_node that is no object"
    return None


def entry_identifier(entry: Entry, index: int) -> str:
    """What to call an entry in a message: its label hash, or data unit and branch, or its place in the listing."""
    label_hash = entry.get("label_hash")
    if isinstance(label_hash, str):
        return label_hash
    if isinstance(entry.get("data_hash"), str) and isinstance(entry.get("branch_name"), str):
        return f"{entry['data_hash']}/{entry['branch_name']}"
    return f"listing entry {index}"
