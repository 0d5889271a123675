"""The receipt of one project's sync: what was listed, loaded, left alone and set aside, and whether it balances."""

import datetime
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import Any, TypeVar

import orjson

from connector.errors import ConnectorError, ErrorKind
from connector.load import WHOLE, Share
from connector.runs.stage_times import FETCH, StageTimes
from connector.source.changes.changes import Changes

Bundle = TypeVar("Bundle")


@dataclass(slots=True)
class Receipt:
    """Counts of one project in one run. `listed = loaded + unchanged + failed + skipped`, or the run has not succeeded.

    Attributes:
        share: the part of the project that it is about; the counts are of this part.
        outcome: running, succeeded, partial, failed or interrupted.
        planned: label rows to fetch.
        warned: label rows in which something could not be interpreted, and was kept as it is.
        rows_by_table: rows written, by table that labels fill.
        times: of the stages; requests and the reading process run meanwhile, so only the time spent waiting counts.
        fetch_reasons: label rows fetched, by reason.
        notes: what was left out although nothing failed, a few words each.
        is_recorded: whether the warehouse has it.
    """

    run_id: str
    project_hash: str
    started_at: datetime.datetime
    share: Share = WHOLE
    project_title: str = ""
    ended_at: datetime.datetime | None = None
    outcome: str = "running"
    planned: int = 0
    listed: int = 0
    loaded: int = 0
    unchanged: int = 0
    failed: int = 0
    skipped: int = 0
    tombstoned: int = 0
    warned: int = 0
    requests: int = 0
    label_bytes: int = 0
    rows_by_table: Counter[str] = field(default_factory=Counter)
    times: StageTimes = field(default_factory=StageTimes)
    fetch_reasons: dict[str, int] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    message: str | None = None
    is_recorded: bool = False
    _unreadable: int = 0

    @property
    def name(self) -> str:
        """The project's title or, before that is known, its hash; and which shard of it, if it is one."""
        title = self.project_title or self.project_hash
        return title if self.share.is_whole else f"{title}, shard {self.share}"

    @property
    def rows_written(self) -> int:
        """Rows written to tables that labels fill."""
        return self.rows_by_table.total()

    @property
    def done(self) -> int:
        """Label rows of the plan that are loaded or failed so far."""
        return self.loaded + self.failed - self._unreadable

    @property
    def annotations(self) -> int:
        """Objects on frames written so far."""
        return self.rows_by_table["object_annotation"]

    @property
    def is_balanced(self) -> bool:
        """Whether every listed label row is accounted for."""
        return self.listed == self.loaded + self.unchanged + self.failed + self.skipped

    def stage(self, name: str) -> AbstractContextManager[None]:
        """A block whose time is added to a stage; the time of a stage within another counts for the inner one only."""
        return self.times.stage(name)

    @property
    def stage_seconds(self) -> dict[str, float]:
        """Wall seconds by stage, so far."""
        return dict(self.times.wall)

    @property
    def seconds(self) -> float:
        """Wall seconds from start to end, or to now."""
        return ((self.ended_at or datetime.datetime.now(datetime.UTC)) - self.started_at).total_seconds()

    def sentence(self) -> str:
        """The receipt in one line, with the sum that must balance."""
        balance = (
            f"{self.listed:,} listed = {self.loaded:,} loaded + {self.unchanged:,} unchanged + "
            f"{self.failed:,} failed + {self.skipped:,} not opened yet"
        )
        extra = f"; {self.tombstoned:,} deleted" if self.tombstoned else ""
        extra += f"; {self.warned:,} loaded with warnings (label_row.warnings)" if self.warned else ""
        extra += "".join(f"; {note}" for note in dict.fromkeys(self.notes))
        return (
            f"{self.name}: {self.outcome}. {balance}{extra}; "
            f"{self.rows_written:,} rows written, {self.requests:,} requests, {self.seconds:.1f} s."
        )

    def take_plan(self, title: str, listed: int, changes: Changes, unreadable: Sequence[object]) -> None:
        """Take in the outcome of the comparison; unreadable entries of the listing count as failed.

        Args:
            title: the project's.
            listed: label rows that the listing has. They are not added up from the changes, which come from the
                warehouse: if a label row went missing between the two, the receipt must not balance.
            changes: what to do about them.
            unreadable: entries of the listing that could not be read.
        """
        self.project_title = title
        self.planned = len(changes.fetch)
        self.unchanged = changes.unchanged
        self.skipped = changes.skipped
        self.failed = self._unreadable = len(unreadable)
        self.listed = listed + self.failed
        self.fetch_reasons = changes.fetch.reasons()

    def plan_sentence(self) -> str:
        """What will be fetched and why, in one line."""
        reasons = ", ".join(f"{count:,} {name.replace('_', ' ')}" for name, count in self.fetch_reasons.items())
        return f"{self.name}: {self.listed:,} label rows listed, {self.planned:,} to fetch" + (
            f" ({reasons})" if reasons else ""
        )

    def waiting_for(self, bundles: Iterator[Bundle]) -> Iterator[Bundle]:
        """The bundles, one by one; the time waited for each counts as fetching."""
        while True:
            with self.stage(FETCH):
                bundle = next(bundles, None)
            if bundle is None:
                return
            yield bundle
            del bundle  # or it would stay in memory until the next one is there

    def end(self, refusal: ConnectorError | None = None) -> None:
        """Close the receipt after everything was done; a run that does not balance has not succeeded.

        Args:
            refusal: why deletes were refused, if they were.
        """
        self._close("partial" if self.failed or refusal else "succeeded", str(refusal) if refusal else None)
        if self.failed and self.message is None:
            self.message = f"{self.failed} label rows or listing entries failed; sync_failure names them."
        if not self.is_balanced:
            self._close(
                "failed",
                f"Receipt does not balance: {self.sentence()}. This is a defect of encord-sync: please report it.",
            )

    def break_off(self, error: ConnectorError) -> None:
        """Close the receipt of a project that was stopped half-way."""
        self._close("interrupted" if error.kind is ErrorKind.INTERRUPTED else "failed", str(error))

    def _close(self, outcome: str, message: str | None) -> None:
        self.ended_at = datetime.datetime.now(datetime.UTC)
        self.outcome, self.message = outcome, message

    def row(self) -> dict[str, Any]:
        """The receipt as a row of table sync_run_project."""
        return {
            "run_id": self.run_id,
            "project_hash": self.project_hash,
            "started_at": self.started_at,
            "ended_at": self.ended_at,
            "outcome": self.outcome,
            "listed": self.listed,
            "loaded": self.loaded,
            "unchanged": self.unchanged,
            "failed": self.failed,
            "skipped": self.skipped,
            "tombstoned": self.tombstoned,
            "requests": self.requests,
            "label_bytes": self.label_bytes,
            "rows_written": self.rows_written,
            "rows_by_table": orjson.dumps(dict(self.rows_by_table)).decode(),
            "stage_seconds": orjson.dumps(
                {name: round(spent, 6) for name, spent in self.stage_seconds.items()}
            ).decode(),
            "message": self.message,
            "shard": None if self.share.is_whole else str(self.share),
        }
