"""Splits a file of label rows into the JSON of each, without decoding it: a list, one object, or one object a line.

The file is mapped into memory, not read, because it may be larger than the memory. A compressed file, or one in UTF-16,
is first unpacked into a nameless file. If it is cut short or damaged, the label rows before that are still found.
"""

import codecs
import contextlib
import functools
import gzip
import mmap
import shutil
import tempfile
import zlib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import IO

import msgspec

from connector.errors import ConnectorError, ErrorKind, FormatError
from connector.source.answers.answer_body import AnswerBody
from connector.source.answers.body_pieces import pieces_within
from connector.source.answers.json_parts import is_end, is_object, list_places, raw_part, value_end
from connector.text_files import UTF_8_MARK, UTF_16_MARKS

_GZIP = b"\x1f\x8b"
_PIECE_BYTES = 16_384
"""How much is unpacked at a time: if compressed data is damaged, the piece in which that shows is lost."""
_ROWS = msgspec.json.Decoder(list[msgspec.Raw])
_ONE = msgspec.json.Decoder(msgspec.Raw)


class LabelRowFile:
    """A file of label rows.

    Attributes:
        path: the file.
        body: the content that the label rows are parts of.
        rows: the JSON of each label row, as views of the body; some may not be valid JSON.
        damage: why label rows are missing that the file once held; None if none are.
    """

    def __init__(self, path: Path, unpacked_bytes: int) -> None:
        """Finds out where each label row begins and ends.

        Args:
            path: the file.
            unpacked_bytes: the most that a compressed file may unpack to.

        Raises:
            ConnectorError: SOURCE_CONTENT, if no label row can be found in it; CONFIGURATION, if it cannot be read, or
                there is no room to unpack it.
        """
        self.path = path
        try:
            with path.open("rb") as file:
                content, damage = _mapped(file, unpacked_bytes)
        except OSError as error:
            raise ConnectorError(
                ErrorKind.CONFIGURATION,
                f"{path} cannot be read: {error.strerror or type(error).__name__}.",
                remedy="A compressed file needs room for its content in the temporary folder.",
            ) from error
        self.body = AnswerBody(content if content is not None else bytearray())
        try:
            self.rows, cut = _split(memoryview(self.body.content))
        except FormatError as error:
            raise self._refused(damage or error.what) from None
        self.body.passed(len(self.body.content))
        self.damage: ConnectorError | None = None
        if damage or cut:
            self.damage = ConnectorError(
                ErrorKind.SOURCE_CONTENT,
                f"{path} {damage or cut}; the {len(self.rows)} label rows before that are loaded.",
                remedy="Export it again, and load the whole file.",
            )

    def _refused(self, what: str) -> ConnectorError:
        return ConnectorError(
            ErrorKind.SOURCE_CONTENT,
            f"{self.path} {what}.",
            remedy="Nothing of that file was loaded; export it again, or leave it out.",
        )


def _mapped(file: IO[bytes], unpacked_bytes: int) -> tuple[mmap.mmap | None, str]:
    """The content of a file, unpacked and in UTF-8, and how its compressed data is damaged, in words.

    Returns:
        None in place of the content if the file is empty, because an empty file cannot be mapped.

    Raises:
        OSError: it cannot be read, or there is no room for its content.
        ConnectorError: CONFIGURATION, if it unpacks to more than `unpacked_bytes`.
    """
    damage = ""
    with contextlib.ExitStack() as held:
        if _begins_with(file, (_GZIP,)):
            unpacked = held.enter_context(tempfile.TemporaryFile())
            damage = _unpack(file, unpacked, unpacked_bytes)
            file = unpacked
        if _begins_with(file, UTF_16_MARKS):
            as_utf_8 = held.enter_context(tempfile.TemporaryFile())
            # Half a character stays as it is: only its label row cannot be read then.
            shutil.copyfileobj(codecs.EncodedFile(file, "utf-8", "utf-16", "surrogatepass"), as_utf_8, _PIECE_BYTES)
            as_utf_8.flush()
            file = as_utf_8
        size = file.seek(0, 2)
        return mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) if size else None, damage


def _begins_with(file: IO[bytes], marks: Sequence[bytes]) -> bool:
    file.seek(0)
    beginning = file.read(2)
    file.seek(0)
    return beginning in marks


def _unpack(file: IO[bytes], unpacked: IO[bytes], unpacked_bytes: int) -> str:
    """Unpack as much as possible; returns what stopped it, in words.

    Raises:
        ConnectorError: CONFIGURATION, if there is more than `unpacked_bytes`.
    """

    def too_large() -> ConnectorError:
        return ConnectorError(
            ErrorKind.CONFIGURATION,
            f"{file.name} unpacks to more than {unpacked_bytes:,} bytes.",
            remedy="If so much is right, raise max_unpacked_bytes, or give the file unpacked.",
        )

    pieces = iter(functools.partial(gzip.GzipFile(fileobj=file).read1, _PIECE_BYTES), b"")
    try:
        unpacked.writelines(pieces_within(pieces, unpacked_bytes, too_large))
    except EOFError:
        return "is cut short"
    except zlib.error:
        return "is damaged"
    except gzip.BadGzipFile:
        # Nobody knows which of its bytes are damaged.
        return "is damaged: it does not fit its checksum, or something else follows it"
    finally:
        unpacked.flush()
    return ""


def _split(content: memoryview) -> tuple[list[msgspec.Raw], str]:
    """The label rows of a file, and why there are no more, in words.

    Raises:
        FormatError: it has none.
    """
    if bytes(content[:3]) == UTF_8_MARK:
        content = content[3:]
    begins = bytes(content[:1000]).lstrip()[:1]
    if begins == b"[":
        return _of_list(content)
    if begins == b"{":
        return _of_objects(content), ""
    raise FormatError("is no JSON list of label rows, no label row, and no JSON Lines")


def _of_list(content: memoryview) -> tuple[list[msgspec.Raw], str]:
    try:
        return _ROWS.decode(content), ""
    except (msgspec.DecodeError, RecursionError):
        places, end = list_places(content)
    rows = [raw_part(content, place) for place in places]
    if end is None and not rows:
        raise FormatError("is cut short or damaged in its first label row")
    if end is None:
        return rows, f"is cut short or damaged after label row {len(rows)}"
    return rows, "" if is_end(content, end) else "goes on after its list of label rows with something else"


def _of_objects(content: memoryview) -> list[msgspec.Raw]:
    try:
        return [_ONE.decode(content)]
    except (msgspec.DecodeError, RecursionError):
        lines = [msgspec.Raw(line) for line in _lines(content)]
    # The first line may be cut short, like any other; if one object spans many lines, neither of them is an object.
    if len(lines) > 1 and any(is_object(line) and _is_one_value(memoryview(line)) for line in lines[:2]):
        return lines
    if _is_one_value(content):
        return [msgspec.Raw(content)]
    raise FormatError("is cut short or damaged in its only label row")


def _is_one_value(content: memoryview) -> bool:
    beginning = bytes(content[:1000])
    end = value_end(content, len(beginning) - len(beginning.lstrip()))
    return end is not None and is_end(content, end)


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
