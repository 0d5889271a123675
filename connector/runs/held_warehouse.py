"""A warehouse that only this process works on: it is locked, then opened, with the tables and views of this release."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path

from connector.config import Settings
from connector.geometry.overlap import MEASURABLE_SHAPES, measured_shapes
from connector.load import WHOLE, OverlapMeasure, Share, Warehouse, open_warehouse
from connector.load.contract.warehouse_url import DuckDBLocation, warehouse_location
from connector.load.locks.lock_holder import LockHolder
from connector.load.on_duckdb.opening import log_of
from connector.load.sync_locks import SyncLocks, sync_locks
from connector.process.interruption import Interruption
from connector.runs.patience import Patience
from connector.runs.report import Report
from connector.views import install

EXACT_OVERLAPS = OverlapMeasure(MEASURABLE_SHAPES, measured_shapes)
"""How the overlaps of drawn shapes are measured: from the shapes themselves."""


@contextmanager
def holding_warehouse(
    settings: Settings, holder: LockHolder, report: Report, interruption: Interruption, share: Share = WHOLE
) -> Iterator[tuple[SyncLocks, Patience]]:
    """Holds the locks on the settings' warehouse while the block runs, after waiting for them as long as `wait` says.

    Warns at the end if what was committed is not in the DuckDB file itself yet.

    Args:
        settings: of the command.
        holder: this process.
        report: of the command.
        interruption: ends the wait.
        share: the share of its projects that the block is about.

    Yields:
        The locks, and the patience that is left for anything else that has to become free.

    Raises:
        ConnectorError: as `sync_locks`; INTERRUPTED if told to stop while waiting.
    """
    patience = Patience(settings.wait, report, interruption)
    with ExitStack() as held:
        locks = patience.until_free(
            lambda: held.enter_context(sync_locks(settings.warehouse, settings.db_schema, holder, share))
        )
        if locks.left_by is not None:
            text = f"Took over the lock of a process that died: {locks.left_by}."
            report.event("lock_taken_over", text, level="warning")
        yield locks, patience
        _tell_of_log(settings, report)


def opened_warehouse(settings: Settings, locks: SyncLocks, patience: Patience) -> Warehouse:
    """The warehouse with this release's tables and views; only one process at a time makes them."""
    with locks.schema():
        warehouse = patience.until_free(
            lambda: open_warehouse(
                settings.warehouse, settings.db_schema, migrate=settings.migrate, measure=EXACT_OVERLAPS
            )
        )
        warehouse.keeps_history = settings.history == "on"
        try:
            if warehouse.installs_views:
                with warehouse.connection() as connection:
                    install(connection)
            locks.write_with(warehouse)
        except BaseException:
            warehouse.close()
            raise
    return warehouse


def file_to_make(settings: Settings) -> Path | None:
    """The DuckDB file that opening the warehouse will create; None if it exists, or the warehouse is on a server."""
    location = warehouse_location(settings.warehouse, settings.db_schema)
    return location.path if isinstance(location, DuckDBLocation) and not location.path.exists() else None


def remove_file(path: Path) -> None:
    """Removes a DuckDB file that nobody has open, and its log."""
    path.unlink(missing_ok=True)
    log_of(path).unlink(missing_ok=True)


def match_after_migration(warehouse: Warehouse, locks: SyncLocks, patience: Patience) -> None:
    """Matches consensus objects again if opening the warehouse migrated it: in all projects, whichever a run is about.

    Raises:
        ConnectorError: as `matches_by_new_rules`.
    """
    if warehouse.migrated_from is not None:
        matches_by_new_rules(warehouse, locks, patience)


def matches_by_new_rules(warehouse: Warehouse, locks: SyncLocks, patience: Patience) -> int:
    """Matches consensus objects again in each project whose rules or thresholds have changed since the last match.

    Returns:
        How many projects there were.

    Raises:
        ConnectorError: LOCKED if a sync works on one of the projects, and does not end in time.
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
    """Warns if DuckDB needed more memory than our limit, and now runs with its own."""
    if warehouse.has_lifted_limit:
        text = (
            "Labels too large for the memory that DuckDB is given: a transaction was done again without a limit of"
            " ours, and DuckDB may take most of this machine since. Nothing is lost; ?memory_limit=2GB in the"
            " warehouse's URL, say, gives it that much from the start, and no more."
        )
        report.event("memory_limit_lifted", text, level="warning")


def _tell_of_log(settings: Settings, report: Report) -> None:
    """Warns if committed rows are still in the log beside a DuckDB file: the file could not grow when it was closed.

    Whoever opens the file together with the log reads all of it: the next sync, and `publish`.
    """
    location = warehouse_location(settings.warehouse, settings.db_schema)
    if isinstance(location, DuckDBLocation) and (log := log_of(location.path)).exists():
        text = (
            f"What was committed last lies in {log}, because {location.path} could not be written at the end: see that"
            " the disk has space. Nothing is lost as long as both stay together; the next sync makes one of them."
        )
        report.event("log_left", text, level="warning", path=str(log), bytes=log.stat().st_size)
