"""The process that reads label rows for the one that syncs: `python -m connector.reading.serve`, over its pipes.

It holds no file, no connection and no secret: JSON comes in, tables go out. It ends when its input ends, however the
other process ended.
"""

import os
import sys
from typing import IO

from connector.process.quick_start import hold_little, start_quickly


def main() -> None:
    """Answer one group after another, until there are no more."""
    start_quickly()
    hold_little()
    # Output that something prints by mistake must not mix with the answers.
    answers = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    try:
        serve(sys.stdin.buffer, answers)
    except (EOFError, OSError):
        os._exit(0)  # nobody is there any more to take what is left in the buffers


def serve(questions: IO[bytes], answers: IO[bytes]) -> None:
    """Read pairs (reader, or None for the previous one; group), and answer each with the result of its group.

    The answer to an unforeseen error is None: it happens again in the process that asked, which can report it.

    Raises:
        EOFError: there are no more questions.
        OSError: nobody takes the answers.
    """
    from connector.process.garbage_collection import collector_paused
    from connector.reading.message_stream import receive, send

    reader = None
    with collector_paused() as pause:
        while True:
            given, group = receive(questions)
            reader = given or reader
            try:
                read = None if reader is None else reader.read(group)
            except Exception:  # noqa: BLE001 - see above
                read = None
            del group
            send(answers, read)
            del read
            pause.bundle_done()


if __name__ == "__main__":
    main()
