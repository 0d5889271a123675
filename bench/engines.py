"""Warehouses to measure on: a DuckDB file, and a schema of a PostgreSQL that the bench starts itself."""

from collections.abc import Iterator
from contextlib import contextmanager
from tempfile import TemporaryDirectory

from connector.load.contract.session import Session
from connector.load.questions.reading import open_for_reading
from tests.postgres_server import PostgresServer

ENGINES = ("duckdb", "postgresql")


@contextmanager
def empty_warehouse(engine: str) -> Iterator[str]:
    """The URL of a warehouse that does not exist yet, gone with the block.

    PostgreSQL is the one that the tests use (without fsync, its data in memory where there is room): what is measured
    is the work of connector and server, not a disk. ENCORD_SYNC_TEST_POSTGRES may name another one.

    Raises:
        RuntimeError: PostgreSQL does not start.
    """
    if engine == "duckdb":
        with TemporaryDirectory(prefix="encord-sync-bench-") as folder:
            yield f"duckdb:///{folder}/labels.duckdb"
        return
    server = PostgresServer()
    try:
        server.start()
        name = server.create_database()
        try:
            yield server.database_url(name)
        finally:
            server.drop_database(name)
    finally:
        server.remove()


@contextmanager
def reading(url: str) -> Iterator[Session]:
    """A session on a synced warehouse, in a transaction."""
    with open_for_reading(url) as session, session.transaction():
        yield session
