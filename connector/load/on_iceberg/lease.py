"""Who writes a project of a lake, or a share of one: a row that its holder renews, respected until it is too old.

Nothing in a catalog notices that a process died. So a lease ends by itself some time after it was last renewed, or at
once if its holder's process is known to be gone, because it ran on this machine.
"""

import os
import secrets
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pyarrow as pa
from pyiceberg.expressions import BooleanExpression
from pyiceberg.table import Table

from connector.errors import ConnectorError
from connector.load.contract.lake_location import LakeLocation
from connector.load.contract.share import WHOLE, Share
from connector.load.locks.lock_holder import LockHolder, locked
from connector.load.on_iceberg.lake_tables import Lake, all_of, among, arrow_schema, equal
from connector.load.on_iceberg.layout import PROJECT_LEASE, SHARD
from connector.load.on_iceberg.opening import open_lake_for_reading

LEASE = timedelta(minutes=15)
"""How long a lease lasts after it was renewed. It must be longer than a run may go without writing anything."""
_RENEWED_AFTER_SECONDS = 120.0


class Lease:
    """The right of this process to write a share of a project; held from `take` to `give_back`.

    No other process has a share that overlaps with it: none has the whole, or has shared the project out otherwise.
    """

    def __init__(self, lake: Lake, project_hash: str, holder: LockHolder, share: Share = WHOLE) -> None:
        self._lake = lake
        self._project_hash = project_hash
        self._holder = holder
        self._share = share
        self._token = secrets.token_hex(8)
        self._renewed = 0.0

    def take(self) -> None:
        """Takes the lease.

        Raises:
            ConnectorError: LOCKED if another process has one that overlaps, or takes it at the same moment.
        """
        others = self._others(self._lake.table(PROJECT_LEASE.name, fresh=True))
        self._refuse_living(others)
        self._write({self._token, *(str(row["token"]) for row in others)}, check=self._refuse_living_in)
        try:
            # The first row of a project is only added, and adding never fails because somebody else adds one, too.
            self._refuse_living_in(self._lake.table(PROJECT_LEASE.name, fresh=True))
        except ConnectorError:
            self.give_back()
            raise

    def renew(self) -> None:
        """Shows that this process is alive, if it has not done so for a while."""
        if time.monotonic() - self._renewed > _RENEWED_AFTER_SECONDS:
            self._write({self._token}, check=self._require)

    def check(self) -> None:
        """Raises ConnectorError(LOCKED) if another process has taken the lease meanwhile."""
        self._require(self._lake.table(PROJECT_LEASE.name, fresh=True))

    def give_back(self) -> None:
        """Lets others write the project."""
        self._lake.replace(PROJECT_LEASE.name, _lease_rows(), self._rows_of({self._token}))

    def _write(self, replaced: set[str], check: Callable[[Table], None]) -> None:
        row = {
            "project_hash": self._project_hash,
            SHARD: str(self._share),
            "token": self._token,
            "holder": self._holder.to_json().decode(),
            "renewed_at": datetime.now(UTC),
        }
        self._lake.replace(PROJECT_LEASE.name, _lease_rows(row), self._rows_of(replaced), check=check)
        self._renewed = time.monotonic()

    def _rows_of(self, tokens: set[str]) -> BooleanExpression:
        return all_of(equal(project_hash=self._project_hash), among("token", tokens))

    def _require(self, table: Table) -> None:
        rows = self._rows(table)
        if self._token not in {row["token"] for row in rows}:
            raise self._is_held(next(iter(self._others(table)), None))

    def _rows(self, table: Table) -> list[dict[str, Any]]:
        rows: list[dict[str, Any]] = self._lake.rows(table, where=equal(project_hash=self._project_hash)).to_pylist()
        return rows

    def _others(self, table: Table) -> list[dict[str, Any]]:
        """The rows of other processes that overlap with this one, whether these are alive or not."""
        return [
            row
            for row in self._rows(table)
            if row["token"] != self._token and self._share.overlaps(Share.of(row[SHARD]))
        ]

    def _refuse_living_in(self, table: Table) -> None:
        self._refuse_living(self._others(table))

    def _refuse_living(self, others: list[dict[str, Any]]) -> None:
        """Raises ConnectorError(LOCKED) for one that is not known to be dead, and has been renewed in time."""
        for row in others:
            holder = LockHolder.from_json(str(row["holder"]).encode())
            is_old = datetime.now(UTC) - row["renewed_at"] > LEASE
            if holder is not None and not is_old and not self._is_dead(holder):
                raise self._is_held(row)

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

    def _is_held(self, row: dict[str, Any] | None) -> ConnectorError:
        share = WHOLE if row is None else Share.of(row[SHARD])
        what = f"Project {self._project_hash}" if share.is_whole else f"Shard {share} of project {self._project_hash}"
        holder = None if row is None else LockHolder.from_json(str(row["holder"]).encode())
        return locked(f"{what} in the lake {self._lake.location.shown}", holder)


def is_somebody_at_work(location: LakeLocation) -> bool:
    """Whether anybody holds a lease that was renewed in time; others may be waiting for it.

    Raises:
        ConnectorError: as `open_lake_for_reading`.
    """
    lake = open_lake_for_reading(location)
    renewed = lake.rows(lake.table(PROJECT_LEASE.name, fresh=True), ("renewed_at",))["renewed_at"].to_pylist()
    return any(datetime.now(UTC) - moment <= LEASE for moment in renewed)


def _lease_rows(*rows: dict[str, Any]) -> pa.Table:
    return pa.Table.from_pylist(list(rows), schema=arrow_schema(PROJECT_LEASE.name))
