"""Runs the installed command on a terminal of so many columns, as a user sees it."""

import fcntl
import os
import pty
import re
import struct
import subprocess
import termios
from pathlib import Path

from tests.sync.command_line import COMMAND

SEQUENCES = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")
"""What our own drawing sends: colours, and the moves of a progress bar."""


def on_terminal(folder: Path, *arguments: str, columns: int = 80, hang_up_after: int | None = None) -> tuple[int, str]:
    """The exit code, and everything that the terminal received, which may be closed after so many bytes."""
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 40, columns, 0, 0))
    left_out = ("COLUMNS", "LINES", "NO_COLOR", "FORCE_COLOR")
    environment = {name: value for name, value in os.environ.items() if name not in left_out}
    process = subprocess.Popen(
        [str(COMMAND), *arguments],
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        cwd=folder,
        env={**environment, "TERM": "xterm-256color"},
    )
    os.close(theirs)
    received = bytearray()
    while True:
        try:
            piece = os.read(ours, 65536)
        except OSError:  # how Linux says that the other end is closed
            break
        if not piece:
            break
        received += piece
        if hang_up_after is not None and len(received) >= hang_up_after:
            break
    os.close(ours)
    return process.wait(), received.decode()


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
