"""Says in plain words what PostgreSQL refused and what to do, without a password or the content of a row.

SQLSTATEs distinguish the cases. Only a failed connection attempt has none: then libpq gives nothing but text, in
English unless the server is set to another language, and unknown text is quoted as it is.
"""

import re

import psycopg

from connector.errors import ConnectorError, ErrorKind
from connector.load.contract.postgres_location import PostgresLocation
from connector.load.contract.session import DataRefusedError


class PassingFailureError(ConnectorError):
    """A failure that may not come back if the transaction is simply repeated: a deadlock, a lost connection."""


_STAYS = "What was committed before is still there."

_PASSES = {
    "40001": "another transaction changed the same rows (serialization failure)",
    "40P01": "it met another transaction in a deadlock",
    "57P01": "the server is shutting down",
    "57P02": "the server crashed",
    "57P03": "the server is starting up or shutting down",
}

_WORDS = {
    "53100": ("the server's disk is full", "Free space on the server and run again: nothing of this step was written."),
    "53200": ("the server is out of memory", "Give it more, or lower its work_mem."),
    "53300": ("the server takes no more connections", "Raise its max_connections, or close some, and run again."),
    "25006": (
        "it is read-only (a standby, or default_transaction_read_only is on)",
        "Give the URL of the primary server.",
    ),
    "57014": (
        "a statement was cancelled (by somebody, or by statement_timeout)",
        "Raise the role's statement_timeout.",
    ),
    "3D000": ("there is no such database", "Create it (createdb), with encoding UTF8, or correct the URL."),
    "28P01": ("the server does not accept the password of this user", "Correct user and password of the URL."),
}

_REFUSED_DATA = {
    "22021": "it holds a character that the database cannot store, such as NUL",
    "22P05": "it holds a character that the database cannot store, such as NUL",
    "23502": "a value is missing",
    "23503": "it refers to a row that is not there",
    "23505": "its key is there already",
    "54000": "a value is too long for an index",
}

_NO_CONNECTION = (
    (r"password authentication failed|no password supplied", *_WORDS["28P01"]),
    (r"role \"[^\"]*\" does not exist", "the server does not know this user", "Correct the URL's user, or create it."),
    (r"database \"[^\"]*\" does not exist", *_WORDS["3D000"]),
    (r"too many clients|too many connections|remaining connection slots", *_WORDS["53300"]),
    (
        r"permission denied for database",
        "this user may not connect to the database",
        "As its owner run GRANT CONNECT ON DATABASE … TO …, see docs/postgres.md.",
    ),
    (
        r"pg_hba\.conf",
        "the server lets no such connection in (pg_hba.conf)",
        "Ask its administrator; it may want TLS: ?sslmode=require.",
    ),
    (
        r"Connection refused|No such file or directory",
        "nothing listens there",
        "Correct host and port of the URL, or start the server.",
    ),
    (
        r"could not translate host name|failed to resolve host|[Nn]ame or service not known",
        "its host is not known",
        "Correct the URL's host.",
    ),
    (
        r"timeout expired|timed out|No route to host|unreachable",
        "its host does not answer",
        "Check network and firewall, and the URL's host and port.",
    ),
    (r"SSL|certificate", "TLS could not be agreed on", "Check ?sslmode= and ?sslrootcert= of the URL."),
    (r"is starting up|is shutting down|in recovery", "the server is not ready", "Run again in a moment."),
)


def connecting_failure(location: PostgresLocation, error: psycopg.Error) -> ConnectorError:
    """What a failed connection attempt means; worth another attempt while a run is under way."""
    text = _without_password(str(error), location)
    for pattern, what, remedy in _NO_CONNECTION:
        if re.search(pattern, text):
            return PassingFailureError(
                ErrorKind.WAREHOUSE, f"The warehouse ({location.shown}) cannot be opened: {what}.", remedy=remedy
            )
    return PassingFailureError(
        ErrorKind.WAREHOUSE, f"The warehouse ({location.shown}) cannot be opened: {_first_line(text)}"
    )


def statement_failure(location: PostgresLocation, error: psycopg.Error) -> ConnectorError:
    """What a failed statement or commit means for the user, or for the code that repeats the transaction."""
    code = error.sqlstate
    start = f"The warehouse ({location.shown}) cannot be written"
    if code is None or code.startswith("08"):
        # Without a code the server never answered: the connection is gone.
        return PassingFailureError(
            ErrorKind.WAREHOUSE,
            f"The connection to the warehouse ({location.shown}) was lost.",
            remedy=f"Run again when the server is back. {_STAYS}",
        )
    if code in _PASSES:
        return PassingFailureError(
            ErrorKind.WAREHOUSE, f"{start}: {_PASSES[code]}.", remedy=f"Run again in a moment. {_STAYS}"
        )
    if code == "55P03":
        return ConnectorError(
            ErrorKind.LOCKED,
            f"{start}: another session holds a lock on its tables for longer than lock_timeout.",
            remedy="End that session (pg_stat_activity shows it) and run again; ?options=-c%20lock_timeout=5min waits"
            f" longer. {_STAYS}",
        )
    if code.startswith(("22", "23")) or code == "54000":
        return DataRefusedError(_REFUSED_DATA.get(code, "a value does not fit its column, or breaks a constraint"))
    if code in _WORDS:
        what, remedy = _WORDS[code]
        return ConnectorError(ErrorKind.WAREHOUSE, f"{start}: {what}.", remedy=remedy)
    said = _without_password(error.diag.message_primary or _first_line(str(error)), location)
    if code == "42501":
        return ConnectorError(
            ErrorKind.WAREHOUSE,
            f"The warehouse's user may not do this ({location.shown}, schema {location.schema}): {said}.",
            remedy="Give it the rights that docs/postgres.md names, or name the user that has them.",
        )
    return ConnectorError(
        ErrorKind.WAREHOUSE, f"The warehouse ({location.shown}) cannot be read or written: {said}.", remedy=_STAYS
    )


def _without_password(text: str, location: PostgresLocation) -> str:
    password = location.parameters.get("password")
    return text.replace(password, "***") if password else text


def _first_line(text: str) -> str:
    """The first line only: the next ones quote the statement, or a row."""
    return text.strip().partition("\n")[0]
