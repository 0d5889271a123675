"""What the statements of this folder need from an engine: stage Arrow rows under a name, run SQL, read rows back.

The statements themselves (upsert, replace, tombstone, receipts) are plain SQL that both DuckDB and PostgreSQL
understand, with `$name` for parameters. An engine provides a session, and its way to open, migrate and close.
"""

from collections.abc import Iterable, Sequence
from contextlib import AbstractContextManager, nullcontext
from datetime import datetime
from typing import Any, Protocol

import pyarrow as pa
import sqlalchemy as sa
from sqlalchemy.dialects import registry

from connector.errors import ConnectorError, ErrorKind
from connector.load.contract.pseudonyms import CLEAR, Pseudonyms

# Otherwise SQLAlchemy would open the metadata of every installed package to look for it.
registry.register("duckdb", "duckdb_sqlalchemy", "Dialect")

Value = str | int | float | bool | datetime | None
"""What the parameter of a statement may be."""


class Session(Protocol):
    """One connection to an engine, and the transaction that is open on it.

    Attributes:
        skip_present: the end of an INSERT that skips rows whose key is there already; empty on an engine without keys,
            where nobody else can write meanwhile.
        statement_errors: what the engine raises about the text of a statement.
        value_errors: what it raises about a value in some row, besides DataRefusedError.
        pseudonyms: what stands in place of people's addresses in all rows that are written.
    """

    pseudonyms: Pseudonyms = CLEAR

    skip_present: str
    statement_errors: tuple[type[Exception], ...]
    value_errors: tuple[type[Exception], ...]

    def transaction(self) -> AbstractContextManager[None]:
        """A block that commits at its end, and rolls back if it raises; errors of the engine become ConnectorErrors."""

    def setting_up(self) -> AbstractContextManager[None]:
        """A block in which temporary views and tables may be made, even in a warehouse opened for reading."""
        return nullcontext()

    def stage(self, name: str, rows: pa.Table, *, is_part: bool = False) -> None:
        """Makes rows readable as a table of that name for the rest of the transaction; replaces an older one.

        Args:
            name: the table's name.
            rows: its rows.
            is_part: whether rows with the same columns will replace these, which must then not stay in memory.
        """

    def copy(self, table: str, rows: pa.Table) -> int:
        """Adds rows to a table directly, matching columns by name, without staging them; returns how many."""

    def gather(self, name: str, schema: pa.Schema) -> None:
        """Makes an empty table of that name for the rest of the transaction, to which `copy` adds rows on disk."""

    def gathered(self, name: str) -> None:
        """Says that a table that rows were gathered in is complete."""

    def bring_labels(self, label_hashes: Iterable[str]) -> None:  # noqa: ARG002 - where all rows are at hand
        """Sees that the rows of some label rows can be read, where they are not always at hand."""
        return

    def bring_instances(self, project_hash: str, feature_hashes: Iterable[str]) -> None:  # noqa: ARG002 - as above
        """Sees that the instances of some classes can be read, where they are not always at hand."""
        return

    def expect_large_query(self) -> None:
        """Announces a query, in this transaction, that is worth all threads and memory that the engine may use."""

    def execute(self, statement: str, **parameters: Value) -> int:
        """Runs a statement and returns how many rows it changed (0 if it changes none)."""

    def rows(self, statement: str, **parameters: Value) -> Sequence[tuple[Any, ...]]:
        """Runs a query and returns its rows."""

    def table(self, statement: str, schema: pa.Schema, **parameters: Value) -> pa.Table:
        """Runs a query and returns its rows as Arrow, cast to a schema."""

    def connection(self) -> AbstractContextManager[sa.Connection]:
        """A SQLAlchemy connection to the same warehouse and schema, in a transaction of its own."""


class DataRefusedError(ConnectorError):
    """The engine refused the content of a row, and not the state of the warehouse: other label rows may still pass.

    A session raises it inside a transaction; `SqlWarehouse.write_bundle` catches it and writes one by one.
    """

    def __init__(self, reason: str) -> None:
        super().__init__(ErrorKind.SOURCE_CONTENT, f"The warehouse refused a row: {reason}.")
        self.reason = reason
