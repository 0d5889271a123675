"""Connects to PostgreSQL, with the settings that every connection of the connector has."""

from typing import Any

import psycopg
from psycopg import sql

from connector.errors import ConnectorError, ErrorKind
from connector.load.contract.postgres_location import PostgresLocation
from connector.load.on_postgres.refusals import connecting_failure, statement_failure
from connector.load.tables.declaration import internal_schema

RawConnection = psycopg.Connection[tuple[Any, ...]]

_OLDEST_VERSION = 14

_PARAMETERS = {
    "application_name": "encord-sync",
    "client_encoding": "UTF8",
    "connect_timeout": "15",
    # The loss of a server that vanished silently is noticed within a minute, not after two hours.
    "keepalives_idle": "30",
    "keepalives_interval": "10",
    "keepalives_count": "3",
}

_OPTIONS = (
    # A statement that waits for a dashboard's lock would make every later reader wait for it.
    "-c lock_timeout=60s"
    # Bundles are joined with stored rows, and the default of 4 MB would spill the joins of larger ones to disk.
    " -c work_mem=64MB"
)
"""Settings of the session; `?options=` in the URL comes later and wins."""


def connect(location: PostgresLocation, *, read_only: bool = False) -> RawConnection:
    """Opens a connection that finds names in the location's schema or its plumbing, and has its times in UTC.

    It commits each statement by itself, unless a transaction is begun.

    Args:
        location: the database and schema.
        read_only: whether the server must refuse every write.

    Raises:
        ConnectorError: WAREHOUSE, if there is no connection, the server is older than PostgreSQL 14, or its database is
            not in UTF8; CONFIGURATION, if a parameter of the URL is unknown.
    """
    options = f"{_OPTIONS} {location.parameters.get('options', '')}"
    try:
        raw = psycopg.connect(
            **{**_PARAMETERS, **location.parameters, "options": options},  # type: ignore[arg-type] # all are text
            autocommit=True,
            # Statements are few and large; unprepared ones pass through every pooler.
            prepare_threshold=None,
        )
    except psycopg.ProgrammingError as error:
        raise ConnectorError(
            ErrorKind.CONFIGURATION,
            "The warehouse's URL has a parameter that libpq does not take.",
            remedy="Correct it.",
        ) from error
    except psycopg.OperationalError as error:
        raise connecting_failure(location, error) from error
    try:
        _refuse_unusable(location, raw)
        schemas = map(sql.Identifier, (location.schema, internal_schema(location.schema)))
        raw.execute(sql.SQL("SET search_path = {}").format(sql.SQL(", ").join(schemas)))
        raw.execute("SET TimeZone = 'UTC'")
        raw.execute("SET DateStyle = 'ISO'")
        if read_only:
            raw.execute("SET default_transaction_read_only = on")
            # Every query of a transaction sees the warehouse at one moment, whatever a sync commits meanwhile.
            raw.execute("SET default_transaction_isolation = 'repeatable read'")
    except psycopg.Error as error:
        raw.close()
        raise statement_failure(location, error) from error
    except BaseException:
        raw.close()
        raise
    return raw


def _refuse_unusable(location: PostgresLocation, raw: RawConnection) -> None:
    version = raw.info.server_version
    if version < _OLDEST_VERSION * 10_000:
        raise ConnectorError(
            ErrorKind.WAREHOUSE,
            f"The warehouse ({location.shown}) is PostgreSQL {version // 10_000};"
            f" encord-sync needs {_OLDEST_VERSION} or newer.",
            remedy="Upgrade the server, or name another one.",
        )
    encoding = raw.info.parameter_status("server_encoding")
    if encoding != "UTF8":
        raise ConnectorError(
            ErrorKind.WAREHOUSE,
            f"The warehouse ({location.shown}) is encoded in {encoding}, which cannot hold every label.",
            remedy="Create a database WITH ENCODING 'UTF8' TEMPLATE template0 and name that one.",
        )
