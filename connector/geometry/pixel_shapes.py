"""A stored shape → its outline in pixels: for drawing, and for COCO. Coordinates are not clipped to the frame.

A turned or round shape is turned and round in pixels, not in shares of the frame: all angles are degrees clockwise.
The stored forms are those of `connector.geometry.shapes`.
"""

from collections.abc import Mapping, Sequence
from itertools import pairwise
from math import ceil, cos, hypot, pi, radians, sin
from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt

from connector.geometry.run_lengths import run_lengths

Point = tuple[float, float]
Ring = list[Point]
"""Corners in order, the first not repeated at the end."""
Part = list[Ring]
"""An outer ring, and the rings of its holes."""
Mask = npt.NDArray[np.bool_]

FARTHEST = 1e9
"""Pixels from the corner of the frame; what lies farther away is no drawing, and its area no number."""

SQUARE = ((-1.0, -1.0), (1.0, -1.0), (1.0, 1.0), (-1.0, 1.0))
"""The corners of a box before it is stretched, turned and moved."""

Number = TypeVar("Number", float, npt.NDArray[np.float64])
"""One number, or a column of them."""


def box(x: float, y: float, width: float, height: float, frame_width: float, frame_height: float) -> Ring:
    """The corners of an upright box, from the top left one clockwise."""
    left, top = x * frame_width, y * frame_height
    right, bottom = left + width * frame_width, top + height * frame_height
    return [(left, top), (right, top), (right, bottom), (left, bottom)]


def turned_box(
    x: float, y: float, width: float, height: float, theta: float, frame_width: float, frame_height: float
) -> Ring:
    """The corners of a box turned about its centre; the first is the one that was top left before the turn."""
    along, across = width * frame_width / 2, height * frame_height / 2
    turn = radians(theta)
    centre = x * frame_width + along, y * frame_height + across
    return [turned(along * right, across * down, cos(turn), sin(turn), *centre) for right, down in SQUARE]


def turned(
    x: Number, y: Number, cosine: Number, sine: Number, centre_x: Number, centre_y: Number
) -> tuple[Number, Number]:
    """Where a point, or each of many, comes to lie: turned clockwise about the origin, then moved to the centre."""
    return centre_x + x * cosine - y * sine, centre_y + x * sine + y * cosine


def parts(geometry: Sequence[Sequence[Sequence[float]]], frame_width: float, frame_height: float) -> list[Part]:
    """The parts of a polygon, each an outer ring and its holes."""
    return [
        [[(x * frame_width, y * frame_height) for x, y in zip(ring[0::2], ring[1::2], strict=True)] for ring in part]
        for part in geometry
    ]


def line(geometry: Sequence[Sequence[float]], frame_width: float, frame_height: float) -> list[Point] | None:
    """The points of a polyline; None for one in 3-D, whose numbers are not shares of a frame."""
    if any(len(point) != 2 for point in geometry):
        return None
    return [(x * frame_width, y * frame_height) for x, y in geometry]


def strokes(points: Sequence[Point], frame_width: float, frame_height: float) -> list[Ring]:
    """A line of one pixel's width through points, as one box a stretch; one point alone is a square.

    What lies on the frame's border is drawn on the pixels inside it.
    """
    inside = [(_from_border(x, frame_width), _from_border(y, frame_height)) for x, y in points]
    rings = []
    for (x0, y0), (x1, y1) in pairwise(inside) if len(inside) > 1 else [(inside[0], inside[0])]:
        length = hypot(x1 - x0, y1 - y0)
        # Half a pixel along the line, and across it.
        along_x, along_y = ((x1 - x0) / length / 2, (y1 - y0) / length / 2) if length else (0.5, 0.0)
        rings.append(
            [
                (x0 - along_x + along_y, y0 - along_y - along_x),
                (x1 + along_x + along_y, y1 + along_y - along_x),
                (x1 + along_x - along_y, y1 + along_y + along_x),
                (x0 - along_x - along_y, y0 - along_y + along_x),
            ]
        )
    return rings


def _from_border(coordinate: float, size: float) -> float:
    """Half a pixel away from the frame's border, if it lies within; outside it stays where it is."""
    return min(max(coordinate, 0.5), size - 0.5) if 0 <= coordinate <= size else coordinate


def semi_axes(
    shape: str, geometry: Mapping[str, Number], frame_width: Number, frame_height: Number
) -> tuple[Number, Number]:
    """The semi-axes of a circle or an ellipse in pixels, or of each of many, the one along its angle first.

    A circle's radius is in frame widths, and `stretch` times as long across; an ellipse has one share of the width, one
    of the height.
    """
    if shape == "circle":
        radius = geometry["r"] * frame_width
        return radius, radius * geometry["stretch"] if "stretch" in geometry else radius
    return geometry["rx"] * frame_width, geometry["ry"] * frame_height


def ellipse(shape: str, geometry: dict[str, Any], frame_width: float, frame_height: float) -> Ring:
    """Points on a circle or an ellipse, so many that no chord lies further than a tenth of a pixel inside it."""
    along, across = semi_axes(shape, geometry, frame_width, frame_height)
    centre = geometry["x"] * frame_width, geometry["y"] * frame_height
    turn = radians(geometry.get("theta", 0.0))
    # A chord over the angle a lies r (1 - cos(a / 2)), about r a² / 8, inside the arc.
    count = max(12, min(360, ceil(2 * pi * (max(abs(along), abs(across)) / 0.8) ** 0.5)))
    angles = [2 * pi * number / count for number in range(count)]
    return [turned(along * cos(angle), across * sin(angle), cos(turn), sin(turn), *centre) for angle in angles]


def cuboid_faces(geometry: dict[str, Any], frame_width: float, frame_height: float) -> tuple[Ring, Ring]:
    """The front face of a 2-D cuboid and the back one, corner by corner."""
    front = list(zip(geometry["front"][0::2], geometry["front"][1::2], strict=True))
    if "vanishing_point" in geometry:
        vanishing, ratio = geometry["vanishing_point"], geometry["scale_ratio"]
        back = [
            (vanishing["x"] + ratio * (x - vanishing["x"]), vanishing["y"] + ratio * (y - vanishing["y"]))
            for x, y in front
        ]
    else:
        offset = geometry["offset"]
        back = [(x + offset["x"], y + offset["y"]) for x, y in front]
    return (
        [(x * frame_width, y * frame_height) for x, y in front],
        [(x * frame_width, y * frame_height) for x, y in back],
    )


def mask_pixels(geometry: dict[str, Any], width: int, height: int) -> Mask:
    """A bitmask as a picture of `height` by `width` pixels, each of which is the pixel of the mask under its centre.

    Raises:
        ValueError: The run lengths are no code, or leave the mask.
    """
    mask_width, mask_height = int(geometry["width"]), int(geometry["height"])
    ends = np.cumsum(run_lengths(geometry["rle"]))
    if ends.size and ends[-1] > mask_width * mask_height:
        raise ValueError("runs beyond the mask")
    rows = (2 * np.arange(height) + 1) * mask_height // (2 * height)
    columns = (2 * np.arange(width) + 1) * mask_width // (2 * width)
    places = rows[:, None] * mask_width + columns
    run = np.searchsorted(ends, places.ravel(), side="right").reshape(height, width)
    return np.asarray((run % 2 == 1) & (run < ends.size))
