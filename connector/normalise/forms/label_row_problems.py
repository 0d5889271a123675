"""Says why a label row or listing entry could not be read: which field holds what, and where."""

from collections.abc import Callable, Mapping
from typing import Any

from connector.errors import FormatError
from connector.normalise.data_types import data_type_of
from connector.normalise.forms.expected_form import first_problem, first_unreadable
from connector.normalise.forms.label_row_form import LISTING_ENTRY, label_row_form

Json = Any


def label_row_failure(
    label_hash: str, entry: Mapping[str, Json], labels: Json | Callable[[], Json], error: Exception
) -> str:
    """The message about a label row that could not be read.

    Args:
        label_hash: the label row.
        entry: its listing entry.
        labels: its raw dict, or a function that makes it.
        error: what reading it raised.
    """
    problem = error if isinstance(error, FormatError) else None
    try:
        if problem is None:
            made = labels() if callable(labels) else labels
            problem = first_problem(made, label_row_form(data_type_of(entry, made)))
    except FormatError as undecodable:
        problem = undecodable
    return (problem or _in_entry(entry) or _as_raised(error)).of_label_row(label_hash)


def unreadable_time(labels: Json, data_type: str) -> str:
    """The first time of a label row that cannot be read, in words."""
    return str(first_unreadable(labels, label_row_form(data_type)) or "of a field that is not known here")


def entry_failure(entry: Json) -> str:
    """The message about a listing entry that cannot be used."""
    return of_entry(first_problem(entry, LISTING_ENTRY) or first_unreadable(entry, LISTING_ENTRY))


def of_entry(problem: FormatError | None) -> str:
    """The message about a listing entry that has a problem."""
    what = problem or FormatError("has a value that cannot be stored")
    return f"its entry is not of Encord's format: {what}. Correct it where it comes from; the next run tries it again"


def _in_entry(entry: Json) -> FormatError | None:
    problem = first_problem(entry, LISTING_ENTRY)
    return None if problem is None else problem.within("listing entry")


def _as_raised(error: Exception) -> FormatError:
    """What an error alone tells: a KeyError's key is a word of the format, but other texts may not be."""
    if isinstance(error, KeyError) and error.args:
        return FormatError("is missing", (str(error.args[0]),))
    if isinstance(error, RecursionError):
        return FormatError("is nested too deep")
    return FormatError(f"has a part that cannot be read ({type(error).__name__}; please report this)")
