"""Keeps whose branch is whose: rows are added and brought up to date, and never removed."""

from datetime import datetime

import pyarrow as pa

from connector.load.contract.session import Session
from connector.load.contract.statements import sql, upsert
from connector.load.tables import consensus
from connector.load.tables.declaration import arrow_schema

_BRANCH = arrow_schema(consensus.consensus_task_branch)
_READ = arrow_schema(consensus.consensus_stage_read)


def stages_read(session: Session, project_hash: str) -> dict[str, str]:
    """stage_uuid → listing_digest of each stage that was read, looked up inside the caller's transaction."""
    query = "SELECT stage_uuid, listing_digest FROM consensus_stage_read WHERE project_hash = $project_hash"
    return dict(session.rows(query, project_hash=project_hash))


def keep_branches(
    session: Session, project_hash: str, stage_uuid: str, listing_digest: str, branches: pa.Table, read_at: datetime
) -> None:
    """Upserts the branches of a stage and notes that it was read, inside the caller's transaction."""
    session.stage("seen_branch", session.pseudonyms.of_rows(consensus.consensus_task_branch.name, branches))
    # A finished task no longer names its assignee: the one that an earlier sync saw stays.
    known = {
        "annotator_email": "COALESCE(seen.annotator_email, known.annotator_email)",
        "first_seen": "COALESCE(known.first_seen, seen.first_seen)",
    }
    merged = (
        "SELECT {columns} FROM seen_branch AS seen LEFT JOIN consensus_task_branch AS known"
        " ON known.project_hash = seen.project_hash AND known.data_hash = seen.data_hash"
        " AND known.branch_name = seen.branch_name"
    )
    columns = ", ".join(f"{known.get(name, f'seen.{name}')} AS {name}" for name in _BRANCH.names)
    upsert(session, consensus.consensus_task_branch, session.table(sql(merged, columns=columns), _BRANCH))
    read = {
        "project_hash": project_hash,
        "stage_uuid": stage_uuid,
        "listing_digest": listing_digest,
        "read_at": read_at,
    }
    upsert(session, consensus.consensus_stage_read, pa.Table.from_pylist([read], schema=_READ))
