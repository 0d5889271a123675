"""Opening a warehouse to look at it only: nothing is created, migrated or written."""

from collections.abc import Iterator
from contextlib import contextmanager

from connector.errors import ConnectorError, ErrorKind
from connector.load.duckdb_session import DuckDBSession
from connector.load.revisions import refuse_other_release
from connector.load.session import Session
from connector.load.warehouse_url import warehouse_location


@contextmanager
def open_for_reading(url: str, schema: str | None = None) -> Iterator[Session]:
    """A session on an existing warehouse of this release, opened read-only, and closed at the end of the block.

    Raises:
        ConnectorError: CONFIGURATION, LOCKED or WAREHOUSE if it cannot be opened, also if there is none; SCHEMA if it
            holds no tables of this release.
    """
    location = warehouse_location(url, schema)
    if not location.path.exists():
        raise ConnectorError(
            ErrorKind.WAREHOUSE,
            f"There is no warehouse {location.path}.",
            remedy="`encord-sync sync` creates it; check the path if you have one.",
        )
    session = DuckDBSession(location.path, location.schema, location.settings, read_only=True)
    try:
        with session.connection() as connection:
            refuse_other_release(connection)
        yield session
    finally:
        session.close()
