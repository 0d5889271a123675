"""What a run locks on either engine, so that only one sync at a time writes a project of a warehouse.

Only one process at a time can open a DuckDB file, so a run holds the whole file from beginning to end. PostgreSQL takes
many processes: there a run locks the project that it works on, and the schema only while it makes or migrates tables
and views.
"""

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import Protocol

from typing_extensions import override

from connector.errors import ConnectorError, ErrorKind
from connector.load.contract.lake_location import LakeLocation
from connector.load.contract.postgres_location import PostgresLocation
from connector.load.contract.share import WHOLE, Share
from connector.load.contract.warehouse import Warehouse
from connector.load.contract.warehouse_url import DuckDBLocation, warehouse_location
from connector.load.locks.file_lock import file_lock
from connector.load.locks.lock_holder import LockHolder
from connector.load.on_iceberg.driver import require_pyiceberg
from connector.load.on_postgres.driver import require_postgres_driver


class SyncLocks(Protocol):
    """The locks of one run. None of them waits: a ConnectorError(LOCKED) says who holds it.

    Attributes:
        left_by: who died holding the lock, if that is known: this run took the lock over.
    """

    left_by: LockHolder | None

    def write_with(self, warehouse: Warehouse) -> None:
        """Names the warehouse that writes the rows; from now on its connection holds the locks of projects too."""

    def schema(self) -> AbstractContextManager[None]:
        """Held while tables and views are made or migrated: by one process a schema."""

    def project(self, project_hash: str) -> AbstractContextManager[None]:
        """Held while a project's rows are written: by one process a schema and project."""


class _FileLocks(SyncLocks):
    """Everything in a file is locked with the file."""

    def __init__(self, left_by: LockHolder | None) -> None:
        self.left_by = left_by

    @override
    def write_with(self, warehouse: Warehouse) -> None:
        pass

    @override
    def schema(self) -> AbstractContextManager[None]:
        return nullcontext()

    @override
    def project(self, project_hash: str) -> AbstractContextManager[None]:
        return nullcontext()


@contextmanager
def sync_locks(url: str, schema: str | None, holder: LockHolder, share: Share = WHOLE) -> Iterator[SyncLocks]:
    """The locks on the warehouse that a URL names, for as long as the block runs; its end releases all of them.

    Args:
        url: the warehouse.
        schema: the schema of its tables.
        holder: this process.
        share: the share of each project that is locked.

    Raises:
        ConnectorError: LOCKED if another process works on the whole warehouse; CONFIGURATION or WAREHOUSE if there can
            be no lock, because the warehouse could not be opened there either; CONFIGURATION for a share of a project
            in a warehouse whose projects have one writer each.
    """
    location = warehouse_location(url, schema)
    if not share.is_whole and not isinstance(location, LakeLocation):
        raise ConnectorError(
            ErrorKind.CONFIGURATION,
            f"--shard {share} needs a lake: in DuckDB and PostgreSQL a project is written by one process at a time.",
            remedy="Leave --shard out, or give --warehouse iceberg://CATALOG/NAMESPACE.",
        )
    if isinstance(location, DuckDBLocation):
        with file_lock(location.path, holder, f"The warehouse {location.path}") as left_by:
            yield _FileLocks(left_by)
        return
    with _locks(location, holder, share) as locks:
        yield locks


@contextmanager
def locks_of_reader(url: str, schema: str | None, holder: LockHolder) -> Iterator[SyncLocks]:
    """Locks for a reader who needs a project not to change meanwhile; see `sync_locks`.

    A DuckDB file that is open for reading has no writer anyway, and it may be in a folder where no lock file can be
    made: so this makes none.

    Raises:
        ConnectorError: as `sync_locks`.
    """
    location = warehouse_location(url, schema)
    if isinstance(location, DuckDBLocation):
        yield _FileLocks(None)
        return
    with _locks(location, holder, WHOLE) as locks:
        yield locks


@contextmanager
def _locks(location: PostgresLocation | LakeLocation, holder: LockHolder, share: Share) -> Iterator[SyncLocks]:
    if isinstance(location, LakeLocation):
        require_pyiceberg()
        from connector.load.on_iceberg.locks import LakeLocks

        yield LakeLocks(location, holder, share)
        return
    require_postgres_driver()
    from connector.load.on_postgres.locks import PostgresLocks

    locks = PostgresLocks(location, holder)
    try:
        yield locks
    finally:
        locks.close()
