"""`encord-sync verify`: reads Encord and the warehouse, compares, and names every difference. Writes to neither."""

import secrets
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

from connector.config import Settings
from connector.errors import ConnectorError, ErrorKind, ExitCode
from connector.load.locks.lock_holder import LockHolder
from connector.load.questions.held_rows import HeldRows
from connector.load.questions.reading import open_for_reading
from connector.load.sync_locks import SyncLocks, locks_of_reader
from connector.process.interruption import Interruption
from connector.runs.patience import Patience
from connector.runs.project_choice import project_hashes, require_project_choice, source_settings
from connector.runs.report import Report
from connector.source.source import Source
from connector.verify.findings import SHOWN, Findings
from connector.verify.row_comparison import Difference, Kind
from connector.verify.verified_project import Sample, check_stop, verify_project

_NEXT_PROJECT_MAY_FARE_BETTER = {ErrorKind.PERMISSION, ErrorKind.SOURCE_CONTENT}


def sample_of(count: int | None, seed: int | None, *, is_all: bool) -> Sample | None:
    """The sample that the flags ask for; None for every label row.

    Raises:
        ConnectorError: CONFIGURATION, if the flags contradict each other.
    """
    if count is None:
        if seed is not None:
            raise ConnectorError(
                ErrorKind.CONFIGURATION, "--seed chooses a sample.", remedy="Give --sample N with it, or leave it out."
            )
        return None
    if is_all:
        raise ConnectorError(ErrorKind.CONFIGURATION, "Both --sample and --all are given.", remedy="Give one.")
    return Sample(count, secrets.randbelow(1_000_000) if seed is None else seed)


def run_verify(settings: Settings, sample: Sample | None, report: Report, interruption: Interruption) -> ExitCode:
    """Verify every project that the settings name, one after another.

    A project does not change meanwhile. On PostgreSQL the run holds its lock, so that a sync of it waits, or ends with
    exit code 8; a DuckDB file that is open for reading cannot be written anyway.

    Returns:
        OK if nothing differs; PARTIAL if something does, or if something could not be compared.

    Raises:
        ConnectorError: settings, key or warehouse cannot be used, Encord cannot be reached, none of the projects could
            be read, or a sync works on one of them.
    """
    require_project_choice(settings)
    source = Source.connect(
        source_settings(settings), on_event=report.event, should_stop=lambda: interruption.is_requested
    )
    if sample:
        text = f"Comparing {sample.count:,} label rows of each project, chosen with --seed {sample.seed}."
        report.event("sample_chosen", text, count=sample.count, seed=sample.seed)
    failures: list[ConnectorError] = []
    verdicts: list[Findings] = []
    holder = LockHolder.this_process("verify")
    patience = Patience(settings.wait, report, interruption)
    with (
        open_for_reading(settings.warehouse, settings.db_schema, has_views=False) as session,
        locks_of_reader(settings.warehouse, settings.db_schema, holder) as locks,
    ):
        held = HeldRows(session)
        chosen = project_hashes(source, settings)
        of_none = Findings(report, settings.verbose, title="Rows of no project")
        if settings.all_projects and not (settings.project_title or settings.project_title_like):
            gone = sorted(set(held.project_hashes()) - set(chosen))
            of_none.differ(Difference("surplus", "project", {"project_hash": name}) for name in gone)
        frames = 0
        for project_hash in chosen:
            check_stop(interruption)
            findings = Findings(report, settings.verbose, project_hash)
            try:
                with _locked(project_hash, locks, patience):
                    frames = max(frames, verify_project(source, held, settings, findings, sample, interruption))
            except ConnectorError as error:
                failures.append(error)
                if error.kind not in _NEXT_PROJECT_MAY_FARE_BETTER or len(chosen) == 1:
                    raise
                findings.leave_out(project_hash, str(error))
            finally:
                report.close()
            findings.end()
            verdicts.append(findings)
        _compare_what_belongs_to_no_label_row(held, frames, of_none)
    if failures and len(failures) == len(chosen):
        raise failures[0]
    return _end([*verdicts, of_none], report)


@contextmanager
def _locked(project_hash: str, locks: SyncLocks, patience: Patience) -> Iterator[None]:
    with ExitStack() as held:
        patience.until_free(lambda: held.enter_context(locks.project(project_hash)))
        yield


def _compare_what_belongs_to_no_label_row(held: HeldRows, frames: int, findings: Findings) -> None:
    """Compares rows that no label row or data unit owns, and the table of frame numbers."""
    for table, owner, rows in held.orphans(SHOWN):
        key = {"data_hash" if table == "data_frame" else "label_hash": owner, "rows": rows}
        findings.differ([Difference("surplus", table, key)])
    for fault in held.frame_number_faults(frames, SHOWN):
        kind: Kind = "missing" if fault.copies == 0 else "surplus" if fault.frame < 0 else "doubled"
        findings.differ([Difference(kind, "frame_number", {"frame": fault.frame}, warehouse=fault.copies or None)])


def _end(verdicts: list[Findings], report: Report) -> ExitCode:
    differences = sum(findings.differences for findings in verdicts)
    waiting = sum(findings.not_synced_yet for findings in verdicts)
    left_out = sum(findings.not_compared for findings in verdicts)
    is_equal = not differences and not left_out
    if is_equal:
        text = "Verified: the warehouse holds what Encord holds."
    elif differences:
        text = (
            f"The warehouse differs from Encord; differences: {differences:,}. Facts of the listing may have changed in"
            " Encord since the last sync: run `encord-sync sync`, and verify again. `encord-sync sync --full` makes the"
            " rows of all labels again; what still differs then needs a sync into a new warehouse."
        )
    else:
        text = f"No difference was found, but not everything could be compared; left out: {left_out:,}."
    if waiting:
        text += f" Not synced yet: {waiting:,}; the next sync brings them."
    exit_code = ExitCode.OK if is_equal else ExitCode.PARTIAL
    report.event(
        "verify_finished",
        text,
        level="info" if is_equal else "error",
        is_equal=is_equal,
        differences=differences,
        not_synced_yet=waiting,
        not_compared=left_out,
        exit_code=int(exit_code),
    )
    return exit_code
