"""What JSON should look like, declared as data, and the search for where a value differs from it.

The readers do not check, because they are the hot path: they take what they find. Only if one fails, the value is
compared with its form, to say which field holds what.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import pyarrow as pa

from connector.errors import FormatError
from connector.normalise.timestamps import parse_timestamp

Json = Any


@dataclass(frozen=True, slots=True)
class Leaf:
    """A value that a column takes.

    Attributes:
        noun: what it should be, in words.
        takes: whether a value is allowed there; raises, or returns false, if it is not.
        reads: whether an allowed value can also be read; if it cannot, there is only a warning.
    """

    noun: str
    takes: Callable[[Json], object]
    reads: Callable[[Json], object] | None = None


@dataclass(frozen=True, slots=True)
class Fields:
    """An object; unnamed fields may hold anything, and fields that are not needed may be null.

    Attributes:
        fields: name → form.
        needed: names of fields that must be there.
        owner: the field that names what this object belongs to, and what to call that, such as objectHash and object.
    """

    fields: Mapping[str, "Form"]
    needed: tuple[str, ...] = ()
    owner: tuple[str, str] | None = None


@dataclass(frozen=True, slots=True)
class Each:
    """An object whose keys are names or numbers: all values have one form, all keys another."""

    form: "Form"
    key: Leaf | None = None


@dataclass(frozen=True, slots=True)
class ListOf:
    """A list."""

    form: "Form"


@dataclass(frozen=True, slots=True)
class Depends:
    """A form that depends on the value."""

    form: Callable[[Json], "Form"] = field(repr=False)


Form = Leaf | Fields | Each | ListOf | Depends


def _column(kind: pa.DataType) -> Callable[[Json], object]:
    """A test whether a column of a type takes a value, done by making such a column."""
    return lambda value: pa.array([value], type=kind) is not None


ANYTHING = Leaf("anything", lambda _: True)
TEXT = Leaf("text", _column(pa.string()))
NUMBER = Leaf("a number", _column(pa.float64()))
WHOLE = Leaf("a whole number of at most 64 bits", _column(pa.int64()))
FLAG = Leaf("true or false", _column(pa.bool_()))
TIME = Leaf(
    "a time", lambda value: not isinstance(value, (list, dict)), lambda value: parse_timestamp(value) is not None
)
NUMERAL = Leaf("the number of a frame", lambda value: pa.array([int(value)], type=pa.int64()) is not None)
IN_64_BITS = Leaf("one whose numbers have 64 bits at most", lambda value: _is_in_64_bits(value))

_MISFITS = (TypeError, ValueError, OverflowError, AttributeError, pa.ArrowException)


def first_problem(value: Json, form: Form) -> FormatError | None:
    """The first thing in a value that is not allowed where it is; None if there is none.

    Objects may be lazy mappings: their values are read one after another, and not kept.
    """
    return next((problem for must_not_stand, problem in _differences(value, form) if must_not_stand), None)


def first_unreadable(value: Json, form: Form) -> FormatError | None:
    """The first thing in a value that is allowed where it is, but cannot be read; see `first_problem`."""
    return next((problem for must_not_stand, problem in _differences(value, form) if not must_not_stand), None)


_Difference = tuple[bool, FormatError]
"""Whether a value is not allowed where it is (or only cannot be read), and what it is."""


def _differences(value: Json, form: Form) -> Iterator[_Difference]:
    """Where a value differs from its form, in reading order."""
    form = _chosen(form, value)
    if isinstance(form, Leaf):
        if not _holds(form.takes, value):
            yield True, FormatError(f"is {kind_of(value)}, not {form.noun}")
        elif form.reads is not None and not _holds(form.reads, value):
            yield False, FormatError(f"is {kind_of(value)} that is not {form.noun}")
    elif isinstance(form, ListOf) and isinstance(value, list):
        for place, item in enumerate(value):
            yield from _within(place, item, form.form)
    elif isinstance(form, ListOf):
        yield True, FormatError(f"is {kind_of(value)}, not a list")
    elif not isinstance(value, Mapping):
        yield True, FormatError(f"is {kind_of(value)}, not an object")
    elif isinstance(form, Each):
        for key, item in value.items():
            if form.key is not None and not _holds(form.key.takes, key):
                yield True, FormatError(f"is a key, and not {form.key.noun}", (key,))
            yield from _within(key, item, form.form)
    else:
        yield from _of_fields(value, form)


def _of_fields(value: Mapping[str, Json], form: Fields) -> Iterator[_Difference]:
    owner = ""
    if form.owner is not None and isinstance(name := value.get(form.owner[0]), str):
        owner = f"{form.owner[1]} {name}"
    for key in form.needed:
        if value.get(key) is None:
            yield True, FormatError("is null" if key in value else "is missing", (key,), owner)
    for key, part in form.fields.items():
        item = value.get(key)
        # If an object or a list is expected, readers ignore any empty value.
        if item is not None and (item or isinstance(_chosen(part, item), Leaf)):
            yield from _within(key, item, part, owner)


def _chosen(form: Form, value: Json) -> Leaf | Fields | Each | ListOf:
    while isinstance(form, Depends):
        form = form.form(value)
    return form


def _within(key: str | int, value: Json, form: Form, owner: str = "") -> Iterator[_Difference]:
    for must_not_stand, problem in _differences(value, form):
        yield must_not_stand, FormatError(problem.what, (key, *problem.path), problem.owner or owner)


def _holds(test: Callable[[Json], object], value: Json) -> bool:
    try:
        return bool(test(value))
    except _MISFITS:
        return False


def _is_in_64_bits(value: Json) -> bool:
    if isinstance(value, Mapping):
        return all(map(_is_in_64_bits, value.values()))
    if isinstance(value, list):
        return all(map(_is_in_64_bits, value))
    return not isinstance(value, int) or abs(value) < 1 << 63


def kind_of(value: Json) -> str:
    """What kind of JSON a value is, in words."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return "a number" if abs(value) < 1 << 63 else "a number of more than 64 bits"
    if isinstance(value, float):
        return "a number" if value.is_integer() else "a fraction"
    if isinstance(value, str):
        return "text"
    return "a list" if isinstance(value, list) else "an object"
