"""Matches an answer with the label rows that were asked for: by label hash, in any order, without trusting it."""

import dataclasses
from collections.abc import Mapping, Sequence

import msgspec

from connector.errors import ErrorKind, FormatError
from connector.source.answers.answer_body import AnswerBody
from connector.source.answers.json_parts import is_object, readable_parts, split_object
from connector.source.answers.raw_answer import RawList
from connector.source.label_rows.fetched import FetchedLabelRow, LabelRowFailure

REQUIRED_KEYS = (
    "label_hash",
    "branch_name",
    "created_at",
    "last_edited_at",
    "dataset_hash",
    "dataset_title",
    "data_title",
    "data_hash",
    "data_type",
    "label_status",
    "data_units",
    "object_answers",
    "object_actions",
    "classification_answers",
)
"""Keys without which the SDK cannot read a label row either. `spaces` and `scene` may be missing."""
_REQUIRED_OBJECTS = ("data_units", "object_answers", "object_actions", "classification_answers")
_OPTIONAL_OBJECTS = ("spaces", "scene")


@dataclasses.dataclass(frozen=True, slots=True)
class MatchedAnswer:
    """Which of the requested label rows one answer held.

    Attributes:
        rows: label rows that can be read.
        failures: label rows that were sent, but not in Encord's format.
        missing: label hashes asked for and not found, in the order asked.
        nameless: entries that do not say which label row they are.
    """

    rows: list[FetchedLabelRow]
    failures: list[LabelRowFailure]
    missing: list[str]
    nameless: int


def match_answer(asked: Sequence[str], answer: RawList) -> MatchedAnswer:
    """Sort an answer's entries: doubled label rows are kept once, ones not asked for are ignored.

    Only the outermost object of an entry is checked, so a label row with a part that breaks Encord's format may be
    among `rows`.
    """
    wanted = set(asked)
    rows: dict[str, FetchedLabelRow] = {}
    failures: dict[str, LabelRowFailure] = {}
    nameless = 0
    for raw in answer.elements:
        problem: FormatError | None = None
        try:
            entry = split_object(raw) if is_object(raw) else {}
        except FormatError as error:
            entry, problem = readable_parts(raw), error
        answer.body.passed(len(memoryview(raw)))
        label_hash = _value(entry.get("label_hash"), answer.body)
        if not isinstance(label_hash, str):
            nameless += 1
            continue
        if label_hash not in wanted or label_hash in rows:
            continue
        problem = problem or format_problem(entry)
        if problem is None:
            stamp = _value(entry["last_edited_at"], answer.body)
            rows[label_hash] = FetchedLabelRow(
                label_hash, raw, answer.body, last_edited_at=stamp if isinstance(stamp, str) else None
            )
        else:
            message = problem.of_label_row(label_hash)
            failures.setdefault(label_hash, LabelRowFailure(label_hash, ErrorKind.SOURCE_CONTENT, message))
    return MatchedAnswer(
        rows=list(rows.values()),
        failures=[failure for label_hash, failure in failures.items() if label_hash not in rows],
        missing=[label_hash for label_hash in asked if label_hash not in rows and label_hash not in failures],
        nameless=nameless,
    )


def format_problem(labels: Mapping[str, msgspec.Raw]) -> FormatError | None:
    """Why a label row cannot be used; None if its outer form follows Encord's format.

    Args:
        labels: the values of its outermost object, as JSON.
    """
    absent = [key for key in REQUIRED_KEYS if key not in labels]
    if absent:
        return FormatError(f"lacks {', '.join(absent)}")
    for key in (*_REQUIRED_OBJECTS, *_OPTIONAL_OBJECTS):
        is_missing = key in _OPTIONAL_OBJECTS and (key not in labels or bytes(memoryview(labels[key])) == b"null")
        if not is_missing and not is_object(labels[key]):
            return FormatError("is no object", (key,))
    return None


def _value(raw: msgspec.Raw | None, body: AnswerBody) -> object:
    """The value of a small part; None if it is missing or cannot be decoded."""
    if raw is None:
        return None
    try:
        return body.decode(raw)
    except FormatError:
        return None
