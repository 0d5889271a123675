"""Who may read the files that this process makes: its user alone, because labels hold e-mail addresses.

Two things say otherwise. Published copies are for readers: the user's own umask counts there. And what takes the place
of a file, or lies beside one, is as readable as that was: who opened a file to others, or closed it, did so once.

The umask does it, because it counts in the moment when a file is made, also for those that DuckDB makes by itself (the
log beside its file, the folder that it spills to). It is the process's, so a command sets it when it starts.
"""

import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import cache
from pathlib import Path

_OF_OTHERS = 0o077


def make_files_private() -> None:
    """Files that this process makes from here on are for its user alone."""
    os.umask(_umask_of_user() | _OF_OTHERS)


@contextmanager
def files_for_readers() -> Iterator[None]:
    """A block in which files are made as the user's own umask says."""
    previous = os.umask(_umask_of_user())
    try:
        yield
    finally:
        os.umask(previous)


def make_files_as_open_as(file: Path) -> None:
    """Files that this process makes from here on may be read by whoever may read a file, if there is such a file."""
    with suppress(OSError):
        others = stat.S_IMODE(file.stat().st_mode) & _OF_OTHERS
        os.umask(os.umask(_OF_OTHERS) & ~others)


def take_place(new: Path, file: Path) -> None:
    """Gives a finished file its name, and the permissions of the file that had it before."""
    with suppress(FileNotFoundError):
        new.chmod(stat.S_IMODE(file.stat().st_mode))
    new.replace(file)


@cache
def _umask_of_user() -> int:
    """The umask that this process was started with: asked for before it is changed."""
    umask = os.umask(_OF_OTHERS)
    os.umask(umask)
    return umask
