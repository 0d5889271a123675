"""A session on a DuckDB file: one raw connection, Arrow tables registered under a name, transactions that clean up."""

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import sqlalchemy as sa
from duckdb_sqlalchemy import ConnectionWrapper

from connector.errors import ConnectorError, ErrorKind
from connector.load.contract.session import DataRefusedError, Value
from connector.load.contract.statements import column_list, sql
from connector.load.on_duckdb.opening import MEMORY_LIMIT, NO_LIMIT_OF_OURS, connect, writing_failure
from connector.load.tables.declaration import internal_schema

_PARAMETER = re.compile(r"\$(\w+)")
_MEMORY_LIMIT_OF_INSERTS = "128MB"

_REFUSED_DATA: dict[type[Exception], str] = {
    duckdb.ConstraintException: "it breaks a constraint of its table",
    duckdb.ConversionException: "a value does not fit the type of its column",
    duckdb.InvalidInputException: "it holds something that is no valid text or value",
}
"""What DuckDB raises for what a row holds, rather than for the state of the file; its own words may quote the row."""


class DuckDBSession:
    """See `Session`. `path` is the file, `schema` the warehouse's, created with that of its plumbing if it is missing.

    Rows never go in one by one: `executemany` costs 1.4 ms a row where a registered Arrow table costs about a
    microsecond.
    """

    skip_present = ""

    def __init__(self, path: Path, schema: str, settings: dict[str, str], *, read_only: bool = False) -> None:
        self._path = path
        self._schemas = schema, internal_schema(schema)
        self._settings = settings
        self._read_only = read_only
        self._staged: dict[str, _Part | None] = {}
        self._threads: int | None = None  # how many there were before the first insert
        self._raw = self._opened()

    def _opened(self) -> duckdb.DuckDBPyConnection:
        raw = connect(self._path, read_only=self._read_only, settings=self._settings)
        try:
            if not self._read_only:
                for schema in self._schemas:
                    raw.execute(f'CREATE SCHEMA IF NOT EXISTS "{schema}"')
            self._set_up(raw)
        except duckdb.CatalogException as error:
            raw.close()
            raise ConnectorError(
                ErrorKind.SCHEMA,
                f"The warehouse {self._path} has no schema {self._schemas[0]}.",
                remedy="Give the --schema that it was synced with.",
            ) from error
        except duckdb.Error as error:
            raw.close()
            raise writing_failure(self._path, error) from error
        return raw

    def _set_up(self, raw: duckdb.DuckDBPyConnection) -> None:
        schema, internal = self._schemas
        # A file of an older release, opened for reading, has no schema of plumbing.
        has_internal = raw.execute("SELECT 1 FROM duckdb_schemas() WHERE schema_name = ?", [internal]).fetchone()
        raw.execute(f"SET search_path = '{f'{schema},{internal}' if has_internal else schema}'")
        raw.execute("SET TimeZone = 'UTC'")

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """See `Session.transaction`."""
        try:
            self._raw.begin()
            yield
            self._raw.commit()
        except duckdb.Error as error:
            self._roll_back()
            raise writing_failure(self._path, error) from error
        except BaseException:
            self._roll_back()
            raise
        finally:
            self._hold_what_is_set()
            with suppress(duckdb.Error):  # a connection that is gone took its registrations with it
                for name in self._staged:
                    self._raw.unregister(name)
            self._staged.clear()

    def _roll_back(self) -> None:
        # A commit that failed has rolled back by itself, and a file that DuckDB gave up on takes no statement at all.
        with suppress(duckdb.Error):
            self._raw.rollback()
        try:
            self._raw.execute("SELECT 1").fetchall()
        except duckdb.Error:
            self._raw.close()
            self._raw = self._opened()

    def take_more_memory(self) -> bool:
        """Open the file again without a limit of ours, between two transactions.

        Returns:
            Whether there is more memory to have: neither did the user set a limit, nor was ours lifted before.
        """
        if "memory_limit" in self._settings:
            return False
        self._settings = {**self._settings, "memory_limit": NO_LIMIT_OF_OURS}
        self._raw.close()
        self._raw = self._opened()
        return True

    def stage(self, name: str, rows: pa.Table, *, is_part: bool = False) -> None:
        """See `Session.stage`.

        What is registered stays in memory until the transaction ends, even if something else is registered under its
        name. So of parts a holder is registered, and only what it holds is replaced.
        """
        held = self._staged.get(name)
        if is_part and held is not None and held.rows.schema.equals(rows.schema):
            held.rows = rows
            return
        staged = _Part(rows) if is_part else None
        self._raw.register(name, staged or rows)
        self._staged[name] = staged

    def copy(self, table: str, rows: pa.Table) -> int:
        """See `Session.copy`.

        DuckDB finds the rows by the name of the variable. What is registered under a name, as `stage` does, stays in
        memory until the transaction ends, even if it was replaced: 600 bytes a row over all parts of a label row.
        """
        arriving_arrow_rows = rows  # noqa: F841 - named in the statement
        insert = "INSERT INTO {table} ({columns}) SELECT {columns} FROM arriving_arrow_rows"
        with _refused_data_told():
            self._hold_little()
            answer = self._raw.execute(sql(insert, table=table, columns=column_list(rows.column_names))).fetchone()
        return int(answer[0]) if answer else 0

    def _hold_little(self) -> None:
        """Let DuckDB work in this thread alone, and with less memory, until the transaction ends.

        An insert of 80,000 rows takes two threads three quarters more CPU than one, and no less time. A checkpoint at
        its end takes what it may: 90 MB less with 160 MB, 15 to 30 less again with 128, and it takes no longer.
        """
        if self._threads is None:
            (self._threads,) = self._raw.execute("SELECT current_setting('threads')").fetchone() or (1,)
            self._raw.execute("SET threads = 1")
            if "memory_limit" not in self._settings:
                self._raw.execute(f"SET memory_limit = '{_MEMORY_LIMIT_OF_INSERTS}'")

    def expect_large_query(self) -> None:
        """See `Session.expect_large_query`: matching a million pairs of objects takes one thread a third longer."""
        self._hold_what_is_set()

    def _hold_what_is_set(self) -> None:
        if self._threads is not None:
            with suppress(duckdb.Error):  # a connection that is gone took the settings with it
                self._raw.execute(f"SET threads = {int(self._threads)}")
                if "memory_limit" not in self._settings:
                    self._raw.execute(f"SET memory_limit = '{MEMORY_LIMIT}'")
            self._threads = None

    def execute(self, statement: str, **parameters: Value) -> int:
        """See `Session.execute`."""
        answer = self._run(statement, parameters).fetchone()
        return int(answer[0]) if answer else 0

    def rows(self, statement: str, **parameters: Value) -> Sequence[tuple[Any, ...]]:
        """See `Session.rows`."""
        return self._run(statement, parameters).fetchall()

    def table(self, statement: str, schema: pa.Schema, **parameters: Value) -> pa.Table:
        """See `Session.table`."""
        answer: pa.Table = self._run(statement, parameters).to_arrow_table()
        return answer.cast(schema)

    def _run(self, statement: str, parameters: dict[str, Value]) -> duckdb.DuckDBPyConnection:
        # DuckDB refuses a parameter that the statement does not name.
        named = {name: parameters[name] for name in _PARAMETER.findall(statement) if name in parameters}
        with _refused_data_told():
            return self._raw.execute(statement, named or None)

    @contextmanager
    def connection(self) -> Iterator[sa.Connection]:
        """See `Session.connection`."""
        engine = sa.create_engine("duckdb://", creator=self._wrapped, poolclass=sa.NullPool)
        try:
            with engine.begin() as connection:
                yield connection
        except sa.exc.DBAPIError as error:
            if isinstance(error.orig, duckdb.Error):
                raise writing_failure(self._path, error.orig) from error
            raise
        finally:
            engine.dispose()

    def _wrapped(self) -> ConnectionWrapper:
        """A second connection to the same open file, as the SQLAlchemy dialect wants it."""
        raw = self._raw.cursor()
        self._set_up(raw)
        return ConnectionWrapper(raw)

    def close(self) -> None:
        """Checkpoints and lets go of the file."""
        self._raw.close()


class _Part:
    """Rows that DuckDB asks for each time that it reads them."""

    def __init__(self, rows: pa.Table) -> None:
        self.rows = rows

    def __arrow_c_stream__(self, requested_schema: object = None) -> object:
        """The rows, as the Arrow interface of streams wants them."""
        return self.rows.__arrow_c_stream__(requested_schema)


@contextmanager
def _refused_data_told() -> Iterator[None]:
    """A block in which DuckDB's refusal of what a row holds becomes a DataRefusedError."""
    try:
        yield
    except tuple(_REFUSED_DATA) as error:
        reason = next(words for kind, words in _REFUSED_DATA.items() if isinstance(error, kind))
        raise DataRefusedError(reason) from error
