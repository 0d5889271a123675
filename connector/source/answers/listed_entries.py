"""The entries of a listing, held as places in the answer's body: each is read and decoded when it is asked for.

A project may list a hundred thousand label rows and more, of a kilobyte or two each. So the answer soon goes to a file
and is read through a window at a time, and only the place of each entry stays in memory.
"""

import array
import contextlib
import re
from collections.abc import Iterable, Sequence
from typing import Any, overload

import msgspec
import orjson
import pyarrow as pa

from connector.errors import UnreadableEntryError
from connector.source.answers.answer_body import AnswerBody
from connector.source.answers.json_parts import Place, json_problem, list_places, raw_part, readable_parts
from connector.source.answers.raw_answer import decode_envelope

HELD_BYTES = 4_000_000
"""A listing up to this size is held in memory."""
_WINDOW_BYTES = 1_000_000
_LONGEST_HEAD_BYTES = 200
_TEXTS_AT_ONCE = 10_000

_HEAD = re.compile(rb'\s*\{\s*(?:"status"\s*:\s*\d+\s*,\s*)?"response"\s*:\s*\[')
"""How an answer begins that can be read through a window at a time; any other is decoded whole."""
_BETWEEN = frozenset(b" \t\r\n,")
_ENDS_TRIED = 64
"""How many places are tried in a window as the end of an element; the last element seldom has more than a handful."""
_RAW_LIST = msgspec.json.Decoder(list[msgspec.Raw])


class _Hashes(msgspec.Struct):
    data_hash: Any = None
    label_hash: Any = None


_HASHES = msgspec.json.Decoder(_Hashes)
HASHES_SCHEMA = pa.schema([pa.field("data_hash", pa.string()), pa.field("label_hash", pa.string())])
"""What is known of every entry before it is normalised."""


class RawEntries(Sequence[object]):
    """The entries of a listing as values; each is decoded every time it is asked for."""

    def __init__(self, body: AnswerBody, starts: Sequence[int], lengths: Sequence[int]) -> None:
        """Keep where the entries are.

        Args:
            body: the answer.
            starts: place of each entry's first byte in it.
            lengths: bytes of each.
        """
        self._body = body
        self._starts = starts
        self._lengths = lengths

    @classmethod
    def of_values(cls, values: Sequence[object]) -> "RawEntries":
        """The entries of an answer that the SDK decoded itself, because its form was unusual."""
        content = bytearray(msgspec.json.encode({"status": 200, "response": values}))
        return read_entries(AnswerBody(content))[1]

    def __len__(self) -> int:
        return len(self._starts)

    @overload
    def __getitem__(self, place: int) -> object: ...

    @overload
    def __getitem__(self, place: slice) -> "RawEntries": ...

    def __getitem__(self, place: int | slice) -> object:
        """An entry.

        Raises:
            UnreadableEntryError: it cannot be decoded.
        """
        if isinstance(place, slice):
            return RawEntries(self._body, self._starts[place], self._lengths[place])
        content = self._body.part(self._starts[place], self._lengths[place])
        try:
            return orjson.loads(content)
        except orjson.JSONDecodeError:
            raise UnreadableEntryError(json_problem(content), _names(content)) from None

    def json_of(self, places: Sequence[int]) -> list[bytes]:
        """The JSON of some entries."""
        return self._body.parts([(self._starts[place], self._lengths[place]) for place in places])

    def hashes(self) -> pa.Table:
        """data_hash and label_hash of each entry, NULL if it names none. Little else is decoded."""
        chunks = []
        for first in range(0, len(self), _TEXTS_AT_ONCE):
            found = [self._hashes_of(place) for place in range(first, min(first + _TEXTS_AT_ONCE, len(self)))]
            texts = (
                [value if isinstance(value, str) else None for value in values] for values in zip(*found, strict=True)
            )
            chunks.append(pa.table([pa.array(column, pa.string()) for column in texts], schema=HASHES_SCHEMA))
        return pa.concat_tables([HASHES_SCHEMA.empty_table(), *chunks]).combine_chunks()

    def _hashes_of(self, place: int) -> tuple[object, object]:
        try:
            found = _HASHES.decode(self._body.part(self._starts[place], self._lengths[place]))
        except (ValueError, RecursionError):
            return None, None  # the entry will be set aside, so its place in the order does not matter
        return found.data_hash, found.label_hash


def read_entries(body: AnswerBody) -> tuple[int, RawEntries]:
    """Read through a listing's answer without keeping it in memory.

    Returns:
        The status that the answer names, and its entries: each is complete, but not yet known to be valid JSON.

    Raises:
        msgspec.DecodeError, RecursionError: it is not JSON; msgspec.ValidationError if it is JSON of another form.
    """
    starts, lengths = array.array("q"), array.array("q")

    def note(elements: Iterable[msgspec.Raw], text: bytes, first: int, offset: int) -> None:
        """Note where the elements of a text are, the first of them at `first`; the text itself begins at `offset`."""
        place = first
        for element in elements:
            while text[place] in _BETWEEN:
                place += 1
            starts.append(offset + place)
            lengths.append(len(memoryview(element)))
            place += lengths[-1]

    head = _HEAD.match(body.part(0, _LONGEST_HEAD_BYTES))
    if head is None:
        status, elements = decode_envelope(body.content)
        body = AnswerBody(bytearray(b",".join(memoryview(element) for element in elements)))
        note(elements, body.part(0, len(body.content)), 0, 0)
        return status, RawEntries(body, starts, lengths)
    begun = head.group()
    size, place = len(body.content), len(begun)
    while size - place > 2 * _WINDOW_BYTES:
        window = body.part(place, _WINDOW_BYTES)
        elements, end = _whole_elements(window)
        if not elements:
            break  # an entry larger than the window, or unusual white space: the rest is read at once
        note(elements, window, 0, place)
        place += end
    rest = begun + body.part(place, size - place)
    status, elements = decode_envelope(rest)
    note(elements, rest, len(begun), place - len(begun))
    return status, RawEntries(body, starts, lengths)


def _whole_elements(window: bytes) -> tuple[list[msgspec.Raw], int]:
    """The complete elements in a part of a list, and the place after the last of them and its comma.

    A `}` before a comma may end something within an element, or be in a text. If everything before it is a list of
    complete values, it has ended an element.
    """
    end = len(window)
    for _ in range(_ENDS_TRIED):
        end = window.rfind(b"},", 0, end)
        if end < 0:
            break
        try:
            return _RAW_LIST.decode(b"[" + window[: end + 1] + b"]"), end + 2
        except (msgspec.DecodeError, RecursionError):
            continue
    # An entry is not JSON, or is larger than the window. If one ends with the window, its comma is still to come.
    places, list_end = list_places(b"[" + window)
    places = [place for place in places if place.end <= len(window)]
    if list_end is not None or not places:
        return [], 0
    end = places[-1].end - 1
    while end < len(window) and window[end] in _BETWEEN:
        end += 1
    return [raw_part(window, Place(place.start - 1, place.end - 1)) for place in places], end


def _names(content: bytes) -> dict[str, object]:
    """The names of an entry that is not valid JSON."""
    parts = readable_parts(msgspec.Raw(content))
    names: dict[str, object] = {}
    for key in parts.keys() & {"label_hash", "data_hash", "branch_name"}:
        with contextlib.suppress(orjson.JSONDecodeError):
            names[key] = orjson.loads(memoryview(parts[key]))
    return names
