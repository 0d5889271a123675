"""Standard output and standard error of the command: no encoding and no failure of theirs may end a run.

Labels come first. A stream that cannot be written (a full disk, `| head`, closed before the start) is told of once, on
the other one, and what would have gone there is dropped; the run goes on to its own exit code.
"""

import io
import os
import select
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, BinaryIO, TextIO, cast

from connector.errors import ConnectorError, ErrorKind

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer

_NAMES = {1: "Standard output", 2: "Standard error"}
_other_stream = {1: 2, 2: 1}
"""Where the failure of a stream is told; nowhere if the other one carries what a command was asked for."""


def guard_standard_streams() -> None:
    """Put in the place of `sys.stdout` and `sys.stderr` streams that never raise; once, before anything is printed.

    What their encoding lacks is written as an escape. A stream that was closed gets its number back: a file opened
    later, such as the warehouse, would have it otherwise, and everything printed would go there.
    """
    if sys.stdin is None:
        _reserve_number()
    sys.stdout = _guarded(sys.stdout, 1)
    sys.stderr = _guarded(sys.stderr, 2)


@contextmanager
def product_on_standard_output() -> Iterator[BinaryIO]:
    """Standard output for what a command was asked for (`--out -`): here a failure is one of the command.

    Raises:
        ConnectorError: CONFIGURATION, if it cannot be written.
    """
    _other_stream.pop(2, None)
    try:
        with open(sys.stdout.fileno(), "wb", closefd=False) as out:
            yield out
    except OSError as error:
        raise ConnectorError(
            ErrorKind.CONFIGURATION,
            f"Standard output cannot be written: {error.strerror or type(error).__name__}.",
            remedy="What was written is not whole; name a file with --out, or let the reader take all of it.",
        ) from error


def _guarded(stream: TextIO | None, number: int) -> TextIO:
    if stream is None:
        raw: io.RawIOBase = io.FileIO(_reserve_number(), "wb", closefd=False)
        encoding = "utf-8"
    else:
        buffer: object = stream.buffer
        raw = cast("io.RawIOBase", buffer.raw if isinstance(buffer, io.BufferedWriter) else buffer)
        encoding = stream.encoding
    file = io.BufferedWriter(_UnfailingFile(raw, number))
    return io.TextIOWrapper(file, encoding, errors="backslashreplace", line_buffering=True)


def _reserve_number() -> int:
    """Open the lowest free number, in a way that writing to it fails, as to a closed stream."""
    number = os.open(os.devnull, os.O_RDONLY)
    os.set_inheritable(number, True)  # the reading process prints there, too
    return number


class _UnfailingFile(io.RawIOBase):
    """The bytes of a standard stream. After the first failure they go nowhere."""

    def __init__(self, raw: io.RawIOBase, number: int) -> None:
        self._raw = raw
        self._number = number

    def write(self, data: "ReadableBuffer", /) -> int:
        """Write some of the bytes, and say how many; never raises OSError."""
        try:
            while (count := self._raw.write(data)) is None:  # a pipe that does not wait is full
                select.select([], [self._raw], [])
        except OSError as error:
            self._give_up(error)
            return memoryview(data).nbytes
        return count

    def _give_up(self, error: OSError) -> None:
        """Let the number lead nowhere, so that nothing fails any more, here or in a library, and tell it."""
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, self.fileno())
        os.close(nowhere)
        reason = error.strerror or type(error).__name__
        text = f"encord-sync: {_NAMES[self._number]} cannot be written ({reason}); the command goes on without it.\n"
        with suppress(OSError, KeyError):  # past the other stream's buffer: another thread may be at it
            os.write(_other_stream[self._number], text.encode())

    def writable(self) -> bool:
        """It is there to be written."""
        return True

    def fileno(self) -> int:
        """Its number."""
        return self._raw.fileno()

    def isatty(self) -> bool:
        """Whether a terminal shows it."""
        return self._raw.isatty()
