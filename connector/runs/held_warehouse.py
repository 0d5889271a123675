"""A warehouse that this process alone works on: locked, then opened, with the tables and views of this release."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path

from connector.config import Settings
from connector.geometry.overlap import MEASURABLE_SHAPES, measured_iou
from connector.load import OverlapMeasure, Warehouse, open_warehouse
from connector.load.contract.warehouse_url import DuckDBLocation, warehouse_location
from connector.load.locks.lock_holder import LockHolder
from connector.load.on_duckdb.opening import log_of
from connector.load.sync_locks import SyncLocks, sync_locks
from connector.process.interruption import Interruption
from connector.runs.patience import Patience
from connector.runs.report import Report
from connector.views import install

EXACT_OVERLAPS = OverlapMeasure(MEASURABLE_SHAPES, measured_iou)
"""How the overlaps of drawn shapes are measured: from the shapes themselves."""


@contextmanager
def holding_warehouse(
    settings: Settings, holder: LockHolder, report: Report, interruption: Interruption
) -> Iterator[tuple[SyncLocks, Patience]]:
    """Holds the locks on the settings' warehouse while the block runs, after waiting for them as long as `wait` says.

    Warns at the end if a DuckDB file has not taken in what was committed.

    Yields:
        The locks, and what is left of the patience for whatever else has to become free.

    Raises:
        ConnectorError: as `sync_locks`; INTERRUPTED if told to stop while waiting.
    """
    patience = Patience(settings.wait, report, interruption)
    with ExitStack() as held:
        locks = patience.until_free(
            lambda: held.enter_context(sync_locks(settings.warehouse, settings.db_schema, holder))
        )
        if locks.left_by is not None:
            text = f"Took over the lock of a process that died: {locks.left_by}."
            report.event("lock_taken_over", text, level="warning")
        yield locks, patience
        _tell_of_log(settings, report)


def opened_warehouse(settings: Settings, locks: SyncLocks, patience: Patience) -> Warehouse:
    """The warehouse with this release's tables and views, which one process at a time makes."""
    with locks.schema():
        warehouse = patience.until_free(
            lambda: open_warehouse(
                settings.warehouse, settings.db_schema, migrate=settings.migrate, measure=EXACT_OVERLAPS
            )
        )
        try:
            with warehouse.connection() as connection:
                install(connection)
            locks.write_with(warehouse)
        except BaseException:
            warehouse.close()
            raise
    return warehouse


def file_to_make(settings: Settings) -> Path | None:
    """The DuckDB file that opening the warehouse will make; None if it is there, or lies on a server."""
    location = warehouse_location(settings.warehouse, settings.db_schema)
    return location.path if isinstance(location, DuckDBLocation) and not location.path.exists() else None


def remove_file(path: Path) -> None:
    """Removes a DuckDB file that nobody has open, and the log beside it."""
    path.unlink(missing_ok=True)
    log_of(path).unlink(missing_ok=True)


def matches_by_new_rules(warehouse: Warehouse, locks: SyncLocks, patience: Patience) -> int:
    """Matches the objects of consensus again in each project whose rules or thresholds have changed since they were.

    Returns:
        How many projects that were.

    Raises:
        ConnectorError: LOCKED if a sync is at one of the projects, and not done in time.
    """
    refreshed = 0
    for project_hash in warehouse.project_hashes():
        with ExitStack() as held:
            patience.until_free(partial(_enter, held, locks, project_hash))
            refreshed += warehouse.refresh_matches_by_new_rules(project_hash)
    return refreshed


def _enter(held: ExitStack, locks: SyncLocks, project_hash: str) -> None:
    held.enter_context(locks.project(project_hash))


def tell_of_memory(warehouse: Warehouse, report: Report) -> None:
    """Warns if DuckDB needed more memory than it is given, and got what it takes by itself."""
    if warehouse.has_lifted_limit:
        text = (
            "Labels too large for the memory that DuckDB is given: a transaction was done again without a limit of"
            " ours, and DuckDB may take most of this machine since. Nothing is lost; ?memory_limit=2GB in the"
            " warehouse's URL, say, gives it that much from the start, and no more."
        )
        report.event("memory_limit_lifted", text, level="warning")


def _tell_of_log(settings: Settings, report: Report) -> None:
    """Warns if what was committed is in the log beside a DuckDB file still: the file could not grow when it was closed.

    Whoever opens the file with the log beside it reads all of it: the next sync, and `publish`.
    """
    location = warehouse_location(settings.warehouse, settings.db_schema)
    if isinstance(location, DuckDBLocation) and (log := log_of(location.path)).exists():
        text = (
            f"What was committed last lies in {log}, because {location.path} could not be written at the end: see that"
            " the disk has space. Nothing is lost as long as both stay together; the next sync makes one of them."
        )
        report.event("log_left", text, level="warning", path=str(log), bytes=log.stat().st_size)
