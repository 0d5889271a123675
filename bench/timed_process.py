"""Running a program and telling what it took: wall and CPU seconds, and peak memory, as the operating system saw it."""

import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

_SECONDS_BETWEEN_LOOKS = 0.02
_WORTH_A_LOOK = 1.005
"""By how much the resident sets must have grown since the largest."""
COMMAND = Path(sys.executable).with_name("encord-sync")


@dataclass(frozen=True)
class Spent:
    """What one run of a program took.

    Attributes:
        wall: seconds from start to end.
        cpu: CPU seconds, user and system, of the process and of the children that it waited for.
        peak_mb: the most memory that the process and its children held together, MB, looked at 50 times a second (on
            Linux; elsewhere the largest resident set of the process alone). What several hold, such as the pages of a
            library, counts once.
        told: the last line that it printed, if that is a JSON object.
    """

    wall: float
    cpu: float
    peak_mb: float
    told: dict[str, Any]


def run(arguments: Sequence[str | Path]) -> Spent:
    """Run a program to its end.

    Raises:
        RuntimeError: it failed; its messages are on standard error.
    """
    begun = time.monotonic()
    # As on a user's machine: what is imported was compiled before.
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    process = subprocess.Popen([str(each) for each in arguments], stdout=subprocess.PIPE, env=environment)
    assert process.stdout is not None
    watch = _HeldMemory(process.pid)
    watch.start()
    printed = process.stdout.read()
    watch.stop()
    _, status, usage = os.wait4(process.pid, 0)
    wall = time.monotonic() - begun
    process.returncode = os.waitstatus_to_exitcode(status)
    process.stdout.close()
    if process.returncode:
        raise RuntimeError(f"{' '.join(str(each) for each in arguments[:4])} … ended with {process.returncode}")
    lines = printed.decode().splitlines()
    told = json.loads(lines[-1]) if lines and lines[-1].startswith("{") else {}
    kilobytes = usage.ru_maxrss / (1024 if sys.platform == "darwin" else 1)
    return Spent(wall, usage.ru_utime + usage.ru_stime, watch.peak_mb or kilobytes / 1024, told)


class _HeldMemory(threading.Thread):
    """Looks again and again at what a process and its children hold.

    Attributes:
        peak_mb: the most that was seen, MB; 0 where there is no /proc.
    """

    def __init__(self, pid: int) -> None:
        super().__init__(daemon=True)
        self.peak_mb = 0.0
        self._largest_sets = 0.0
        self._process = Path(f"/proc/{pid}")
        self._is_over = threading.Event()

    def run(self) -> None:
        """Look until told to stop."""
        while not self._is_over.wait(_SECONDS_BETWEEN_LOOKS):
            processes = (self._process, *self._children())
            # Resident sets are cheap to ask for, each process's share takes milliseconds: only where there is more.
            resident = sum(map(_resident_mb, processes))
            if resident > self._largest_sets * _WORTH_A_LOOK:
                self._largest_sets = resident
                self.peak_mb = max(self.peak_mb, sum(map(_share_mb, processes)))

    def _children(self) -> Iterator[Path]:
        with suppress(OSError):
            for children in self._process.glob("task/*/children"):
                yield from (Path("/proc", pid) for pid in children.read_text().split())

    def stop(self) -> None:
        """Look no more."""
        self._is_over.set()
        self.join()


def _resident_mb(process: Path) -> float:
    with suppress(OSError, IndexError):  # it may have ended
        return int(Path(process, "statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 2**20
    return 0.0


def _share_mb(process: Path) -> float:
    """Its proportional set: a page that three processes have counts a third."""
    with suppress(OSError):
        for line in Path(process, "smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1]) / 1024
    return 0.0
