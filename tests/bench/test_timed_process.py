"""What a program took, as the bench tells it."""

import sys
from pathlib import Path

import pytest

from bench.timed_process import run

HELD_MB = 80

FORKS = f"""
import os, time
held = bytearray({HELD_MB} << 20)
for page in range(0, len(held), 4096):
    held[page] = 1
if os.fork() == 0:
    of_its_own = bytearray({HELD_MB} << 20)
    for page in range(0, len(of_its_own), 4096):
        of_its_own[page] = 1
    time.sleep(0.5)
    os._exit(0)
os.wait()
print('{{"wall": 1}}')
"""


@pytest.mark.skipif(not Path("/proc/self/smaps_rollup").exists(), reason="shares of memory are Linux's to tell")
def test_what_two_processes_share_counts_once_and_what_each_holds_counts() -> None:
    spent = run([sys.executable, "-c", FORKS])
    assert 2 * HELD_MB < spent.peak_mb < 2.6 * HELD_MB
    assert spent.wall > 0.5
    assert 0 < spent.cpu < spent.wall
    assert spent.told == {"wall": 1}


def test_a_program_that_fails_is_not_measured() -> None:
    with pytest.raises(RuntimeError, match="ended with 3"):
        run([sys.executable, "-c", "raise SystemExit(3)"])
