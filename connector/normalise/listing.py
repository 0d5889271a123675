"""The listing of a project's label rows → tables data_unit and label_row, column by column.

An entry that cannot be used is set aside with a message; the others are not held up by it (the SDK fails the whole
listing on one, encord-protocol b.1).
"""

import hashlib
import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import orjson
import pyarrow as pa

from connector.normalise.timestamps import optional_timestamp

LABEL_ROW_NAMESPACE = uuid.UUID("6f1c1d0e-8c54-5b0e-9a53-3f0a1d1f7c11")
"""The fixed namespace of label_row_id; changing it would rename every label row of every warehouse."""

Entry = Mapping[str, Any]
Rejected = list[tuple[str, str]]

_REQUIRED_TEXTS = ("data_hash", "branch_name", "dataset_hash", "dataset_title", "data_title", "data_type")
_REQUIRED_KEYS = ("label_status", "number_of_frames")
_NOT_OF_ITS_TYPE = (pa.ArrowException, TypeError, ValueError, OverflowError)


@dataclass(frozen=True, slots=True)
class Listing:
    """What a listing says.

    Attributes:
        tables: data_unit, without deleted_at, and label_row, the columns that a listing knows.
        entries: label_row_id → the raw entry that was taken.
        rejected: label hash, or data unit and branch, or place in the listing; and why the entry was set aside.
    """

    tables: dict[str, pa.Table]
    entries: dict[str, Entry]
    rejected: Rejected


@dataclass(slots=True)
class _Taken:
    """The entries that are used, in the order of the listing, and what was worked out of each."""

    entries: list[Entry] = field(default_factory=list)
    ids: list[str] = field(default_factory=list)
    created_at: list[int | None] = field(default_factory=list)
    last_edited_at: list[int | None] = field(default_factory=list)

    def part(self, places: Sequence[int]) -> "_Taken":
        return _Taken(
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


def normalise_listing(project_hash: str, entries: Sequence[object], schemas: Mapping[str, pa.Schema]) -> Listing:
    """Normalise one full listing of a project.

    Args:
        project_hash: the project.
        entries: raw entries as listed, snake_case keys (encord-protocol b.1).
        schemas: table name → Arrow schema; data_unit and label_row are used.

    Returns:
        The tables, the entries taken, and the entries set aside. Of two entries for one data unit and branch the one
        with a label hash, then the one edited last, is taken; the other is set aside with a message if it differs.
    """
    rejected: Rejected = []
    taken = _take(project_hash, entries, rejected)
    try:
        tables = _tables(project_hash, taken, schemas)
    except _NOT_OF_ITS_TYPE:
        good = _of_their_types(project_hash, taken, list(range(len(taken.ids))), schemas, rejected)
        taken = taken.part(good)
        tables = _tables(project_hash, taken, schemas)
    return Listing(tables, dict(zip(taken.ids, taken.entries, strict=True)), rejected)


def _take(project_hash: str, entries: Sequence[object], rejected: Rejected) -> _Taken:
    taken = _Taken()
    places: dict[str, int] = {}
    for index, entry in enumerate(entries):
        if not isinstance(entry, dict):
            rejected.append((f"listing entry {index}", "the listing entry is no object"))
            continue
        problem = _problem(entry)
        if problem is not None:
            rejected.append((_identifier(entry, index), problem))
            continue
        try:
            created_at = optional_timestamp(entry, "created_at")
            last_edited_at = optional_timestamp(entry, "last_edited_at")
        except (ValueError, TypeError, OverflowError):
            rejected.append((_identifier(entry, index), "the listing entry has a time that cannot be read"))
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
        rejected.append((_identifier(loser, index), "the listing has another entry for this data unit and branch"))
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


def _identifier(entry: Entry, index: int) -> str:
    label_hash = entry.get("label_hash")
    if isinstance(label_hash, str):
        return label_hash
    if isinstance(entry.get("data_hash"), str) and isinstance(entry.get("branch_name"), str):
        return f"{entry['data_hash']}/{entry['branch_name']}"
    return f"listing entry {index}"


def _of_their_types(
    project_hash: str, taken: _Taken, places: list[int], schemas: Mapping[str, pa.Schema], rejected: Rejected
) -> list[int]:
    """The places whose entries convert; halves the list around the others, so a few cost little."""
    try:
        _tables(project_hash, taken.part(places), schemas)
    except _NOT_OF_ITS_TYPE:
        if len(places) == 1:
            entry = taken.entries[places[0]]
            rejected.append((_identifier(entry, places[0]), "the listing entry has a value of a wrong type"))
            return []
        middle = len(places) // 2
        return _of_their_types(project_hash, taken, places[:middle], schemas, rejected) + _of_their_types(
            project_hash, taken, places[middle:], schemas, rejected
        )
    return places


def _client_metadata(entry: Entry) -> str | None:
    metadata = entry.get("client_metadata")
    if metadata is None or isinstance(metadata, str):
        return metadata
    return orjson.dumps(metadata).decode()


def _key(name: str) -> Callable[[Entry], Any]:
    return lambda entry: entry.get(name)


_UNIT_VALUES: dict[str, Callable[[Entry], Any]] = {
    "title": _key("data_title"),
    "data_type": lambda entry: entry["data_type"].lower(),
    "frame_count": _key("number_of_frames"),
    "duration_seconds": _key("duration"),
    "client_metadata": _client_metadata,
}
_ROW_VALUES: dict[str, Callable[[Entry], Any]] = {
    "workflow_stage_uuid": lambda entry: (entry.get("workflow_graph_node") or {}).get("uuid"),
    "workflow_stage_title": lambda entry: (entry.get("workflow_graph_node") or {}).get("title"),
}
_LABEL_ROW_COLUMNS = (
    "label_row_id",
    "project_hash",
    "data_hash",
    "branch_name",
    "label_hash",
    "label_status",
    "annotation_task_status",
    "workflow_stage_uuid",
    "workflow_stage_title",
    "task_uuid",
    "priority",
    "assigned_user_email",
    "last_actioned_by_user_email",
    "is_valid",
    "is_shadow_data",
    "created_at",
    "last_edited_at",
)


def _tables(project_hash: str, taken: _Taken, schemas: Mapping[str, pa.Schema]) -> dict[str, pa.Table]:
    units: dict[str, Entry] = {}
    for entry in taken.entries:
        # All branches say the same of a data unit; main, where there is one, is what Encord itself shows.
        if entry["data_hash"] not in units or entry["branch_name"] == "main":
            units[entry["data_hash"]] = entry
    unit_columns = [name for name in schemas["data_unit"].names if name != "deleted_at"]
    known: dict[str, Sequence[object]] = {
        "label_row_id": taken.ids,
        "created_at": taken.created_at,
        "last_edited_at": taken.last_edited_at,
    }
    return {
        "data_unit": _table(schemas["data_unit"], unit_columns, list(units.values()), _UNIT_VALUES, project_hash, {}),
        "label_row": _table(schemas["label_row"], _LABEL_ROW_COLUMNS, taken.entries, _ROW_VALUES, project_hash, known),
    }


def _table(
    schema: pa.Schema,
    names: Sequence[str],
    entries: Sequence[Entry],
    values: Mapping[str, Callable[[Entry], Any]],
    project_hash: str,
    known: Mapping[str, Sequence[object]],
) -> pa.Table:
    arrays = []
    for name in names:
        column: Sequence[object]
        if name in known:
            column = known[name]
        elif name == "project_hash":
            column = [project_hash] * len(entries)
        elif name in values:
            value = values[name]
            column = [value(entry) for entry in entries]
        else:
            column = [entry.get(name) for entry in entries]
        arrays.append(pa.array(column, type=schema.field(name).type))
    return pa.Table.from_arrays(arrays, schema=pa.schema([schema.field(name) for name in names]))
