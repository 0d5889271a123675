"""Forgets old history, but never what a moment with a name still needs."""

from datetime import datetime

from connector.load.contract.session import Session, Value
from connector.load.contract.statements import key_columns, sql
from connector.load.history.change_log import of_project
from connector.load.tables import METADATA
from connector.load.tables.histories import HISTORIES

# A moment is undone by the first change of each row that came after it.
_NEEDED = (
    "EXISTS (SELECT 1 FROM mark WHERE mark.marked_at < {history}.replaced_at"
    " AND NOT EXISTS (SELECT 1 FROM {history} AS earlier WHERE {same_key}"
    " AND earlier.replaced_at > mark.marked_at AND earlier.replaced_at < {history}.replaced_at))"
)


def prune_history(session: Session, before: datetime, project_hash: str | None = None, *, is_dry: bool = False) -> int:
    """Forgets, inside the caller's transaction, what rows were before a moment; returns how many rows that is.

    Every moment from then on stays known, and so does every moment that has a name.

    Args:
        session: inside a transaction.
        before: the moment.
        project_hash: only of this project.
        is_dry: whether to count only.
    """
    parameters: dict[str, Value] = {"before": before}
    of_one = ""
    if project_hash is not None:
        parameters["project_hash"] = project_hash
        of_one = " AND project_hash = $project_hash"
    forgotten = 0
    for name, history in HISTORIES.items():
        same_key = " AND ".join(f"earlier.{key} = {history.name}.{key}" for key in key_columns(METADATA.tables[name]))
        condition = f"replaced_at <= $before AND NOT {sql(_NEEDED, history=history.name, same_key=same_key)}"
        if project_hash is not None:
            condition += f" AND {of_project(name)}"
        forgotten += _forget(session, history.name, condition, is_dry=is_dry, **parameters)
    # The first version says since when there are labels; the others tell of changes that are no longer known.
    later = (
        "written_at <= $before AND EXISTS (SELECT 1 FROM label_row_version AS earlier WHERE earlier.label_hash ="
        " label_row_version.label_hash AND earlier.written_at < label_row_version.written_at)"
    )
    forgotten += _forget(session, "label_row_version", later + of_one, is_dry=is_dry, **parameters)
    if not is_dry:
        update = "UPDATE history_clock SET known_since = $before WHERE known_since < $before"
        session.execute(update + of_one, **parameters)
    return forgotten


def _forget(session: Session, table: str, condition: str, *, is_dry: bool, **parameters: Value) -> int:
    if is_dry:
        query = sql("SELECT count(*) FROM {table} WHERE {condition}", table=table, condition=condition)
        return int(session.rows(query, **parameters)[0][0])
    return session.execute(sql("DELETE FROM {table} WHERE {condition}", table=table, condition=condition), **parameters)
