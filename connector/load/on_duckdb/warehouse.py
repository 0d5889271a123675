"""The warehouse in a DuckDB file."""

from collections.abc import Callable

from typing_extensions import override

from connector.load.contract.revisions import ensure_head, head_revision
from connector.load.contract.warehouse_url import DuckDBLocation
from connector.load.matching.pair_overlaps import OverlapMeasure
from connector.load.on_duckdb.new_tables import create_tables
from connector.load.on_duckdb.opening import DuckDBMemoryError
from connector.load.on_duckdb.session import DuckDBSession
from connector.load.writing.sql_warehouse import SqlWarehouse
from connector.load.writing.stored_state import Answer


class DuckDBWarehouse(SqlWarehouse):
    """A `Warehouse` in one DuckDB file, which this process holds alone until `close`."""

    def __init__(
        self, session: DuckDBSession, migrated_from: str | None, measure: OverlapMeasure | None = None
    ) -> None:
        super().__init__(session, head_revision(), migrated_from, measure=measure)
        self._file = session

    @classmethod
    def open(
        cls, location: DuckDBLocation, *, migrate: bool = False, measure: OverlapMeasure | None = None
    ) -> "DuckDBWarehouse":
        """Opens a file, creates it if it is missing, and sees that its tables are of this release.

        Raises:
            ConnectorError: LOCKED, WAREHOUSE or CONFIGURATION if the file cannot be opened (`opening.connect`);
                SCHEMA if its tables are of another release (`revisions.ensure_head`).
        """
        session = DuckDBSession(location.path, location.schema, location.settings)
        try:
            with session.connection() as connection:
                migrated_from = ensure_head(connection, migrate=migrate, create=create_tables)
        except BaseException:
            session.close()
            raise
        return cls(session, migrated_from, measure)

    @override
    def _in_transaction(self, work: Callable[[], Answer]) -> Answer:
        """Repeats the work once if DuckDB had too little memory for it."""
        try:
            return super()._in_transaction(work)
        except DuckDBMemoryError:
            if not self._file.take_more_memory():
                raise
            self.has_lifted_limit = True
        return super()._in_transaction(work)

    @override
    def close(self) -> None:
        self._file.close()
