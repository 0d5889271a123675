"""One file of label rows → the JSON of each, without decoding them: a list, one object, or one object a line.

The file is mapped into memory, not read: it may be larger than the memory is. A compressed one is unpacked into a file
without a name first.
"""

import functools
import gzip
import mmap
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import IO

import msgspec

from connector.errors import ConnectorError, ErrorKind
from connector.source.answer_body import AnswerBody
from connector.source.body_pieces import pieces_within

_GZIP = b"\x1f\x8b"
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"
_ROWS = msgspec.json.Decoder(list[msgspec.Raw])
_ONE = msgspec.json.Decoder(msgspec.Raw)


class LabelRowFile:
    """A file of label rows.

    Attributes:
        path: the file.
        body: what the label rows are parts of.
        rows: the JSON of each label row, views of the body.
    """

    def __init__(self, path: Path, unpacked_bytes: int) -> None:
        """Finds out where each label row begins and ends.

        Args:
            path: the file.
            unpacked_bytes: what a compressed one may unpack to.

        Raises:
            ConnectorError: SOURCE_CONTENT, if it is no JSON, or neither an object nor a list; CONFIGURATION, if it
                cannot be read, or not be unpacked.
        """
        self.path = path
        try:
            with path.open("rb") as file:
                content = _mapped(file, unpacked_bytes)
        except (OSError, EOFError, gzip.BadGzipFile) as error:
            reason = getattr(error, "strerror", None) or type(error).__name__
            raise ConnectorError(
                ErrorKind.CONFIGURATION,
                f"{path} cannot be read: {reason}.",
                remedy="Mend it or leave it out; a compressed one needs room for its content in the temporary folder.",
            ) from error
        self.body = AnswerBody(content if content is not None else bytearray())
        try:
            self.rows = _split(memoryview(self.body.content))
        except msgspec.DecodeError as error:
            raise ConnectorError(
                ErrorKind.SOURCE_CONTENT,
                f"{path} is no JSON list of label rows, and no JSON Lines: {error}.",
                remedy="Nothing of that file was loaded; export it again, or leave it out.",
            ) from error
        self.body.passed(len(self.body.content))


def _mapped(file: IO[bytes], unpacked_bytes: int) -> mmap.mmap | None:
    """The content of a file, unpacked; None if there is none, which cannot be mapped."""

    def too_large() -> ConnectorError:
        return ConnectorError(
            ErrorKind.CONFIGURATION,
            f"{file.name} unpacks to more than {unpacked_bytes:,} bytes.",
            remedy="If so much is right, raise max_unpacked_bytes, or give the file unpacked.",
        )

    if file.read(2) == _GZIP:
        file.seek(0)
        with tempfile.TemporaryFile() as unpacked:
            pieces = iter(functools.partial(gzip.GzipFile(fileobj=file).read, 1_000_000), b"")
            unpacked.writelines(pieces_within(pieces, unpacked_bytes, too_large))
            unpacked.flush()
            return mmap.mmap(unpacked.fileno(), 0, access=mmap.ACCESS_READ) if unpacked.tell() else None
    return mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) if file.seek(0, 2) else None


def _split(content: memoryview) -> list[msgspec.Raw]:
    if bytes(content[:3]) == _BYTE_ORDER_MARK:
        content = content[3:]
    if bytes(content[:1000]).lstrip()[:1] == b"[":
        return _ROWS.decode(content)
    try:
        return [_ONE.decode(content)]
    except msgspec.DecodeError:
        lines = [msgspec.Raw(line) for line in _lines(content)]
        if len(lines) < 2:
            raise
        # One line that is cut short is one label row that fails; if the first is no JSON, the file is something else.
        _ONE.decode(lines[0])
        return lines


def _lines(content: memoryview) -> Iterator[memoryview]:
    """The lines that hold something."""
    buffer = content.obj
    offset = buffer.find(b"{") if isinstance(buffer, (mmap.mmap, bytearray)) else 0
    while isinstance(buffer, (mmap.mmap, bytearray)) and 0 <= offset < len(buffer):
        end = buffer.find(b"\n", offset)
        end = len(buffer) if end < 0 else end
        line = memoryview(buffer)[offset:end]
        if bytes(line[:1000]).strip():
            yield line
        offset = end + 1
