"""A warehouse file and the server that it is synced from: runs syncs as the command does, and looks at what came."""

import json
import shutil
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import duckdb

from connector.config import load_settings
from connector.errors import ExitCode
from connector.process.interruption import Interruption
from connector.runs.receipt import Receipt
from connector.runs.report import Level
from connector.runs.run_record import Run
from connector.sample import SampleProject, SampleServer
from connector.sync.run import run_sync
from tests.duckdb_files import connected

ALL_REQUESTS_OF_A_LISTING = {"project": 1, "ontology": 1, "listing": 1}
"""What a sync of one project sends before it fetches labels."""


@dataclass(frozen=True)
class HeardEvent:
    name: str
    text: str
    level: Level
    fields: Mapping[str, Any]


class HeardReport:
    """A report that keeps what it is told; `on_progress` is called when label rows were read."""

    def __init__(self, on_progress: Callable[[], None] = lambda: None) -> None:
        self.events: list[HeardEvent] = []
        self._on_progress = on_progress

    def event(self, name: str, text: str, *, level: Level = "info", **fields: Any) -> None:  # noqa: ANN401 - JSON values
        self.events.append(HeardEvent(name, text, level, fields))

    def table(self, name: str, lines: Sequence[str], **fields: Any) -> None:  # noqa: ANN401 - JSON values
        self.event(name, lines[0], **fields)

    def progress(self, title: str, done: int, total: int, annotations: int) -> None:  # noqa: ARG002 - Report
        if done:
            self._on_progress()

    def close(self) -> None:
        """Nothing is drawn."""


@dataclass(frozen=True)
class Outcome:
    """One run: how it ended, what it asked the server for, what it told.

    Attributes:
        requests: requests by kind.
        fetched: label hashes whose labels were asked for, sorted, as often as they were.
    """

    run: Run
    requests: dict[str, int]
    fetched: list[str]
    events: list[HeardEvent] = field(repr=False)

    @property
    def exit_code(self) -> ExitCode:
        return self.run.exit_code

    @property
    def receipt(self) -> Receipt:
        """The receipt of the only project.

        Raises:
            ValueError: the run had none, or several.
        """
        (receipt,) = self.run.receipts
        return receipt

    def counts(self) -> dict[str, int]:
        """The counters of the receipt that are not zero, `listed` left aside."""
        names = ("loaded", "unchanged", "failed", "skipped", "tombstoned")
        return {name: count for name in names if (count := getattr(self.receipt, name))}

    def events_named(self, name: str) -> list[HeardEvent]:
        return [event for event in self.events if event.name == name]


def copied(file: Path, to: Path) -> Path:
    """A copy of a warehouse file that nobody has open."""
    shutil.copyfile(file, to)
    return to


class SyncedWarehouse:
    """A DuckDB file that syncs of one server fill.

    `settle_seconds` is 0 and no stream is read unless a test says otherwise, so that the requests of a sync are
    those of its own scenario.
    """

    def __init__(self, server: SampleServer, file: Path) -> None:
        self.server = server
        self.file = file

    @property
    def project(self) -> SampleProject:
        """The world's main project."""
        return self.server.world.projects[self.server.world.project_hash]

    @property
    def url(self) -> str:
        """One thread is quickest for files as small as these."""
        return f"duckdb:///{self.file}?threads=1"

    def sync(
        self,
        *,
        interruption: Interruption | None = None,
        on_progress: Callable[[], None] = lambda: None,
        **options: Any,  # noqa: ANN401 - any option of a sync
    ) -> Outcome:
        """Run one sync, of the world's main project unless `options` name others.

        Whatever happens, no writing request may have been sent, and the receipts in the warehouse must be the run's.
        """
        if "project" not in options and not options.get("all_projects"):
            options["project"] = [self.server.world.project_hash]
        settings = load_settings(
            {
                "domain": self.server.domain,
                "ssh_key": self.server.world.private_key,
                "warehouse": self.url,
                "settle_seconds": 0,
                "streams": ["task_actions"],
                "task_actions": False,
                "retry_attempts": 1,
                **options,
            },
            environment={},
        )
        self.server.requests.clear()
        report = HeardReport(on_progress)
        run = run_sync(settings, report, interruption or Interruption())
        sent = self.server.requests
        outcome = Outcome(run, sent.counts(), sorted(sent.label_hashes()), report.events)
        assert not sent.writes()
        # Requests to a domain that nobody serves are sent all the same, and counted.
        self._receipts_are_stored(run, None if "domain" in options else len(sent))
        return outcome

    def _receipts_are_stored(self, run: Run, requests_sent: int | None) -> None:
        """The run and its receipts stand in the warehouse, and every label row listed is accounted for."""
        names = ("listed", "loaded", "unchanged", "failed", "skipped", "tombstoned", "label_bytes", "rows_written")
        columns = ", ".join(names)
        with self._reading_receipts() as connection:
            stored_run, stored = (
                connection.execute(
                    f"SELECT {first}, outcome, message, ended_at IS NOT NULL, requests, {columns} FROM {table}"
                    " WHERE run_id = $run_id",
                    {"run_id": run.run_id},
                ).fetchall()
                for table, first in (("sync_run", "projects"), ("sync_run_project", "project_hash, rows_by_table"))
            )
        if not stored_run:
            # A run that was at no project of the warehouse leaves no trace.
            assert run.outcome in {"failed", "interrupted"}
            assert not stored
            return
        sums = tuple(sum(getattr(receipt, name) for receipt in run.receipts) for name in names)
        requests = stored_run[0][4] if requests_sent is None else requests_sent
        assert stored_run == [(len(run.receipts), run.outcome, run.message, True, requests, *sums)]
        recorded = [receipt for receipt in run.receipts if receipt.is_recorded]
        stored_of = {row[0]: row for row in stored}
        assert len(stored) == len(stored_of) == len(recorded)
        for receipt in recorded:
            row = stored_of[receipt.project_hash]
            assert json.loads(row[1]) == dict(receipt.rows_by_table)
            assert row[2:5] == (receipt.outcome, receipt.message, True)
            assert sum(receipt.rows_by_table.values()) == receipt.rows_written
            assert row[5:] == (receipt.requests, *(getattr(receipt, name) for name in names))
            left = receipt.planned - receipt.done
            assert receipt.listed == receipt.loaded + receipt.unchanged + receipt.failed + receipt.skipped + left
            assert left == 0 or receipt.outcome in {"failed", "interrupted"}

    def rows(self, query: str, **parameters: object) -> list[tuple[Any, ...]]:
        """The answer to a query on the warehouse."""
        with self._reading() as connection:
            return connection.execute(query, parameters or None).fetchall()

    def _reading(self) -> AbstractContextManager[duckdb.DuckDBPyConnection]:
        return connected(self.file, read_only=True)

    def _reading_receipts(self) -> AbstractContextManager[Any]:
        """A connection for the tables of receipts; on a lake, opening all tables costs as much as a sync."""
        return self._reading()

    def value(self, query: str, **parameters: object) -> Any:  # noqa: ANN401 - whatever the query asks for
        """The one value that a query answers."""
        ((value,),) = self.rows(query, **parameters)
        return value

    def rewritten_by(self, outcome: Outcome) -> list[str]:
        """Label hashes whose rows this run wrote, sorted."""
        return [
            label_hash
            for (label_hash,) in self.rows(
                "SELECT label_hash FROM label_row WHERE run_id = $run_id ORDER BY label_hash", run_id=outcome.run.run_id
            )
        ]

    def failures(self) -> dict[str, str]:
        """What stands in sync_failure: label hash → kind."""
        return dict(self.rows("SELECT label_hash, kind FROM sync_failure"))

    def snapshot(self, *tables: str) -> dict[str, list[tuple[Any, ...]]]:
        """All rows of some tables, sorted, to compare with a later state."""
        with self._reading() as connection:
            return {table: connection.execute(f"SELECT * FROM {table} ORDER BY ALL").fetchall() for table in tables}
