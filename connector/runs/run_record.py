"""A run of `sync` or `load`: its receipts, how it ended, and its row of table sync_run."""

import datetime
import importlib.metadata
import secrets
from dataclasses import dataclass, field
from typing import Any

from connector import __version__
from connector.credentials import typed_command
from connector.errors import ConnectorError, ErrorKind, ExitCode
from connector.load import Warehouse
from connector.runs.receipt import Receipt
from connector.runs.stage_times import StageTimes

STOPS_THE_RUN = {ErrorKind.INTERRUPTED, ErrorKind.WAREHOUSE, ErrorKind.SCHEMA}
"""Failures that would hit the next project too. A lock would not: another run works on that one project."""

_COUNTERS = ("listed", "loaded", "unchanged", "failed", "skipped", "tombstoned", "label_bytes", "rows_written")


@dataclass(slots=True)
class Run:
    """A run, its receipts, and how it ended.

    Attributes:
        outcome: running, succeeded, partial (some label rows or projects failed), failed or interrupted.
        exit_code: what the command returns to the shell.
        times: of what a run does once: opening the warehouse, the projects, closing, publishing.
    """

    run_id: str
    started_at: datetime.datetime
    receipts: list[Receipt] = field(default_factory=list)
    failures: list[ConnectorError] = field(default_factory=list)
    outcome: str = "running"
    message: str | None = None
    exit_code: ExitCode = ExitCode.OK
    times: StageTimes = field(default_factory=StageTimes)

    @classmethod
    def begin(cls) -> "Run":
        """A run that begins now, with an id that sorts by time."""
        now = datetime.datetime.now(datetime.UTC)
        return cls(f"{now:%Y%m%dT%H%M%SZ}-{secrets.token_hex(3)}", now)

    def end(self) -> None:
        """Decide the outcome from the receipts: all succeeded, some failed, or nothing came through."""
        if interrupted := [failure for failure in self.failures if failure.kind is ErrorKind.INTERRUPTED]:
            self._close("interrupted", interrupted[0])
        elif stops := [failure for failure in self.failures if failure.kind in STOPS_THE_RUN]:
            self._close("failed", stops[0])
        elif self.failures and all(receipt.outcome == "failed" for receipt in self.receipts):
            self._close("failed", self.failures[0])
        elif self.failures:
            self._close("partial", self.failures[0])
            if any(failure.kind is not ErrorKind.LOCKED for failure in self.failures):
                self.exit_code = ExitCode.PARTIAL
        elif any(receipt.outcome != "succeeded" for receipt in self.receipts):
            self.outcome, self.exit_code = "partial", ExitCode.PARTIAL
            self.message = next((receipt.message for receipt in self.receipts if receipt.message), None)
        else:
            self.outcome = "succeeded"

    def _close(self, outcome: str, failure: ConnectorError) -> None:
        self.outcome, self.message, self.exit_code = outcome, str(failure), failure.kind.exit_code
        if others := {str(each) for each in self.failures} - {str(failure)}:
            self.message += f" Beside this, {len(others)} more failed: what was told of each project says why."

    def sentence(self) -> str:
        """How the run ended, in one line."""
        totals = {name: sum(getattr(receipt, name) for receipt in self.receipts) for name in _COUNTERS}
        seconds = (datetime.datetime.now(datetime.UTC) - self.started_at).total_seconds()
        text = (
            f"Run {self.run_id} {self.outcome}: {totals['loaded']:,} label rows loaded, "
            f"{totals['unchanged']:,} unchanged, {totals['failed']:,} failed; projects: {len(self.receipts)}, "
            f"{seconds:.1f} s."
        )
        return f"{text} {self.message}" if self.message else text

    def row(self, warehouse: Warehouse, requests: int = 0) -> dict[str, Any]:
        """The run as a row of table sync_run; `requests` is how many were sent to Encord."""
        return {
            "run_id": self.run_id,
            "started_at": self.started_at,
            "ended_at": None if self.outcome == "running" else datetime.datetime.now(datetime.UTC),
            "outcome": self.outcome,
            "command": typed_command(),
            "connector_version": __version__,
            "sdk_version": importlib.metadata.version("encord"),
            "schema_version": warehouse.schema_version,
            "projects": len(self.receipts),
            "requests": requests,
            "message": self.message,
            **{counter: sum(getattr(receipt, counter) for receipt in self.receipts) for counter in _COUNTERS},
        }
