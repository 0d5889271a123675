"""What a warehouse shows, now and of a moment: of each relation how many rows there are, and a sum of all of them.

Equal rows have equal sums, in whatever order they come.
"""

from collections.abc import Mapping
from datetime import datetime

from connector.load.contract.placement import in_words, with_schemas
from connector.load.contract.session import Session
from connector.load.history.as_of import table_as_of
from connector.load.tables import METADATA
from connector.load.tables.histories import HISTORIES, kept_columns
from connector.views.moments import view_as_of, views_with_a_past

Shown = Mapping[str, tuple[int, int]]

_WITHOUT_A_PAST = {"synced_at"}
_SUMS = {
    "duckdb": "sum(CAST(hash(held) AS HUGEINT))",
    "postgresql": "sum(CAST(hashtextextended(CAST(held AS VARCHAR), 0) AS NUMERIC))",
}
_COLUMNS = "SELECT column_name FROM information_schema.columns WHERE table_name = $name ORDER BY ordinal_position"


def shown_now(session: Session, engine: str, *, has_views: bool) -> Shown:
    """Every table that has a past, and on request every such view, as it is."""
    names = (*HISTORIES, *(views_with_a_past() if has_views else ()))
    with session.transaction():
        return {name: _sum(session, engine, name, name) for name in names}


def shown_at(session: Session, engine: str, schema: str, moment: datetime, *, has_views: bool) -> Shown:
    """The same, as it was at a moment."""
    literal = f"CAST('{moment.isoformat()}' AS TIMESTAMPTZ)"
    queries = {name: table_as_of(name, literal, in_words) for name in HISTORIES}
    queries |= {name: view_as_of(name, literal) for name in views_with_a_past() if has_views}
    with session.transaction():
        return {
            name: _sum(session, engine, name, f"({with_schemas(query, schema)})") for name, query in queries.items()
        }


def _sum(session: Session, engine: str, name: str, place: str) -> tuple[int, int]:
    names = (
        kept_columns(METADATA.tables[name])
        if name in HISTORIES
        else [column for (column,) in session.rows(_COLUMNS, name=name) if column not in _WITHOUT_A_PAST]
    )
    rows = f"(SELECT {', '.join(names)} FROM {place} AS shown) AS held"
    ((count, total),) = session.rows(f"SELECT count(*), CAST(COALESCE({_SUMS[engine]}, 0) AS VARCHAR) FROM {rows}")
    return int(count), int(total)
