"""The views as they were at a moment: their own texts, over the tables as these were."""

import re
from collections.abc import Iterator
from functools import cache

from connector.load.contract.placement import in_words
from connector.load.history.as_of import table_as_of
from connector.load.tables.histories import HISTORIES
from connector.sql_files import shipped_view, view_files
from connector.views.table_functions import TableFunction

_COMMENT = re.compile(r"--.*")
_OTHER_VIEW = re.compile(r"\binternal\.(?!frame_number\b)(?=\w)")
_FUNCTIONS = {
    "labels_as_of": "label_on_frame",
    "object_on_frame_as_of": "object_on_frame",
    "classification_on_range_as_of": "classification_on_range",
    "attribute_on_range_as_of": "attribute_on_range",
}
"""Of each function the view that it shows as of a moment."""


@cache
def views_with_a_past() -> tuple[str, ...]:
    """The views that read only what has a past, and frame numbers; each after those that it reads."""
    found: list[str] = []
    for file in view_files():
        if file.reads and all(name in HISTORIES or name in found or name == "frame_number" for name in file.reads):
            found.append(file.view_name)
    return tuple(found)


def view_as_of(view_name: str, moment: str) -> str:
    """A query for the rows of a view at a moment.

    Names of the warehouse's tables have `warehouse.` or `internal.` before them (see `placement.with_schemas`). Each
    table and view that it reads is named once before: DuckDB then works each out once, and without that needs more
    memory than there is.

    Args:
        view_name: one of `views_with_a_past`.
        moment: the moment as an SQL expression.
    """
    *before, (_, query) = _relations(view_name, moment)
    named = ",\n".join(f"{name} AS (\n{text}\n)" for name, text in before)
    return f"WITH {named}\n{query}"


def _relations(view_name: str, moment: str) -> Iterator[tuple[str, str]]:
    """Name and query of every table and view that a view reads, and of the view itself, each after what it reads."""
    wanted: set[str] = set()
    waiting = [view_name]
    while waiting:
        name = waiting.pop()
        if name not in wanted and (file := shipped_view(name)) is not None:
            waiting += file.reads
        wanted.add(name)
    for name in HISTORIES:
        if name in wanted:
            yield name, table_as_of(name, moment, in_words)
    for name in views_with_a_past():
        file = shipped_view(name)
        if name in wanted and file is not None:
            yield name, _OTHER_VIEW.sub("", _COMMENT.sub("", file.query))


def as_of_functions() -> list[TableFunction]:
    """The functions that answer what views showed at a moment."""
    return [
        TableFunction(
            name=name,
            parameters=(("moment", "TIMESTAMPTZ"),),
            view_name=view_name,
            comment=f"The rows of {view_name} as the warehouse had them at a moment; none before its history began.",
            query=view_as_of(view_name, "CAST(moment AS TIMESTAMPTZ)"),
            file_name=f"{view_name}.sql",
            is_inlined=True,
        )
        for name, view_name in _FUNCTIONS.items()
    ]
