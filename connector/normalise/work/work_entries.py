"""Reads the entries of a stream's answers: what cannot be read is set aside by name, and never stops the others."""

import json
import math
import uuid
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import NamedTuple, TypeVar

import pyarrow as pa

from connector.normalise.columns import ColumnBuffer
from connector.normalise.ids import NAME
from connector.normalise.timestamps import optional_timestamp

Value = TypeVar("Value")
Row = tuple[object, ...]
Rows = Iterable[tuple[str, Row]]
"""The rows of an entry, each with its table."""

_LARGEST = 2**63 - 1
_LAST_MICROSECOND = 253_402_300_799_999_999
"""The end of the year 9999, in microseconds since 1970: what every engine can store."""
_ROLES = ("admin", "annotator", "reviewer", "annotator_reviewer", "team_manager", "viewer")
"""Roles on a project, in the order of Encord's numbers."""
_IDS_SHOWN = ("uuid", "id", "taskUuid", "dataUnitUuid", "dataUuid")
"""Fields that name an entry in messages. None is an e-mail address."""


class UnreadableEntryError(ValueError):
    """A field of an entry is missing or cannot be read; the message names it, and not what it holds."""


class Entry:
    """One entry, of which nothing is known before it is asked for."""

    def __init__(self, value: object) -> None:
        if not isinstance(value, Mapping):
            raise UnreadableEntryError("is not an object")
        self._fields: Mapping[str, object] = value

    def text_or_none(self, name: str) -> str | None:
        """A text; None if there is none, or an empty one."""
        text = self._fields.get(name)
        if text is None or text == "":
            return None
        if not isinstance(text, str) or not _is_text(text):
            raise UnreadableEntryError(f"{name} is not text")
        return text

    def text(self, name: str) -> str:
        """A text that must be there."""
        return _there(name, self.text_or_none(name))

    def id_or_none(self, name: str) -> str | None:
        """An id; None if there is none."""
        text = self.text_or_none(name)
        if text is not None and not NAME.is_one(text):
            raise UnreadableEntryError(f"{name} is not an id")
        return text

    def id(self, name: str) -> str:
        """An id that must be there."""
        return _there(name, self.id_or_none(name))

    def moment_or_none(self, name: str) -> int | None:
        """A time, microseconds since 1970 in UTC."""
        try:
            moment = optional_timestamp(self._fields, name)
        except (ValueError, OverflowError, TypeError):
            raise UnreadableEntryError(f"{name} is not a time") from None
        if moment is not None and abs(moment) > _LAST_MICROSECOND:
            raise UnreadableEntryError(f"{name} is not a time")
        return moment

    def moment(self, name: str) -> int:
        """A time that must be there."""
        return _there(name, self.moment_or_none(name))

    def whole_or_none(self, name: str) -> int | None:
        """A whole number of 64 bits."""
        number = self._fields.get(name)
        if number is None:
            return None
        if not isinstance(number, int) or isinstance(number, bool) or abs(number) > _LARGEST:
            raise UnreadableEntryError(f"{name} is not a whole number")
        return number

    def number_or_none(self, name: str) -> float | None:
        """A finite number."""
        number = self._fields.get(name)
        if number is None:
            return None
        if not isinstance(number, int | float) or isinstance(number, bool) or abs(number) > _LARGEST:
            raise UnreadableEntryError(f"{name} is not a number")
        if not math.isfinite(number):
            raise UnreadableEntryError(f"{name} is not a number")
        return float(number)

    def number(self, name: str) -> float:
        """A finite number that must be there."""
        return _there(name, self.number_or_none(name))

    def is_set(self, name: str) -> bool:
        """Whether a flag is true."""
        flag = self._fields.get(name)
        if not isinstance(flag, bool):
            raise UnreadableEntryError(f"{name} is not true or false")
        return flag

    def role_or_none(self, name: str) -> str | None:
        """A role on the project in words: Encord writes a number, or in the editor's log a word."""
        role = self._fields.get(name)
        if isinstance(role, int) and not isinstance(role, bool):
            return _ROLES[role] if 0 <= role < len(_ROLES) else f"role {self.whole_or_none(name)}"
        text = self.text_or_none(name)
        return text.lower() if text else None

    def part_or_none(self, name: str) -> "Entry | None":
        """An object within the entry."""
        part = self._fields.get(name)
        return None if part is None else Entry(part)

    def parts(self, name: str) -> "list[Entry]":
        """A list of objects within the entry."""
        parts = self._fields.get(name)
        if parts is None:
            return []
        if not isinstance(parts, list):
            raise UnreadableEntryError(f"{name} is not a list")
        return [Entry(part) for part in parts]

    def pairs_or_none(self, name: str) -> str | None:
        """A list of pairs of whole numbers as JSON text; None if there are none."""
        pairs = self._fields.get(name)
        if not pairs:
            return None
        if not isinstance(pairs, list) or any(
            not isinstance(pair, list) or [type(end) for end in pair] != [int, int] for pair in pairs
        ):
            raise UnreadableEntryError(f"{name} is not a list of ranges")
        return as_json(pairs)

    def shown_id(self) -> str:
        """The first field that names it, for messages; empty if none does."""
        for name in _IDS_SHOWN:
            text = self._fields.get(name)
            if isinstance(text, str) and NAME.is_one(text):
                return f" ({name} {text})"
        return ""


class WorkRows(NamedTuple):
    """The rows of some entries.

    Attributes:
        tables: rows by table, of every table of the stream.
        unread: which entries could not be read and why, a few words each.
    """

    tables: dict[str, pa.Table]
    unread: list[str]


def read_entries(
    entries: Sequence[object],
    keys: Mapping[str, int],
    schemas: Mapping[str, pa.Schema],
    rows_of: Callable[[Entry], Rows],
) -> WorkRows:
    """The rows of some entries.

    Args:
        entries: as Encord answers them.
        keys: table → how many of its first columns tell rows apart; of two with the same values the last one counts.
        schemas: table → Arrow schema.
        rows_of: makes the rows of one entry; may raise UnreadableEntryError, which sets the entry aside.
    """
    rows: dict[str, dict[Row, Row]] = {table: {} for table in keys}
    unread: list[str] = []
    for place, value in enumerate(entries, 1):
        shown = ""
        try:
            entry = Entry(value)
            shown = entry.shown_id()
            made = list(rows_of(entry))
        except UnreadableEntryError as error:
            unread.append(f"entry {place}{shown}: {error}")
            continue
        for table, row in made:
            rows[table][row[: keys[table]]] = row
    tables = {}
    for table, of_table in rows.items():
        buffer = ColumnBuffer(table, schemas[table])
        for row in of_table.values():
            buffer.append(row)
        tables[table] = buffer.to_arrow()
    return WorkRows(tables, unread)


def as_json(value: object) -> str:
    """JSON text of one form, in ASCII, so that it can hold any text."""
    return json.dumps(value, separators=(",", ":"))


def made_id(namespace: uuid.UUID, *said: object) -> str:
    """The UUID of what has no id in Encord, made of what tells it from all others."""
    return str(uuid.uuid5(namespace, "/".join("" if part is None else str(part) for part in said)))


def _there(name: str, value: Value | None) -> Value:
    if value is None:
        raise UnreadableEntryError(f"{name} is missing")
    return value


def _is_text(text: str) -> bool:
    """Whether every engine can store it: half of a surrogate pair is no character."""
    return text.encode("utf-8", "replace").decode() == text
