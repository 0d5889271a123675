"""Where the command `encord-sync` starts."""

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
    from connector.cli import main

    try:
        main()
    finally:
        # Whatever is alive now stays alive to the end: another search for garbage would only delay the exit.
        gc.freeze()
