"""The lock of a project on the connection that writes its rows: lost with it, and taken again before more is written.

A run holds two advisory locks on a project. The one on a connection of its own (`locks`) keeps a second run out and
says who holds it; but that connection may be lost while the run goes on writing over another. This one is safe from
that: each transaction runs on a connection that holds it, or not at all.
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
        what: what is locked, as the beginning of a message: "Project 09c7… in the warehouse (database labels on db)".
    """

    def __init__(self, key: int, what: str) -> None:
        self._key = key
        self._what = what
        self._held_by: tuple[int, datetime] | None = None
        """The server process that took it last, and when that process started."""

    def take(self, connection: RawConnection) -> None:
        """Takes the lock, without waiting.

        A lost connection may still exist at the server's end, for as long as its keep-alive allows, and hold the lock:
        it is terminated first.

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
        """Releases it; a lost connection has released it by itself."""
        with suppress(psycopg.Error):
            connection.execute("SELECT pg_advisory_unlock(%s)", (self._key,))

    def _refusal(self) -> ConnectorError:
        if self._held_by is None:
            return locked(self._what, None)
        return locked(f"The connection was lost, and meanwhile {self._what[0].lower()}{self._what[1:]}", None)
