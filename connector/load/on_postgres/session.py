"""A session on PostgreSQL: one connection, temporary tables for staged rows, transactions that clean up."""

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import Any

import psycopg
import pyarrow as pa
import sqlalchemy as sa
from typing_extensions import override

from connector.load.contract.postgres_location import PostgresLocation
from connector.load.contract.session import Session, Value
from connector.load.on_postgres.connecting import RawConnection, connect
from connector.load.on_postgres.copy import copy_rows, fetch_rows, postgres_columns
from connector.load.on_postgres.refusals import statement_failure
from connector.load.on_postgres.writing_lock import WritingLock

_PARAMETER = re.compile(r"\$(\w+)")

_LARGEST_ANALYSED = 20_000
"""Staged tables of up to this many rows get statistics. Without them PostgreSQL takes a handful of rows for thousands,
and reads a table of millions from end to end to delete ten. It sees the size of larger ones by itself."""

_SECONDS_TO_CANCEL = 5.0


class PostgresSession(Session):
    """A session over one connection. If it is lost, the next transaction connects again.

    Staged tables are temporary tables. The end of each transaction empties them, and the next one uses them again:
    making them again would bloat the server's catalogue by hundreds of rows per bundle.
    """

    # Two syncs of different projects may add the same row at once: the second one waits, and leaves the row alone.
    skip_present = " ON CONFLICT DO NOTHING"
    statement_errors: tuple[type[Exception], ...] = (psycopg.ProgrammingError,)
    value_errors: tuple[type[Exception], ...] = (psycopg.DataError,)

    def __init__(self, location: PostgresLocation, *, read_only: bool = False) -> None:
        """Connects.

        Raises:
            ConnectorError: see connector.load.on_postgres.connecting.connect.
        """
        self._location = location
        self._read_only = read_only
        self._temporary: dict[str, tuple[tuple[str, str], ...]] = {}
        self._staged: set[str] = set()
        self._lock: WritingLock | None = None
        self._is_locked = False
        self._raw = connect(location, read_only=read_only)

    @contextmanager
    def holding(self, lock: WritingLock) -> Iterator[None]:
        """Every transaction within the block runs on a connection that holds a lock; the first one takes it.

        A lost connection takes the lock with it: the next transaction raises ConnectorError(LOCKED) if another session
        holds it by then.
        """
        self._lock = lock
        try:
            yield
        finally:
            self._lock = None
            if self._is_locked:
                self._is_locked = False
                lock.release(self._raw)

    @override
    @contextmanager
    def transaction(self) -> Iterator[None]:
        if self._raw.closed:
            self._temporary.clear()
            self._is_locked = False
            self._raw = connect(self._location, read_only=self._read_only)
        before = dict(self._temporary)
        try:
            if self._lock is not None and not self._is_locked:
                self._lock.take(self._raw)
                self._is_locked = True
            self._raw.execute("BEGIN")
            yield
            self._raw.execute("COMMIT")
        except psycopg.Error as error:
            self._roll_back(before)
            raise statement_failure(self._location, error) from error
        except BaseException:
            self._roll_back(before)
            raise
        finally:
            self._staged.clear()

    def _roll_back(self, temporary: dict[str, tuple[tuple[str, str], ...]]) -> None:
        """Undoes the transaction and the temporary tables that it made; a lost connection has undone it by itself."""
        self._temporary = temporary
        try:
            self._raw.execute("ROLLBACK")
        except psycopg.Error:
            with suppress(psycopg.Error):
                self._raw.close()

    @override
    def stage(self, name: str, rows: pa.Table, *, is_part: bool = False) -> None:
        columns = postgres_columns(rows.schema)
        if self._temporary.get(name) != columns:
            declared = ", ".join(f"{column} {kind}" for column, kind in columns)
            self._raw.execute(f"DROP TABLE IF EXISTS pg_temp.{name}")
            self._raw.execute(f"CREATE TEMPORARY TABLE {name} ({declared}) ON COMMIT DELETE ROWS")
            self._temporary[name] = columns
        elif name in self._staged:
            self._raw.execute(f"TRUNCATE pg_temp.{name}")
        self._staged.add(name)
        self.copy(name, rows)
        if rows.num_rows <= _LARGEST_ANALYSED:
            self._raw.execute(f"ANALYZE pg_temp.{name}")

    @override
    def gather(self, name: str, schema: pa.Schema) -> None:
        self.stage(name, schema.empty_table())

    @override
    def gathered(self, name: str) -> None:
        self._raw.execute(f"ANALYZE pg_temp.{name}")

    @override
    def copy(self, table: str, rows: pa.Table) -> int:
        """Copies the rows in with COPY.

        Raises:
            DataRefusedError: if the server refuses what a row holds.
        """
        with self._raw.cursor() as cursor:
            return copy_rows(cursor, table, rows)

    @override
    def expect_large_query(self) -> None:
        """Does nothing: PostgreSQL's planner decides by itself."""

    @override
    def execute(self, statement: str, **parameters: Value) -> int:
        return max(0, self._run(statement, parameters).rowcount)

    @override
    def rows(self, statement: str, **parameters: Value) -> Sequence[tuple[Any, ...]]:
        return self._run(statement, parameters).fetchall()

    @override
    def table(self, statement: str, schema: pa.Schema, **parameters: Value) -> pa.Table:
        query = statement
        if parameters:
            with psycopg.ClientCursor(self._raw) as filling:
                query = filling.mogrify(_named(statement), parameters)
        with self._raw.cursor() as cursor:
            return fetch_rows(cursor, query, schema)

    def _run(self, statement: str, parameters: dict[str, Value]) -> psycopg.Cursor[tuple[Any, ...]]:
        return self._raw.execute(_named(statement), parameters)

    def analyse(self, tables: Sequence[str]) -> None:
        """Renews the statistics of tables, outside any transaction; skips those that somebody has locked."""
        try:
            self._raw.execute(f"ANALYZE (SKIP_LOCKED) {', '.join(tables)}")
        except psycopg.Error as error:
            raise statement_failure(self._location, error) from error

    @override
    @contextmanager
    def connection(self) -> Iterator[sa.Connection]:
        engine = sa.create_engine("postgresql+psycopg://", creator=self._another, poolclass=sa.NullPool)
        try:
            with engine.begin() as connection:
                yield connection
        except sa.exc.DBAPIError as error:
            if isinstance(error.orig, psycopg.Error):
                raise statement_failure(self._location, error.orig) from error
            raise
        finally:
            engine.dispose()

    def _another(self) -> RawConnection:
        raw = connect(self._location, read_only=self._read_only)
        raw.autocommit = False
        return raw

    @override
    @contextmanager
    def setting_up(self) -> Iterator[None]:
        self._raw.execute("SET default_transaction_read_only = off")
        try:
            yield
        finally:
            self._raw.execute("SET default_transaction_read_only = on")

    def cancel(self) -> None:
        """Asks the server to cancel the statement that runs, whoever waits for it; takes a few seconds at most."""
        with suppress(psycopg.Error):
            self._raw.cancel_safe(timeout=_SECONDS_TO_CANCEL)

    def close(self) -> None:
        """Closes the connection; closing twice is allowed."""
        with suppress(psycopg.Error):
            self._raw.close()


def _named(statement: str) -> str:
    """The statement with psycopg's form of parameters in place of `$name`."""
    return _PARAMETER.sub(r"%(\1)s", statement.replace("%", "%%"))
