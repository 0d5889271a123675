"""Keeps what was done with the tasks of a project with consensus stages; goes on where the last reading ended."""

import datetime

import pyarrow as pa
import pyarrow.compute as pc

from connector.errors import ConnectorError, ErrorKind
from connector.load import ARROW_SCHEMAS, TaskActionsRead, Warehouse
from connector.normalise.listing.task_log_rows import task_action_digest, task_actions
from connector.runs.receipt import Receipt
from connector.runs.report import Report
from connector.source.source import Source

_ENDS_THE_PROJECT = {ErrorKind.INTERRUPTED, ErrorKind.WAREHOUSE, ErrorKind.WRITE_REFUSED}
"""Any other trouble with the actions leaves the labels as good as they were."""

OVERLAP = datetime.timedelta(days=1)
"""How far before the newest known action a reading begins: an action may enter the log later than it happened."""

LATE = datetime.timedelta(hours=1)
"""An action may be in the log later than its effect is in the listing. So the log is read once more by the first sync
that comes this long after tasks were seen to have moved."""

_ROWS_A_WRITE = 20_000
_THE_BEGINNING = datetime.datetime(2000, 1, 1, tzinfo=datetime.UTC)


def keep_task_actions(
    source: Source,
    warehouse: Warehouse,
    workflow_stages: pa.Table,
    label_rows: pa.Table,
    receipt: Receipt,
    report: Report,
) -> None:
    """Read the task actions since the last reading, if tasks moved since then, and keep them.

    A project without consensus stages costs no request, nor does one whose tasks did not move. Actions that cannot be
    read are reported and noted on the receipt, and the next run asks for them again.

    Args:
        source: Encord.
        warehouse: where the actions are kept.
        workflow_stages: table workflow_stage of the project.
        label_rows: table label_row as listed.
        receipt: of the project.
        report: of the run.

    Raises:
        ConnectorError: INTERRUPTED; WAREHOUSE, if the actions could not be written.
    """
    digest = task_action_digest(workflow_stages, label_rows)
    if digest is None:
        return
    project_hash, now = receipt.project_hash, datetime.datetime.now(datetime.UTC)
    last = warehouse.task_actions_read(project_hash)
    if last is not None and last.listing_digest == digest:
        moved_at = last.moved_at
        if last.read_at - moved_at >= LATE or now - moved_at < LATE:
            return
    else:
        moved_at = now
    try:
        _read(source, warehouse, receipt, last, TaskActionsRead(digest, moved_at, now, None))
    except ConnectorError as error:
        if error.kind in _ENDS_THE_PROJECT:
            raise
        receipt.notes.append(f"task actions not read ({error.kind.value})")
        report.event(
            "task_actions_unread",
            f"{error} The labels are synced all the same; task_actions = false stops asking.",
            level="warning",
            project_hash=project_hash,
            kind=error.kind.value,
        )


def _read(
    source: Source, warehouse: Warehouse, receipt: Receipt, last: TaskActionsRead | None, reading: TaskActionsRead
) -> None:
    """Reads page after page and writes several pages at a time; only the last write says how far the reading came."""
    project_hash, share = receipt.project_hash, receipt.share
    known_through = last.read_through if last is not None else None
    after = known_through - OVERLAP if known_through is not None else _THE_BEGINNING
    # Encord insists on an end; if the clock of this machine is slow, that must not hide the newest actions.
    before = reading.read_at + OVERLAP
    schema, pile, newest = ARROW_SCHEMAS["task_action"], list[object](), known_through
    for page in source.task_actions(project_hash, after, before):
        pile += page
        if len(pile) >= _ROWS_A_WRITE:
            newest = _later(newest, rows := task_actions(project_hash, pile, schema))
            warehouse.keep_task_actions(project_hash, share.rows_of(rows))
            pile.clear()
    newest = _later(newest, rows := task_actions(project_hash, pile, schema))
    warehouse.keep_task_actions(project_hash, share.rows_of(rows), reading._replace(read_through=newest))


def _later(newest: datetime.datetime | None, actions: pa.Table) -> datetime.datetime | None:
    return max(filter(None, (newest, pc.max(actions["acted_at"]).as_py())), default=None)
