"""The listing of a project's label rows → tables data_unit and label_row, column by column."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import orjson
import pyarrow as pa

from connector.normalise.listing_entries import Entry, Rejected, TakenEntries, entry_identifier, take_entries
from connector.normalise.storable_text import storable

_NOT_OF_ITS_TYPE = (pa.ArrowException, TypeError, ValueError, OverflowError)


ENTRY_KEYS = ("label_hash", "data_hash", "data_type", "number_of_frames", "width", "height", "spaces")
"""Keys of a listing entry that normalising a label row reads. Only they are kept while a sync runs: a whole entry is
several kilobytes, and a project may list 100,000."""


@dataclass(frozen=True, slots=True)
class Listing:
    """What a listing says.

    Attributes:
        tables: data_unit, without deleted_at, and label_row, the columns that a listing knows.
        entries: label_row_id → of the raw entry that was taken, what normalising its labels needs (`ENTRY_KEYS`).
        rejected: label hash, or data unit and branch, or place in the listing; and why the entry was set aside.
    """

    tables: dict[str, pa.Table]
    entries: dict[str, Entry]
    rejected: Rejected


def normalise_listing(project_hash: str, entries: Sequence[object], schemas: Mapping[str, pa.Schema]) -> Listing:
    """Normalise one full listing of a project.

    Args:
        project_hash: the project.
        entries: raw entries as listed, snake_case keys.
        schemas: table name → Arrow schema; data_unit and label_row are used.

    Returns:
        The tables, the entries taken, and the entries set aside. Of two entries for one data unit and branch the one
        with a label hash, then the one edited last, is taken; the other is set aside with a message if it differs.
    """
    rejected: Rejected = []
    taken = take_entries(project_hash, entries, rejected)
    try:
        tables = _tables(project_hash, taken, schemas)
    except _NOT_OF_ITS_TYPE:
        good = _of_their_types(project_hash, taken, list(range(len(taken.ids))), schemas, rejected)
        taken = taken.part(good)
        tables = _tables(project_hash, taken, schemas)
    kept = ({key: entry[key] for key in ENTRY_KEYS if key in entry} for entry in taken.entries)
    return Listing(tables, dict(zip(taken.ids, kept, strict=True)), rejected)


def _of_their_types(
    project_hash: str, taken: TakenEntries, places: list[int], schemas: Mapping[str, pa.Schema], rejected: Rejected
) -> list[int]:
    """The places whose entries convert; halves the list around the others, so a few cost little."""
    try:
        _tables(project_hash, taken.part(places), schemas)
    except _NOT_OF_ITS_TYPE:
        if len(places) == 1:
            entry = taken.entries[places[0]]
            rejected.append((entry_identifier(entry, places[0]), "the listing entry has a value of a wrong type"))
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


def _tables(project_hash: str, taken: TakenEntries, schemas: Mapping[str, pa.Schema]) -> dict[str, pa.Table]:
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
        arrays.append(storable(pa.array(column, type=schema.field(name).type)))
    return pa.Table.from_arrays(arrays, schema=pa.schema([schema.field(name) for name in names]))
