"""Table label_row_version: when a sync found other labels of a label row, and what made them differ."""

from connector.load.contract.session import Session
from connector.load.contract.statements import sql
from connector.load.history.change_log import ChangeLog
from connector.load.tables import LABEL_TABLES

# The labels themselves are compared first: whatever else was new, an edit is an edit.
_REASON = (
    "CASE WHEN NOT {is_known} THEN 'first'"
    " WHEN label_row.content_hash IS NULL THEN 'restored'"
    " WHEN label_row.content_hash IS DISTINCT FROM accepted.content_hash THEN 'edited'"
    " WHEN label_row.normaliser_version IS DISTINCT FROM accepted.normaliser_version THEN 'normaliser'"
    " WHEN label_row.stale_reason IS NOT NULL THEN label_row.stale_reason"
    " ELSE 'fetched again' END"
)
_IS_KNOWN = "EXISTS (SELECT 1 FROM label_row_version AS earlier WHERE earlier.label_hash = label_row.label_hash)"
# Until when the labels were as before: the beginning of the last run that read the whole listing of the project and saw
# this label row. A run that others made partial saw it; one in which it failed itself did not.
_UNCHANGED_UNTIL = (
    "(SELECT max(sync_run_project.started_at) FROM sync_run_project"
    " WHERE sync_run_project.project_hash = $project_hash AND sync_run_project.run_id <> $run_id"
    " AND sync_run_project.outcome IN ('succeeded', 'partial')"
    " AND NOT EXISTS (SELECT 1 FROM sync_failure WHERE sync_failure.project_hash = $project_hash"
    " AND sync_failure.label_hash = label_row.label_hash"
    " AND sync_failure.first_seen < sync_run_project.ended_at))"
)
_COLUMNS = (
    "label_hash, written_at, project_hash, data_hash, reason, unchanged_until, labels_last_edited_at,"
    " workflow_stage_title, normaliser_version, run_id"
)


def write_versions(session: Session, changes: ChangeLog, project_hash: str, run_id: str) -> None:
    """Notes a version of each label row whose labels were replaced by others, before its state is set.

    An edit is noted even if it changed nothing that the warehouse has; anything else only if some row differs.

    Args:
        session: inside a transaction in which `accepted` is staged.
        changes: the log of the transaction.
        project_hash: the project.
        run_id: the run.
    """
    differs = [
        sql("found.label_hash IN (SELECT label_hash FROM {name}_history WHERE replaced_at = $moment)", name=name)
        for name in LABEL_TABLES
        if name in changes.written
    ]
    insert = (
        "INSERT INTO label_row_version ({columns}) SELECT {columns} FROM (SELECT DISTINCT label_row.label_hash,"
        " CAST($moment AS TIMESTAMPTZ) AS written_at, label_row.project_hash, label_row.data_hash, {reason} AS reason,"
        " {unchanged_until} AS unchanged_until, accepted.labels_last_edited_at, label_row.workflow_stage_title,"
        " accepted.normaliser_version, CAST($run_id AS VARCHAR) AS run_id"
        " FROM accepted JOIN label_row ON label_row.label_hash = accepted.label_hash"
        " WHERE accepted.content_is_new AND label_row.project_hash = $project_hash AND label_row.deleted_at IS NULL"
        ") AS found WHERE {is_noted}{skip_present}"
    )
    statement = sql(
        insert,
        columns=_COLUMNS,
        reason=sql(_REASON, is_known=_IS_KNOWN),
        unchanged_until=_UNCHANGED_UNTIL,
        is_noted=" OR ".join(["found.reason IN ('first', 'edited', 'restored')", *differs]),
        skip_present=session.skip_present,
    )
    parameters = {"moment": changes.at, "project_hash": project_hash, "run_id": run_id}
    changes.note_versions(session.execute(statement, **parameters))


def keep_removed_labels(session: Session, changes: ChangeLog, project_hash: str, staged: str) -> None:
    """Writes down the labels of label rows that are about to lose them, and that they are gone from now on.

    Args:
        session: inside a transaction.
        changes: its log.
        project_hash: the project.
        staged: the name of a staged table of their label_hash.
    """
    session.bring_labels(
        label_hash for (label_hash,) in session.rows(sql("SELECT label_hash FROM {staged}", staged=staged))
    )
    for name in LABEL_TABLES:
        changes.keep(name, "removed", sql("WHERE label_hash IN (SELECT label_hash FROM {staged})", staged=staged))
    insert = (
        "INSERT INTO label_row_version (label_hash, written_at, project_hash, data_hash, reason, workflow_stage_title)"
        " SELECT DISTINCT label_hash, CAST($moment AS TIMESTAMPTZ), project_hash, data_hash, 'removed',"
        " workflow_stage_title FROM label_row WHERE project_hash = $project_hash AND content_hash IS NOT NULL"
        " AND label_hash IN (SELECT label_hash FROM {staged}){skip_present}"
    )
    statement = sql(insert, staged=staged, skip_present=session.skip_present)
    removed = session.execute(statement, moment=changes.at, project_hash=project_hash)
    changes.note_versions(removed)
