"""Replaces the rows and the sync state of a bundle of label rows, all in one transaction.

Each engine replaces rows in its own way (`row_replacement`). They are checked before: a bad label row is left out and
the others go in.
"""

from collections.abc import Iterable, Mapping
from typing import NamedTuple

import pyarrow as pa
import pyarrow.compute as pc

from connector.errors import ConnectorError, ErrorKind
from connector.load.contract.session import DataRefusedError, Session
from connector.load.contract.statements import sql
from connector.load.contract.warehouse import ARROW_SCHEMAS, STATES_SCHEMA, Failure, WrittenBundle
from connector.load.history.change_log import ChangeLog
from connector.load.history.label_row_versions import write_versions
from connector.load.tables import LABEL_TABLES
from connector.load.tables.histories import OF_LABELS
from connector.load.tables.source_metadata import FACT_COLUMNS, SYNC_COLUMNS
from connector.load.writing import failure_records
from connector.load.writing.frame_numbers import fill_frame_numbers, frames_needed
from connector.load.writing.row_replacement import RowReplacement
from connector.load.writing.staging_checks import unusable_label_rows


def complete_states(states: pa.Table) -> pa.Table:
    """The states with every column of STATES_SCHEMA: `force` is false and the others are NULL if not given.

    Raises:
        ConnectorError: INTERNAL if label_hash or content_is_new is missing, or a label_hash comes twice.
    """
    columns = []
    for field in STATES_SCHEMA:
        if field.name in states.column_names:
            columns.append(states[field.name].cast(field.type))
        elif field.name == "force":
            columns.append(pa.repeat(pa.scalar(value=False), states.num_rows))
        elif field.nullable:
            columns.append(pa.nulls(states.num_rows, field.type))
        else:
            raise ConnectorError(ErrorKind.INTERNAL, f"The states of a bundle came without {field.name}.")
    complete = pa.table(columns, schema=STATES_SCHEMA)
    if pc.count_distinct(complete["label_hash"]).as_py() != complete.num_rows:
        raise ConnectorError(ErrorKind.INTERNAL, "A bundle holds the state of one label row twice.")
    return complete


def arriving_label_tables(session: Session, tables: Mapping[str, pa.Table]) -> dict[str, pa.Table]:
    """The rows that arrived for LABEL_TABLES, in the order of their columns, as they are to be written."""
    return {
        name: session.pseudonyms.of_rows(name, tables[name].select(ARROW_SCHEMAS[name].names))
        for name in LABEL_TABLES
        if name in tables
    }


def replace_label_rows(
    session: Session,
    replacement: RowReplacement,
    project_hash: str,
    tables: Mapping[str, pa.Table],
    states: pa.Table,
    failures: list[tuple[str, str, str]],
    run_id: str,
    changes: ChangeLog,
) -> WrittenBundle:
    """Writes a bundle inside the caller's transaction; `states` must be complete (see `complete_states`)."""
    label_tables = arriving_label_tables(session, tables)
    session.stage("arriving_state", states)
    stored = look_up_label_rows(session, project_hash)
    refused = outdated_label_rows(stored) | unusable_label_rows(label_tables)
    if refused:
        refused_hashes = pa.array(refused, pa.string())
        states = states.filter(pc.invert(pc.is_in(states["label_hash"], value_set=refused_hashes)))
    session.stage("accepted", states)
    renewed = states.filter(states["content_is_new"])["label_hash"].combine_chunks()
    written: dict[str, int] = {}
    if len(renewed):
        known = frozenset(row.label_hash for row in stored if row.may_have_rows)
        written = replacement.replace_labels(label_tables, renewed, known, changes)
        frames = tables.get("data_frame")
        written["data_frame"] = replace_data_frames(session, replacement, project_hash, frames, changes)
    set_states(session, project_hash, run_id, changes)
    heal_failures(session, project_hash, stored)
    failure_records.record(session, project_hash, [*failures, *refused.values()], run_id)
    if frame_count := frames_needed(label_tables, states):
        fill_frame_numbers(session, frame_count)
    return WrittenBundle({name: count for name, count in written.items() if count}, tuple(refused.values()))


class StoredLabelRow(NamedTuple):
    """What the warehouse knows of one arriving label row. Times are given only if the arriving labels are outdated."""

    label_hash: str
    is_listed: bool
    is_synced: bool
    has_versions: bool
    has_failed: bool
    arriving_time: str | None
    stored_time: str | None

    @property
    def may_have_rows(self) -> bool:
        """Whether there are rows, or were: rows are there only if a state is."""
        return self.is_synced or self.has_versions


def look_up_label_rows(session: Session, project_hash: str) -> list[StoredLabelRow]:
    """Looks up the label rows of the staged `arriving_state`, with one query for all questions.

    Raises:
        ConnectorError: INTERNAL for a state without a label row: its rows could never be found or removed.
    """
    query = (
        "SELECT arriving_state.label_hash, label_row.project_hash IS NOT DISTINCT FROM $project_hash,"
        " label_row.content_hash IS NOT NULL,"
        " EXISTS (SELECT 1 FROM label_row_version WHERE label_row_version.label_hash = arriving_state.label_hash),"
        " EXISTS (SELECT 1 FROM sync_failure WHERE sync_failure.project_hash = $project_hash"
        " AND sync_failure.label_hash = arriving_state.label_hash),"
        " CASE WHEN {is_outdated} THEN CAST(arriving_state.labels_last_edited_at AS VARCHAR) END,"
        " CASE WHEN {is_outdated} THEN CAST(label_row.labels_last_edited_at AS VARCHAR) END"
        " FROM arriving_state LEFT JOIN label_row ON label_row.label_hash = arriving_state.label_hash"
    )
    # The listing that promised these labels is in label_row already. If its stamp is not newer than theirs, they were
    # restored to an older state. Stamps of labels have whole seconds.
    is_outdated = (
        "NOT arriving_state.force AND arriving_state.labels_last_edited_at < label_row.labels_last_edited_at"
        " AND arriving_state.labels_last_edited_at"
        " < COALESCE(date_trunc('second', label_row.last_edited_at), label_row.labels_last_edited_at)"
    )
    rows = session.rows(sql(query, is_outdated=is_outdated), project_hash=project_hash)
    stored = [StoredLabelRow(*row) for row in rows]
    listed = {row.label_hash for row in stored if row.is_listed}
    if unlisted := [row.label_hash for row in stored if row.label_hash not in listed]:
        raise ConnectorError(
            ErrorKind.INTERNAL,
            f"Label row {unlisted[0]} of project {project_hash} arrived without having been listed.",
            remedy="Nothing of this bundle was written; please report it.",
        )
    return stored


def outdated_label_rows(stored: Iterable[StoredLabelRow]) -> dict[str, Failure]:
    """Label rows whose labels are older than both the stored ones and the listing: a lagging replica sent them."""
    return {
        row.label_hash: Failure(
            row.label_hash,
            ErrorKind.OUTDATED,
            f"Label row {row.label_hash}: Encord answered with labels of {row.arriving_time}, older than its listing"
            f" says and than the stored ones of {row.stored_time}; they were not written. The next sync tries again; if"
            " it ends the same way, run --full once.",
        )
        for row in stored
        if row.stored_time is not None
    }


def replace_data_frames(
    session: Session,
    replacement: RowReplacement,
    project_hash: str,
    frames: pa.Table | None,
    changes: ChangeLog,
) -> int:
    """Replaces the facts of frames of data units with renewed label rows; an empty table removes the stored ones."""
    if frames is None:
        return 0
    # If no facts arrive, there are seldom any to remove. A data unit of which some label row has labels, or had some,
    # may have frames too: what arrives is then compared with them.
    among = (
        ""
        if frames.num_rows
        else (
            " AND EXISTS (SELECT 1 FROM data_frame WHERE data_frame.project_hash = label_row.project_hash"
            " AND data_frame.data_hash = label_row.data_hash)"
        )
    )
    query = (
        "SELECT DISTINCT data_hash, EXISTS (SELECT 1 FROM label_row AS held WHERE held.content_hash IS NOT NULL"
        " AND held.project_hash = label_row.project_hash AND held.data_hash = label_row.data_hash)"
        " OR EXISTS (SELECT 1 FROM label_row_version AS earlier WHERE"
        " earlier.project_hash = label_row.project_hash AND earlier.data_hash = label_row.data_hash) AS is_known"
        " FROM label_row WHERE project_hash = $project_hash"
        " AND label_hash IN (SELECT label_hash FROM accepted WHERE content_is_new){among}"
    )
    schema = pa.schema([pa.field("data_hash", pa.string()), pa.field("is_known", pa.bool_())])
    units = session.table(sql(query, among=among), schema, project_hash=project_hash)
    if not units.num_rows:
        return 0
    session.stage("arriving_data_frame", frames)
    session.stage("renewed_data_unit", units)
    if not pc.any(units["is_known"]).as_py():
        return replacement.insert_frames(project_hash)
    return replacement.replace_frames(project_hash, changes)


def heal_failures(session: Session, project_hash: str, stored: Iterable[StoredLabelRow]) -> None:
    """Forgets the failures of the accepted label rows, if any has one."""
    if any(row.has_failed for row in stored):
        session.execute(
            "DELETE FROM sync_failure WHERE project_hash = $project_hash"
            " AND label_hash IN (SELECT label_hash FROM accepted)",
            project_hash=project_hash,
        )


def set_states(session: Session, project_hash: str, run_id: str, changes: ChangeLog) -> None:
    """Writes the sync state of every accepted label row, and the facts of those that were rewritten."""
    write_versions(session, changes, project_hash, run_id)
    differs = " OR ".join(f"label_row.{name} IS DISTINCT FROM accepted.{name}" for name in OF_LABELS)
    renewed = (
        "JOIN accepted ON accepted.label_hash = label_row.label_hash WHERE accepted.content_is_new"
        " AND label_row.project_hash = $project_hash AND label_row.deleted_at IS NULL"
        " AND label_row.content_hash IS NOT NULL AND ({differs})"
    )
    changes.keep("label_row", "changed", sql(renewed, differs=differs), project_hash=project_hash)
    kept = [
        f"{name} = CASE WHEN accepted.content_is_new THEN accepted.{name} ELSE label_row.{name} END"
        for name in FACT_COLUMNS
    ]
    taken = [f"{name} = accepted.{name}" for name in SYNC_COLUMNS]
    update = (
        "UPDATE label_row SET {changes}, stale_reason = NULL,"
        " run_id = CASE WHEN accepted.content_is_new THEN $run_id ELSE label_row.run_id END"
        " FROM accepted WHERE label_row.label_hash = accepted.label_hash AND label_row.project_hash = $project_hash"
        " AND label_row.deleted_at IS NULL"
    )
    session.execute(sql(update, changes=", ".join([*kept, *taken])), run_id=run_id, project_hash=project_hash)


def refused_label_row(label_hash: str, refusal: DataRefusedError) -> Failure:
    """What to say of a label row whose rows the engine refused."""
    message = f"Label row {label_hash} was refused by the warehouse ({refusal.reason}); it keeps its old rows."
    return Failure(label_hash, ErrorKind.SOURCE_CONTENT, message)


def rows_of_label_row(rows: pa.Table, label_hash: str) -> pa.Table:
    """Those of some rows that are one label row's."""
    return rows.filter(pc.equal(rows["label_hash"], label_hash))
