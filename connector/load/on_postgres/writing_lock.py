"""The lock of a project on the very connection that writes its rows: lost with it, and taken again before it writes on.

A run holds two advisory locks on a project. The one on a connection of its own (postgres_locks) keeps a second run out
and says who is at it; but that connection may be cut while the run goes on writing over another. This one cannot: each
transaction runs on a connection that holds it, or not at all.
"""

from contextlib import suppress
from datetime import datetime

import psycopg

from connector.errors import ConnectorError
from connector.load.locks.lock_holder import locked
from connector.load.on_postgres.connecting import RawConnection

_TAKE = """
SELECT pg_try_advisory_lock(%(key)s), pg_backend_pid(),
    (SELECT backend_start FROM pg_stat_activity WHERE pid = pg_backend_pid())
"""

_END_OWN = """
SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE pid = %(pid)s AND backend_start = %(since)s
"""


class WritingLock:
    """An advisory lock that goes from one connection of a session to the next.

    Args:
        key: its number, 63 bits.
        what: what is locked, to begin a message with: "Project 09c7… in the warehouse (database labels on db)".
    """

    def __init__(self, key: int, what: str) -> None:
        self._key = key
        self._what = what
        self._held_by: tuple[int, datetime] | None = None
        """Server process that took it last, and since when that one runs."""

    def take(self, connection: RawConnection) -> None:
        """Takes the lock, without waiting.

        A connection that broke on the way may live on at the server's end, for as long as its keep-alive allows, and
        hold the lock: it is ended.

        Raises:
            ConnectorError: LOCKED, if another session holds it.
            psycopg.Error: the connection is lost.
        """
        if self._held_by is not None:
            pid, since = self._held_by
            with suppress(psycopg.errors.InsufficientPrivilege):
                connection.execute(_END_OWN, {"pid": pid, "since": since})
        [(is_mine, pid, since)] = connection.execute(_TAKE, {"key": self._key}).fetchall()
        if not is_mine:
            raise self._refusal()
        self._held_by = pid, since

    def release(self, connection: RawConnection) -> None:
        """Lets go of it; a connection that was lost did so by itself."""
        with suppress(psycopg.Error):
            connection.execute("SELECT pg_advisory_unlock(%s)", (self._key,))

    def _refusal(self) -> ConnectorError:
        if self._held_by is None:
            return locked(self._what, None)
        return locked(f"The connection was lost, and meanwhile {self._what[0].lower()}{self._what[1:]}", None)
