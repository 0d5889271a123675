"""Runs the installed command `encord-sync` on a lake, as a user does."""

import os
import subprocess
from pathlib import Path

from tests.sync.command_line import COMMAND


def run_command(*arguments: str, folder: Path | None = None, **environment: str) -> subprocess.CompletedProcess[str]:
    """The command, with no variable of ours or of pyiceberg but those given."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(("ENCORD_", "PYICEBERG_"))}
    return subprocess.run(
        [str(COMMAND), *arguments],
        cwd=folder,
        env={**inherited, **environment},
        capture_output=True,
        text=True,
        check=False,
    )
