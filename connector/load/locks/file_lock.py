"""A lock for a file, held by one process at a time; the operating system releases it when that process dies.

The lock is the system's own (flock), on `<file>.lock`; the content of that file only says who holds it. The file is
removed at the end, while the lock is still held. So a file that is left over comes from a process that was killed: the
next process takes the lock over at once, and knows whose it was.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from connector.errors import ConnectorError, ErrorKind
from connector.load.locks.lock_holder import LockHolder, locked

_MOST_BYTES = 65_536


@contextmanager
def file_lock(path: Path, holder: LockHolder, what: str) -> Iterator[LockHolder | None]:
    """Holds the lock of a file while the block runs; does not wait for it.

    Args:
        path: the file (or folder) to guard; it need not exist, but its folder must.
        holder: this process.
        what: the file in words, as the beginning of a message: "The warehouse labels.duckdb".

    Yields:
        Who held the lock last and died without releasing it; None if everybody before ended well.

    Raises:
        ConnectorError: LOCKED, with the name of the holder; WAREHOUSE if the lock cannot be made there.
    """
    lock_path = lock_file_of(path)
    if not lock_path.parent.is_dir():  # otherwise the library would make the folder
        raise _cannot_open(what, "its folder does not exist", "Create the folder first.")
    left: list[LockHolder | None] = []

    def sign(descriptor: int) -> None:
        left.append(LockHolder.from_json(os.pread(descriptor, _MOST_BYTES, 0)))
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, holder.to_json(), 0)

    # mode: everybody who may read the folder may see who holds the lock.
    lock = FileLock(lock_path, mode=0o644, thread_local=False, on_acquired=sign)
    try:
        lock.acquire(blocking=False)
    except Timeout:
        raise locked(what, read_holder(path)) from None
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise _cannot_open(what, reason, f"See that this user may write {lock_path.parent}.") from error
    try:
        yield left[-1]
    finally:
        lock_path.unlink(missing_ok=True)
        lock.release()


def lock_file_of(path: Path) -> Path:
    """The file that is locked for a file: always the same one, whatever links lead to the file."""
    real = path.resolve()
    return real.with_name(f"{real.name}.lock")


def read_holder(path: Path) -> LockHolder | None:
    """Who holds the lock of a file, or left it behind; None if nobody did, or it is unknown."""
    try:
        return LockHolder.from_json(lock_file_of(path).read_bytes())
    except OSError:
        return None


def _cannot_open(what: str, reason: str, remedy: str) -> ConnectorError:
    return ConnectorError(ErrorKind.WAREHOUSE, f"{what} cannot be opened: {reason}.", remedy=remedy)
