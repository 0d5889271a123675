"""What the statements of this folder need of an engine: stage Arrow rows under a name, run SQL, read rows back.

The statements themselves (upsert, replace, tombstone, receipts) are plain SQL that DuckDB and PostgreSQL both
understand, with `$name` for parameters; an engine brings a session and its way to open, migrate and close.
"""

from collections.abc import Sequence
from contextlib import AbstractContextManager
from datetime import datetime
from typing import Any, Protocol

import pyarrow as pa
import sqlalchemy as sa
from sqlalchemy.dialects import registry

from connector.errors import ConnectorError, ErrorKind

# Looking for it, SQLAlchemy would open the metadata of every installed package: 0.03 s of a run that takes one.
registry.register("duckdb", "duckdb_sqlalchemy", "Dialect")

Value = str | int | float | bool | datetime | None
"""What a parameter of a statement may be."""


class Session(Protocol):
    """One connection to an engine, and the transaction that is open on it.

    Attributes:
        skip_present: what ends an INSERT so that rows whose key is there already are left alone; empty on an engine
            without keys, where nobody else can write meanwhile.
    """

    skip_present: str

    def transaction(self) -> AbstractContextManager[None]:
        """A block that commits at its end, and rolls back if it raises; errors of the engine become ConnectorErrors."""

    def stage(self, name: str, rows: pa.Table, *, is_part: bool = False) -> None:
        """Makes rows readable as a table of that name for the rest of the transaction; replaces an older one.

        Args:
            name: of the table.
            rows: its rows.
            is_part: whether others of the same columns are to replace them, so that they must not stay in memory.
        """

    def copy(self, table: str, rows: pa.Table) -> int:
        """Adds rows to a table as they are, the columns by their names, without staging them; returns how many."""

    def expect_large_query(self) -> None:
        """Says that what follows in this transaction is worth all threads and memory that the engine may use."""

    def execute(self, statement: str, **parameters: Value) -> int:
        """Runs a statement and returns how many rows it changed (0 if it changes none)."""

    def rows(self, statement: str, **parameters: Value) -> Sequence[tuple[Any, ...]]:
        """Runs a query and returns its rows."""

    def table(self, statement: str, schema: pa.Schema, **parameters: Value) -> pa.Table:
        """Runs a query and returns its rows as Arrow, cast to a schema."""

    def connection(self) -> AbstractContextManager[sa.Connection]:
        """A SQLAlchemy connection to the same warehouse and schema, in a transaction of its own."""


class DataRefusedError(ConnectorError):
    """The engine refused what a row holds (not how the warehouse is): without that label row the others may pass.

    Raised inside a transaction by a session; `SqlWarehouse.write_bundle` catches it and writes one by one.
    """

    def __init__(self, reason: str) -> None:
        super().__init__(ErrorKind.SOURCE_CONTENT, f"The warehouse refused a row: {reason}.")
        self.reason = reason
