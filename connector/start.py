"""Where the command `encord-sync` enters."""

import gc

from connector.process.file_modes import make_files_private
from connector.process.quick_start import hold_little, start_quickly
from connector.process.standard_streams import guard_standard_streams


def main() -> None:
    """Run the command."""
    guard_standard_streams()
    start_quickly()
    hold_little()
    make_files_private()
    from connector.commands.cli import main

    try:
        main()
    finally:
        # What lives now lives to the end: looking through it for garbage once more took 0.3 s of each run.
        gc.freeze()
