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
from typing_extensions import override

from connector.errors import ConnectorError, ErrorKind
from connector.load.contract.session import DataRefusedError, Session, Value
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
"""What DuckDB raises for what a row holds, not for the state of the file; its own words may quote the row."""


class DuckDBSession(Session):
    """A session on the file at `path`; creates `schema` and the schema of its plumbing if they are missing.

    Rows never go in one by one: `executemany` takes far longer than a registered Arrow table.
    """

    skip_present = ""
    statement_errors: tuple[type[Exception], ...] = (
        duckdb.ParserException,
        duckdb.BinderException,
        duckdb.CatalogException,
    )
    value_errors: tuple[type[Exception], ...] = (duckdb.ConversionException,)

    def __init__(self, path: Path, schema: str, settings: dict[str, str], *, read_only: bool = False) -> None:
        self._path = path
        self._schemas = schema, internal_schema(schema)
        self._settings = settings
        self._read_only = read_only
        self._staged: dict[str, _Part | None] = {}
        self._gathered: set[str] = set()
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
        # In a program without a file, as in `python -c`, DuckDB would draw its progress on standard output.
        raw.execute("SET enable_progress_bar = false")

    @override
    @contextmanager
    def transaction(self) -> Iterator[None]:
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
                for name in self._gathered:
                    self._raw.execute(f"DROP TABLE IF EXISTS temp.{name}")
            self._staged.clear()
            self._gathered.clear()

    def _roll_back(self) -> None:
        # A commit that failed has rolled back by itself, and a file that DuckDB gave up on takes no statement at all.
        with suppress(duckdb.Error):
            self._raw.rollback()
        try:
            self._raw.execute("SELECT 1").fetchall()
        except duckdb.Error:
            self._raw.close()
            self._raw = self._opened()

    @property
    def raw(self) -> duckdb.DuckDBPyConnection:
        """DuckDB's own connection, for questions that need no transaction."""
        return self._raw

    def take_more_memory(self) -> bool:
        """Opens the file again without a limit of ours, between two transactions.

        Returns:
            Whether there is more memory to have: the user set no limit, and ours was not lifted before.
        """
        if "memory_limit" in self._settings:
            return False
        self._settings = {**self._settings, "memory_limit": NO_LIMIT_OF_OURS}
        self._raw.close()
        self._raw = self._opened()
        return True

    @override
    def stage(self, name: str, rows: pa.Table, *, is_part: bool = False) -> None:
        """Registers the rows under the name; a part replaces only what the registered holder holds.

        DuckDB keeps what is registered in memory until the transaction ends, even if something else is registered under
        the same name. So a part is registered within a holder, whose rows the next part replaces.
        """
        held = self._staged.get(name)
        if is_part and held is not None and held.rows.schema.equals(rows.schema):
            held.rows = rows
            return
        staged = _Part(rows) if is_part else None
        self._raw.register(name, staged or rows)
        self._staged[name] = staged

    @override
    def gather(self, name: str, schema: pa.Schema) -> None:
        self._raw.execute(f"DROP TABLE IF EXISTS temp.{name}")
        self._raw.register("gathered", schema.empty_table())
        self._raw.execute(f"CREATE TEMP TABLE {name} AS FROM gathered")
        self._raw.unregister("gathered")
        self._gathered.add(name)

    @override
    def gathered(self, name: str) -> None:
        """Does nothing: DuckDB needs no statistics."""

    @override
    def copy(self, table: str, rows: pa.Table) -> int:
        """Inserts the rows, which DuckDB finds by the name of the variable.

        Rows that are registered under a name, as in `stage`, would stay in memory until the transaction ends, even if
        other rows replaced them: the rows of all parts of a label row.
        """
        arriving_arrow_rows = rows  # noqa: F841 - named in the statement
        insert = "INSERT INTO {table} ({columns}) SELECT {columns} FROM arriving_arrow_rows"
        with _refused_data_told():
            self._hold_little()
            answer = self._raw.execute(sql(insert, table=table, columns=column_list(rows.column_names))).fetchone()
        return int(answer[0]) if answer else 0

    def _hold_little(self) -> None:
        """Lets DuckDB work in this thread alone, and with less memory, until the transaction ends.

        An insert with two threads costs more CPU than with one, and takes no less time. A checkpoint at its end uses
        all the memory that it may, and takes no longer with less.
        """
        if self._threads is None:
            (self._threads,) = self._raw.execute("SELECT current_setting('threads')").fetchone() or (1,)
            self._raw.execute("SET threads = 1")
            if "memory_limit" not in self._settings:
                self._raw.execute(f"SET memory_limit = '{_MEMORY_LIMIT_OF_INSERTS}'")

    @override
    def expect_large_query(self) -> None:
        """Gives DuckDB all its threads and memory back: matching many pairs of objects takes one thread longer."""
        self._hold_what_is_set()

    def _hold_what_is_set(self) -> None:
        if self._threads is not None:
            with suppress(duckdb.Error):  # a connection that is gone took the settings with it
                self._raw.execute(f"SET threads = {int(self._threads)}")
                if "memory_limit" not in self._settings:
                    self._raw.execute(f"SET memory_limit = '{MEMORY_LIMIT}'")
            self._threads = None

    @override
    def execute(self, statement: str, **parameters: Value) -> int:
        answer = self._run(statement, parameters).fetchone()
        return int(answer[0]) if answer else 0

    @override
    def rows(self, statement: str, **parameters: Value) -> Sequence[tuple[Any, ...]]:
        return self._run(statement, parameters).fetchall()

    @override
    def table(self, statement: str, schema: pa.Schema, **parameters: Value) -> pa.Table:
        answer: pa.Table = self._run(statement, parameters).to_arrow_table()
        return answer.cast(schema)

    def _run(self, statement: str, parameters: dict[str, Value]) -> duckdb.DuckDBPyConnection:
        # DuckDB refuses a parameter that the statement does not name.
        named = {name: parameters[name] for name in _PARAMETER.findall(statement) if name in parameters}
        with _refused_data_told():
            return self._raw.execute(statement, named or None)

    @override
    @contextmanager
    def connection(self) -> Iterator[sa.Connection]:
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
        """Checkpoints and releases the file."""
        self._raw.close()


class _Part:
    """Rows that DuckDB asks for each time it reads them."""

    def __init__(self, rows: pa.Table) -> None:
        self.rows = rows

    def __arrow_c_stream__(self, requested_schema: object = None) -> object:
        """The rows in the form of the Arrow stream interface."""
        return self.rows.__arrow_c_stream__(requested_schema)


@contextmanager
def _refused_data_told() -> Iterator[None]:
    """A block in which DuckDB's refusal of what a row holds becomes a DataRefusedError."""
    try:
        yield
    except tuple(_REFUSED_DATA) as error:
        reason = next(words for kind, words in _REFUSED_DATA.items() if isinstance(error, kind))
        raise DataRefusedError(reason) from error
