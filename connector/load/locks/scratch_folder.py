"""A temporary folder for the files of one process, which also goes if that process is killed: with the next one.

The process holds a lock in its folder, which the operating system releases when it dies.
"""

import shutil
import stat
import tempfile
import time
from contextlib import suppress
from pathlib import Path

from filelock import FileLock, Timeout

PREFIX = "encord-sync-lake-"
_LOCK = "in_use.lock"
_SECONDS_IN_THE_MAKING = 60.0
"""A folder that is younger may be about to be locked."""


class ScratchFolder:
    """A new folder; making one removes those that killed processes of this user left.

    Attributes:
        path: where it is.
    """

    def __init__(self) -> None:
        # The next process may be deleting what this one deletes at its end: what is left then goes with the one after.
        self._folder = tempfile.TemporaryDirectory(prefix=PREFIX, ignore_cleanup_errors=True)
        self.path = Path(self._folder.name)
        self._lock = FileLock(self.path / _LOCK, thread_local=False)
        self._lock.acquire(blocking=False)
        for other in self.path.parent.glob(f"{PREFIX}*"):
            # It is in use, or has just gone.
            with suppress(Timeout, OSError):
                self._remove_if_left(other)

    def _remove_if_left(self, other: Path) -> None:
        found = other.lstat()
        is_young = time.time() - found.st_mtime < _SECONDS_IN_THE_MAKING
        if is_young or not stat.S_ISDIR(found.st_mode) or found.st_uid != self.path.lstat().st_uid:
            return
        with FileLock(other / _LOCK, blocking=False):
            shutil.rmtree(other)

    def remove(self) -> None:
        """Deletes it, with all that is in it."""
        self._lock.release()
        self._folder.cleanup()
