"""Boxes, turned boxes, circles and ellipses as columns: squares and circles, stretched, turned and moved.

All is in pixels of the frame: frames are seldom square, so a turned or round shape has its form in pixels only. Where
the frame's size is not known, boxes are taken on a unit square: that changes no ratio of areas.
"""

from math import nan, pi, sin, sqrt
from typing import NamedTuple

import msgspec
import numpy as np
import numpy.typing as npt
import pyarrow as pa
import shapely

from connector.geometry.convex_overlaps import shared_areas
from connector.geometry.pixel_shapes import FARTHEST, SQUARE, semi_axes, turned

Numbers = npt.NDArray[np.float64]
Places = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]

BOX_SHAPES = ("bounding_box", "rotatable_bounding_box")
ROUND_SHAPES = ("circle", "ellipse")

_CORNERS = 128
# A polygon of equal area in place of a curve; what two such miss of one another's overlap is below 0.001 of it.
_SWELL = sqrt(2 * pi / _CORNERS / sin(2 * pi / _CORNERS))
_ANGLES = 2 * pi * np.arange(_CORNERS) / _CORNERS
_CIRCLE = _SWELL * np.stack((np.cos(_ANGLES), np.sin(_ANGLES)))
_PAIRS_AT_ONCE = 1024
_FORMS = {False: np.array(SQUARE).T, True: _CIRCLE}
"""Whether it is round → the corners before all else: x and y."""


class _Round(msgspec.Struct, gc=False):
    """The canonical JSON of a circle or an ellipse."""

    x: float
    y: float
    r: float = nan
    rx: float = nan
    ry: float = nan
    stretch: float = 1.0
    theta: float = 0.0


_ROUND = msgspec.json.Decoder(_Round)
_NO_ROUND = _Round(nan, nan)


class ConvexShapes(NamedTuple):
    """Convex shapes; numbers are NaN where a shape is not of its form, or needs a frame whose size is not known.

    Attributes:
        centre_x: in pixels, as are all numbers but the angle.
        centre_y: as above.
        along: from the centre to the edge, in the direction of the angle.
        across: the same at a right angle to it.
        degrees: clockwise.
        is_round: a circle or an ellipse, not a box.
        is_convex: a shape that is dealt with here.
    """

    centre_x: Numbers
    centre_y: Numbers
    along: Numbers
    across: Numbers
    degrees: Numbers
    is_round: Flags
    is_convex: Flags

    @classmethod
    def of(
        cls, shape: npt.NDArray[np.object_], columns: dict[str, Numbers], geometry: pa.ChunkedArray
    ) -> "ConvexShapes":
        """The convex shapes among annotations, each at its place.

        Args:
            shape: of each annotation.
            columns: x, y, width, height, rotation, frame_width and frame_height; NaN for what is not given.
            geometry: their canonical JSON.
        """
        is_box, is_round = np.isin(shape, BOX_SHAPES), np.isin(shape, ROUND_SHAPES)
        degrees = np.where(shape == "rotatable_bounding_box", np.nan_to_num(columns["rotation"]), 0.0)
        # On a unit square where nobody knows better; what is turned cannot be.
        needs_no_frame = is_box & (degrees == 0) & np.isnan(columns["frame_width"])
        frame_width, frame_height = (
            np.where(needs_no_frame, 1.0, columns[name]) for name in ("frame_width", "frame_height")
        )
        with np.errstate(over="ignore", invalid="ignore"):
            along, across = columns["width"] * frame_width / 2, columns["height"] * frame_height / 2
            centre_x, centre_y = columns["x"] * frame_width + along, columns["y"] * frame_height + across
            for name in ROUND_SHAPES:
                places = np.flatnonzero(shape == name)
                drawn = _members(geometry.take(places).to_pylist())
                size = frame_width[places], frame_height[places]
                along[places], across[places] = semi_axes(name, drawn, *size)
                centre_x[places], centre_y[places] = drawn["x"] * size[0], drawn["y"] * size[1]
                degrees[places] = drawn["theta"]
            shapes = cls(centre_x, centre_y, along, across, degrees, is_round, is_box | is_round)
            is_near = (np.abs(shapes.extents) < FARTHEST).all(axis=0)
        along[~(is_near & shapes.is_convex)] = np.nan
        return shapes

    @property
    def areas(self) -> Numbers:
        """How large each is."""
        return np.abs(self.along * self.across) * np.where(self.is_round, pi, 4.0)

    @property
    def extents(self) -> Numbers:
        """Left, top, right and bottom of each."""
        turn = np.radians(self.degrees)
        along = np.abs(np.stack((self.along * np.cos(turn), self.along * np.sin(turn))))
        across = np.abs(np.stack((self.across * np.sin(turn), self.across * np.cos(turn))))
        reach = np.where(self.is_round, _SWELL * np.hypot(along, across), along + across)
        middle = np.stack((self.centre_x, self.centre_y))
        return np.concatenate((middle - reach, middle + reach))

    def corners(self, places: Places, is_round: bool) -> Numbers:
        """The corners of shapes that are all round or all boxes: places x corners x (x, y)."""
        x, y = _FORMS[is_round]
        centre_x, centre_y, along, across, degrees = (values[places, None] for values in self[:5])
        turn = np.radians(degrees)
        return np.stack(turned(along * x, across * y, np.cos(turn), np.sin(turn), centre_x, centre_y), axis=-1)

    def shared(self, left: Places, right: Places) -> Numbers:
        """The area that both shapes of each pair hold."""
        found = np.zeros(left.size)
        for is_left_round in (False, True):
            for is_right_round in (False, True):
                chosen = np.flatnonzero(
                    (self.is_round[left] == is_left_round) & (self.is_round[right] == is_right_round)
                )
                for part in np.split(chosen, range(_PAIRS_AT_ONCE, chosen.size, _PAIRS_AT_ONCE)):
                    found[part] = shared_areas(
                        self.corners(left[part], is_left_round), self.corners(right[part], is_right_round)
                    )
        return found

    def polygons(self, places: Places) -> npt.NDArray[np.object_]:
        """The shapes as polygons of shapely."""
        found = np.full(places.size, None, dtype=object)
        for is_round in (False, True):
            chosen = np.flatnonzero(self.is_round[places] == is_round)
            found[chosen] = shapely.polygons(self.corners(places[chosen], is_round))
        return found


def _members(texts: list[str | None]) -> dict[str, Numbers]:
    """The members of circles or ellipses, by name."""
    drawn = [(read.x, read.y, read.r, read.rx, read.ry, read.stretch, read.theta) for read in map(_read, texts)]
    columns = np.array(drawn, dtype=np.float64).reshape(-1, len(_Round.__struct_fields__)).T
    return dict(zip(_Round.__struct_fields__, columns, strict=True))


def _read(text: str | None) -> _Round:
    try:
        return _ROUND.decode(text or "")
    except msgspec.DecodeError:
        return _NO_ROUND
