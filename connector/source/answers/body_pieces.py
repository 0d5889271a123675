"""An answer's body as it arrives, decompressed, piece by piece.

ISA-L decompresses what Encord compresses. It is more than twice as fast as zlib, which would take most of the CPU time
of a fetch.
"""

import gzip
import io
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import requests
import urllib3
from isal import igzip, isal_zlib


def body_pieces(
    response: requests.Response, piece_bytes: int, bytes_came: Callable[[int], None] = lambda _: None
) -> Iterator[bytes]:
    """The rest of a body.

    Args:
        response: an answer of which nothing has been read.
        piece_bytes: size of a piece, at most.
        bytes_came: is told how many bytes came over the line, as soon as they are there.

    Raises:
        requests.RequestException: the connection broke, the body is shorter than announced, cannot be decompressed, or
            is compressed in a way that was not asked for.
    """
    # The exceptions with which requests passes on what urllib3 raises (in its Response.iter_content).
    try:
        arriving = _Arriving(response.raw, bytes_came)
        match response.headers.get("Content-Encoding", "").strip().lower():
            case "gzip" | "x-gzip":
                yield from _unzipped(arriving, piece_bytes)
            case "" | "identity":
                while piece := arriving.next_bytes(piece_bytes):
                    yield piece
            case _:
                raise requests.exceptions.ContentDecodingError("compressed in a way that was not asked for")
    except urllib3.exceptions.ProtocolError as error:
        raise requests.exceptions.ChunkedEncodingError(error) from error
    except urllib3.exceptions.ReadTimeoutError as error:
        raise requests.exceptions.ConnectionError(error) from error
    except urllib3.exceptions.SSLError as error:
        raise requests.exceptions.SSLError(error) from error


def pieces_within(pieces: Iterable[bytes], limit_bytes: int, error: Callable[[], Exception]) -> Iterator[bytes]:
    """The pieces, until they are more than the limit allows: then `error` is raised.

    So no more than the limit is unpacked of data that unpacks to a thousand times its size.
    """
    left = limit_bytes
    for piece in pieces:
        left -= len(piece)
        if left < 0:
            raise error()
        yield piece


class _Arriving(io.RawIOBase):
    """A body as it comes over the line."""

    def __init__(self, raw: urllib3.HTTPResponse, bytes_came: Callable[[int], None]) -> None:
        self._raw = raw
        self._bytes_came = bytes_came

    def readable(self) -> bool:
        return True

    def next_bytes(self, count: int) -> bytes:
        """The bytes that are there already, or come next; empty at the end."""
        announced = self._raw.length_remaining  # what follows it is not part of the body
        wanted = count if announced is None else min(count, announced)
        piece = self._raw.read1(wanted, decode_content=False) or b""
        self._bytes_came(len(piece))
        return piece

    def readinto(self, buffer: Any) -> int:  # noqa: ANN401 - any buffer, as inherited
        piece = self.next_bytes(len(buffer))
        buffer[: len(piece)] = piece
        return len(piece)


def _unzipped(arriving: _Arriving, piece_bytes: int) -> Iterator[bytes]:
    """The pieces of a body of one or more gzip members."""
    unzipped = igzip.IGzipFile(fileobj=arriving, mode="rb")  # type: ignore[no-untyped-call]  # declared without types
    try:
        while piece := unzipped.read(piece_bytes):
            yield piece
    except (EOFError, gzip.BadGzipFile, isal_zlib.IsalError) as error:  # type: ignore[misc]  # declared as a value
        raise requests.exceptions.ContentDecodingError(error) from error
