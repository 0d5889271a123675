"""One run of `load`: hold the warehouse, load each file into the project, keep the receipt, and decide how it ended."""

import datetime
import importlib.metadata
import secrets
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from connector import __version__
from connector.config import Settings
from connector.credentials import typed_command
from connector.errors import ConnectorError
from connector.held_warehouse import holding_warehouse, opened_warehouse
from connector.interruption import Interruption
from connector.label_files.file_loader import FileLoader
from connector.label_files.file_project import file_project, read_ontology_file
from connector.label_files.label_row_file import LabelRowFile
from connector.load import Warehouse
from connector.load.lock_holder import LockHolder
from connector.receipt import Receipt
from connector.report import Level, Report
from connector.run import Run
from connector.source.projects import checked_project_hash

_COUNTERS = ("listed", "loaded", "unchanged", "failed", "skipped", "tombstoned", "label_bytes", "rows_written")


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

    A file that is no JSON does not stop the next one; a label row that cannot be read does not stop its file.

    Raises:
        ConnectorError: before anything was loaded: project, ontology file, warehouse or schema cannot be used, or
            another process holds the warehouse.
    """
    project_hash = checked_project_hash(project_hash)
    ontology = None if ontology_file is None else read_ontology_file(ontology_file)
    now = datetime.datetime.now(datetime.UTC)
    run = Run(f"{now:%Y%m%dT%H%M%SZ}-{secrets.token_hex(3)}", now)
    receipt = Receipt(run.run_id, project_hash, now)
    run.receipts.append(receipt)
    holder = LockHolder.this_process("load", run.run_id)
    with holding_warehouse(settings, holder, report, interruption) as (locks, patience):
        warehouse = opened_warehouse(settings, locks, patience)
        try:
            warehouse.record_run(_row(run, warehouse))
            try:
                with ExitStack() as held:
                    patience.until_free(lambda: held.enter_context(locks.project(project_hash)))
                    files = _readable_files(paths, run, report)
                    receipt.project_title, its_ontology = file_project(
                        warehouse, project_hash, title, ontology, files, report
                    )
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


def _readable_files(paths: Sequence[Path], run: Run, report: Report) -> list[LabelRowFile]:
    """The files that hold label rows; the others are told, and make the run a partial one.

    Raises:
        ConnectorError: as of the first file, if none of them does.
    """
    files = []
    for path in paths:
        try:
            files.append(LabelRowFile(path))
        except ConnectorError as error:
            run.failures.append(error)
            report.event("file_failed", str(error), level="error", file=str(path))
    if not files:
        raise run.failures.pop()
    return files


def _end(run: Run, receipt: Receipt, warehouse: Warehouse, report: Report) -> None:
    run.end()
    report.close()
    level: Level = "info" if receipt.outcome == "succeeded" else "warning"
    report.event("project_finished", receipt.sentence(), level=level, **receipt.row())
    warehouse.record_project(receipt.row())
    level = "info" if run.outcome == "succeeded" else "error"
    report.event("run_finished", run.sentence(), level=level, outcome=run.outcome, exit_code=int(run.exit_code))
    warehouse.record_run(_row(run, warehouse))


def _row(run: Run, warehouse: Warehouse) -> dict[str, Any]:
    """The run as a row of table sync_run; nothing was asked of Encord."""
    return {
        "run_id": run.run_id,
        "started_at": run.started_at,
        "ended_at": None if run.outcome == "running" else datetime.datetime.now(datetime.UTC),
        "outcome": run.outcome,
        "command": typed_command(),
        "connector_version": __version__,
        "sdk_version": importlib.metadata.version("encord"),
        "schema_version": warehouse.schema_version,
        "projects": len(run.receipts),
        "requests": 0,
        "message": run.message,
        **{counter: sum(getattr(receipt, counter) for receipt in run.receipts) for counter in _COUNTERS},
    }
