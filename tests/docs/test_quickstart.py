"""The walk of docs/quickstart.md, as written and in its order, against a server that its first command starts."""

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb
import pytest

from tests.docs.pages import blocks_of
from tests.docs.reference import DOCS, ROOT
from tests.docs.test_queries import printed_table

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]

PATIENCE = 120.0
"""Seconds until what the page says must have happened."""
ATTEMPTS = 4


class Terminal:
    """A shell with its own variables, which sees the commands of this checkout."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
        ours = {name: value for name, value in os.environ.items() if not name.startswith("ENCORD_")}
        self.environment = {**ours, "PATH": path, "PYTHONPATH": str(ROOT), "COLUMNS": "200"}

    def run(self, block: str) -> tuple[int, str]:
        """Runs the lines of a block; what they export stays. Returns the exit code, and what was printed."""
        variables = self.folder / ".variables"
        done = subprocess.run(
            ["bash", "-e", "-c", f"{block}\nenv -0 > {variables.name}"],
            cwd=self.folder,
            env=self.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        if done.returncode == 0:
            pairs = variables.read_text(encoding="utf-8").rstrip("\0").split("\0")
            self.environment = dict(pair.split("=", 1) for pair in pairs)
        return done.returncode, done.stdout

    @contextmanager
    def running(self, block: str) -> Iterator["subprocess.Popen[bytes]"]:
        """The one command of a block, until Ctrl-C; what it prints is in the file `printed`."""
        with (self.folder / "printed").open("wb") as printed:
            process = subprocess.Popen(
                ["bash", "-c", f"exec {block.strip()}"],
                cwd=self.folder,
                env=self.environment,
                stdout=printed,
                stderr=subprocess.STDOUT,
            )
            try:
                yield process
            finally:
                process.kill()
                process.wait()

    def printed(self) -> str:
        """What the running command has printed so far."""
        return (self.folder / "printed").read_text(encoding="utf-8")


def pattern(shown: str) -> "re.Pattern[str]":
    """What the page shows: `…` stands for the rest of a line, and on a line of its own for any lines."""
    lines = ["(?:.*\n)*?" if line == "…" else re.escape(line).replace("…", ".*") + "\n" for line in shown.splitlines()]
    return re.compile("".join(lines))


def wait_for(shown: str, terminal: Terminal, process: "subprocess.Popen[bytes]") -> None:
    """Waits until a command that runs on has printed what the page shows."""
    until = time.monotonic() + PATIENCE
    while not pattern(shown).search(terminal.printed()):
        assert process.poll() is None, terminal.printed()
        assert time.monotonic() < until, terminal.printed()
        time.sleep(0.1)


def answered(terminal: Terminal, query: str) -> str:
    with duckdb.connect(str(terminal.folder / "demo.duckdb"), read_only=True) as reader:
        result = reader.execute(query)
        return printed_table([column[0] for column in result.description or ()], result.fetchall())


def check(terminal: Terminal, language: str, text: str, shown: str | None) -> None:
    """Does what a block says, and compares what comes of it.

    The team may edit between two commands: a later answer may have more rows than the page, and `verify` may find news.
    """
    if language == "sql":
        missing = set(str(shown).splitlines()[2:]) - set(answered(terminal, text).splitlines())
        assert not missing, answered(terminal, text)
        return
    for attempt in range(ATTEMPTS):
        exit_code, printed = terminal.run(text)
        if exit_code != 7 or "verify" not in text or attempt == ATTEMPTS - 1:
            break
        terminal.run("encord-sync sync")
    assert exit_code == 0, printed
    assert shown is None or pattern(shown).fullmatch(printed), printed


def test_the_walk_goes_as_written(tmp_path: Path) -> None:
    (server, *rest) = blocks_of(DOCS / "quickstart.md", "The same by hand")
    assert (server.language, [block.language for block in rest].count("sh")) == ("sh", 5)
    first, second = Terminal(tmp_path), Terminal(tmp_path)
    with first.running(server.text) as process:
        wait_for(str(server.shown), first, process)
        while not (tmp_path / "demo-server" / "environment").exists():
            time.sleep(0.1)
        for block in rest:
            if block.language == "text":
                wait_for(block.text, first, process)
            else:
                check(second, block.language, block.text, block.shown)
        process.send_signal(signal.SIGINT)
        assert process.wait(PATIENCE) == 0, first.printed()
    assert "Stopped by SIGINT" in first.printed()
    assert not (tmp_path / "demo-server").exists()
    assert (tmp_path / "survey.html").stat().st_size > 10_000
