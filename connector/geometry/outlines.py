"""Drawn shapes with an outline → areas in the plane, many at once, in pixels of their frame.

Frames are seldom square, so a turned or round shape has its form in pixels only. Where the frame's size is not known,
shapes that need none (boxes, polygons) are taken on a unit square: that changes no ratio of areas.
"""

from collections.abc import Mapping, Sequence
from math import cos, pi, radians, sin, sqrt
from typing import Any

import numpy as np
import numpy.typing as npt
import orjson
import shapely

Row = Mapping[str, Any]
"""An annotation: shape, x, y, width, height, rotation, geometry as in the tables, and frame_width, frame_height."""

Ring = list[float]
"""x0, y0, x1, y1, …"""

_FARTHEST = 1e9
"""Pixels from the corner of the frame; what lies farther away is no drawing, and its area no number."""

_CORNERS = 128
# A polygon of equal area in place of a curve; what two such miss of one another's overlap is below 0.001 of it.
_SWELL = sqrt(2 * pi / _CORNERS / sin(2 * pi / _CORNERS))
_CIRCLE = [
    (_SWELL * cos(2 * pi * corner / _CORNERS), _SWELL * sin(2 * pi * corner / _CORNERS)) for corner in range(128)
]


def areas_of(rows: Sequence[Row]) -> npt.NDArray[np.object_]:
    """The shapes as geometries of shapely; None for what has no area, or none that can be worked out.

    An outline that crosses itself is taken as all that it encloses; the parts of a polygon may overlap.
    """
    coordinates: list[float] = []
    ring_ends, part_ends, shape_ends = [0], [0], [0]
    for row in rows:
        for part in _parts(row):
            for ring in part:
                coordinates += ring
                coordinates += ring[:2]  # closed
                ring_ends.append(len(coordinates) // 2)
            part_ends.append(len(ring_ends) - 1)
        shape_ends.append(len(part_ends) - 1)
    areas: npt.NDArray[np.object_] = shapely.from_ragged_array(
        shapely.GeometryType.MULTIPOLYGON,
        np.array(coordinates, dtype=np.float64).reshape(-1, 2),
        tuple(np.array(ends, dtype=np.int64) for ends in (ring_ends, part_ends, shape_ends)),
    )
    crossing = ~shapely.is_valid(areas)
    if crossing.any():
        areas[crossing] = shapely.make_valid(areas[crossing], method="structure", keep_collapsed=False)
    areas[shapely.area(areas) <= 0] = None
    return areas


def _parts(row: Row) -> list[list[Ring]]:
    """The parts of a shape, each its outline and its holes, in pixels; none where it is not of its form."""
    try:
        parts = _OUTLINES[row["shape"]](row)
    except (KeyError, TypeError, ValueError, IndexError, OverflowError):
        return []
    kept = []
    for part in parts:
        rings = [ring for ring in part if len(ring) >= 6]
        if not part or len(part[0]) < 6:
            continue  # an outline of two points encloses nothing; a hole of two points is none
        if any(len(ring) % 2 for ring in rings) or not (np.abs(np.concatenate(rings)) < _FARTHEST).all():
            return []
        kept.append(rings)
    return kept


def _polygon(row: Row) -> list[list[Ring]]:
    width, height = _size(row) or (1.0, 1.0)
    return [
        [[value * (height if place % 2 else width) for place, value in enumerate(ring)] for ring in part]
        for part in orjson.loads(row["geometry"])
    ]


def _box(row: Row) -> list[list[Ring]]:
    width, height = _size(row) or (1.0, 1.0)
    left, top = row["x"] * width, row["y"] * height
    right, bottom = left + row["width"] * width, top + row["height"] * height
    return [[[left, top, right, top, right, bottom, left, bottom]]]


def _turned_box(row: Row) -> list[list[Ring]]:
    if not row["rotation"]:
        return _box(row)
    width, height = _known_size(row)
    half_width, half_height = row["width"] * width / 2, row["height"] * height / 2
    corners = [
        (-half_width, -half_height),
        (half_width, -half_height),
        (half_width, half_height),
        (-half_width, half_height),
    ]
    centre = row["x"] * width + half_width, row["y"] * height + half_height
    return [[_turned(corners, row["rotation"], centre)]]


def _circle(row: Row) -> list[list[Ring]]:
    width, height = _known_size(row)
    drawn = orjson.loads(row["geometry"])
    reach = drawn["r"] * width
    return [[_curve(drawn, (reach, reach * drawn.get("stretch", 1.0)), (width, height))]]


def _ellipse(row: Row) -> list[list[Ring]]:
    width, height = _known_size(row)
    drawn = orjson.loads(row["geometry"])
    return [[_curve(drawn, (drawn["rx"] * width, drawn["ry"] * height), (width, height))]]


def _curve(drawn: Mapping[str, float], semi_axes: tuple[float, float], size: tuple[float, float]) -> Ring:
    corners = [(x * semi_axes[0], y * semi_axes[1]) for x, y in _CIRCLE]
    return _turned(corners, drawn.get("theta", 0.0), (drawn["x"] * size[0], drawn["y"] * size[1]))


def _turned(corners: Sequence[tuple[float, float]], degrees: float, centre: tuple[float, float]) -> Ring:
    """Turned clockwise (y points down) about the origin, then moved to the centre."""
    cosine, sine = cos(radians(degrees)), sin(radians(degrees))
    ring: Ring = []
    for x, y in corners:
        ring += (centre[0] + x * cosine - y * sine, centre[1] + x * sine + y * cosine)
    return ring


def _size(row: Row) -> tuple[float, float] | None:
    width, height = row["frame_width"], row["frame_height"]
    return (float(width), float(height)) if width and height else None


def _known_size(row: Row) -> tuple[float, float]:
    size = _size(row)
    if size is None:
        raise ValueError("a shape that needs the frame's size")
    return size


_OUTLINES = {
    "bounding_box": _box,
    "rotatable_bounding_box": _turned_box,
    "polygon": _polygon,
    "circle": _circle,
    "ellipse": _ellipse,
}
OUTLINED_SHAPES = tuple(_OUTLINES)
"""Shapes that have an outline and an area."""
