"""What a warehouse shows now, and what it says that it showed at a moment: a number of rows and a sum for each relation.

Equal rows have equal sums, in whatever order they come.
"""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from connector.load.contract.placement import with_schemas
from connector.load.contract.session import Session
from connector.load.history.as_of import table_as_of
from connector.load.contract.placement import in_words
from connector.load.tables import METADATA
from connector.load.tables.history import HISTORIES, kept_columns
from connector.views.moments import relations_as_of, views_with_a_past

Shown = Mapping[str, tuple[int, int]]

_WITHOUT_A_PAST = {"synced_at"}
_SUMS = {
    "duckdb": "SELECT count(*), CAST(COALESCE(sum(CAST(hash(held) AS HUGEINT)), 0) AS VARCHAR) FROM ({rows}) AS held",
    "postgresql": (
        "SELECT count(*), CAST(COALESCE(sum(CAST(hashtextextended(CAST(held AS VARCHAR), 0) AS NUMERIC)), 0) AS VARCHAR)"
        " FROM ({rows}) AS held"
    ),
}


def shown_now(session: Session, engine: str, schema: str) -> Shown:
    """Every table and view that has a past, as it is."""
    with session.transaction():
        rows = {name: (f"{name}", _columns_of(session, name)) for name in (*HISTORIES, *views_with_a_past())}
        return {
            name: _sum(session, engine, f"SELECT {columns} FROM {place}") for name, (place, columns) in rows.items()
        }


def shown_at(session: Session, engine: str, schema: str, moment: datetime) -> Shown:
    """Every table and view that has a past, as it was at a moment."""
    written = f"CAST('{moment.isoformat()}' AS TIMESTAMPTZ)"
    found = {}
    with session.transaction():
        for name in HISTORIES:
            rows = f"({with_schemas(table_as_of(name, written, in_words), schema)})"
            found[name] = _sum(session, engine, f"SELECT {_columns_of(session, name)} FROM {rows} AS t")
        for name in views_with_a_past():
            *before, (_, query) = relations_as_of([name], written)
            named = ", ".join(f"{each} AS ({text})" for each, text in before)
            rows = with_schemas(f"(WITH {named} {query})", schema)
            found[name] = _sum(session, engine, f"SELECT {_columns_of(session, name)} FROM {rows} AS t")
    return found


def _columns_of(session: Session, name: str) -> str:
    if name in HISTORIES:
        return ", ".join(kept_columns(METADATA.tables[name]))
    columns = session.rows(
        "SELECT column_name FROM information_schema.columns WHERE table_name = $name ORDER BY ordinal_position", name=name
    )
    return ", ".join(column for (column,) in columns if column not in _WITHOUT_A_PAST)


def _sum(session: Session, engine: str, rows: str) -> tuple[int, int]:
    ((count, total),) = session.rows(_SUMS[engine].format(rows=rows))
    return int(count), int(total)
