"""Runs the starters of examples/, each with the programs of its own environment, on a folder of its own.

`make test-examples` makes the environments: one a folder of examples/ that has a requirements.txt, in .venv-examples or
where ENCORD_SYNC_TEST_EXAMPLES says. Nothing here imports what they hold: `make test` reads these modules too.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.docs.reference import ROOT

EXAMPLES = ROOT / "examples"
WANTED = "ENCORD_SYNC_TEST_STARTERS"
"""The variable that names the starters whose environments were made; all, if it is not set."""
ENVIRONMENTS = ROOT / os.environ.get("ENCORD_SYNC_TEST_EXAMPLES", ".venv-examples")


def program(starter: str, name: str) -> Path:
    """A program of a starter's environment; skips the test that asks if the lane was asked for other starters."""
    if starter not in os.environ.get(WANTED, starter).split():
        pytest.skip(f"{starter} is not among the starters that {WANTED} names")
    path = ENVIRONMENTS / starter / "bin" / name
    if not path.exists():
        pytest.fail(f"{path} is not there: make test-examples makes it.", pytrace=False)
    return path


def copied(starter: str, folder: Path) -> Path:
    """A copy of a starter's folder, so that what its tools leave behind does not lie in the checkout."""
    return Path(shutil.copytree(EXAMPLES / starter, folder / starter))


def environment(**variables: str) -> dict[str, str]:
    """The variables of this process, without ours but those given, and with `encord-sync` on the path."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(("ENCORD_", "PG", "PYTHON"))}
    path = os.pathsep.join((str(Path(sys.executable).parent), os.environ["PATH"]))
    return {**inherited, "PATH": path, "PYTHONPATH": str(ROOT), "NO_COLOR": "1", **variables}


def run(*arguments: str | Path, folder: Path, **variables: str) -> subprocess.CompletedProcess[str]:
    """Runs a program to its end, and says how it ended."""
    return subprocess.run(
        [str(argument) for argument in arguments],
        cwd=folder,
        env=environment(**variables),
        capture_output=True,
        text=True,
        check=False,
        timeout=600,
    )


def succeeded(*arguments: str | Path, folder: Path, **variables: str) -> str:
    """What a program prints, which must end with exit code 0."""
    done = run(*arguments, folder=folder, **variables)
    assert done.returncode == 0, f"{done.stdout[-4000:]}\n{done.stderr[-4000:]}"
    return done.stdout
