"""Runs `encord-sync` in one new process after another, and kills them; started once, so that each costs no start-up.

A process of its own imports the command and then forks a child for each run: the child is the command from its first
line on, with its own process id, and dies of a real SIGKILL. Run as a module it is that process; `CommandServer` is
the handle on it. Nothing in the product knows of this: commit points are found by wrapping, in the child, what the
sessions of connector/load open and close transactions with.
"""

import importlib
import importlib.util
import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, Self

SESSIONS = (
    ("connector.load.duckdb_session", "DuckDBSession"),
    ("connector.load.postgres_session", "PostgresSession"),
)


class CommitPoints:
    """Counts the moments right before and right after each commit and the closing, and kills the process at one."""

    def __init__(self, kill_at: int | None) -> None:
        self.reached = 0
        self._kill_at = kill_at

    def here(self) -> None:
        """One more point is reached."""
        self.reached += 1
        if self.reached == self._kill_at:
            os.kill(os.getpid(), signal.SIGKILL)

    def watch(self, session: type) -> None:
        """Wrap what a session class begins transactions with, and its closing."""
        for name in ("transaction", "connection"):
            setattr(session, name, self._watched(getattr(session, name)))
        close = session.close  # type: ignore[attr-defined] # every session has it

        def closing(of: object) -> None:
            self.here()
            close(of)
            self.here()

        session.close = closing  # type: ignore[attr-defined] # replaced in the child process only

    def _watched(self, begin: Callable[..., Any]) -> Callable[..., Any]:
        @contextmanager
        def watched(of: object) -> Iterator[Any]:
            with begin(of) as value:
                yield value
                self.here()
            self.here()

        return watched


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
            output: the file that gets what it prints, and at its end the number of commit points.
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
    from connector.cli import main

    for name in ("connector.run", "connector.load", "connector.interruption", "alembic.command", "duckdb_sqlalchemy"):
        importlib.import_module(name)
    sessions = [getattr(importlib.import_module(module), name) for module, name in SESSIONS if _exists(module)]
    for line in sys.stdin:
        arguments, output, kill_at = json.loads(line)
        child = os.fork()
        if child == 0:
            os._exit(_be_the_command(main, sessions, arguments, output, kill_at))
        sys.stdout.write(f"{child}\n")
        sys.stdout.flush()
        _, status = os.waitpid(child, 0)
        sys.stdout.write(f"{os.waitstatus_to_exitcode(status)}\n")
        sys.stdout.flush()


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
    sys.argv = ["encord-sync", *arguments]
    code: object = None
    try:
        main()
    except SystemExit as ended:
        code = ended.code
    print(f"\ncommit points: {points.reached}", flush=True)  # noqa: T201 - read by the test
    return int(code) if isinstance(code, int) else 0


if __name__ == "__main__":
    _serve()
