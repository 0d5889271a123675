"""The tables of a lake: reads them, adds and replaces rows, and notes which states of them belong together."""

import hashlib
import secrets
import time
import warnings
from collections.abc import Callable, Collection, Iterable, Mapping
from datetime import UTC, datetime
from urllib.parse import urlsplit

import orjson
import pyarrow as pa
import pyarrow.fs as pafs
from pyiceberg.catalog import Catalog
from pyiceberg.exceptions import CommitFailedException, ValidationException
from pyiceberg.expressions import AlwaysFalse, AlwaysTrue, And, BooleanExpression, In, Reference
from pyiceberg.expressions.literals import literal
from pyiceberg.io.pyarrow import PyArrowFileIO
from pyiceberg.table import StaticTable, Table, Transaction
from pyiceberg.table.metadata import TableMetadata
from pyiceberg.table.update import TableUpdate
from typing_extensions import override

from connector.load.contract.lake_location import LakeLocation
from connector.load.on_iceberg.lake_failures import lake_failures
from connector.load.on_iceberg.layout import COMMIT_ID, LAKE_TABLES, OWNERS, PROJECT_TABLES, RECEIPTS, columns_of
from connector.load.tables.declaration import ARROW_TYPES

_ATTEMPTS = 8
"""How often a replacement is tried while others change the same table."""
_FIRST_PAUSE = 0.05
_NOTED = "encord-sync.noted"
"""What a note's snapshot tells: a digest of where the tables of projects are."""
_DUCKDB_TYPES = {"string": "VARCHAR", "long": "BIGINT", "double": "DOUBLE", "boolean": "BOOLEAN"}
_OWNERS_FIRST = sorted(LAKE_TABLES, key=lambda name: (name not in OWNERS, name))


class _Change(Transaction):
    """A change of a table. pyiceberg copies the whole metadata each time that it looks at it; this copies it once."""

    def __init__(self, table: Table) -> None:
        super().__init__(table)
        self._copied: tuple[TableMetadata, tuple[TableUpdate, ...], TableMetadata] | None = None

    @property
    @override
    def table_metadata(self) -> TableMetadata:
        copied = self._copied
        if copied is None or copied[0] is not self._table.metadata or copied[1] is not self._updates:
            copied = self._copied = (self._table.metadata, self._updates, super().table_metadata)
        return copied[2]


class Lake:
    """A lake whose tables are there. Everything raises ConnectorError(WAREHOUSE) if catalog or files fail."""

    def __init__(self, location: LakeLocation, catalog: Catalog) -> None:
        self.location = location
        self._catalog = catalog
        self._tables: dict[str, Table] = {}

    def table(self, name: str, *, fresh: bool = False) -> Table:
        """A table as this process last saw it, or as it is now."""
        with lake_failures(self.location):
            if fresh or name not in self._tables:
                self._tables[name] = self._catalog.load_table((self.location.data_namespace, name))
        return self._tables[name]

    def forget_tables(self) -> None:
        """Has every table read again when it is next asked for."""
        self._tables.clear()

    def add(self, name: str, rows: pa.Table, told: Mapping[str, str] | None = None) -> None:
        """Adds rows to a table in one commit, which may tell something; others may add theirs at the same time."""

        def attempt(table: Table) -> None:
            with _Change(table) as change:
                change.append(rows, snapshot_properties=dict(told or {}))

        if rows.num_rows:
            with lake_failures(self.location):
                self._until_committed(name, attempt)

    def replace(
        self,
        name: str,
        rows: pa.Table,
        where: BooleanExpression,
        *,
        check: Callable[[Table], None] | None = None,
        attempts: int = _ATTEMPTS,
    ) -> None:
        """Replaces the rows that a condition finds, in one commit; tries again if others changed the table meanwhile.

        Args:
            name: the table.
            rows: the new rows; there may be none.
            where: finds the old ones, and nobody else's.
            check: looks at the table before each attempt, and raises if the rows may not be replaced.
            attempts: how often to try.
        """

        def attempt(table: Table) -> None:
            if check is not None:
                check(table)
            with warnings.catch_warnings():
                warnings.filterwarnings("ignore", message="Delete operation did not match any records")
                with _Change(table) as change:
                    if not rows.num_rows:
                        change.delete(where)
                    elif self.file_count(table, where):
                        change.overwrite(rows, overwrite_filter=where)
                    else:  # a run's first receipt, a free lease: far less work than to delete nothing and then add
                        change.append(rows)

        with lake_failures(self.location):
            self._until_committed(name, attempt, attempts)

    def _until_committed(self, name: str, attempt: Callable[[Table], None], attempts: int = _ATTEMPTS) -> None:
        for tried in range(1, attempts + 1):
            try:
                attempt(self.table(name, fresh=tried > 1))
            except (CommitFailedException, ValidationException):
                if tried == attempts:
                    raise
                time.sleep(_FIRST_PAUSE * 2**tried * (0.5 + secrets.randbelow(1000) / 1000))
            else:
                return

    def rows(
        self, table: Table, columns: Iterable[str] | None = None, where: BooleanExpression | None = None
    ) -> pa.Table:
        """The rows of a table in the state that it was loaded in."""
        with lake_failures(self.location):
            names = tuple(columns) if columns is not None else ("*",)
            return table.scan(row_filter=where or AlwaysTrue(), selected_fields=names).to_arrow()

    def files(self, table: Table, where: BooleanExpression | None = None) -> list[str]:
        """The files that hold the rows of a table in the state that it was loaded in, or may hold those wanted."""
        with lake_failures(self.location):
            return sorted(task.file.file_path for task in table.scan(row_filter=where or AlwaysTrue()).plan_files())

    def file_count(self, table: Table, where: BooleanExpression) -> int:
        """How many files may hold rows that a condition finds."""
        with lake_failures(self.location):
            return sum(1 for _ in table.scan(row_filter=where).plan_files())

    @property
    def properties(self) -> dict[str, str]:
        """What the catalog's configuration says about reading and writing files; may hold secrets."""
        return {name: str(value) for name, value in self._catalog.properties.items()}

    def file_system(self, place: str) -> pafs.FileSystem:
        """What reads and writes the files at an address, as the catalog's configuration says."""
        parts = urlsplit(place)
        with lake_failures(self.location):
            io = PyArrowFileIO(self.properties)
            system: pafs.FileSystem = io.fs_by_scheme(parts.scheme or "file", parts.netloc or None)
        return system

    def has_file(self, place: str) -> bool:
        """Whether a file is there."""
        return self.table("lake_commit").io.new_input(place).exists()

    def note_commit(self, commit_id: str) -> None:
        """Notes where every table's metadata is now: what readers of this release read together."""
        locations = {name: table.metadata_location for name, table in self.now().items()}
        row = {
            COMMIT_ID: commit_id,
            "committed_at": datetime.now(UTC),
            "locations": orjson.dumps(locations).decode(),
        }
        rows = pa.Table.from_pylist([row], schema=arrow_schema("lake_commit"))
        self.add("lake_commit", rows, told={_NOTED: self._places_of_projects()})

    def is_noted(self) -> bool:
        """Whether the last note has the tables of projects where this process sees them; without reading any note."""
        last = self.table("lake_commit", fresh=True).current_snapshot()
        told = None if last is None or last.summary is None else last.summary.additional_properties.get(_NOTED)
        return told == self._places_of_projects()

    def _places_of_projects(self) -> str:
        places = "\n".join(self.table(name).metadata_location for name in PROJECT_TABLES)
        return hashlib.sha256(places.encode()).hexdigest()

    def now(self) -> dict[str, Table]:
        """Every table as it is now; owners come first, so that what is loaded later has the rows that they name."""
        return {name: self.table(name, fresh=True) for name in _OWNERS_FIRST}

    def noted(self) -> dict[str, Table]:
        """Every table as the last noted commit saw it, or as it is now if none was noted; receipts as they are now."""
        notes = self.rows(self.table("lake_commit", fresh=True))
        if not notes.num_rows:
            return self.now()
        last = max(notes.to_pylist(), key=lambda row: (row["committed_at"], row[COMMIT_ID]))
        locations: Mapping[str, str] = orjson.loads(last["locations"])
        with lake_failures(self.location):
            pinned = {name: StaticTable.from_metadata(place, self.properties) for name, place in locations.items()}
        return {**pinned, **{name: self.table(name, fresh=True) for name in RECEIPTS}}


def new_commit_id() -> str:
    """An id that no other commit has, and that sorts by time."""
    return f"{commit_id_at(datetime.now(UTC))}-{secrets.token_hex(4)}"


def commit_id_at(moment: datetime) -> str:
    """What the ids of all commits before a moment are less than."""
    return f"{moment:%Y%m%dT%H%M%S%f}"


def arrow_schema(name: str) -> pa.Schema:
    """The Arrow schema of a lake's table: all may be NULL, as Iceberg says of it."""
    declared = LAKE_TABLES[name].columns
    types = {column.name: ARROW_TYPES[type(column.type)] for column in declared}
    return pa.schema([pa.field(column, types.get(column, pa.string())) for column in columns_of(name)])


def stored_rows(lake: Lake, table: Table, where: BooleanExpression | None = None) -> str:
    """What DuckDB reads as the rows of a table's files, by the ids of its columns, so that older files may have fewer.

    Args:
        lake: the lake.
        table: the table.
        where: leaves out files that have no rows that fit; others stay.
    """
    fields = table.schema().fields
    types = {field.name: _DUCKDB_TYPES.get(str(field.field_type), "TIMESTAMP WITH TIME ZONE") for field in fields}
    files = lake.files(table, where)
    if not files:
        nothing = ", ".join(f"CAST(NULL AS {types[field.name]}) AS {field.name}" for field in fields)
        return f"(SELECT {nothing} WHERE FALSE)"
    columns = ", ".join(
        f"{field.field_id}: {{'name': '{field.name}', 'type': '{types[field.name]}', 'default_value': NULL}}"
        for field in fields
    )
    places = ", ".join("'" + file.replace("'", "''") + "'" for file in files)
    return f"read_parquet([{places}], schema = MAP {{{columns}}}, hive_partitioning = false)"


def among(column: str, values: Collection[str]) -> BooleanExpression:
    """Rows whose column has one of some values."""
    # Its type is made for pydantic, and declares other arguments than it takes.
    return In(Reference(column), {literal(value) for value in values}) if values else AlwaysFalse()  # type: ignore[call-arg,arg-type]


def equal(**values: str) -> BooleanExpression:
    """Rows whose columns have the given values; at least one column is given."""
    return all_of(*(among(column, (value,)) for column, value in values.items()))


def all_of(first: BooleanExpression, *others: BooleanExpression) -> BooleanExpression:
    """Rows that fit all conditions."""
    for other in others:
        first = And(first, other)
    return first
