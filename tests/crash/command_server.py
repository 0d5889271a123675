"""Runs `encord-sync` in one new process after another, and kills them; started once, so that each costs no start-up.

A process of its own imports the command and then forks a child for each run: the child is the command from its first
line on, with its own process id, and dies of a real SIGKILL. Run as a module it is that process; `CommandServer` is
the handle on it. What a run imports on its way, which is half of its work, the next ones find imported.

Nothing in the product knows of this: commit points are found by wrapping, in the child, what the sessions of
connector/load open and close transactions with.
"""

import gc
import importlib
import importlib.util
import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, Self

SESSIONS = (
    ("connector.load.on_duckdb.session", "DuckDBSession"),
    ("connector.load.on_postgres.session", "PostgresSession"),
)
CATALOG = ("pyiceberg.catalog.sql", "SqlCatalog")
"""The catalog of a lake in a folder; right before and after each commit to it is a commit point, too."""
STEPS_OF_PUBLISHING = {
    "connector.load.publish.duckdb_copy": ("_copy", "_mark", "keep_under", "put_in_place", "remove"),
    "connector.load.publish.parquet_files": ("_write",),
    "connector.load.publish.parquet_folder": ("views_script", "folder_readme", "settle", "put_in_place", "remove"),
}
"""Functions of the modules that publish; right before and right after each of them is a commit point, too."""


class CommitPoints:
    """Notes the moments right before and right after each commit and each closing, and kills the process at one."""

    def __init__(self, kill_at: int | None) -> None:
        self.reached: list[str] = []
        self._kill_at = kill_at

    def here(self, name: str) -> None:
        """One more point is reached."""
        self.reached.append(name)
        if len(self.reached) == self._kill_at:
            os.kill(os.getpid(), signal.SIGKILL)

    def watch(self, session: type) -> None:
        """Wrap what a session class begins transactions with, and its closing."""
        for name in ("transaction", "connection"):
            setattr(session, name, self._watched(name, getattr(session, name)))
        self.watch_steps(session, ("close",))

    def watch_steps(self, owner: object, names: Iterable[str]) -> None:
        """Wrap functions of a module, as it calls them itself, or methods of a class."""
        for name in names:
            setattr(owner, name, self._watched_step(name, getattr(owner, name)))

    def _watched_step(self, name: str, step: Callable[..., Any]) -> Callable[..., Any]:
        def watched(*arguments: Any) -> Any:  # noqa: ANN401 - whatever the step takes and gives
            self.here(f"before {name}")
            answer = step(*arguments)
            self.here(f"after {name}")
            return answer

        return watched

    def _watched(self, name: str, begin: Callable[..., Any]) -> Callable[..., Any]:
        @contextmanager
        def watched(of: object) -> Iterator[Any]:
            with begin(of) as value:
                yield value
                self.here(f"before {name}")
            self.here(f"after {name}")

        return watched


def points_in(printed: str) -> list[str]:
    """The names of the commit points that a run passed, from what it printed at its end."""
    names: list[str] = json.loads(printed.rpartition("commit points: ")[2])
    return names


class CommandServer:
    """A handle on the forking process; a context manager."""

    def __enter__(self) -> Self:
        environment = {name: value for name, value in os.environ.items() if not name.startswith("ENCORD_")}
        self._process = subprocess.Popen(
            [sys.executable, "-m", __name__],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd=Path(__file__).parents[2],
            env={**environment, "OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"},
        )
        return self

    def __exit__(self, *_: object) -> None:
        self._process.communicate(timeout=60)

    def start(self, arguments: list[str], output: Path, kill_at: int | None = None) -> int:
        """Begin a run, and return its process id.

        Args:
            arguments: of `encord-sync`.
            output: the file that gets what it prints, and at its end the commit points.
            kill_at: the commit point that it dies at, from 1; None lets it live.
        """
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps([arguments, str(output), kill_at]) + "\n")
        self._process.stdin.flush()
        return int(self._line())

    def wait(self) -> int:
        """The exit code of the run that was begun, or minus the number of the signal that ended it."""
        return int(self._line())

    @staticmethod
    def kill(process: int) -> None:
        """Kill a run that was begun; one that has just ended is not hit."""
        with suppress(ProcessLookupError):
            os.kill(process, signal.SIGKILL)

    def run(self, arguments: list[str], output: Path, kill_at: int | None = None) -> int:
        """Begin a run and wait for its end."""
        self.start(arguments, output, kill_at)
        return self.wait()

    def _line(self) -> str:
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        assert line, "the process that runs the command is gone"
        return line


def _serve() -> None:
    from connector.process.quick_start import start_quickly

    start_quickly()
    from connector.cli import main

    _import(
        [
            "connector.sync.run",
            "connector.load",
            "connector.process.interruption",
            "alembic.command",
            "duckdb_sqlalchemy",
        ]
    )
    sessions = [getattr(importlib.import_module(module), name) for module, name in SESSIONS if _exists(module)]
    for line in sys.stdin:
        arguments, output, kill_at = json.loads(line)
        gc.freeze()  # what the collector does not look at, parent and child go on sharing
        reading, writing = os.pipe()
        child = os.fork()
        if child == 0:
            before = set(sys.modules)
            code = _be_the_command(main, sessions, arguments, output, kill_at)
            os.write(writing, "\n".join(set(sys.modules) - before).encode())
            os._exit(code)
        os.close(writing)
        sys.stdout.write(f"{child}\n")
        sys.stdout.flush()
        with os.fdopen(reading, encoding="utf-8") as imported:
            names = imported.read().split()
        _, status = os.waitpid(child, 0)
        _import(names)
        sys.stdout.write(f"{os.waitstatus_to_exitcode(status)}\n")
        sys.stdout.flush()


def _import(names: list[str]) -> None:
    for name in names:
        with suppress(ImportError):  # some are made while another one is imported, under names of their own
            importlib.import_module(name)


def _exists(module: str) -> bool:
    return importlib.util.find_spec(module) is not None


def _be_the_command(
    main: Callable[[], None], sessions: list[type], arguments: list[str], output: str, kill_at: int | None
) -> int:
    printed = os.open(output, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
    nothing = os.open(os.devnull, os.O_RDONLY)
    for target, source in ((0, nothing), (1, printed), (2, printed)):
        os.dup2(source, target)
    points = CommitPoints(kill_at)
    for session in sessions:
        points.watch(session)
    if any("--warehouse=iceberg:" in argument for argument in arguments):
        module, name = CATALOG
        points.watch_steps(getattr(importlib.import_module(module), name), ("commit_table",))
    for module, names in STEPS_OF_PUBLISHING.items():
        points.watch_steps(importlib.import_module(module), names)
    sys.argv = ["encord-sync", *arguments]
    code: object = None
    try:
        main()
    except SystemExit as ended:
        code = ended.code
    print(f"\ncommit points: {json.dumps(points.reached)}", flush=True)  # noqa: T201 - read by the test
    return int(code) if isinstance(code, int) else 0


if __name__ == "__main__":
    _serve()
