"""One run of `sync`: opens the warehouse, syncs each project, keeps the receipts, and decides how the run ended."""

import datetime
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass

from connector.config import Settings
from connector.errors import ConnectorError, ErrorKind
from connector.load import Share, Warehouse
from connector.load.locks.lock_holder import LockHolder
from connector.load.questions.known_project import known_project
from connector.load.sync_locks import SyncLocks
from connector.process.interruption import Interruption
from connector.reading.reading_processes import ReadingProcesses
from connector.runs.held_warehouse import (
    file_to_make,
    holding_warehouse,
    match_after_migration,
    opened_warehouse,
    remove_file,
    tell_of_memory,
)
from connector.runs.patience import Patience
from connector.runs.people import keep_people, pseudonyms_of, warn_of_open_key
from connector.runs.printing import print_traceback
from connector.runs.project_choice import project_hashes, require_project_choice, share_of, source_settings
from connector.runs.publishing import Publisher
from connector.runs.receipt import Receipt
from connector.runs.report import Level, Report
from connector.runs.run_record import STOPS_THE_RUN, Run
from connector.runs.stage_times import profile_lines
from connector.source.source import Source
from connector.sync.pipeline import sync_project


def run_sync(settings: Settings, report: Report, interruption: Interruption) -> Run:
    """Sync every project that the settings name, one after another, and return the run with its receipts.

    One project's failure does not stop the next, unless it would hit all of them (the warehouse, a signal). A run that
    succeeded is published, if the settings say where.

    Raises:
        ConnectorError: before anything was synced, if settings, key, warehouse or schema cannot be used, or another
            process holds the warehouse; afterwards, if the result cannot be published.
    """
    run = Run.begin()
    require_project_choice(settings)
    share = share_of(settings)
    pseudonyms = pseudonyms_of(settings)
    publisher = Publisher.of(settings)
    source = Source.connect(
        source_settings(settings), on_event=report.event, should_stop=lambda: interruption.is_requested
    )
    warn_of_open_key(settings, report)
    holder = LockHolder.this_process("sync", run.run_id)
    with holding_warehouse(settings, holder, report, interruption, share) as (locks, patience):
        new_file = file_to_make(settings)
        is_recorded = True
        with run.times.stage("open"):
            warehouse = opened_warehouse(settings, locks, patience)
        try:
            with run.times.stage("open"):
                match_after_migration(warehouse, locks, patience)
                keep_people(warehouse, pseudonyms, locks, patience, report, share)
            beside = ReadingProcesses.beside_this_one(settings.processes)
            with run.times.stage("projects"), ReadingProcesses(beside) as processes:
                sync = _SyncOfAll(source, warehouse, locks, settings, share, run, report, interruption, processes)
                is_recorded = sync.run()
        finally:
            tell_of_memory(warehouse, report)
            with run.times.stage("close"):
                warehouse.close()
            if new_file is not None and not is_recorded:
                remove_file(new_file)
        if publisher is not None:
            with run.times.stage("publish"):
                publisher.publish_run(run.outcome, holder, report, interruption)
    if settings.profile:
        facts = run.times.facts()
        report.table("run_profile", profile_lines(f"Run {run.run_id}", facts), **facts)
    return run


@dataclass(frozen=True, slots=True)
class _SyncOfAll:
    """The projects of one run, one after another, over an open warehouse."""

    _source: Source
    _warehouse: Warehouse
    _locks: SyncLocks
    _settings: Settings
    _share: Share
    _run: Run
    _report: Report
    _interruption: Interruption
    _processes: ReadingProcesses

    def run(self) -> bool:
        """Sync them, decide how the run ended, and record it.

        Returns:
            Whether it is recorded: not if it failed and reached no project that the warehouse has.
        """
        run = self._run
        self._warehouse.record_run(run.row(self._warehouse, self._source.requests_sent))
        try:
            projects = self._projects()
            for project_hash in projects:
                self._sync_one(project_hash, is_one_of_several=len(projects) > 1)
        except ConnectorError as error:
            if error not in run.failures:
                run.failures.append(error)
        run.end()
        level: Level = "info" if run.outcome == "succeeded" else "error"
        exit_code = int(run.exit_code)
        self._report.event("run_finished", run.sentence(), level=level, outcome=run.outcome, exit_code=exit_code)
        if run.outcome in {"failed", "interrupted"} and not self._concerns_the_warehouse():
            self._warehouse.forget_run(run.run_id)
            return False
        self._warehouse.record_run(run.row(self._warehouse, self._source.requests_sent))
        return True

    def _concerns_the_warehouse(self) -> bool:
        """Whether the run reached a project that the warehouse has; if it began none, whether the warehouse has any."""
        receipts = self._run.receipts
        return any(receipt.is_recorded for receipt in receipts) if receipts else bool(self._warehouse.project_hashes())

    def _projects(self) -> list[str]:
        """The hashes of the projects to sync; with --all-projects, also notices projects that are gone."""
        settings = self._settings
        found = project_hashes(self._source, settings)
        # A filter that fits nothing, or a key that sees nothing, must not pass for a sync of everything.
        level: Level = "debug" if found else "warning"
        self._report.event("projects_listed", f"Projects to sync: {len(found)}", level=level, projects=len(found))
        if settings.all_projects and not (settings.project_title or settings.project_title_like):
            # Only an unfiltered list proves that a project is gone.
            for project_hash in sorted(set(self._warehouse.project_hashes()) - set(found)):
                self._project_is_gone(project_hash)
        return found

    def _project_is_gone(self, project_hash: str) -> None:
        if self._settings.allow_deletes:
            with self._locked(project_hash):
                count = self._warehouse.tombstone_project(project_hash, self._run.started_at)
            self._report.event(
                "project_tombstoned",
                f"Project {project_hash} is gone: {count} label rows marked deleted.",
                level="warning",
                project_hash=project_hash,
                label_rows=count,
            )
            return
        error = ConnectorError(
            ErrorKind.DELETES_REFUSED,
            f"Project {project_hash} is in the warehouse but no longer listed for this key; its rows were kept.",
            remedy="If it was deleted, run once with --allow-deletes; if not, give the key access to it again.",
        )
        self._run.failures.append(error)
        self._report.event("deletes_refused", str(error), level="warning", project_hash=project_hash)

    def _sync_one(self, project_hash: str, *, is_one_of_several: bool) -> None:
        source, report, run = self._source, self._report, self._run
        receipt = Receipt(run.run_id, project_hash, datetime.datetime.now(datetime.UTC), self._share)
        run.receipts.append(receipt)
        requests_before = source.requests_sent
        is_ours = False
        try:
            self._interruption.check()
            with self._locked(project_hash):
                is_ours = True
                sync_project(
                    source, self._warehouse, self._settings, receipt, report, self._interruption, self._processes
                )
        except ConnectorError as error:
            receipt.break_off(error)
            run.failures.append(error)
            if self._settings.debug:
                print_traceback()
            if error.kind in STOPS_THE_RUN:
                raise
        finally:
            receipt.requests = source.requests_sent - requests_before
            report.close()
            level: Level = "info" if receipt.outcome == "succeeded" else "warning"
            # If there is only one project, the run's own sentence says why.
            reason = f" {receipt.message}" if receipt.message and is_one_of_several else ""
            report.event("project_finished", receipt.sentence() + reason, level=level, **receipt.row())
            if self._settings.profile:
                facts = receipt.times.facts()
                lines = profile_lines(receipt.project_title or project_hash, facts)
                report.table("project_profile", lines, project_hash=project_hash, **facts)
            # Not for a project that never got a name, nor for one that another run works on: that run's receipt counts.
            if is_ours and known_project(self._warehouse, project_hash) is not None:
                self._warehouse.record_project(receipt.row())
                receipt.is_recorded = True

    @contextmanager
    def _locked(self, project_hash: str) -> Iterator[None]:
        """Holds the lock of a project, after waiting for it."""
        patience = Patience(self._settings.wait, self._report, self._interruption)
        with ExitStack() as held:
            patience.until_free(lambda: held.enter_context(self._locks.project(project_hash)))
            yield
