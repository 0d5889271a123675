"""Opens a warehouse only for reading: nothing is created, migrated or written."""

import dataclasses
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol

from connector.errors import ConnectorError, ErrorKind
from connector.load.contract.lake_location import LakeLocation
from connector.load.contract.postgres_location import PostgresLocation
from connector.load.contract.revisions import refuse_other_release
from connector.load.contract.session import Session
from connector.load.contract.warehouse_url import DuckDBLocation, warehouse_location
from connector.load.on_duckdb.session import DuckDBSession
from connector.load.on_iceberg.driver import require_pyiceberg
from connector.load.on_postgres.driver import require_postgres_driver
from connector.load.questions.looking_back import look_back
from connector.load.tables import METADATA
from connector.load.tables.declaration import internal_schema


@contextmanager
def open_for_reading(
    url: str,
    schema: str | None = None,
    as_of: str | None = None,
    *,
    has_views: bool = True,
    on_one_thread: bool = False,
) -> Iterator[Session]:
    """A session on an existing warehouse of this release, opened read-only, and closed at the end of the block.

    Args:
        url: the warehouse's URL.
        schema: the schema of its tables, if not the default one.
        as_of: the moment that the session shall see: a time, or the name of a mark; by default the present.
        has_views: whether views will be asked; those of a lake are made each time, which takes longer than the rest.
        on_one_thread: whether DuckDB shall use one thread, if the URL does not say otherwise: each takes its memory.

    Raises:
        ConnectorError: CONFIGURATION, LOCKED or WAREHOUSE if it cannot be opened, or does not exist; SCHEMA if it holds
            no tables of this release.
    """
    location = warehouse_location(url, schema)
    if on_one_thread and not isinstance(location, PostgresLocation):
        location = dataclasses.replace(location, settings={"threads": "1", **location.settings})
    if isinstance(location, LakeLocation):
        require_pyiceberg()
        from connector.load.on_iceberg.opening import open_lake_for_reading
        from connector.load.on_iceberg.reading_session import reading_session

        lake = open_lake_for_reading(location)
        with reading_session(lake, location.settings, has_views=has_views) as lake_session:
            if as_of is not None:
                look_back(lake_session, "main", as_of)
            yield lake_session
        return
    if isinstance(location, DuckDBLocation) and not location.path.exists():
        raise ConnectorError(
            ErrorKind.WAREHOUSE,
            f"There is no warehouse {location.path}.",
            remedy="`encord-sync sync` creates it; check the path if you have one.",
        )
    session = _session(location)
    try:
        if isinstance(location, PostgresLocation):
            _refuse_unreadable_schema(session, location)
        with session.connection() as connection:
            refuse_other_release(connection)
        if as_of is not None:
            with session.setting_up():
                look_back(session, location.schema, as_of)
        yield session
    finally:
        session.close()


def warehouse_exists(url: str, schema: str | None = None) -> bool:
    """Whether there is a warehouse already, of any release; if not, the first sync makes it.

    Raises:
        ConnectorError: CONFIGURATION, LOCKED or WAREHOUSE if it exists but cannot be read.
    """
    location = warehouse_location(url, schema)
    if isinstance(location, LakeLocation):
        require_pyiceberg()
        from connector.load.on_iceberg.catalog import lake_exists

        return lake_exists(location)
    if isinstance(location, DuckDBLocation):
        if not location.path.exists():
            return False
        session = _session(dataclasses.replace(location, schema="main"))
    else:
        session = _session(location)
    try:
        with session.transaction():
            # The catalogue also has tables that this user may not read; information_schema does not.
            tables = session.rows(
                "SELECT pg_class.relname FROM pg_catalog.pg_class JOIN pg_catalog.pg_namespace"
                " ON pg_namespace.oid = pg_class.relnamespace WHERE pg_namespace.nspname = $schema",
                schema=location.schema,
            )
    finally:
        session.close()
    return not METADATA.tables.keys().isdisjoint(name for (name,) in tables)


class _ClosingSession(Session, Protocol):
    def close(self) -> None: ...


def _session(location: DuckDBLocation | PostgresLocation) -> _ClosingSession:
    if isinstance(location, PostgresLocation):
        require_postgres_driver()
        from connector.load.on_postgres.session import PostgresSession

        return PostgresSession(location, read_only=True)
    return DuckDBSession(location.path, location.schema, location.settings, read_only=True)


def _refuse_unreadable_schema(session: Session, location: PostgresLocation) -> None:
    """Says what PostgreSQL does not: names in a schema that this user may not use simply seem not to exist."""
    with session.transaction():
        found = session.rows(
            "SELECT nspname, has_schema_privilege(oid, 'USAGE'), current_user FROM pg_catalog.pg_namespace"
            " WHERE nspname IN ($schema, $internal)",
            schema=location.schema,
            internal=internal_schema(location.schema),
        )
    if location.schema not in {schema for schema, *_ in found}:
        raise ConnectorError(
            ErrorKind.SCHEMA,
            f"The warehouse ({location.shown}) has no schema {location.schema}.",
            remedy="Give the --schema that it was synced with, or run `encord-sync sync` first.",
        )
    for schema, may_use, user in found:
        if not may_use:
            raise ConnectorError(
                ErrorKind.WAREHOUSE,
                f"User {user} may not read schema {schema} of the warehouse ({location.shown}).",
                remedy="Give it the rights of a reader that docs/postgres.md names.",
            )
