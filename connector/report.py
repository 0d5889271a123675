"""What a run tells while it goes on: lines and progress bars for people, one JSON line an event for log collectors."""

import datetime
import sys
import time
from typing import TYPE_CHECKING, Any, Literal, Protocol, TextIO

import orjson

if TYPE_CHECKING:  # imported where they are used: a scheduled run writes JSON lines and draws nothing
    from rich.console import Console
    from rich.progress import Progress, TaskID

Level = Literal["debug", "info", "warning", "error"]
_RANK: dict[Level, int] = {"debug": 0, "info": 1, "warning": 2, "error": 3}
_STYLE: dict[Level, str] = {"debug": "dim", "info": "", "warning": "yellow", "error": "bold red"}
_PROGRESS_SECONDS = 10.0


class Report(Protocol):
    """Where a run's events go. An event never carries a key, a password, a signed URL or label text."""

    def event(self, name: str, text: str, *, level: Level = "info", **fields: Any) -> None:  # noqa: ANN401 - JSON values
        """Tell one event: its name for machines, a sentence for people, and its facts."""

    def progress(self, title: str, done: int, total: int, annotations: int) -> None:
        """Tell how many of a project's label rows are done; `annotations` objects on frames so far."""

    def close(self) -> None:
        """End what is still drawn."""


class TextReport:
    """Lines on standard error, and a progress bar a project where that is a terminal."""

    def __init__(self, *, threshold: Level = "info", console: "Console | None" = None) -> None:
        from rich.console import Console

        self.console = console or Console(stderr=True, highlight=False)
        self._threshold = _RANK[threshold]
        self._progress: Progress | None = None
        self._task: TaskID | None = None

    def event(self, name: str, text: str, *, level: Level = "info", **fields: Any) -> None:  # noqa: ANN401, ARG002 - Report
        """Print the sentence, if its level is asked for."""
        if _RANK[level] >= self._threshold:
            self.console.print(text, style=_STYLE[level], markup=False, soft_wrap=True)

    def progress(self, title: str, done: int, total: int, annotations: int) -> None:
        """Draw or move the bar; it goes when the project is done."""
        if self._threshold > _RANK["info"] or not self.console.is_terminal:
            return
        if self._progress is None:
            from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

            self._progress = Progress(
                TextColumn("  {task.description}"),
                BarColumn(),
                MofNCompleteColumn(),
                TextColumn("label rows  {task.fields[annotations]:,} annotations"),
                TimeElapsedColumn(),
                console=self.console,
                transient=True,
            )
            self._progress.start()
            self._task = self._progress.add_task(title, total=total, annotations=0)
        if self._task is not None:
            self._progress.update(self._task, completed=done, annotations=annotations)
        if done >= total:
            self.close()

    def close(self) -> None:
        """Take the bar away."""
        if self._progress is not None:
            self._progress.stop()
            self._progress = self._task = None


class JsonReport:
    """One JSON object a line: time, level, event, text, and the event's facts. Progress at most every ten seconds."""

    def __init__(self, *, threshold: Level = "info", stream: TextIO | None = None) -> None:
        self._stream = stream or sys.stdout
        self._threshold = _RANK[threshold]
        self._last_progress = 0.0

    def event(self, name: str, text: str, *, level: Level = "info", **fields: Any) -> None:  # noqa: ANN401 - JSON values
        """Write one line and flush it: a log collector sees it at once, a killed run keeps it."""
        if _RANK[level] < self._threshold:
            return
        now = datetime.datetime.now(datetime.UTC)
        line = {"time": now, "level": level, "event": name, "text": text, **fields}
        self._stream.write(orjson.dumps(line, default=str, option=orjson.OPT_UTC_Z).decode() + "\n")
        self._stream.flush()

    def progress(self, title: str, done: int, total: int, annotations: int) -> None:
        """Write a progress line, now and then."""
        now = time.monotonic()
        if now - self._last_progress >= _PROGRESS_SECONDS:
            self._last_progress = now
            self.event("progress", f"{title}: {done} of {total}", done=done, total=total, annotations=annotations)

    def close(self) -> None:
        """Nothing is held back."""
