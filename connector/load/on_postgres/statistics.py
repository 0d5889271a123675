"""When to renew PostgreSQL's statistics: without them it plans a join of millions of rows as if there were a few.

A consensus view can take hundreds of times as long before ANALYZE as after it.
"""

from collections import Counter
from collections.abc import Mapping

from connector.errors import ConnectorError
from connector.load.on_postgres.session import PostgresSession
from connector.load.tables import METADATA

_LEAST_ROWS = 50
_LEAST_SHARE = 0.1
"""A table is analysed after 50 rows plus a tenth of it have changed since the last time, or if it never was.

The server's own autovacuum uses these figures. With fewer changes the old statistics are good enough, so that a run
every few minutes costs nothing. But autovacuum checks tables only once a minute, one after the other, and not at all if
it is switched off, and dashboards ask questions meanwhile."""


class ChangedRows:
    """How many rows this process wrote to each table since it last analysed it."""

    def __init__(self) -> None:
        self._rows: Counter[str] = Counter()

    def add(self, rows_by_table: Mapping[str, int]) -> None:
        """Counts rows that were inserted, changed or deleted."""
        self._rows.update(rows_by_table)

    def analyse(self, session: PostgresSession) -> list[str]:
        """Analyses the tables that changed enough, outside any transaction, and returns their names.

        The server knows what earlier runs changed; this process knows first what it changed itself. A failure here does
        not fail the sync: the rows are there, and autovacuum will analyse them.
        """
        try:
            with session.transaction():
                known = session.rows(
                    "SELECT relname, reltuples, coalesce(pg_stat_get_mod_since_analyze(oid), 0) FROM pg_class"
                    " WHERE relnamespace = ANY(current_schemas(false)::text[]::regnamespace[]) AND relkind = 'r'"
                )
            changed = [
                name
                for name, stored, changed_before in known
                if name in METADATA.tables and self._is_enough(name, float(stored), int(changed_before))
            ]
            if changed:
                session.analyse(changed)
        except ConnectorError:
            return []
        for name in changed:
            del self._rows[name]
        return changed

    def _is_enough(self, name: str, stored: float, changed_before: int) -> bool:
        changed = max(self._rows[name], changed_before)
        # A table that was never analysed has -1: everything in it counts as changed.
        return changed > 0 if stored < 0 else changed > _LEAST_ROWS + _LEAST_SHARE * stored
