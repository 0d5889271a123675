"""What the page is made of: parts with figures, each a table of cells ready to print and, for some, a drawing."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Literal, NamedTuple

from markupsafe import Markup

from connector.report.asking import Column, Question, Row
from connector.report.svg import bar

Form = Literal["table", "folded", "tiles"]
"""How a table is shown: as it is, behind a heading that opens it, or as a few large numbers."""

_SHADES = 9
_LONGEST = 160
_NOTHING = Markup()


class Cell(NamedTuple):
    """A cell: its text, the number behind it to six decimals, and how it is marked."""

    text: str
    value: str
    bar: Markup
    shade: int


class Figure(NamedTuple):
    """One question and its answer.

    Attributes:
        question: what was asked.
        form: how the table is shown.
        rows: the table.
        drawing: what stands above it.
    """

    question: Question
    form: Form
    rows: list[list[Cell]]
    drawing: Markup = _NOTHING


class Part(NamedTuple):
    """A section of the page.

    Attributes:
        key: its anchor.
        title: its heading.
        lead: one or two sentences; what a reader should know.
        figures: what it shows; none if the lead says why.
    """

    key: str
    title: str
    lead: str
    figures: Sequence[Figure]


def figure(question: Question, rows: Sequence[Row], form: Form = "table", drawing: Markup = _NOTHING) -> Figure:
    """The answer to a question, its rows as cells. A drawing of nothing is left out."""
    largest = [
        max((abs(float(row[place])) for row in rows if isinstance(row[place], int | float)), default=0) or 1
        for place in range(len(question.columns))
    ]
    cells = [
        [_cell(column, value, most) for column, value, most in zip(question.columns, row, largest, strict=True)]
        for row in rows
    ]
    return Figure(question, form, cells, drawing if rows else _NOTHING)


def shown(column: Column, value: object) -> str:
    """A value as a reader sees it; nothing for NULL."""
    if value is None:
        return ""
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d %H:%M} UTC"
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, bool) or not isinstance(value, int | float):
        return _cut(str(value))
    if column.kind == "share":
        return f"{100 * value:.0f} %"
    if column.kind in {"hours", "number"}:
        return f"{value:,.1f}"
    return f"{value:,.0f}"


def _cut(text: str) -> str:
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"


def counted(number: int, one: str, many: str | None = None) -> str:
    """A number and its noun: `1 frame`, `2 frames`."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def listed(words: Iterable[str]) -> str:
    """`a, b and c`."""
    *first, last = words
    return f"{', '.join(first)} and {last}" if first else last


def _cell(column: Column, value: object, largest: float) -> Cell:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return Cell(shown(column, value), "", Markup(), 0)
    share = float(value) if column.kind == "share" else float(value) / largest
    share = min(1.0, max(0.0, share))
    drawn = bar(share) if column.mark == "bar" else Markup()
    shade = 1 + min(_SHADES - 1, int(share * _SHADES)) if column.mark == "shade" else 0
    return Cell(shown(column, value), repr(round(value, 6)), drawn, shade)
