"""Splits JSON into the JSON of its parts, even if a part is not valid JSON: one bad part must not spoil the others.

msgspec finds the end of good values. For others this module counts brackets and texts, and ignores what is between
them. So a list that is cut short does no harm, nor does a part with NaN, half a character or 50,000 brackets.
"""

import contextlib
import json
import math
import mmap
import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

import msgspec
import orjson

from connector.errors import FormatError

Content = bytes | bytearray | memoryview | mmap.mmap

_OBJECT = msgspec.json.Decoder(dict[str, msgspec.Raw])
_VALUE = msgspec.json.Decoder(msgspec.Raw)
_TRAILING = re.compile(r"trailing characters \(byte (\d+)\)")
"""How msgspec says that a good value ended and something else follows: names the byte after the first byte of that."""
_TO_BRACKET = re.compile(rb'(?>[^"\[\]{}]++|"(?>[^"\\]++|\\.)*+")*+[\[\]{}]', re.DOTALL)
_TEXT = re.compile(rb'"(?>[^"\\]++|\\.)*+"', re.DOTALL)
_WORD = re.compile(rb'[^ \t\r\n,:"\[\]{}]++')
_COLON = re.compile(rb"[ \t\r\n]*+:[ \t\r\n]*+")
_SPACE = re.compile(rb"[ \t\r\n]*+")
_HALF_CHARACTER = re.compile("[\ud800-\udfff]")
_DEEPEST = 1_024
"""Levels of nesting that can be decoded; label rows have about ten."""
_WHOLE_BYTES = 1_000_000
"""Up to this much JSON is decoded as a whole to find what is wrong in it."""
_LARGE_LEVELS = 20
"""How many outer levels of label rows may have parts that are larger than that."""


class Place(NamedTuple):
    """Where a value begins and ends."""

    start: int
    end: int


def list_places(content: Content, start: int = 0) -> tuple[list[Place], int | None]:
    """Where the elements of a JSON list are.

    Args:
        content: holds the list.
        start: place of its `[`, or of white space before it.

    Returns:
        The complete elements, and the place after the `]`, or None if the list is cut short or damaged after them.
    """
    places: list[Place] = []
    place = _inside(b"[", content, start)
    while (place := _after(_SPACE, content, place)) < len(content):
        if content[place] == ord("]"):
            return places, place + 1
        end = value_end(content, place)
        next_place = None if end is None else _after_comma(b"]", content, end)
        if end is None or next_place is None:
            break
        places.append(Place(place, end))
        place = next_place
    return places, None


def object_places(content: Content, start: int = 0) -> tuple[dict[str, Place], int | None]:
    """Where the values of a JSON object are, by key; see `list_places`. If a key comes twice, the last one counts."""
    places: dict[str, Place] = {}
    place = _inside(b"{", content, start)
    while (place := _after(_SPACE, content, place)) < len(content):
        if content[place] == ord("}"):
            return places, place + 1
        key = _TEXT.match(content, place)
        colon = _COLON.match(content, key.end()) if key else None
        end = value_end(content, colon.end()) if colon and colon.end() < len(content) else None
        next_place = None if end is None else _after_comma(b"}", content, end)
        if key is None or colon is None or end is None or next_place is None:
            break
        with contextlib.suppress(orjson.JSONDecodeError):  # nobody asks for a key that is not text
            places[orjson.loads(key.group())] = Place(colon.end(), end)
        place = next_place
    return places, None


def value_end(content: Content, start: int) -> int | None:
    """The place after the value that begins at `start`; None if it does not end, or none begins there."""
    if content[start] not in b"[{":
        found = _TEXT.match(content, start) or _WORD.match(content, start)
        return found.end() if found else None
    try:
        _VALUE.decode(memoryview(content)[start:])
    except (msgspec.DecodeError, RecursionError) as error:
        if end := _TRAILING.search(str(error)):
            return start + len(bytes(memoryview(content)[start : start + int(end.group(1)) - 1]).rstrip())
    else:
        return len(content)
    depth = 0
    place = start
    while found := _TO_BRACKET.match(content, place):
        place = found.end()
        depth += 1 if content[place - 1] in b"[{" else -1
        if not depth:
            return place
    return None


def is_end(content: Content, place: int) -> bool:
    """Whether only white space is left from a place on."""
    return _after(_SPACE, content, place) == len(content)


def raw_part(content: Content, place: Place) -> msgspec.Raw:
    """A part of some content, without a copy."""
    return msgspec.Raw(memoryview(content)[place.start : place.end])


def is_object(raw: msgspec.Raw) -> bool:
    """Whether some JSON is an object."""
    return bytes(memoryview(raw)[:1]) == b"{"


def split_object(raw: msgspec.Raw) -> dict[str, msgspec.Raw]:
    """The values of a JSON object, still as JSON.

    Raises:
        FormatError: it is not an object, or a part of it is not JSON.
    """
    try:
        return _OBJECT.decode(raw)
    except (ValueError, RecursionError):
        raise json_problem(memoryview(raw)) from None


def readable_parts(raw: msgspec.Raw) -> dict[str, msgspec.Raw]:
    """The values of a JSON object as far as it can be read, valid JSON or not; empty if it is not an object."""
    if not is_object(raw):
        return {}
    content = memoryview(raw)
    return {key: raw_part(content, place) for key, place in object_places(content)[0].items()}


def json_problem(content: bytes | memoryview) -> FormatError:
    """Why some JSON cannot be decoded as an object, and where."""
    return _find_problem(content) or FormatError("is not an object")


def _find_problem(content: bytes | memoryview, level: int = 0) -> FormatError | None:
    """The first problem; large JSON is searched part by part, so that little of it is in memory as values."""
    if len(content) > _WHOLE_BYTES and level < _LARGE_LEVELS and bytes(content[:1]) in {b"{", b"["}:
        parts: Iterable[tuple[str | int, Place]]
        if bytes(content[:1]) == b"{":
            found, end = object_places(content)
            parts = found.items()
        else:
            elements, end = list_places(content)
            parts = enumerate(elements)
        for key, place in parts:
            if problem := _find_problem(content[place.start : place.end], level + 1):
                return problem.within(key)
        return None if end is not None else FormatError("is cut short or damaged")
    try:
        orjson.loads(content)
    except orjson.JSONDecodeError as error:
        return _problem(content, error)
    return None


def _problem(content: bytes | memoryview, error: orjson.JSONDecodeError) -> FormatError:
    too_deep = FormatError(f"is nested more than {_DEEPEST:,} levels deep")
    if "depth" in error.msg:
        return too_deep
    try:
        # Python's own decoder accepts what JSON does not allow, so that it can be found.
        value = json.loads(
            bytes(content).decode("utf-8", "surrogateescape"),
            strict=False,
            parse_constant=_NoNumber,
            parse_int=_integer,
            parse_float=_float,
        )
    except RecursionError:
        return too_deep
    except ValueError:
        return FormatError(f"is no JSON: {error.msg} (byte {error.pos})")
    return next(_bad_values(value), FormatError(f"is no JSON: {error.msg} (byte {error.pos})"))


class _NoNumber:
    """A number that JSON does not allow: NaN, Infinity, or one beyond all limits."""

    def __init__(self, name: str) -> None:
        self.name = name


def _integer(digits: str) -> object:
    return int(digits) if len(digits) < 300 else _NoNumber("a number beyond all limits")


def _float(digits: str) -> object:
    return number if math.isfinite(number := float(digits)) else _NoNumber("a number beyond all limits")


def _bad_values(value: object) -> Iterator[FormatError]:
    """What in a decoded value is not valid JSON, and where."""
    waiting: list[tuple[tuple[str | int, ...], object]] = [((), value)]
    while waiting:
        path, value = waiting.pop()
        if isinstance(value, dict):
            for key in value:
                if _HALF_CHARACTER.search(key):
                    yield FormatError("has a key with half a character (a lone surrogate, or bytes not of UTF-8)", path)
            waiting += [((*path, key), item) for key, item in reversed(value.items())]
        elif isinstance(value, list):
            waiting += [((*path, place), item) for place, item in reversed(list(enumerate(value)))]
        elif isinstance(value, _NoNumber):
            yield FormatError(f"is {value.name}, which no JSON number is", path)
        elif isinstance(value, str) and _HALF_CHARACTER.search(value):
            yield FormatError("holds half a character (a lone surrogate, or bytes that are not UTF-8)", path)


def _inside(bracket: bytes, content: Content, start: int) -> int:
    """The place after an opening bracket; the end, if there is none."""
    place = _after(_SPACE, content, start)
    return place + 1 if bytes(memoryview(content)[place : place + 1]) == bracket else len(content)


def _after_comma(closing: bytes, content: Content, end: int) -> int | None:
    """The place after a value and its comma, or the place of the closing bracket; None if neither follows.

    At the end of the content a value is known to be complete only if it ends with a bracket or a quotation mark.
    """
    place = _after(_SPACE, content, end)
    follows = bytes(memoryview(content)[place : place + 1])
    if follows == b",":
        return place + 1
    is_whole_at_end = not follows and content[end - 1] in b'}]"'
    return place if follows == closing or is_whole_at_end else None


def _after(pattern: re.Pattern[bytes], content: Content, place: int) -> int:
    found = pattern.match(content, place)
    return found.end() if found else place
