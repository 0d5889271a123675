"""Small drawings in SVG: no style, script or size in pixels of their own; the page's style sheet gives the colours.

Places are shares of the drawing's width, so it fits every screen while its text keeps its size.
"""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from markupsafe import Markup, escape

SERIES = 8
"""Colours that the style sheet has: c0 to c7; the last one is grey, for what is left."""

_HEIGHT, _ABOVE = 150, 16


class Mark(NamedTuple):
    """A rectangle of a drawing.

    Attributes:
        start, end: its place on the horizontal axis, 0 to 1.
        low, high: its place on the vertical axis, 0 to 1, from below.
        look: the class of its colour.
        says: what it stands for, as a tooltip and for screen readers; empty if neighbours say it.
    """

    start: float
    end: float
    low: float
    high: float
    look: str
    says: str = ""


def element(name: str, *content: Markup, **attributes: str | float) -> Markup:
    """An SVG element; `class_` is written as class, `view_box` as viewBox, other `_` as `-`."""
    written = "".join(
        f' {_attribute(key)}="{escape(_short(value) if isinstance(value, float) else str(value))}"'
        for key, value in attributes.items()
    )
    inside = Markup("").join(content)
    return Markup(f"<{name}{written}>{inside}</{name}>") if inside else Markup(f"<{name}{written}/>")  # noqa: S704


def text(words: str, **attributes: str | float) -> Markup:
    """Words in a drawing."""
    return element("text", escape(words), **attributes)


def drawing(says: str, *content: Markup, look: str, **attributes: str | float) -> Markup:
    """The outermost element: an image that a screen reader reads as one sentence."""
    return element("svg", *content, class_=look, role="img", aria_label=says, **attributes)


def bar(share: float, look: str = "c0") -> Markup:
    """A bar beside a number in a table; the number says it already."""
    rect = element("rect", width=f"{_short(100 * share)}%", height="100%", class_=look)
    return element("svg", rect, class_="bar", aria_hidden="true")


def chart(says: str, marks: Sequence[Mark], *, top: str, across: Sequence[tuple[float, str]]) -> Markup:
    """Marks over a horizontal axis.

    Args:
        says: what the drawing shows, in a sentence.
        marks: its rectangles.
        top: what the upper end of the vertical axis is.
        across: (place, words) below the horizontal axis.
    """
    plot = element("svg", *map(_rectangle, marks), y=str(_ABOVE), width="100%", height=str(_HEIGHT))
    ends = (_ABOVE, _ABOVE + _HEIGHT)
    words = [
        text(says_there, x=f"{_short(100 * place)}%", y=str(ends[1] + 15), class_=_anchored(place))
        for place, says_there in across
    ]
    lines = [element("line", x2="100%", y1=str(y), y2=str(y), class_="axis") for y in ends]
    return drawing(
        says, *lines, plot, text(top, y=str(_ABOVE - 4), class_="start"), *words, look="chart", height=str(ends[1] + 20)
    )


def grid(says: str, columns: int, rows: int, cells: Mapping[tuple[int, int], int]) -> Markup:
    """A heat map.

    Args:
        says: what it shows, in a sentence without its full stop.
        columns: how many it has.
        rows: how many it has.
        cells: (row, column), both from 0 → how many.
    """
    most = max(cells.values(), default=1)
    marks = [
        Mark(
            column / columns,
            (column + 1) / columns,
            1 - (row + 1) / rows,
            1 - row / rows,
            f"f{1 + min(8, 9 * count // (most + 1))}",
            f"row {row}, column {column}: {count:,}",
        )
        for (row, column), count in sorted(cells.items())
    ]
    return drawing(f"{says}; {most:,} at most in a cell.", *map(_rectangle, marks), look="grid") if cells else Markup()


def legend(entries: Sequence[tuple[str, str]]) -> Markup:
    """Colours and what they stand for."""
    key = Markup('<li><svg class="key" aria-hidden="true"><rect width="100%" height="100%" class="{}"/></svg>{}</li>')
    return Markup('<ul class="legend">{}</ul>').format(Markup("").join(key.format(*entry) for entry in entries))


def line(points: Sequence[tuple[float, float]]) -> Markup:
    """A line through points, both coordinates 0 to 1, the second from below."""
    places = " ".join(f"{_short(100 * x)},{_short(100 - 100 * y)}" for x, y in points)
    drawn = element("polyline", points=places, class_="curve")
    return element("svg", drawn, view_box="0 0 100 100", preserveAspectRatio="none", height="100%", width="100%")


def strip(says: str, marks: Sequence[Mark], *curves: Markup) -> Markup:
    """A narrow drawing of one data unit from its first frame to its last."""
    return drawing(says, *map(_rectangle, marks), *curves, look="strip")


def _rectangle(mark: Mark) -> Markup:
    says = [element("title", escape(mark.says))] if mark.says else []
    return element(
        "rect",
        *says,
        x=f"{_short(100 * mark.start)}%",
        y=f"{_short(100 - 100 * mark.high)}%",
        width=f"{_short(100 * (mark.end - mark.start))}%",
        height=f"{_short(100 * (mark.high - mark.low))}%",
        class_=mark.look,
    )


def _anchored(place: float) -> str:
    return "start" if place < 0.04 else "end" if place > 0.96 else "mid"


def _attribute(key: str) -> str:
    return {"class_": "class", "view_box": "viewBox"}.get(key, key.replace("_", "-"))


def _short(number: float) -> str:
    return f"{number:.2f}".rstrip("0").rstrip(".")
