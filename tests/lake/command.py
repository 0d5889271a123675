"""Runs the command `encord-sync` on a lake, as a user does."""

import os
from pathlib import Path

from tests import forked_command


def run_command(*arguments: str, folder: Path | None = None, **environment: str) -> forked_command.Ended:
    """The command, with no variable of ours or of pyiceberg but those given."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(("ENCORD_", "PYICEBERG_"))}
    return forked_command.run_command(arguments, folder or Path.cwd(), {**inherited, **environment})
