"""The body of one large answer, in memory or, beyond a size, in a nameless file that is mapped into memory.

Several huge answers at once then take disk space instead of memory: mapped pages that were read can be released, and
are read from the file again when they are needed.
"""

import contextlib
import mmap
import os
import tempfile
import weakref
from collections.abc import Iterable, Sequence
from typing import IO, Any

import msgspec
import orjson
import requests

from connector.errors import ConnectorError, ErrorKind
from connector.source.answers.body_pieces import body_pieces, pieces_within
from connector.source.answers.exchange import ERROR_BYTES, Exchange
from connector.source.answers.json_parts import json_problem

HELD_BYTES = 32_000_000
"""Bodies up to this size are held in memory; at most one more than `requests_in_flight` exist at a time."""
_PIECE_BYTES = 1_000_000
_BYTES_BETWEEN_RELEASES = 16_000_000
_PARTS_BETWEEN_RELEASES = 64
"""How many small parts, in any order, are copied between two releases: each of them maps 64 KB."""


class AnswerBody:
    """A whole body, decompressed.

    Attributes:
        content: its bytes. Views of it, such as `msgspec.Raw`, keep it alive.
    """

    def __init__(self, content: bytearray | mmap.mmap, descriptor: int | None = None) -> None:
        """Keep the bytes.

        Args:
            content: the bytes.
            descriptor: of the file that they are mapped from, for `part`; closed with the body.
        """
        self.content = content
        self._descriptor = descriptor
        self._unreleased = 0
        if descriptor is not None:
            weakref.finalize(self, os.close, descriptor)

    def part(self, start: int, length: int) -> bytes:
        """A copy of some bytes; read from the file, not from the map, so that no pages stay in memory.

        A page of a mapped file brings others with it: small parts in any order would soon have all of it in memory.
        """
        if self._descriptor is None or not hasattr(os, "pread"):
            return bytes(memoryview(self.content)[start : start + length])
        return os.pread(self._descriptor, length, start)

    def parts(self, places: Sequence[tuple[int, int]]) -> list[bytes]:
        """Copies of many small parts, each given by start and length, while other threads are busy.

        A read of a file lets another thread run Python and then waits for longer than the read itself takes. So these
        parts are copied from the mapped pages, which are released every few parts.
        """
        content = memoryview(self.content)
        found = []
        for first in range(0, len(places), _PARTS_BETWEEN_RELEASES):
            chosen = places[first : first + _PARTS_BETWEEN_RELEASES]
            found += [bytes(content[start : start + length]) for start, length in chosen]
            self._release()
        return found

    def decode(self, raw: msgspec.Raw) -> Any:  # noqa: ANN401 - any JSON
        """The value of a part of this body; pages of the body that were read before may leave memory.

        Raises:
            FormatError: it is not JSON after all, because finding its end does not check texts and numbers.
        """
        view = memoryview(raw)
        self.passed(len(view))
        try:
            return orjson.loads(view)
        except orjson.JSONDecodeError:
            raise json_problem(view) from None

    def passed(self, size: int) -> None:
        """Note that `size` bytes were read, and release the pages of a mapped body from time to time."""
        self._unreleased += size
        if self._unreleased >= _BYTES_BETWEEN_RELEASES:
            self._unreleased = 0
            self._release()

    def _release(self) -> None:
        if isinstance(self.content, mmap.mmap) and hasattr(mmap, "MADV_DONTNEED"):
            self.content.madvise(mmap.MADV_DONTNEED)


def read_body(response: requests.Response, exchange: Exchange, held_bytes: int = HELD_BYTES) -> AnswerBody:
    """Read an answer's body to its end, or only the beginning of a long body that reports an error.

    Raises:
        requests.RequestException: the connection broke, or the body is shorter than announced.
        ConnectorError: UNREACHABLE, if it is a redirect; TOO_LARGE, if it is larger than the exchange allows, or there
            is no room for it in the folder for temporary files.
    """
    with contextlib.closing(response):
        exchange.head_came(response)
        pieces = body_pieces(response, _PIECE_BYTES, exchange.bytes_came)
        if response.ok:
            body = _kept(pieces_within(pieces, exchange.limit.size, exchange.too_large), held_bytes)
        else:
            body = AnswerBody(_beginning(pieces))
    exchange.is_whole = True
    return body


def _beginning(pieces: Iterable[bytes]) -> bytearray:
    """The first pieces of an error's body."""
    content = bytearray()
    for piece in pieces:
        content += piece
        if len(content) > ERROR_BYTES:
            break
    return content


def _kept(pieces: Iterable[bytes], held_bytes: int) -> AnswerBody:
    """All of the pieces, in memory or in a file."""
    content = bytearray()
    file: IO[bytes] | None = None
    try:
        for piece in pieces:
            if file is None and len(content) + len(piece) > held_bytes:
                file = tempfile.TemporaryFile()  # noqa: SIM115 - closed below, once it is mapped
                file.write(content)
                content.clear()
            if file is None:
                content += piece
            else:
                file.write(piece)
        if file is None:
            return AnswerBody(content)
        file.flush()
        return AnswerBody(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ), os.dup(file.fileno()))
    except OSError as error:
        if isinstance(error, requests.RequestException):
            raise
        raise ConnectorError(
            ErrorKind.TOO_LARGE,
            f"An answer of Encord is larger than the room for temporary files in {tempfile.gettempdir()}"
            f" ({type(error).__name__}).",
            remedy="Free space there, or name a folder with more room in the environment variable TMPDIR.",
        ) from error
    finally:
        if file is not None:
            with contextlib.suppress(OSError):  # there is no room for what is left in its buffer either
                file.close()
