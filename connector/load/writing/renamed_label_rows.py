"""Moves label rows that the listing shows under another id: a branch was renamed, and kept its label_hash.

Such a row is moved with everything that is known about it, so that a label_hash always belongs to one label row:
nothing is fetched again, nothing counts as deleted, and comparisons (consensus) find it only once.
"""

import pyarrow as pa
import sqlalchemy as sa

from connector.load.contract.session import Session
from connector.load.contract.statements import column_list, same_key, sql
from connector.load.history.change_log import ChangeLog
from connector.load.tables import consensus, source_metadata
from connector.load.tables.declaration import arrow_schema

_RENAMED = ("label_row_id", "branch_name")


def move_renamed(session: Session, project_hash: str, changes: ChangeLog) -> int:
    """Gives stored label rows the new ids in the staged `news_of_label_row`, if their label_hash has another id now.

    The known annotator of a branch stays known under its new name. Swapped names do no harm.

    Args:
        session: inside a transaction in which `arriving_label_row` and `news_of_label_row` are staged.
        project_hash: the project.
        changes: the log of the transaction.

    Returns:
        How many label rows moved.
    """
    renamed = _renamed(session, project_hash)
    if not renamed.num_rows:
        return 0
    session.stage("renamed_label_row", renamed)
    moved = (
        "WHERE project_hash = $project_hash AND (label_row_id IN (SELECT label_row_id FROM renamed_label_row)"
        " OR label_hash IN (SELECT label_hash FROM renamed_label_row))"
    )
    changes.keep("label_row", "removed", moved, project_hash=project_hash)
    session.execute(sql("DELETE FROM label_row {moved}", moved=moved), project_hash=project_hash)
    changes.keep_added("label_row", "renamed_label_row")
    _insert(session, source_metadata.label_row, "renamed_label_row")
    _move_annotators(session)
    return int(renamed.num_rows)


def _renamed(session: Session, project_hash: str) -> pa.Table:
    """The stored label rows under their new ids and names, and their old names."""
    # If several have one label_hash (earlier releases kept the old one as a tombstone), take the one not deleted.
    query = (
        "SELECT {names} FROM (SELECT {columns}, label_row.branch_name AS old_branch_name, row_number() OVER"
        " (PARTITION BY news.label_row_id ORDER BY CASE WHEN label_row.deleted_at IS NULL THEN 0 ELSE 1 END,"
        " label_row.label_row_id) AS place FROM news_of_label_row AS news"
        " JOIN label_row ON label_row.label_hash = news.label_hash AND label_row.data_hash = news.data_hash"
        " WHERE label_row.project_hash = $project_hash AND NOT EXISTS (SELECT 1 FROM arriving_label_row AS listed"
        " WHERE listed.label_row_id = label_row.label_row_id AND listed.label_hash = label_row.label_hash)"
        ") AS found WHERE place = 1"
    )
    own = arrow_schema(source_metadata.label_row)
    columns = ", ".join(f"{'news' if name in _RENAMED else 'label_row'}.{name}" for name in own.names)
    schema = own.append(pa.field("old_branch_name", pa.string()))
    statement = sql(query, names=column_list(schema.names), columns=columns)
    return session.table(statement, schema, project_hash=project_hash)


def _move_annotators(session: Session) -> None:
    table = consensus.consensus_task_branch
    schema = arrow_schema(table)
    query = (
        "SELECT {columns} FROM consensus_task_branch AS known JOIN renamed_label_row AS renamed"
        " ON renamed.project_hash = known.project_hash AND renamed.data_hash = known.data_hash"
        " AND renamed.old_branch_name = known.branch_name"
    )
    columns = ", ".join(f"{'renamed' if name == 'branch_name' else 'known'}.{name}" for name in schema.names)
    session.stage("moved_annotator", session.table(sql(query, columns=columns), schema))
    delete = (
        "DELETE FROM consensus_task_branch WHERE EXISTS (SELECT 1 FROM renamed_label_row AS renamed"
        " WHERE renamed.project_hash = consensus_task_branch.project_hash"
        " AND renamed.data_hash = consensus_task_branch.data_hash"
        " AND renamed.old_branch_name = consensus_task_branch.branch_name)"
        " OR EXISTS (SELECT 1 FROM moved_annotator WHERE {same_key})"
    )
    session.execute(sql(delete, same_key=same_key(table, "moved_annotator")))
    _insert(session, table, "moved_annotator")


def _insert(session: Session, table: sa.Table, staged: str) -> None:
    insert = "INSERT INTO {table} ({columns}) SELECT {columns} FROM {staged}"
    session.execute(sql(insert, table=table.name, columns=column_list(arrow_schema(table).names), staged=staged))
