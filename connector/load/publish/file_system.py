"""Puts finished files in place in one step, and durably, even if the machine fails a moment later."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from connector.errors import ConnectorError, ErrorKind


def put_in_place(new: Path, target: Path) -> None:
    """Moves a finished file (or link) to `target`. Readers that have the old one open keep it."""
    if not new.is_symlink():
        settle(new)
    new.replace(target)
    settle(target.parent)


def settle(path: Path) -> None:
    """Waits until a file's content, or a folder's entries, are on the disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def keep_under(older: Path, file: Path) -> None:
    """Gives a file a second name; on file systems that cannot, makes a copy with that name."""
    older.unlink(missing_ok=True)
    try:
        older.hardlink_to(file)
    except OSError:
        shutil.copy2(file, older)


def remove(path: Path) -> None:
    """Removes a file, link or folder, if it exists."""
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


@contextmanager
def file_system_failures(target: Path) -> Iterator[None]:
    """Turns an error of the file system into one that says what it means here.

    Raises:
        ConnectorError: WAREHOUSE.
    """
    try:
        yield
    except OSError as error:
        raise ConnectorError(
            ErrorKind.WAREHOUSE,
            f"{target} cannot be published: {error.strerror or type(error).__name__}.",
            remedy="The warehouse is up to date, and the copy published before is still in place.",
        ) from error
