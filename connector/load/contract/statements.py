"""Makes SQL text from the table declarations: column lists, and upserts that write only what differs."""

from collections.abc import Iterable
from typing import Protocol

import pyarrow as pa
import sqlalchemy as sa

from connector.errors import ConnectorError, ErrorKind
from connector.load.contract.session import Session, Value


class KeepsRows(Protocol):
    """Writes down rows of a table before a statement changes them (see `connector.load.history`)."""

    def keep(self, name: str, change: str, where: str, **parameters: Value) -> int:
        """Writes down rows that are about to be changed or removed: those of `FROM {name} {where}`."""

    def keep_upserted(self, name: str, staged: str, differs: str) -> bool:
        """Writes down what staged rows will change or add in a table; returns whether there is anything."""


def sql(template: str, **parts: str) -> str:
    """Replaces `{name}` in a statement with text made from declared names. Values are parameters, never text."""
    return template.format_map(parts)


def column_list(columns: Iterable[str], prefix: str = "") -> str:
    """`prefix.a, prefix.b` for a SELECT or INSERT; the declared names need no quotes on either engine."""
    return ", ".join(f"{prefix}{column}" for column in columns)


def key_columns(table: sa.Table) -> list[str]:
    """The names of a table's declared primary key."""
    return [column.name for column in table.primary_key.columns]


def references(table: sa.Table) -> list[tuple[str, list[str]]]:
    """(referred table, columns) of each declared foreign key; the columns have the same names in both tables."""
    constraints = sorted(table.foreign_key_constraints, key=lambda each: str(each.name))
    return [(each.referred_table.name, list(each.column_keys)) for each in constraints]


def same_key(table: sa.Table, staged: str) -> str:
    """The join condition between a table and its staged rows."""
    return " AND ".join(f"{table.name}.{name} = {staged}.{name}" for name in key_columns(table))


def upsert(
    session: Session,
    table: sa.Table,
    rows: pa.Table,
    *,
    listed_again: bool = False,
    is_part: bool = False,
    all_new: bool = False,
    changes: KeepsRows | None = None,
) -> int:
    """Inserts rows whose key is new, and changes those that differ in any column; leaves the others alone.

    Args:
        session: inside a transaction.
        table: the table; columns that `rows` lacks keep their values, and are NULL in new rows.
        rows: Arrow rows with the key and any other columns.
        listed_again: also undo a deleted_at, because the row is in a listing.
        is_part: whether more rows for the table follow in the same transaction.
        all_new: whether no row of the table has one of their keys, so that none is looked for.
        changes: writes down what the rows that differ were.

    Returns:
        Rows inserted plus rows changed.

    Raises:
        ConnectorError: SOURCE_CONTENT if `rows` holds a key twice.
    """
    rows = session.pseudonyms.of_rows(table.name, rows)
    keys = key_columns(table)
    values = [name for name in rows.column_names if name not in keys and not (listed_again and name == "deleted_at")]
    staged = f"arriving_{table.name}"
    session.stage(staged, rows, is_part=is_part)
    refuse_doubled(session, table, staged)
    changed = 0
    parts = {
        "table": table.name,
        "staged": staged,
        "same_key": same_key(table, staged),
        "columns": column_list([*keys, *values]),
    }
    if all_new:
        return session.execute(sql("INSERT INTO {table} ({columns}) SELECT {columns} FROM {staged}", **parts))
    differs = [f"{table.name}.{name} IS DISTINCT FROM {staged}.{name}" for name in values]
    settings = [f"{name} = {staged}.{name}" for name in values]
    if listed_again:
        differs.append(f"{table.name}.deleted_at IS NOT NULL")
        settings.append("deleted_at = NULL")
    if changes is not None and not changes.keep_upserted(table.name, staged, " OR ".join(differs) or "FALSE"):
        return 0
    if settings:
        update = "UPDATE {table} SET {settings} FROM {staged} WHERE {same_key} AND ({differs})"
        changed = session.execute(sql(update, settings=", ".join(settings), differs=" OR ".join(differs), **parts))
    insert = (
        "INSERT INTO {table} ({columns}) SELECT {columns} FROM {staged}"
        " WHERE NOT EXISTS (SELECT 1 FROM {table} WHERE {same_key})"
    )
    return changed + session.execute(sql(insert, **parts))


def delete_missing(session: Session, table: sa.Table, project_hash: str, changes: KeepsRows) -> int:
    """Deletes those rows of a project that are not among the staged rows (see `upsert`). Returns how many."""
    staged = f"arriving_{table.name}"
    missing = sql(
        "WHERE project_hash = $project_hash AND NOT EXISTS (SELECT 1 FROM {staged} WHERE {same_key})",
        staged=staged,
        same_key=same_key(table, staged),
    )
    if not changes.keep(table.name, "removed", missing, project_hash=project_hash):
        return 0
    delete = sql("DELETE FROM {table} {missing}", table=table.name, missing=missing)
    return session.execute(delete, project_hash=project_hash)


def refuse_doubled(session: Session, table: sa.Table, held_in: str, project_hash: str | None = None) -> None:
    """Raises ConnectorError(SOURCE_CONTENT), with table and key, if rows of a table hold a key twice.

    Args:
        session: inside a transaction.
        table: the table.
        held_in: where the rows are: a staged table, or the table itself.
        project_hash: check only rows of this project.
    """
    keys = key_columns(table)
    query = "SELECT {keys} FROM {held_in} WHERE {condition} GROUP BY {keys} HAVING count(*) > 1 LIMIT 1"
    condition = "project_hash = $project_hash" if project_hash else "true"
    query = sql(query, keys=column_list(keys), held_in=held_in, condition=condition)
    doubled = session.rows(query, project_hash=project_hash)
    if doubled:
        key = ", ".join(f"{name} {value}" for name, value in zip(keys, doubled[0], strict=True))
        raise ConnectorError(
            ErrorKind.SOURCE_CONTENT,
            f"Two rows for table {table.name} arrived with the same key ({key}).",
            remedy="Nothing of this listing was written; please report it with the encord-sync version.",
        )
