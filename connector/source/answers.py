"""Matches the answer to a request for label rows with what was asked: by label hash, in any order, trusting nothing."""

import dataclasses
from collections.abc import Collection, Sequence

from connector.errors import ErrorKind
from connector.source.content_hash import content_hash
from connector.source.label_rows import FetchedLabelRow, LabelRowFailure

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
_REQUIRED_DICTS = ("data_units", "object_answers", "object_actions", "classification_answers")
_OPTIONAL_DICTS = ("spaces", "scene")


@dataclasses.dataclass(frozen=True, slots=True)
class MatchedAnswer:
    """What one answer held of what was asked.

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


def match_answer(asked: Sequence[str], answer: Collection[object]) -> MatchedAnswer:
    """Sort an answer's entries: doubled label rows are kept once, ones not asked for are ignored."""
    wanted = set(asked)
    rows: dict[str, FetchedLabelRow] = {}
    failures: dict[str, LabelRowFailure] = {}
    nameless = 0
    for entry in answer:
        label_hash = entry.get("label_hash") if isinstance(entry, dict) else None
        if not isinstance(entry, dict) or not isinstance(label_hash, str):
            nameless += 1
            continue
        if label_hash not in wanted or label_hash in rows:
            continue
        problem = format_problem(entry)
        if problem is None:
            try:
                fingerprint, byte_count = content_hash(entry)
            except (TypeError, RecursionError) as error:  # a number no database holds, or nesting without end
                problem = f"cannot be serialised ({type(error).__name__})"
            else:
                rows[label_hash] = FetchedLabelRow(label_hash, entry, fingerprint, byte_count)
        if problem is not None:
            message = f"The label row {label_hash} {problem}."
            failures.setdefault(label_hash, LabelRowFailure(label_hash, ErrorKind.SOURCE_CONTENT, message))
    return MatchedAnswer(
        rows=list(rows.values()),
        failures=[failure for label_hash, failure in failures.items() if label_hash not in rows],
        missing=[label_hash for label_hash in asked if label_hash not in rows and label_hash not in failures],
        nameless=nameless,
    )


def format_problem(labels: dict[str, object]) -> str | None:
    """Why a label row's dict cannot be used; None if its outer form is as Encord's format says."""
    absent = [key for key in REQUIRED_KEYS if key not in labels]
    if absent:
        return f"lacks {', '.join(absent)}"
    for key in _REQUIRED_DICTS:
        if not isinstance(labels[key], dict):
            return f"has no object under {key}"
    for key in _OPTIONAL_DICTS:
        if not isinstance(labels.get(key), dict | None):
            return f"has no object under {key}"
    return None
