"""Table sync_failure: what could not be read or written, since when, how often; a row goes when it heals."""

from collections.abc import Iterable
from datetime import UTC, datetime

import pyarrow as pa

from connector.load.session import Session


def record(session: Session, project_hash: str, failures: Iterable[tuple[str, str, str]], run_id: str) -> None:
    """Upserts failures inside the caller's transaction. Of several for one label row the last one counts."""
    latest = {str(label_hash): (str(kind), message) for label_hash, kind, message in failures}
    if not latest:
        return
    _stage(session, latest)
    now = datetime.now(UTC)
    session.execute(
        "UPDATE sync_failure SET kind = arriving_failure.kind, message = arriving_failure.message, last_seen = $now,"
        " attempts = attempts + CASE WHEN run_id = $run_id THEN 0 ELSE 1 END, run_id = $run_id"
        " FROM arriving_failure"
        " WHERE sync_failure.project_hash = $project_hash AND sync_failure.label_hash = arriving_failure.label_hash",
        now=now,
        run_id=run_id,
        project_hash=project_hash,
    )
    session.execute(
        "INSERT INTO sync_failure (project_hash, label_hash, kind, message, first_seen, last_seen, attempts, run_id)"
        " SELECT $project_hash, label_hash, kind, message, $now, $now, 1, $run_id FROM arriving_failure"
        " WHERE NOT EXISTS (SELECT 1 FROM sync_failure WHERE sync_failure.project_hash = $project_hash"
        " AND sync_failure.label_hash = arriving_failure.label_hash)",
        now=now,
        run_id=run_id,
        project_hash=project_hash,
    )


def heal_listing(session: Session, project_hash: str, failures: Iterable[tuple[str, str, str]]) -> None:
    """Removes failures that belong to no label row of the project and that this listing did not meet again."""
    _stage(session, {str(label_hash): (str(kind), message) for label_hash, kind, message in failures})
    session.execute(
        "DELETE FROM sync_failure WHERE project_hash = $project_hash"
        " AND NOT EXISTS (SELECT 1 FROM label_row WHERE label_row.project_hash = sync_failure.project_hash"
        " AND label_row.label_hash = sync_failure.label_hash AND label_row.deleted_at IS NULL)"
        " AND NOT EXISTS (SELECT 1 FROM arriving_failure WHERE arriving_failure.label_hash = sync_failure.label_hash)",
        project_hash=project_hash,
    )


def _stage(session: Session, failures: dict[str, tuple[str, str]]) -> None:
    rows = {
        "label_hash": pa.array(failures, pa.string()),
        "kind": pa.array([kind for kind, _ in failures.values()], pa.string()),
        "message": pa.array([message for _, message in failures.values()], pa.string()),
    }
    session.stage("arriving_failure", pa.table(rows))
