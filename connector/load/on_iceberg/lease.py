"""Who writes a project of a lake: a row that its holder renews, and that others respect until it is too old.

Nothing in a catalog notices that a process died. So a lease ends by itself some time after it was last renewed, or at
once if its holder's process is known to be gone, because it ran on this machine.
"""

import os
import secrets
import time
from datetime import UTC, datetime, timedelta
from typing import Any

import pyarrow as pa
from pyiceberg.exceptions import CommitFailedException, ValidationException

from connector.errors import ConnectorError
from connector.load.locks.lock_holder import LockHolder, locked
from connector.load.on_iceberg.conditions import equal
from connector.load.on_iceberg.lake_tables import Lake, arrow_schema
from connector.load.on_iceberg.layout import PROJECT_LEASE

LEASE = timedelta(minutes=15)
"""How long a lease lasts after it was renewed. It must be longer than a run may go without writing anything."""
_RENEWED_AFTER_SECONDS = 120.0


class Lease:
    """The right of this process to write a project; held from `take` to `give_back`."""

    def __init__(self, lake: Lake, project_hash: str, holder: LockHolder) -> None:
        self._lake = lake
        self._project_hash = project_hash
        self._holder = holder
        self._token = secrets.token_hex(8)
        self._where = equal(project_hash=project_hash)
        self._renewed = 0.0

    def take(self) -> None:
        """Takes the lease.

        Raises:
            ConnectorError: LOCKED if another process has it, or takes it at the same moment.
        """
        if other := self._other_holder():
            raise self._is_held(other)
        try:
            self._write(attempts=1)
        except ConnectorError as error:
            if not isinstance(error.__cause__, CommitFailedException | ValidationException):
                raise
        self.check()

    def renew(self) -> None:
        """Shows that this process is alive, if it has not done so for a while."""
        if time.monotonic() - self._renewed > _RENEWED_AFTER_SECONDS:
            self.check()
            self._write()

    def check(self) -> None:
        """Raises ConnectorError(LOCKED) if another process has taken the lease meanwhile."""
        rows = self._rows()
        if [row["token"] for row in rows] != [self._token]:
            raise self._is_held(LockHolder.from_json(rows[0]["holder"].encode()) if rows else None)

    def give_back(self) -> None:
        """Lets others write the project."""
        rows = self._rows()
        if [row["token"] for row in rows] == [self._token]:
            self._lake.replace(PROJECT_LEASE.name, _lease_rows(), self._where)

    def _write(self, attempts: int = 8) -> None:
        row = {
            "project_hash": self._project_hash,
            "token": self._token,
            "holder": self._holder.to_json().decode(),
            "renewed_at": datetime.now(UTC),
        }
        self._lake.replace(PROJECT_LEASE.name, _lease_rows(row), self._where, attempts=attempts)
        self._renewed = time.monotonic()

    def _rows(self) -> list[dict[str, Any]]:
        table = self._lake.table(PROJECT_LEASE.name, fresh=True)
        rows: list[dict[str, Any]] = self._lake.rows(table, where=self._where).to_pylist()
        return rows

    def _other_holder(self) -> LockHolder | None:
        """Who has the lease; None if nobody has, or only somebody who is dead or has not renewed it in time."""
        for row in self._rows():
            holder = LockHolder.from_json(str(row["holder"]).encode())
            is_old = datetime.now(UTC) - row["renewed_at"] > LEASE
            if holder is not None and not is_old and not self._is_dead(holder):
                return holder
        return None

    def _is_dead(self, holder: LockHolder) -> bool:
        """Whether a holder ran on this machine, and its process is gone; its number may be this process's own now."""
        if holder.host != self._holder.host or os.name != "posix":
            return False
        if holder.pid == self._holder.pid:
            return holder.started_at != self._holder.started_at
        try:
            os.kill(holder.pid, 0)
        except ProcessLookupError:
            return True
        except PermissionError:
            return False
        return False

    def _is_held(self, holder: LockHolder | None) -> ConnectorError:
        what = f"Project {self._project_hash} in the lake {self._lake.location.shown}"
        return locked(what, holder)


def _lease_rows(*rows: dict[str, Any]) -> pa.Table:
    return pa.Table.from_pylist(list(rows), schema=arrow_schema(PROJECT_LEASE.name))
