"""Table sync_failure: what could not be read or written, since when, and how often; a row goes when it heals."""

from collections.abc import Iterable
from datetime import UTC, datetime

import pyarrow as pa

from connector.load.contract.session import Session
from connector.load.contract.statements import column_list, sql
from connector.load.contract.warehouse import ARROW_SCHEMAS


def record(session: Session, project_hash: str, failures: Iterable[tuple[str, str, str]], run_id: str) -> None:
    """Upserts failures inside the caller's transaction. If a label row has several, the last one counts."""
    rows = _rows(project_hash, failures, run_id)
    if not rows.num_rows:
        return
    session.stage("arriving_failure", rows)
    session.execute(
        "UPDATE sync_failure SET kind = arriving_failure.kind, message = arriving_failure.message,"
        " last_seen = arriving_failure.last_seen, run_id = arriving_failure.run_id,"
        " attempts = sync_failure.attempts + CASE WHEN sync_failure.run_id = arriving_failure.run_id THEN 0 ELSE 1 END"
        " FROM arriving_failure WHERE sync_failure.project_hash = arriving_failure.project_hash"
        " AND sync_failure.label_hash = arriving_failure.label_hash"
    )
    insert = (
        "INSERT INTO sync_failure ({columns}) SELECT {columns} FROM arriving_failure"
        " WHERE NOT EXISTS (SELECT 1 FROM sync_failure WHERE sync_failure.project_hash = arriving_failure.project_hash"
        " AND sync_failure.label_hash = arriving_failure.label_hash)"
    )
    session.execute(sql(insert, columns=column_list(rows.column_names)))


def heal_listing(session: Session, project_hash: str, failures: Iterable[tuple[str, str, str]]) -> None:
    """Removes failures that belong to no label row of the project and did not occur again in this listing."""
    session.stage("arriving_failure", _rows(project_hash, failures, run_id=""))
    session.execute(
        "DELETE FROM sync_failure WHERE project_hash = $project_hash"
        " AND NOT EXISTS (SELECT 1 FROM label_row WHERE label_row.project_hash = sync_failure.project_hash"
        " AND label_row.label_hash = sync_failure.label_hash AND label_row.deleted_at IS NULL)"
        " AND NOT EXISTS (SELECT 1 FROM arriving_failure WHERE arriving_failure.label_hash = sync_failure.label_hash)",
        project_hash=project_hash,
    )


def _rows(project_hash: str, failures: Iterable[tuple[str, str, str]], run_id: str) -> pa.Table:
    """The failures as rows of sync_failure, as if each failed now for the first time."""
    now = datetime.now(UTC)
    latest = {str(label_hash): (str(kind), message) for label_hash, kind, message in failures}
    rows = [
        {
            "project_hash": project_hash,
            "label_hash": label_hash,
            "kind": kind,
            "message": message,
            "first_seen": now,
            "last_seen": now,
            "attempts": 1,
            "run_id": run_id,
        }
        for label_hash, (kind, message) in latest.items()
    ]
    return pa.Table.from_pylist(rows, schema=ARROW_SCHEMAS["sync_failure"])
