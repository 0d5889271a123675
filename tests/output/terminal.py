"""Runs the command on a terminal of so many columns, as a user sees it."""

import fcntl
import os
import pty
import re
import select
import struct
import termios
from pathlib import Path

from tests.forked_command import PATIENCE, start_command

SEQUENCES = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")
"""What our own drawing sends: colours, and the moves of a progress bar."""


def on_terminal(folder: Path, *arguments: str, columns: int = 80, hang_up_after: int | None = None) -> tuple[int, str]:
    """The exit code, and everything that the terminal received, which may be closed after so many bytes."""
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 40, columns, 0, 0))
    left_out = ("COLUMNS", "LINES", "NO_COLOR", "FORCE_COLOR")
    environment = {name: value for name, value in os.environ.items() if name not in left_out}
    terminal = Path(os.ttyname(theirs))
    process = start_command(arguments, folder, {**environment, "TERM": "xterm-256color"}, (terminal,) * 3)
    received = bytearray()
    is_over = False
    while not is_over:
        is_over = not process.is_alive()  # asked first: what it wrote last is read below
        while select.select([ours], [], [], 0.0 if is_over else 0.05)[0] and not is_over_after(received, hang_up_after):
            received += os.read(ours, 65536)
        is_over = is_over or is_over_after(received, hang_up_after)
    os.close(theirs)
    os.close(ours)
    process.join(PATIENCE)
    assert process.exitcode is not None, f"encord-sync {' '.join(arguments)} did not end"
    return process.exitcode, received.decode()


def is_over_after(received: bytearray, length: int | None) -> bool:
    """Whether so much was received that the terminal is closed."""
    return length is not None and len(received) >= length


def lines_of(received: str) -> list[str]:
    """The lines that stay on the screen, without colours; what was drawn over is gone."""
    lines, row, column = [""], 0, 0
    for piece in re.findall(rf"{SEQUENCES.pattern}|[\r\n]|[^\x1b\r\n]+", received):
        if piece == "\n":
            row += 1
            lines += [""] * (row == len(lines))
        elif piece == "\r":
            column = 0
        elif piece == "\x1b[1A":
            row -= 1
        elif piece == "\x1b[2K":
            lines[row] = ""
        elif not piece.startswith("\x1b"):
            lines[row] = lines[row][:column].ljust(column) + piece + lines[row][column + len(piece) :]
            column += len(piece)
    return lines
