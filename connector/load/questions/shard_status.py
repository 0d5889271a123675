"""How the shards of a project fared: a project that workers share has as many last runs as it has shards."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import NamedTuple

from connector.load.contract.session import Session
from connector.load.contract.share import Share

_RECEIPTS = """
SELECT project_hash, shard, run_id, started_at, ended_at, outcome, message, last_success, age
FROM (
    SELECT
        project_hash, shard, run_id, started_at, ended_at, outcome, message,
        outcome IN ('succeeded', 'partial') AS is_done,
        row_number() OVER (
            PARTITION BY project_hash, shard, outcome IN ('succeeded', 'partial')
            ORDER BY started_at DESC, run_id DESC
        ) AS age_of_such,
        max(CASE WHEN outcome = 'succeeded' THEN ended_at END) OVER (PARTITION BY project_hash, shard) AS last_success,
        row_number() OVER (PARTITION BY project_hash, shard ORDER BY started_at DESC, run_id DESC) AS age
    FROM sync_run_project
) AS receipt
WHERE age = 1 OR (is_done AND age_of_such = 2)
ORDER BY project_hash, started_at DESC, run_id DESC
"""


class _Receipt(NamedTuple):
    project_hash: str
    shard: str | None
    run_id: str
    started_at: datetime
    ended_at: datetime | None
    outcome: str
    message: str | None
    last_success: datetime | None
    age: int


@dataclass(frozen=True, slots=True)
class ShardStatus:
    """One shard of a project.

    Attributes:
        shard: which one, such as 3/4.
        run_id: its last run; None if there was none. Its times, outcome and message follow.
        last_success: end of the last run that succeeded on it, or on the whole project.
        is_behind: whether it never ran, or another shard has run to its end twice since it did.
    """

    shard: str
    run_id: str | None
    started_at: datetime | None
    ended_at: datetime | None
    outcome: str | None
    message: str | None
    last_success: datetime | None
    is_behind: bool

    @property
    def is_well(self) -> bool:
        """Whether its last run succeeded, and it is not behind the others."""
        return self.outcome == "succeeded" and not self.is_behind

    def __str__(self) -> str:
        if self.started_at is None:
            return f"{self.shard} never ran"
        if self.is_behind:
            return f"{self.shard} has not run since {self.started_at:%Y-%m-%d %H:%M:%S}Z"
        return f"{self.shard} {self.outcome}" + (f": {self.message}" if self.message else "")


def read_shards(session: Session) -> dict[str, tuple[ShardStatus, ...]]:
    """The shards of each project whose last run was one of a shard; inside the caller's transaction."""
    receipts = (_Receipt(*row) for row in session.rows(_RECEIPTS))
    return {
        project_hash: tuple(_shards(list(of_project)))
        for project_hash, of_project in groupby(receipts, key=lambda receipt: receipt.project_hash)
    }


def together(shards: Iterable[ShardStatus]) -> tuple[str, str | None, datetime | None]:
    """Outcome, message and last success of a project that is synced in shards: it is as fresh as its oldest shard."""
    shards = list(shards)
    well = [shard for shard in shards if shard.is_well]
    successes = [shard.last_success for shard in shards if shard.last_success is not None]
    last_success = min(successes) if len(successes) == len(shards) else None
    if len(well) == len(shards):
        return "succeeded", None, last_success
    others = "; ".join(str(shard) for shard in shards if not shard.is_well)
    return (
        "partial" if well else "failed",
        f"{len(well)} of {len(shards)} shards succeeded; {others}",
        last_success,
    )


def _shards(receipts: list[_Receipt]) -> Iterator[ShardStatus]:
    """The shards of a project, from its receipts, the newest first: of each the last one, and the last but one done."""
    count = Share.of(receipts[0].shard).count
    if count == 1:
        return
    newest = {receipt.shard: receipt for receipt in receipts if receipt.age == 1}
    of_whole = newest[None].last_success if None in newest else None
    names = [str(Share(number, count)) for number in range(1, count + 1)]
    again = [receipt.started_at for receipt in receipts if receipt.age > 1 and receipt.shard in names]
    for name in names:
        if name not in newest:
            yield ShardStatus(name, None, None, None, None, None, of_whole, is_behind=True)
            continue
        last = newest[name]
        success = max(filter(None, (last.last_success, of_whole)), default=None)
        is_behind = any(other > last.started_at for other in again)
        yield ShardStatus(
            name, last.run_id, last.started_at, last.ended_at, last.outcome, last.message, success, is_behind
        )
