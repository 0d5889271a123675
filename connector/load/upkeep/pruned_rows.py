"""Counts, and deletes, the old rows that may go; see `prunable_tables`."""

from collections.abc import Iterable
from datetime import datetime

from connector.load.contract.session import Session
from connector.load.contract.statements import sql
from connector.load.history.pruning import prune_history
from connector.load.tables.histories import HISTORIES, label_row_version
from connector.load.upkeep.prunable_tables import OF_PROJECTS, OF_RUNS, PRUNABLE, Prunable

HISTORY = "history"
"""What stands for all tables of what was: their rows go together."""

_OLD = " FROM {table} WHERE {moment} < $before AND {condition}"


def count_old_rows(session: Session, before: datetime) -> dict[str, tuple[int, int]]:
    """Table → how many rows would be deleted, those of runs and of all projects, and how many rows it has.

    Args:
        session: inside a transaction; it may be read-only.
        before: the moment up to which rows are old.
    """
    found = {}
    for prunable in PRUNABLE:
        [(old,)] = session.rows(_statement("SELECT count(*)", prunable), before=before)
        [(rows,)] = session.rows(sql("SELECT count(*) FROM {table}", table=prunable.table))
        found[prunable.table] = (int(old), int(rows))
    history = [*(table.name for table in HISTORIES.values()), label_row_version.name]
    rows = sum(int(session.rows(sql("SELECT count(*) FROM {name}", name=name))[0][0]) for name in history)
    found[HISTORY] = (prune_history(session, before, is_dry=True), rows)
    return found


def delete_of_runs(session: Session, before: datetime) -> dict[str, int]:
    """Deletes old rows about runs inside the caller's transaction; returns how many, by table."""
    return _delete(session, OF_RUNS, before)


def delete_of_project(session: Session, project_hash: str, before: datetime) -> dict[str, int]:
    """Deletes old rows of a project inside the caller's transaction; returns how many, by table."""
    deleted = _delete(session, OF_PROJECTS, before, project_hash)
    return deleted | {HISTORY: prune_history(session, before, project_hash)}


def _delete(
    session: Session, prunable: Iterable[Prunable], before: datetime, project_hash: str | None = None
) -> dict[str, int]:
    of_project = "" if project_hash is None else " AND {table}.project_hash = $project_hash"
    return {
        each.table: session.execute(
            _statement("DELETE", each) + sql(of_project, table=each.table), before=before, project_hash=project_hash
        )
        for each in prunable
    }


def _statement(verb: str, prunable: Prunable) -> str:
    return verb + sql(_OLD, table=prunable.table, moment=prunable.moment, condition=prunable.condition)
