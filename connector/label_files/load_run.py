"""One run of `load`: holds the warehouse, loads each file into the project, keeps the receipt, decides how it ended."""

from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path

from connector.config import Settings
from connector.errors import ConnectorError, ErrorKind
from connector.label_files.file_loader import FileLoader
from connector.label_files.file_project import file_project, read_ontology_file
from connector.label_files.label_row_file import LabelRowFile
from connector.load import Warehouse
from connector.load.locks.lock_holder import LockHolder
from connector.process.interruption import Interruption
from connector.runs.held_warehouse import holding_warehouse, match_after_migration, opened_warehouse
from connector.runs.people import keep_people, pseudonyms_of, warn_of_open_key
from connector.runs.receipt import Receipt
from connector.runs.report import Level, Report
from connector.runs.run_record import Run
from connector.source.listing.projects import checked_project_hash

_KEYS_OF_LABEL_ROWS = (b'"label_hash"', b'"data_hash"')


def run_load(
    settings: Settings,
    paths: Sequence[Path],
    project_hash: str,
    title: str | None,
    ontology_file: Path | None,
    report: Report,
    interruption: Interruption,
) -> Run:
    """Load files into one project of the warehouse.

    A file without label rows does not stop the next one; a label row that cannot be read does not stop its file.

    Raises:
        ConnectorError: before anything was loaded or recorded: project, ontology file, warehouse or schema cannot be
            used, no file holds label rows, a sync found the project deleted, or another process holds the warehouse.
    """
    project_hash = checked_project_hash(project_hash)
    pseudonyms = pseudonyms_of(settings)
    ontology = None if ontology_file is None else read_ontology_file(ontology_file)
    run = Run.begin()
    receipt = Receipt(run.run_id, project_hash, run.started_at)
    run.receipts.append(receipt)
    warn_of_open_key(settings, report)
    files = _readable_files(paths, settings.max_unpacked_bytes, run, report)
    holder = LockHolder.this_process("load", run.run_id)
    with holding_warehouse(settings, holder, report, interruption) as (locks, patience):
        warehouse = opened_warehouse(settings, locks, patience)
        try:
            match_after_migration(warehouse, locks, patience)
            keep_people(warehouse, pseudonyms, locks, patience, report)
            with ExitStack() as held:
                patience.until_free(lambda: held.enter_context(locks.project(project_hash)))
                receipt.project_title, its_ontology = file_project(
                    warehouse, project_hash, title, ontology, files, report
                )
                warehouse.record_run(run.row(warehouse))
                try:
                    loader = FileLoader(warehouse, its_ontology, settings, receipt, report)
                    for file in files:
                        loader.load(file, interruption)
                    receipt.end()
                except ConnectorError as error:
                    receipt.break_off(error)
                    run.failures.append(error)
                _end(run, receipt, warehouse, report)
        finally:
            warehouse.close()
    return run


def _readable_files(paths: Sequence[Path], unpacked_bytes: int, run: Run, report: Report) -> list[LabelRowFile]:
    """The files that hold label rows, or an empty list; others, and damaged ones, make the run a partial one.

    Raises:
        ConnectorError: the failure of the first file, if no file can be loaded.
    """
    files: list[LabelRowFile] = []
    failures: list[tuple[Path, ConnectorError]] = []
    for path in paths:
        try:
            files.append(file := _label_row_file(path, unpacked_bytes))
        except ConnectorError as error:
            failures.append((path, error))
        else:
            if file.damage is not None:
                failures.append((path, file.damage))
    for path, failure in failures if files else failures[1:]:
        report.event("file_failed", str(failure), level="error", file=str(path))
        run.failures.append(failure)
    if not files:
        raise failures[0][1]
    return files


def _label_row_file(path: Path, unpacked_bytes: int) -> LabelRowFile:
    file = LabelRowFile(path, unpacked_bytes)
    if file.rows and all(file.body.content.find(key) < 0 for key in _KEYS_OF_LABEL_ROWS):
        raise ConnectorError(
            ErrorKind.SOURCE_CONTENT,
            f"{path} holds no label rows: none has a label_hash or a data_hash.",
            remedy="Give what `to_encord_dict()` of Encord's SDK or `encord-sync export json` wrote.",
        )
    return file


def _end(run: Run, receipt: Receipt, warehouse: Warehouse, report: Report) -> None:
    run.end()
    report.close()
    level: Level = "info" if receipt.outcome == "succeeded" else "warning"
    report.event("project_finished", receipt.sentence(), level=level, **receipt.row())
    warehouse.record_project(receipt.row())
    level = "info" if run.outcome == "succeeded" else "error"
    report.event("run_finished", run.sentence(), level=level, outcome=run.outcome, exit_code=int(run.exit_code))
    warehouse.record_run(run.row(warehouse))
