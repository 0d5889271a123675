"""The sample farm in PostgreSQL as tests sync it and look at it, and a warehouse to write to, on any engine."""

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any

from connector.load import open_warehouse
from connector.load.questions.reading import open_for_reading
from connector.load.writing.sql_warehouse import SqlWarehouse
from connector.sample import SampleServer
from tests.crash.postgres_engine import reading_postgres
from tests.sync.synced_warehouse import SyncedWarehouse


class SyncedPostgres(SyncedWarehouse):
    """A warehouse in PostgreSQL that syncs of one server fill."""

    def __init__(self, server: SampleServer, url: str) -> None:
        super().__init__(server, Path())
        self._url = url

    @property
    def url(self) -> str:
        return self._url

    def _reading_receipts(self) -> AbstractContextManager[Any]:
        return reading_postgres(self._url)

    def rows(self, query: str, **parameters: Any) -> list[tuple[Any, ...]]:  # noqa: ANN401 - whatever is asked with
        with open_for_reading(self._url) as session, session.transaction():
            return list(session.rows(query, **parameters))


@contextmanager
def writing(url: str) -> Iterator[SqlWarehouse]:
    """A warehouse that nobody else has open."""
    warehouse = open_warehouse(url)
    assert isinstance(warehouse, SqlWarehouse)
    try:
        yield warehouse
    finally:
        warehouse.close()
