"""What a run reports as it goes on: lines and progress bars for people, a JSON line per event for log collectors."""

import datetime
import sys
import time
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Literal, Protocol, TextIO

from connector.runs.printing import json_line, print_line, terminal, visible

if TYPE_CHECKING:  # imported only where they are used: a scheduled run draws nothing
    from rich.progress import Progress, TaskID

Level = Literal["debug", "info", "warning", "error"]
_RANK: dict[Level, int] = {"debug": 0, "info": 1, "warning": 2, "error": 3}
_STYLE: dict[Level, str] = {"debug": "dim", "info": "", "warning": "yellow", "error": "bold red"}
_PROGRESS_SECONDS = 10.0


class Report(Protocol):
    """Takes the events of a run. An event never carries a key, a password, a signed URL or label text."""

    def event(self, name: str, text: str, *, level: Level = "info", **fields: Any) -> None:  # noqa: ANN401 - JSON values
        """Report one event: its name for machines, a sentence for people, and its facts."""

    def table(self, name: str, lines: Sequence[str], **fields: Any) -> None:  # noqa: ANN401 - JSON values
        """Report one event whose facts are a table for people: its lines, the heading first."""

    def progress(self, title: str, done: int, total: int, annotations: int) -> None:
        """Report how many of a project's label rows are read; `annotations` objects on frames so far."""

    def close(self) -> None:
        """End anything that is still drawn."""


class TextReport(Report):
    """Prints a line for each event on standard error, and a progress bar for each project if that is a terminal."""

    def __init__(self, *, threshold: Level = "info", stream: TextIO | None = None) -> None:
        self._stream = stream or sys.stderr
        self._threshold = _RANK[threshold]
        self._progress: Progress | None = None
        self._task: TaskID | None = None

    def event(self, name: str, text: str, *, level: Level = "info", **fields: Any) -> None:  # noqa: ANN401, ARG002 - Report
        """Print the sentence, if its level reaches the threshold."""
        if _RANK[level] >= self._threshold:
            print_line(text, self._stream, style=_STYLE[level])

    def table(self, name: str, lines: Sequence[str], **fields: Any) -> None:  # noqa: ANN401 - Report
        """Print the lines."""
        for line in lines:
            self.event(name, line, **fields)

    def progress(self, title: str, done: int, total: int, annotations: int) -> None:
        """Draw or move the bar; it stays until the report is closed."""
        console = terminal(self._stream)
        if self._threshold > _RANK["info"] or console is None or not total:
            return
        if self._progress is None:
            from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

            self._progress = Progress(
                TextColumn("  {task.description}", markup=False),
                BarColumn(),
                MofNCompleteColumn(),
                TextColumn("label rows  {task.fields[annotations]:,} annotations"),
                TimeElapsedColumn(),
                console=console,
                transient=True,
            )
            self._progress.start()
            self._task = self._progress.add_task(visible(title), total=total, annotations=0)
        if self._task is not None:
            self._progress.update(self._task, completed=done, total=total, annotations=annotations)

    def close(self) -> None:
        """Remove the bar."""
        if self._progress is not None:
            self._progress.stop()
            self._progress = self._task = None


class JsonReport(Report):
    """Writes one JSON object a line: time, level, event, text and facts. Progress at most every ten seconds."""

    def __init__(self, *, threshold: Level = "info", stream: TextIO | None = None) -> None:
        self._stream = stream or sys.stdout
        self._threshold = _RANK[threshold]
        self._last_progress = 0.0

    def event(self, name: str, text: str, *, level: Level = "info", **fields: Any) -> None:  # noqa: ANN401 - JSON values
        """Write one line and flush it: a log collector sees it at once, a killed run keeps it."""
        if _RANK[level] < self._threshold:
            return
        now = datetime.datetime.now(datetime.UTC)
        facts = {"time": now, "level": level, "event": name, "text": text, **fields}
        self._stream.write(json_line(facts, self._stream.encoding) + "\n")
        self._stream.flush()

    def table(self, name: str, lines: Sequence[str], **fields: Any) -> None:  # noqa: ANN401 - JSON values
        """Write the facts; the heading is the text."""
        self.event(name, lines[0], **fields)

    def progress(self, title: str, done: int, total: int, annotations: int) -> None:
        """Write a progress line now and then."""
        now = time.monotonic()
        if now - self._last_progress >= _PROGRESS_SECONDS:
            self._last_progress = now
            self.event("progress", f"{title}: {done} of {total}", done=done, total=total, annotations=annotations)

    def close(self) -> None:
        """Nothing to do: every line was flushed."""
