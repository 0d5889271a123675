"""The listing of a project's label rows → tables data_unit and label_row, column by column."""

import sys
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import orjson
import pyarrow as pa

from connector.errors import FormatError
from connector.normalise.columns import arrow_column
from connector.normalise.forms.label_row_problems import entry_failure, of_entry
from connector.normalise.label_rows.spaces import spaces_digest
from connector.normalise.listing.listing_entries import Entry, EntryTaker, Rejected, TakenEntries

_NOT_OF_ITS_TYPE = (pa.ArrowException, TypeError, ValueError, OverflowError)


_ENTRIES_AT_ONCE = 2_000
"""How many entries are dicts at the same time; each is several kilobytes, and a project may list 100,000."""


class ListedEntries(Mapping[str, Entry]):
    """The accepted entries of a listing, by label_row_id or another name; read from the listing when asked for.

    The listing decodes an entry each time, so ask for each only once.
    """

    def __init__(self, listed: Sequence[object], positions: Mapping[str, int]) -> None:
        """Keep where the entries are.

        Args:
            listed: the whole listing, raw.
            positions: name → place in it.
        """
        self._listed = listed
        self._positions = positions

    def __len__(self) -> int:
        return len(self._positions)

    def __iter__(self) -> Iterator[str]:
        return iter(self._positions)

    def __contains__(self, name: object) -> bool:
        return name in self._positions

    def __getitem__(self, name: str) -> Entry:
        entry = self._listed[self._positions[name]]
        return entry if isinstance(entry, dict) else {}

    def renamed(self, names: Mapping[str, str]) -> "ListedEntries":
        """Some of the entries, under other names: new name → name here."""
        return ListedEntries(self._listed, {new: self._positions[name] for new, name in names.items()})


@dataclass(frozen=True, slots=True)
class Listing:
    """What a listing says.

    Attributes:
        tables: data_unit, without deleted_at, and label_row, with the columns that a listing knows.
        entries: label_row_id → the raw entry that was accepted.
        positions: label_row_id → its place in the listing, in the order of table label_row.
        rejected: name of each rejected entry (label hash, data unit and branch, or place), and why it was set aside.
    """

    tables: dict[str, pa.Table]
    entries: ListedEntries
    positions: Mapping[str, int]
    rejected: Rejected


def normalise_listing(
    project_hash: str,
    entries: Sequence[object],
    schemas: Mapping[str, pa.Schema],
    places: Sequence[int] | None = None,
) -> Listing:
    """Normalise one full listing of a project, chunk by chunk.

    Args:
        project_hash: the project.
        entries: raw entries as listed, with snake_case keys; they may be decoded each time they are asked for.
        schemas: table name → Arrow schema; data_unit and label_row are used.
        places: places of the entries to normalise, in their order; all if not given. All entries of a data unit must
            be in it together.

    Returns:
        The tables, the accepted entries, and the rejected ones. If there are two entries for one data unit and branch,
        the one with a label hash, then the one edited last, is accepted; the other is rejected if it differs.
    """
    rejected: Rejected = []
    taker = EntryTaker(project_hash, entries, rejected)
    label_rows, data_units = _GrowingTable(), _GrowingTable()
    branches: dict[str, str] = {}
    places = range(len(entries)) if places is None else places
    for start in range(0, max(1, len(places)), _ENTRIES_AT_ONCE):
        taken = taker.take(places[start : start + _ENTRIES_AT_ONCE])
        try:
            tables = _tables(project_hash, taken, branches, schemas)
        except _NOT_OF_ITS_TYPE:
            taken = taken.part(_of_their_types(project_hash, taken, range(len(taken.ids)), branches, schemas, taker))
            tables = _tables(project_hash, taken, branches, schemas)
        label_rows.add(taken.ids, tables["label_row"])
        data_units.add(tables["data_unit"]["data_hash"].to_pylist(), tables["data_unit"])
        _note_branches(taken, branches)
    tables = {"data_unit": data_units.rows(data_units.places), "label_row": label_rows.rows(taker.positions)}
    del data_units, label_rows
    pa.default_memory_pool().release_unused()  # the chunks, whose memory Arrow would keep for later
    return Listing(tables, ListedEntries(entries, taker.positions), taker.positions, rejected)


class _GrowingTable:
    """Rows under names, added chunk by chunk; a name that comes again replaces its row."""

    def __init__(self) -> None:
        self.places: dict[str, int] = {}
        self._chunks: list[pa.Table] = []
        self._count = 0

    def add(self, names: Sequence[str], rows: pa.Table) -> None:
        """Add rows, one for each name."""
        self.places.update(zip(names, range(self._count, self._count + len(names)), strict=True))
        self._chunks.append(rows)
        self._count += len(names)

    def rows(self, names: Collection[str]) -> pa.Table:
        """The rows of some names, in their order."""
        table = pa.concat_tables(self._chunks).combine_chunks()
        if len(names) == self._count:
            return table
        return table.take(pa.array([self.places[name] for name in names], pa.int64()))


def _note_branches(taken: TakenEntries, branches: dict[str, str]) -> None:
    """Note which branch's entry describes each data unit."""
    for entry in taken.entries:
        if entry["data_hash"] not in branches or entry["branch_name"] == "main":
            branches[entry["data_hash"]] = sys.intern(entry["branch_name"])


def _of_their_types(
    project_hash: str,
    taken: TakenEntries,
    places: Sequence[int],
    branches: Mapping[str, str],
    schemas: Mapping[str, pa.Schema],
    taker: EntryTaker,
) -> Sequence[int]:
    """The places whose entries can be converted; halves the list around the others, so that a few cost little."""
    try:
        _tables(project_hash, taken.part(places), branches, schemas)
    except _NOT_OF_ITS_TYPE as error:
        if len(places) == 1:
            reason = of_entry(error) if isinstance(error, FormatError) else entry_failure(taken.entries[places[0]])
            taker.set_aside(taken.ids[places[0]], reason)
            return []
        middle = len(places) // 2
        return [
            place
            for half in (places[:middle], places[middle:])
            for place in _of_their_types(project_hash, taken, half, branches, schemas, taker)
        ]
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
    "spaces_digest": lambda entry: spaces_digest(entry.get("spaces")),
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


def _tables(
    project_hash: str, taken: TakenEntries, branches: Mapping[str, str], schemas: Mapping[str, pa.Schema]
) -> dict[str, pa.Table]:
    """The rows of one chunk; data units that an earlier chunk described as well (`branches`) are left out."""
    units: dict[str, Entry] = {}
    for entry in taken.entries:
        # All branches say the same about a data unit; if there is main, it is what Encord itself shows.
        data_hash, branch = entry["data_hash"], entry["branch_name"]
        if branch == "main" or (data_hash not in units and branches.get(data_hash, branch) == branch):
            units[data_hash] = entry
    unit_columns = [name for name in schemas["data_unit"].names if name != "deleted_at"]
    known: dict[str, Sequence[object]] = {
        "label_row_id": taken.ids,
        "created_at": taken.created_at,
        "last_edited_at": taken.last_edited_at,
    }
    return {
        "data_unit": _table(
            "data_unit", schemas["data_unit"], unit_columns, list(units.values()), _UNIT_VALUES, project_hash, {}
        ),
        "label_row": _table(
            "label_row", schemas["label_row"], _LABEL_ROW_COLUMNS, taken.entries, _ROW_VALUES, project_hash, known
        ),
    }


def _table(
    table: str,
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
        arrays.append(arrow_column(table, schema.field(name), column))
    return pa.Table.from_arrays(arrays, schema=pa.schema([schema.field(name) for name in names]))
