"""Where annotators disagree most: agreement along a video, and the shapes of all annotators over one another."""

from collections.abc import Mapping, Sequence
from itertools import groupby
from typing import Any, NamedTuple

from markupsafe import Markup

from connector.report.asking import Asking, Column, Question, Row
from connector.report.overlay import LAYERS, Shape, overlay
from connector.report.shown import Figure, counted, figure
from connector.report.svg import line, strip
from connector.runs.printing import visible

LINES = Question(
    "lines",
    "Agreement along the video",
    """
WITH placed AS (
    SELECT data_hash, frame, 1 - disagreement AS agreement
    FROM consensus_frame
    WHERE project_hash = $project AND space_id = 'root' AND disagreement IS NOT NULL
), unit AS (
    SELECT data_hash, MIN(frame) AS first_frame, MAX(frame) AS last_frame,
        CAST(CEIL((MAX(frame) - MIN(frame) + 1) / 40.0) AS BIGINT) AS step
    FROM placed
    GROUP BY data_hash
    HAVING MAX(frame) > MIN(frame)
    ORDER BY FLOOR(AVG(agreement) * 1e6 + 0.5), data_hash
    LIMIT 6
), stepped AS (
    SELECT u.data_hash, u.step,
        u.first_frame + u.step * CAST(FLOOR((p.frame - u.first_frame) / CAST(u.step AS DOUBLE PRECISION)) AS BIGINT)
            AS first_frame,
        p.agreement
    FROM placed AS p
    JOIN unit AS u ON u.data_hash = p.data_hash
)
SELECT data_hash, first_frame, first_frame + step - 1, FLOOR(AVG(agreement) * 1e6 + 0.5) / 1e6
FROM stepped
GROUP BY data_hash, first_frame, step
ORDER BY data_hash, first_frame
""",
    (
        Column("Data unit", "unit"),
        Column("From frame"),
        Column("To frame"),
        Column("Agreement", "share", "bar"),
    ),
    "No frame of a video has objects or answers of two annotators.",
    "The upper edge is full agreement, the lower one none. The data units with least agreement.",
)

FRAMES = Question(
    "contested-frames",
    "Most contested frames",
    """
SELECT data_hash, space_id, frame, n_things, n_contested_things, disagreement
FROM (
    SELECT f.*, ROW_NUMBER() OVER (
        PARTITION BY data_hash ORDER BY n_contested_things DESC, disagreement DESC, space_id, frame
    ) AS place
    FROM consensus_frame AS f
    WHERE project_hash = $project AND n_contested_things > 0
) AS f
WHERE place <= 2
ORDER BY n_contested_things DESC, disagreement DESC, data_hash, space_id, frame
LIMIT 10
""",
    (
        Column("Data unit", "unit"),
        Column("Part", "private"),
        Column("Frame"),
        Column("Things"),
        Column("Contested"),
        Column("Disagreement", "share", "bar"),
    ),
    "No frame has an object that is contested.",
    "Every annotator's shapes over one another, in a colour, a dash and a letter each; a thick line has no majority."
    " Untick a name to hide its layer.",
)

_ANNOTATORS = """
SELECT DISTINCT annotator FROM consensus_branch
WHERE project_hash = $project AND branch_role = 'annotator' AND is_submitted
ORDER BY annotator
"""

_SHAPES = """
SELECT b.annotator, o.object_name, COALESCE(v.is_majority, TRUE), w.wkt_pixels, o.x_min_pixels, o.y_min_pixels,
    o.x_max_pixels, o.y_max_pixels, o.frame_width, o.frame_height
FROM object_on_frame AS o
JOIN consensus_branch AS b ON b.label_row_id = o.label_row_id AND b.branch_role = 'annotator' AND b.is_submitted
LEFT JOIN consensus_object_vote AS v
    ON v.label_row_id = o.label_row_id AND v.space_id = o.space_id AND v.frame = o.frame
    AND v.object_hash = o.object_hash
LEFT JOIN object_wkt_on_frame AS w
    ON w.label_row_id = o.label_row_id AND w.space_id = o.space_id AND w.frame = o.frame
    AND w.object_hash = o.object_hash AND w.data_hash = $unit AND w.frame = $frame
WHERE o.data_hash = $unit AND o.space_id = $space AND o.frame = $frame AND o.x_min_pixels IS NOT NULL
ORDER BY COALESCE(v.is_majority, TRUE), b.annotator, o.object_name, o.object_hash
LIMIT 60
"""

VIEWS = ("consensus_frame", "consensus_branch", "consensus_object_vote", "object_on_frame", "object_wkt_on_frame")
"""What is asked here."""


class ContestedFrame(NamedTuple):
    """A contested frame, ready to be drawn.

    Attributes:
        title: what it shows, in the names of the page.
        place: its data unit, the part of it, and its number.
        annotators: letter and name of each.
        shapes: what they drew.
        size: of the frame, in pixels; None if it is not known: then it cannot be drawn.
    """

    title: str
    place: tuple[str, str, int]
    annotators: Sequence[tuple[str, str]]
    shapes: Sequence[Shape]
    size: tuple[int, int] | None


def lines(ask: Asking) -> Figure:
    """How agreement goes along the videos with least of it."""
    rows = ask.rows(LINES)
    term = Markup("<dt>{}</dt><dd>{}</dd>")
    curves = [term.format(unit, _curve(unit, list(group))) for unit, group in groupby(rows, key=lambda row: row[0])]
    strips = Markup('<dl class="strips tall">{}</dl>').format(Markup().join(curves)) if curves else Markup()
    return figure(LINES, rows, "folded", strips)


def contested_frames(ask: Asking) -> tuple[Figure, list[ContestedFrame]]:
    """The frames with most contested things: their table without drawings, and what to draw."""
    people = [row[0] for row in ask.session.rows(_ANNOTATORS, project=ask.project_hash)]
    found = ask.session.rows(FRAMES.sql, project=ask.project_hash)
    rows = ask.rows(FRAMES)
    frames = [_frame(ask, people, raw[:3], row) for raw, row in zip(found, rows, strict=True)]
    return figure(FRAMES, rows, "folded"), frames


def drawn(frames: Sequence[ContestedFrame], pictures: Mapping[int, str]) -> Markup:
    """The frames, those with a picture over it. The pictures are data URIs by the place of their frame in the list."""
    overlays = [_drawn(place, frame, pictures.get(place, "")) for place, frame in enumerate(frames)]
    return Markup('<div class="overlays">{}</div>').format(Markup().join(overlays)) if overlays else Markup()


def _curve(unit: str, rows: Sequence[Row]) -> Markup:
    first, last = rows[0][1], rows[-1][2]
    points = [((start + end - 2 * first + 1) / (2 * (last - first + 1)), share) for _, start, end, share in rows]
    least = min(rows, key=lambda row: row[3])
    says = f"{unit}: agreement is least, {100 * least[3]:.0f} %, from frame {least[1]} on."
    return strip(says, [], line(points))


def _frame(ask: Asking, people: Sequence[str], place: tuple[str, str, int], row: Row) -> ContestedFrame:
    data_hash, space_id, frame = place
    found = ask.session.rows(_SHAPES, unit=data_hash, space=space_id, frame=frame)
    shapes = [_shape(people, each) for each in found if each[0] in people[:LAYERS]]
    size = next(((each[8], each[9]) for each in found if each[8] and each[9]), None)
    unit, _, number, things, contested, _ = row
    title = f"{unit}, frame {number}: {contested} of {counted(things, 'thing')} contested"
    names = [ask.names.person(person) for person in people[:LAYERS]]
    letters = [name.split()[-1] if ask.names.is_anonymous else chr(ord("A") + n) for n, name in enumerate(names)]
    return ContestedFrame(title, place, list(zip(letters, names, strict=True)), shapes, size if shapes else None)


def _drawn(place: int, frame: ContestedFrame, picture: str) -> Markup:
    if frame.size is None:
        return Markup("<p>{}. Its shapes cannot be drawn: the size of the frame is not known.</p>").format(frame.title)
    return overlay(str(place), frame.title, frame.annotators, frame.shapes, frame.size, picture)


def _shape(people: Sequence[str], row: Sequence[Any]) -> Shape:
    annotator, name, is_majority, wkt, *box, _, _ = row
    return Shape(people.index(annotator), visible(name or ""), bool(is_majority), wkt, tuple(map(float, box)))
