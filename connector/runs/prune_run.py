"""One run of `prune`: says which old rows may go, or deletes them: project by project under its lock, then the runs."""

import datetime
from collections import Counter
from contextlib import ExitStack
from functools import partial

from connector.config import Settings
from connector.errors import ConnectorError, ErrorKind
from connector.load import Warehouse
from connector.load.locks.lock_holder import LockHolder
from connector.load.questions.old_rows import old_rows
from connector.load.sync_locks import SyncLocks
from connector.process.interruption import Interruption
from connector.runs.held_warehouse import holding_warehouse, opened_warehouse
from connector.runs.patience import Patience
from connector.runs.report import Report


def run_prune(
    settings: Settings, age: datetime.timedelta, report: Report, interruption: Interruption, *, is_applied: bool
) -> None:
    """Report the rows older than an age that may go, table by table, and delete them if asked.

    A project that a sync is writing is left for next time. What was deleted before a kill or a failure stays deleted,
    and running it again deletes the rest.

    Raises:
        ConnectorError: as `open_warehouse`, LOCKED or INTERRUPTED; the warehouse is then as far as it came.
    """
    before = datetime.datetime.now(datetime.UTC) - age
    count = partial(old_rows, settings.warehouse, settings.db_schema, before)
    if not is_applied:
        found = Patience(settings.wait, report, interruption).until_free(count)
        for table, (old, rows) in found.items():
            text = f"{table}: {old:,} of {rows:,} rows are from before {before:%Y-%m-%d %H:%M}Z and may go."
            report.event("prunable", text, table=table, prunable=old, rows=rows)
        text = "Nothing was deleted; --apply deletes these rows."
        report.event("prune_finished", text, prunable=sum(old for old, _ in found.values()), deleted=0)
        return
    deleted: Counter[str] = Counter()
    with holding_warehouse(settings, LockHolder.this_process("prune"), report, interruption) as (locks, patience):
        patience.until_free(count)  # it refuses a warehouse that is not there, which opening would make
        warehouse = opened_warehouse(settings, locks, patience)
        try:
            for project_hash in warehouse.all_project_hashes():
                interruption.check()
                deleted.update(_pruned(warehouse, project_hash, before, locks, patience, report))
            interruption.check()
            deleted.update(warehouse.prune_runs(before))
        finally:
            warehouse.close()
    for table, rows in deleted.items():
        report.event("pruned", f"{table}: {rows:,} rows deleted.", table=table, deleted=rows)
    total = sum(deleted.values())
    text = f"Deleted rows from before {before:%Y-%m-%d %H:%M}Z: {total:,}."
    report.event("prune_finished", text, deleted=total)


def _pruned(
    warehouse: Warehouse,
    project_hash: str,
    before: datetime.datetime,
    locks: SyncLocks,
    patience: Patience,
    report: Report,
) -> dict[str, int]:
    with ExitStack() as held:
        try:
            patience.until_free(partial(_enter, held, locks, project_hash))
        except ConnectorError as error:
            if error.kind is not ErrorKind.LOCKED:
                raise
            report.event("left_out", f"Left for next time: {error}", level="warning", project_hash=project_hash)
            return {}
        return warehouse.prune_project(project_hash, before)


def _enter(held: ExitStack, locks: SyncLocks, project_hash: str) -> None:
    held.enter_context(locks.project(project_hash))
