"""One sync a project and warehouse at a time: what a run locks, on either engine.

A DuckDB file is open in one process at a time anyway, so a run holds all of it from beginning to end. PostgreSQL takes
many at once: there a run locks the project it is at, and the schema only while it makes or migrates tables and views.
"""

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import Protocol

from connector.load.contract.postgres_location import PostgresLocation
from connector.load.contract.warehouse import Warehouse
from connector.load.contract.warehouse_url import DuckDBLocation, warehouse_location
from connector.load.locks.file_lock import file_lock
from connector.load.locks.lock_holder import LockHolder
from connector.load.on_postgres.driver import require_postgres_driver


class SyncLocks(Protocol):
    """The locks of one run. None of them waits: a ConnectorError(LOCKED) says who holds it."""

    @property
    def left_by(self) -> LockHolder | None:
        """Who died holding the lock, if that can be told: its lock was taken over."""

    def write_with(self, warehouse: Warehouse) -> None:
        """Says what the rows of projects are written with: from now on, their locks are held by its connection, too."""

    def schema(self) -> AbstractContextManager[None]:
        """Held while tables and views are made or migrated: by one process a schema."""

    def project(self, project_hash: str) -> AbstractContextManager[None]:
        """Held while a project's rows are written: by one process a schema and project."""


class _FileLocks:
    """Everything in a file is locked with the file."""

    def __init__(self, left_by: LockHolder | None) -> None:
        self.left_by = left_by

    def write_with(self, warehouse: Warehouse) -> None:
        pass

    def schema(self) -> AbstractContextManager[None]:
        return nullcontext()

    def project(self, project_hash: str) -> AbstractContextManager[None]:  # noqa: ARG002 - SyncLocks
        return nullcontext()


@contextmanager
def sync_locks(url: str, schema: str | None, holder: LockHolder) -> Iterator[SyncLocks]:
    """The locks on the warehouse that a URL names, for as long as the block runs; all are let go at its end.

    Raises:
        ConnectorError: LOCKED if another process works on the whole warehouse; CONFIGURATION or WAREHOUSE if there can
            be no lock, because the warehouse could not be opened there either.
    """
    location = warehouse_location(url, schema)
    if isinstance(location, DuckDBLocation):
        with file_lock(location.path, holder, f"The warehouse {location.path}") as left_by:
            yield _FileLocks(left_by)
        return
    with _postgres_locks(location, holder) as locks:
        yield locks


@contextmanager
def locks_of_reader(url: str, schema: str | None, holder: LockHolder) -> Iterator[SyncLocks]:
    """Locks for somebody who writes nothing, but needs a project to hold still; see `sync_locks`.

    A DuckDB file that is open for reading has no writer anyway, and may lie where no lock can: there is none beside it.

    Raises:
        ConnectorError: as `sync_locks`.
    """
    location = warehouse_location(url, schema)
    if isinstance(location, DuckDBLocation):
        yield _FileLocks(None)
        return
    with _postgres_locks(location, holder) as locks:
        yield locks


@contextmanager
def _postgres_locks(location: PostgresLocation, holder: LockHolder) -> Iterator[SyncLocks]:
    require_postgres_driver()
    from connector.load.on_postgres.locks import PostgresLocks

    locks = PostgresLocks(location, holder)
    try:
        yield locks
    finally:
        locks.close()
