"""The locks of a run on PostgreSQL: advisory locks of the server, on a connection of their own.

The server releases them by itself when that connection ends, so nobody has to clean up after a run that was killed.
They belong to the database. The number of a lock comes from a schema and a project, so that different projects, and
different schemas, never wait for one another. A pooler must hand out whole sessions, or the locks do not last; it can
also be bypassed.

If this connection is lost in the middle of a project, the run goes on, and the lock on the connection that writes
(`writing_lock`) keeps others out. The next project takes its lock on a new connection.

Whoever writes also shares one lock with all the others from beginning to end. It keeps nobody out: it tells a run that
goes on from one that died.
"""

import hashlib
from collections.abc import Collection, Iterator
from contextlib import contextmanager, nullcontext, suppress

import psycopg

from connector.load.contract.postgres_location import PostgresLocation
from connector.load.contract.session import Session
from connector.load.contract.warehouse import Warehouse
from connector.load.locks.lock_holder import LockHolder, locked
from connector.load.on_postgres.connecting import RawConnection, connect
from connector.load.on_postgres.refusals import statement_failure
from connector.load.on_postgres.warehouse import PostgresWarehouse
from connector.load.on_postgres.writing_lock import WritingLock

_AT_WORK, _WRITTEN = "at work", "written"
_OPEN, _CLOSE = "/* held by ", " */"

_HOLDER = """
SELECT activity.query
FROM pg_locks JOIN pg_stat_activity AS activity ON activity.pid = pg_locks.pid
WHERE pg_locks.locktype = 'advisory' AND pg_locks.granted AND pg_locks.objsubid = 1
  AND pg_locks.database = (SELECT oid FROM pg_database WHERE datname = current_database())
  AND pg_locks.classid::bigint << 32 | pg_locks.objid::bigint = %s
"""
_HELD = """
SELECT count(*) FROM pg_locks
WHERE locktype = 'advisory' AND granted AND objsubid = 1
  AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
  AND classid::bigint << 32 | objid::bigint IN ({keys})
"""


class PostgresLocks:
    """The `SyncLocks` of one run on the server, over a connection of their own."""

    left_by: LockHolder | None = None
    """Never known: the server released the lock when its holder died."""

    def __init__(self, location: PostgresLocation, holder: LockHolder) -> None:
        self._location = location
        self._holder = holder
        self._raw: RawConnection | None = None
        self._writer: PostgresWarehouse | None = None

    def write_with(self, warehouse: Warehouse) -> None:
        """Names the warehouse whose connection holds the locks of projects too, from now on."""
        self._writer = warehouse if isinstance(warehouse, PostgresWarehouse) else None
        if self._raw is not None:
            with suppress(psycopg.Error):  # a connection that is lost; the next one does it
                self._say_at_work(self._raw)

    @contextmanager
    def schema(self) -> Iterator[None]:
        """Waits for whoever makes or migrates the schema, up to the connection's lock_timeout."""
        key = _key(self._location.schema)
        with self._held(f"SELECT pg_advisory_lock({key})", key):
            yield

    @contextmanager
    def project(self, project_hash: str) -> Iterator[None]:
        """Holds the lock of a project, on this connection and on the one that writes; does not wait."""
        key = _key(self._location.schema, project_hash)
        what = f"Project {project_hash} in the warehouse ({self._location.shown}, schema {self._location.schema})"
        with self._held(f"SELECT pg_try_advisory_lock({key})", key) as is_mine:
            if not is_mine:
                raise locked(what, self._other_holder(key))
            writing = WritingLock(_key(self._location.schema, project_hash, _WRITTEN), what)
            with nullcontext() if self._writer is None else self._writer.holding(writing):
                yield

    @contextmanager
    def _held(self, statement: str, key: int) -> Iterator[bool]:
        """Takes a lock, yields whether it was free (always, if the statement waits), and releases it."""
        try:
            answer = self._connection().execute(self._signed(statement)).fetchone()
        except psycopg.Error as error:
            raise statement_failure(self._location, error) from error
        is_mine = answer is not None and answer[0] is not False
        try:
            yield is_mine
        finally:
            # A connection that was lost took the lock with it.
            with suppress(psycopg.Error):
                if is_mine and self._raw is not None:
                    self._raw.execute(self._signed(f"SELECT pg_advisory_unlock({key})"))

    def _connection(self) -> RawConnection:
        if self._raw is None or self._raw.closed:
            self._raw = connect(self._location)
            # The lock must last as long as the run needs it, and this connection is idle for all that time.
            self._raw.execute("SET idle_session_timeout = 0")
            if self._writer is not None:
                self._say_at_work(self._raw)
        return self._raw

    def _say_at_work(self, raw: RawConnection) -> None:
        raw.execute(self._signed(f"SELECT pg_advisory_lock_shared({_key(self._location.schema, _AT_WORK)})"))

    def _signed(self, statement: str) -> bytes:
        """The statement with its holder in a comment: the server shows it to anybody who asks who holds the lock."""
        holder = self._holder.to_json().replace(b"*/", b"").replace(b"/*", b"")
        return statement.encode() + b" " + _OPEN.encode() + holder + _CLOSE.encode()

    def _other_holder(self, key: int) -> LockHolder | None:
        """Who holds a lock; None if it was released just now, or belongs to a role whose statements are hidden."""
        answer = None
        with suppress(psycopg.Error):
            answer = self._connection().execute(_HOLDER, (key,)).fetchone()
        written = str(answer[0]) if answer else ""
        return LockHolder.from_json(written.partition(_OPEN)[2].rpartition(_CLOSE)[0].encode())

    def close(self) -> None:
        """Ends the connection, and with it every lock."""
        if self._raw is not None:
            self._raw.close()


def is_somebody_at_work(session: Session, location: PostgresLocation, project_hashes: Collection[str]) -> bool:
    """Whether a run writes, or is about to.

    Args:
        session: on the warehouse, in a transaction.
        location: the warehouse.
        project_hashes: its projects.
    """
    keys = [_key(location.schema, _AT_WORK), *(_key(location.schema, each, _WRITTEN) for each in project_hashes)]
    [(held,)] = session.rows(_HELD.format(keys=", ".join(map(str, keys))))
    return bool(held)


def _key(*names: str) -> int:
    """The number of a lock: 64 bits of what it stands for; no name here holds a line break."""
    digest = hashlib.sha256("\n".join(("encord-sync", *names)).encode()).digest()
    # Positive, so that the two halves that pg_locks shows can be put together to the same number.
    return int.from_bytes(digest[:8], "big") >> 1
