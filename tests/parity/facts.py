"""What both sides are turned into before they are compared: plain Python facts, by kind and key.

A kind is a table or a part of one; a key names the thing; a fact is made of text, numbers, times, lists and dicts.
Numbers are held as the hexadecimal form of their double, so that two of them are equal only bit for bit.
"""

from collections.abc import Hashable, Iterator, Mapping
from datetime import UTC, datetime

Facts = dict[str, dict[Hashable, object]]
"""Facts by kind (see `KINDS`), then by key."""

KINDS = ("row", "frame", "space", "object", "annotation", "range", "classification", "placement", "answer")
"""row: (); frame: its number; space: its id; object: its hash; annotation: hash, space, frame; range: hash, space;
classification: its hash; placement: hash, space; answer: kind of owner, owner's hash, space, attribute's hash."""

METADATA = ("created_at", "created_by", "last_edited_at", "last_edited_by", "confidence", "is_manual")
"""The columns of an annotation, a ranged object or a classification that say who made it, when, and how."""


def empty_facts() -> Facts:
    """Facts of nothing: every kind, no key."""
    return {kind: {} for kind in KINDS}


def exact(value: object) -> object:
    """A value in which every number is the hexadecimal form of its double; True and False stay what they are."""
    if isinstance(value, bool) or value is None or isinstance(value, str):
        return value
    if isinstance(value, int | float):
        return float(value).hex()
    if isinstance(value, datetime):
        return value.astimezone(UTC)
    if isinstance(value, Mapping):
        return {name: exact(member) for name, member in value.items()}
    if isinstance(value, list | tuple):
        return [exact(member) for member in value]
    raise TypeError(f"a fact cannot hold {type(value).__name__}")


def differences(expected: Facts, actual: Facts) -> list[str]:
    """Every difference, one line each: what the SDK says (expected) and what the tables say (actual)."""
    return [line for kind in KINDS for line in _differences_of_kind(kind, expected[kind], actual[kind])]


def _differences_of_kind(
    kind: str, expected: Mapping[Hashable, object], actual: Mapping[Hashable, object]
) -> Iterator[str]:
    for key in sorted(expected.keys() | actual.keys(), key=repr):
        if key not in actual:
            yield f"{kind} {key}: the tables do not have {expected[key]!r}"
        elif key not in expected:
            yield f"{kind} {key}: only the tables have {actual[key]!r}"
        elif expected[key] != actual[key]:
            yield from _differing_members(f"{kind} {key}", expected[key], actual[key])


def _differing_members(where: str, expected: object, actual: object) -> Iterator[str]:
    if isinstance(expected, Mapping) and isinstance(actual, Mapping):
        for name in sorted(expected.keys() | actual.keys()):
            if expected.get(name) != actual.get(name) or (name in expected) != (name in actual):
                yield f"{where}.{name}: SDK {expected.get(name)!r}, tables {actual.get(name)!r}"
    else:
        yield f"{where}: SDK {expected!r}, tables {actual!r}"
