"""Running a program and telling what it took: wall and CPU seconds, and peak memory, as the operating system saw it."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

COMMAND = Path(sys.executable).with_name("encord-sync")


@dataclass(frozen=True)
class Spent:
    """What one run of a program took.

    Attributes:
        wall: seconds from start to end.
        cpu: CPU seconds, user and system, of the process and of the children that it waited for.
        peak_mb: largest resident set, MB.
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
    process = subprocess.Popen([str(each) for each in arguments], stdout=subprocess.PIPE)
    assert process.stdout is not None
    printed = process.stdout.read()
    _, status, usage = os.wait4(process.pid, 0)
    wall = time.monotonic() - begun
    process.returncode = os.waitstatus_to_exitcode(status)
    process.stdout.close()
    if process.returncode:
        raise RuntimeError(f"{' '.join(str(each) for each in arguments[:4])} … ended with {process.returncode}")
    lines = printed.decode().splitlines()
    told = json.loads(lines[-1]) if lines and lines[-1].startswith("{") else {}
    kilobytes = usage.ru_maxrss / (1024 if sys.platform == "darwin" else 1)
    return Spent(wall, usage.ru_utime + usage.ru_stime, kilobytes / 1024, told)
