"""Who holds a lock on a warehouse: stored with the lock, and shown to a run that has to wait."""

import getpass
import os
import socket
from dataclasses import asdict, dataclass
from datetime import UTC, datetime

import orjson

from connector.errors import ConnectorError, ErrorKind


@dataclass(frozen=True, slots=True)
class LockHolder:
    """A process that holds, or wants, a lock.

    Attributes:
        command: what it does: sync, migrate, publish or verify.
        owner: the user that runs it.
        host: the machine that it runs on.
        pid: its process id there.
        started_at: when it took the lock, in UTC.
        run_id: the run, if it is a sync; None otherwise.
    """

    command: str
    owner: str
    host: str
    pid: int
    started_at: datetime
    run_id: str | None = None

    @classmethod
    def this_process(cls, command: str, run_id: str | None = None) -> "LockHolder":
        """This process, as a holder from now on."""
        return cls(command, _user(), socket.gethostname(), os.getpid(), datetime.now(UTC), run_id)

    def to_json(self) -> bytes:
        """The holder as one JSON object."""
        return orjson.dumps(asdict(self), option=orjson.OPT_UTC_Z)

    @classmethod
    def from_json(cls, content: bytes) -> "LockHolder | None":
        """The holder that wrote this; None if it is not, or not yet completely, written."""
        try:
            facts = orjson.loads(content)
            started_at = datetime.fromisoformat(facts.pop("started_at"))
            return cls(**facts, started_at=started_at)
        except (ValueError, TypeError, KeyError, AttributeError):
            return None

    def __str__(self) -> str:
        run = f", run {self.run_id}" if self.run_id else ""
        return (
            f"encord-sync {self.command} of {self.owner} on {self.host}, process {self.pid}, "
            f"since {self.started_at:%Y-%m-%d %H:%M:%S}Z ({_age(datetime.now(UTC) - self.started_at)}){run}"
        )


def locked(what: str, holder: LockHolder | None) -> ConnectorError:
    """The failure of a process that finds a lock taken.

    Args:
        what: what is locked, such as "The warehouse labels.duckdb".
        holder: who holds it, if that is known.
    """
    return ConnectorError(
        ErrorKind.LOCKED,
        f"{what} is held by {holder or 'another process'}.",
        remedy="Wait for it to end and run again, or let this run wait: --wait SECONDS.",
    )


def _user() -> str:
    try:
        # The name comes from the environment, which may hold any bytes.
        return getpass.getuser().encode("utf-8", "backslashreplace").decode()
    except (OSError, KeyError, ImportError):  # a container's user id without a name
        return f"user {os.getuid()}" if hasattr(os, "getuid") else "unknown user"


def _age(age: object) -> str:
    return str(age).partition(".")[0]
