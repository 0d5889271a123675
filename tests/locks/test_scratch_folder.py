"""The temporary folder of a process: nobody else removes it while the process lives, and somebody does afterwards."""

import os
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pytest

from connector.load.locks.scratch_folder import PREFIX, ScratchFolder

KILLED_WITH_ROWS = """
import os, signal
from connector.load.locks.scratch_folder import ScratchFolder
scratch = ScratchFolder()
(scratch.path / "rows").write_bytes(b"left")
os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.fixture
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder for temporary files."""
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    return folder


def made_long_ago(folder: Path) -> None:
    os.utime(folder, (time.time() - 3600, time.time() - 3600), follow_symlinks=False)


def test_it_goes_when_it_is_removed(temporary: Path) -> None:
    scratch = ScratchFolder()
    (scratch.path / "rows").write_bytes(b"some")
    assert list(temporary.iterdir()) == [scratch.path]
    scratch.remove()
    assert list(temporary.iterdir()) == []


def test_what_a_killed_process_left_goes_with_the_next(temporary: Path, tmp_path: Path) -> None:
    environment = {**os.environ, "TMPDIR": str(temporary)}
    done = subprocess.run([sys.executable, "-c", KILLED_WITH_ROWS], env=environment, check=False)
    assert done.returncode == -signal.SIGKILL
    (left,) = temporary.iterdir()
    assert (left / "rows").read_bytes() == b"left"
    mine = tmp_path / "mine"
    mine.mkdir()
    link = temporary / f"{PREFIX}link"
    link.symlink_to(mine)
    in_use = ScratchFolder()
    assert left.exists(), "it may be about to be locked"
    for folder in (left, link, mine, in_use.path):
        made_long_ago(folder)
    ScratchFolder().remove()
    assert sorted(temporary.iterdir()) == sorted([in_use.path, link])
    assert list(mine.iterdir()) == []
    in_use.remove()
