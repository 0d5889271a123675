"""Reads a PostgreSQL URL without needing the driver, and says what messages may show of it."""

from dataclasses import dataclass, field

import sqlalchemy as sa

from connector.credentials import without_credentials
from connector.errors import ConnectorError, ErrorKind

DEFAULT_SCHEMA = "encord"
EXAMPLE = "postgresql+psycopg://user:password@host:5432/database"

SETTINGS = (
    "application_name",
    "channel_binding",
    "connect_timeout",
    "gssencmode",
    "host",
    "keepalives_idle",
    "options",
    "passfile",
    "port",
    "service",
    "sslcert",
    "sslcrl",
    "sslkey",
    "sslmode",
    "sslnegotiation",
    "sslrootcert",
    "target_session_attrs",
)
"""Connection parameters of libpq that the URL may carry, as in ?sslmode=verify-full. No password: a URL shows it."""


@dataclass(frozen=True, slots=True)
class PostgresLocation:
    """A PostgreSQL database and the schema in it.

    Attributes:
        parameters: libpq's connection parameters, including the password; never printed.
        schema: the schema of the tables.
        shown: database and server, for messages; holds neither user nor password.
    """

    parameters: dict[str, str] = field(repr=False)
    schema: str
    shown: str


def postgres_location(url: sa.URL, schema: str | None) -> PostgresLocation:
    """Reads a parsed URL; libpq takes missing parts (host, user, password) from PGHOST, PGUSER, ~/.pgpass, ….

    Raises:
        ConnectorError: CONFIGURATION, if it names another driver or no database, or has a password in another part.
    """
    if url.drivername not in {"postgresql", "postgres", "postgresql+psycopg"}:
        raise ConnectorError(
            ErrorKind.CONFIGURATION,
            f"encord-sync speaks to PostgreSQL through psycopg, not {url.get_driver_name()}.",
            remedy=f"Give {EXAMPLE}.",
        )
    given = {
        "host": url.host,
        "port": None if url.port is None else str(url.port),
        "user": url.username,
        "password": None if url.password is None else str(url.password),
        "dbname": url.database,
        **{name: value if isinstance(value, str) else ",".join(value) for name, value in url.query.items()},
    }
    parameters = {name: value for name, value in given.items() if value}
    if "dbname" not in parameters and "service" not in parameters:
        raise ConnectorError(
            ErrorKind.CONFIGURATION, "The warehouse's URL names no database.", remedy=f"Give {EXAMPLE}."
        )
    shown = {name: parameters.get(name, "") for name in ("host", "port", "dbname", "service")}
    if any(without_credentials(value) != value for value in shown.values()):
        raise ConnectorError(
            ErrorKind.CONFIGURATION,
            "The host, port, database or service of the warehouse's URL looks as if a password were in it.",
            remedy=f"Give {EXAMPLE}.",
        )
    server = parameters.get("host", parameters.get("service", "the local server"))
    port = f":{parameters['port']}" if "port" in parameters else ""
    name = parameters.get("dbname", parameters.get("service"))
    return PostgresLocation(parameters, schema or DEFAULT_SCHEMA, f"database {name} on {server}{port}")
