"""Marks as deleted what a finished listing no longer has: the row stays with its mark, its labels go."""

from collections.abc import Iterable
from datetime import datetime

import pyarrow as pa

from connector.load.contract.session import Session
from connector.load.contract.statements import sql
from connector.load.contract.warehouse import STATE_COLUMNS
from connector.load.history.change_log import ChangeLog
from connector.load.history.label_row_versions import keep_removed_labels
from connector.load.tables import LABEL_TABLES


def bury_label_rows(
    session: Session, project_hash: str, label_row_ids: Iterable[str], at: datetime, changes: ChangeLog
) -> int:
    """Marks label rows deleted and removes their labels; returns how many it marked. The caller holds a transaction."""
    session.stage("gone", pa.table({"label_row_id": pa.array(label_row_ids, pa.string())}))
    # If a listing gave one label_hash to two label rows, and one of them stays, the labels stay with it.
    orphaned = (
        "SELECT dead.label_hash FROM label_row AS dead JOIN gone ON gone.label_row_id = dead.label_row_id"
        " WHERE dead.project_hash = $project_hash AND dead.label_hash IS NOT NULL"
        " AND NOT EXISTS (SELECT 1 FROM label_row AS other WHERE other.label_hash = dead.label_hash"
        " AND other.deleted_at IS NULL AND other.label_row_id NOT IN (SELECT label_row_id FROM gone))"
    )
    label_hashes = session.table(orphaned, pa.schema([pa.field("label_hash", pa.string())]), project_hash=project_hash)
    if label_hashes.num_rows:
        session.stage("orphaned", label_hashes)
        keep_removed_labels(session, changes, project_hash, "orphaned")
        for name in ("sync_failure", *reversed(LABEL_TABLES)):
            session.execute(
                sql("DELETE FROM {table} WHERE label_hash IN (SELECT label_hash FROM orphaned)", table=name)
            )
    alive = (
        "WHERE project_hash = $project_hash AND deleted_at IS NULL AND label_row_id IN (SELECT label_row_id FROM gone)"
    )
    buried = changes.keep("label_row", "changed", alive, project_hash=project_hash)
    if buried:
        cleared = ", ".join(f"{name} = NULL" for name in STATE_COLUMNS)
        bury = sql("UPDATE label_row SET deleted_at = $at, {cleared} {alive}", cleared=cleared, alive=alive)
        session.execute(bury, at=at, project_hash=project_hash)
    _bury_empty_data_units(session, project_hash, at, changes)
    return buried


def bury_project(session: Session, project_hash: str, at: datetime, changes: ChangeLog) -> int:
    """Marks a project and all its label rows deleted, inside the caller's transaction; returns how many label rows."""
    alive = session.rows(
        "SELECT label_row_id FROM label_row WHERE project_hash = $project_hash AND deleted_at IS NULL",
        project_hash=project_hash,
    )
    buried = bury_label_rows(session, project_hash, [label_row_id for (label_row_id,) in alive], at, changes)
    session.execute("DELETE FROM sync_failure WHERE project_hash = $project_hash", project_hash=project_hash)
    is_alive = "WHERE project_hash = $project_hash AND deleted_at IS NULL"
    changes.keep("project", "changed", is_alive, project_hash=project_hash)
    bury = sql("UPDATE project SET deleted_at = $at {is_alive}", is_alive=is_alive)
    session.execute(bury, at=at, project_hash=project_hash)
    return buried


def _bury_empty_data_units(session: Session, project_hash: str, at: datetime, changes: ChangeLog) -> None:
    """Marks data units without a live label row, and removes the frames of those that no longer have labels."""
    without = (
        "NOT EXISTS (SELECT 1 FROM label_row WHERE label_row.project_hash = {table}.project_hash"
        " AND label_row.data_hash = {table}.data_hash AND label_row.deleted_at IS NULL{with_labels})"
    )
    is_empty = sql(
        "WHERE project_hash = $project_hash AND deleted_at IS NULL AND {without}",
        without=sql(without, table="data_unit", with_labels=""),
    )
    if changes.keep("data_unit", "changed", is_empty, project_hash=project_hash):
        bury = sql("UPDATE data_unit SET deleted_at = $at {is_empty}", is_empty=is_empty)
        session.execute(bury, at=at, project_hash=project_hash)
    has_no_labels = sql(
        "WHERE project_hash = $project_hash AND {without}",
        without=sql(without, table="data_frame", with_labels=" AND label_row.content_hash IS NOT NULL"),
    )
    if changes.keep("data_frame", "removed", has_no_labels, project_hash=project_hash):
        delete = sql("DELETE FROM data_frame {has_no_labels}", has_no_labels=has_no_labels)
        session.execute(delete, project_hash=project_hash)
