"""Rows of attribute_answer → the flat answer lists of objects and classifications."""

from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from math import copysign
from typing import NamedTuple

import pyarrow as pa

from connector.export.label_rows.encord_dict.ontology_names import OntologyNames
from connector.export.label_rows.encord_dict.records import Json, JsonObject, records

ROOT = "root"
"""The space of everything that is on the label row itself."""


class AnswerRow(NamedTuple):
    """The columns of attribute_answer that say what was answered, and where."""

    option: str | None
    text: str | None
    number: float | None
    start: int | None
    end: int | None


@dataclass(slots=True)
class OwnerAnswers:
    """The answers of one object or classification.

    Attributes:
        static: attribute → its rows.
        dynamic: attribute → space → its rows, in the order of their positions.
    """

    static: dict[str, list[AnswerRow]] = field(default_factory=dict)
    dynamic: dict[str, dict[str, list[AnswerRow]]] = field(default_factory=dict)


Answers = Mapping[tuple[str, str], OwnerAnswers]
"""Kind of owner (object, classification) and its hash → its answers."""


def read_answers(table: pa.Table) -> dict[tuple[str, str], OwnerAnswers]:
    """The rows of one label row by owner.

    Args:
        table: attribute_answer of one label row, by position within owner, space and attribute.
    """
    found: dict[tuple[str, str], OwnerAnswers] = {}
    for kind, owner, space_id, attribute, *answer in records(
        table,
        "owner_kind",
        "owner_hash",
        "space_id",
        "attribute_feature_hash",
        "option_feature_hash",
        "answer_text",
        "answer_number",
        "frame_start",
        "frame_end",
    ):
        answers = found.setdefault((kind, owner), OwnerAnswers())
        row = AnswerRow(*answer)
        if row.start is None:
            answers.static.setdefault(attribute, []).append(row)
        else:
            answers.dynamic.setdefault(attribute, {}).setdefault(space_id, []).append(row)
    return found


def static_answers(answers: OwnerAnswers | None, class_hash: str, names: OntologyNames) -> list[JsonObject]:
    """The answers that apply wherever their owner is, in the SDK's order: the last attribute of the ontology first."""
    if answers is None:
        return []
    known = names.attributes.get(class_hash, {})
    order = [*known, *(attribute for attribute in answers.static if attribute not in known)]
    return [
        _answer(attribute, answers.static[attribute], names)
        for attribute in reversed(order)
        if attribute in answers.static
    ]


def dynamic_answers(answers: OwnerAnswers | None, spaces: AbstractSet[str], names: OntologyNames) -> list[JsonObject]:
    """The answers on frames, each once with all its frames, in the order of their first assignment.

    As in the SDK, answers that are the same on all of `spaces` name no space.

    Args:
        answers: of the owner.
        spaces: the spaces to which an answer without a space applies, for this owner.
        names: of the ontology.
    """
    if answers is None:
        return []
    actions = []
    for attribute, by_space in answers.dynamic.items():
        first, *others = by_space.values()
        if by_space.keys() == spaces and all(rows == first for rows in others):
            by_space = {ROOT: first}
        for space_id, rows in by_space.items():
            for given, ranges in _by_answer(rows):
                action = _answer(attribute, given, names)
                action |= {"dynamic": True, "range": ranges, "shouldPropagate": False}
                if space_id != ROOT:
                    action["spaceId"] = space_id
                actions.append(action)
    return actions


def _by_answer(rows: Sequence[AnswerRow]) -> Iterable[tuple[list[AnswerRow], list[list[int]]]]:
    """Each different answer and its ranges; rows on the same range are options that are ticked there together."""
    spans: dict[tuple[int | None, int | None], list[AnswerRow]] = {}
    for row in rows:
        spans.setdefault((row.start, row.end), []).append(row)
    found: dict[tuple[tuple[object, ...], ...], tuple[list[AnswerRow], list[list[int]]]] = {}
    for given in spans.values():
        answer = tuple((row.option, row.text, row.number) for row in given)
        found.setdefault(answer, (given, []))[1].append([given[0].start or 0, given[0].end or 0])
    return found.values()


def _answer(attribute: str, rows: Sequence[AnswerRow], names: OntologyNames) -> JsonObject:
    return {
        **names.attribute_names.get(attribute, {}),
        "answers": _value(rows, names),
        "featureHash": attribute,
        "manualAnnotation": True,  # the tables do not have it for each answer
    }


def _value(rows: Sequence[AnswerRow], names: OntologyNames) -> Json:
    """What was answered; the row itself shows of which kind it is."""
    first = rows[0]
    if first.number is not None:
        return _number(first.text, first.number)
    if first.text is not None:
        return first.text
    # In the SDK's order: that of the ontology, with options that it no longer has at the end.
    ticked = sorted(
        (row.option for row in rows if row.option is not None),
        key=lambda option: names.option_places.get(option, len(names.option_places)),
    )
    return [names.option(option) for option in ticked]


def _number(text: str | None, number: float) -> int | float:
    """A numeric answer: the text is exact even if a float cannot be; zero keeps its sign."""
    if text is None or not text.removeprefix("-").isdigit():
        return number
    return number if number == 0 and copysign(1, number) < 0 else int(text)
