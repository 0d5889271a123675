"""Runs `encord-sync` in processes that are forked from one which has its imports, so that none costs a start-up.

Each is a process of its own, with the environment, folder and limits that it is given, and runs the command from its
first line on. Where Python itself reads a variable before that line, the command is started as users start it.
"""

import multiprocessing
import os
import resource
import sys
import tempfile
from collections.abc import Mapping, Sequence
from functools import cache
from multiprocessing.context import ForkServerContext, ForkServerProcess
from pathlib import Path
from typing import NamedTuple

COMMAND = Path(sys.executable).with_name("encord-sync")
PATIENCE = 120.0
"""Seconds after which a test gives up on a command."""
_BLOCK = 512


class Ended(NamedTuple):
    """How a command ended, and what it printed; its exit code is minus the number of the signal that ended it."""

    exit_code: int
    out: str
    err: str


def run_command(
    arguments: Sequence[str], folder: Path, environment: Mapping[str, str], *, file_blocks: int | None = None
) -> Ended:
    """Runs the command, and waits for its end.

    Args:
        arguments: of `encord-sync`.
        folder: where it runs.
        environment: all of its variables.
        file_blocks: the size that no file may outgrow, in blocks of 512 bytes, as on a full disk.

    Raises:
        TimeoutError: it did not end, and was killed.
    """
    with tempfile.TemporaryDirectory(prefix="encord-sync-printed-") as printed:
        out, err = Path(printed, "out"), Path(printed, "err")
        process = start_command(arguments, folder, environment, (Path(os.devnull), out, err), file_blocks=file_blocks)
        process.join(PATIENCE)
        if process.exitcode is None:
            process.kill()
            raise TimeoutError(f"encord-sync {' '.join(arguments)} did not end within {PATIENCE:.0f} s")
        return Ended(process.exitcode, out.read_text(encoding="utf-8"), err.read_text(encoding="utf-8"))


def start_command(
    arguments: Sequence[str],
    folder: Path,
    environment: Mapping[str, str],
    streams: tuple[Path, Path, Path],
    *,
    file_blocks: int | None = None,
) -> ForkServerProcess:
    """Starts the command; see `run_command`.

    Args:
        arguments: of `encord-sync`.
        folder: where it runs.
        environment: all of its variables.
        streams: what it opens as its standard input, output and error output.
        file_blocks: the size that no file may outgrow, in blocks of 512 bytes.
    """
    process = _context().Process(
        target=_be_the_command,
        args=(list(arguments), folder, dict(environment), file_blocks, _differs_from_ours(environment), streams),
    )
    process.start()
    return process


@cache
def _context() -> ForkServerContext:
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["tests.command_imports"])
    return context


def _differs_from_ours(environment: Mapping[str, str]) -> bool:
    """Whether Python would read variables at its start that are others in this process, from which is forked."""
    ours, theirs = (
        {name: value for name, value in variables.items() if name.startswith(("PYTHON", "LC_", "LANG"))}
        for variables in (os.environ, environment)
    )
    return ours != theirs


def _be_the_command(
    arguments: list[str],
    folder: Path,
    environment: dict[str, str],
    file_blocks: int | None,
    starts_anew: bool,
    streams: tuple[Path, Path, Path],
) -> None:
    for number, path in enumerate(streams):
        opened = os.open(path, os.O_RDWR | os.O_CREAT)
        os.dup2(opened, number)
        os.close(opened)
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(environment)
    if file_blocks is not None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (file_blocks * _BLOCK, file_blocks * _BLOCK))
    if starts_anew:
        os.execve(COMMAND, [str(COMMAND), *arguments], environment)
    sys.argv = [str(COMMAND), *arguments]
    from connector.start import main

    main()
