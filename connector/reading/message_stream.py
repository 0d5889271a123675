"""Sends Python values over a pipe between two processes of this program; large buffers are not copied."""

import pickle
import struct
from typing import IO, Any

_COUNT = struct.Struct("<I")
_LENGTH = struct.Struct("<Q")
_SMALL_BYTES = 16_000
"""Buffers up to this size are copied into the message: sending them one by one would cost more."""


def send(stream: IO[bytes], message: object) -> None:
    """Write a value.

    Raises:
        OSError: nobody reads the other end any more.
        pickle.PicklingError, TypeError, AttributeError: the value cannot be sent; then nothing was written.
    """
    large: list[memoryview] = []

    def keep_apart(buffer: pickle.PickleBuffer) -> bool:
        view = buffer.raw()
        if view.nbytes <= _SMALL_BYTES:
            return True
        large.append(view)
        return False

    body = pickle.dumps(message, protocol=5, buffer_callback=keep_apart)
    parts = [memoryview(body), *large]
    stream.write(_COUNT.pack(len(parts)) + b"".join(_LENGTH.pack(part.nbytes) for part in parts))
    for part in parts:
        stream.write(part)
    stream.flush()


def receive(stream: IO[bytes]) -> Any:  # noqa: ANN401 - any value
    """Read the next value; waits for it. Only for what this program wrote itself: pickle trusts its input.

    Raises:
        EOFError: the other end was closed, before or within a value.
        OSError: the pipe is broken.
    """
    (count,) = _COUNT.unpack(_exactly(stream, _COUNT.size))
    lengths = _exactly(stream, count * _LENGTH.size)
    body, *large = [_exactly(stream, length) for (length,) in _LENGTH.iter_unpack(lengths)]
    return pickle.loads(body, buffers=large)  # noqa: S301 - written by `send`


def _exactly(stream: IO[bytes], length: int) -> bytearray:
    content = bytearray(length)
    view = memoryview(content)
    while view:
        count = stream.readinto(view)  # type: ignore[attr-defined]  # IO[bytes] of typeshed lacks it
        if not count:
            raise EOFError
        view = view[count:]
    return content
