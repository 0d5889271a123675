"""Bitmasks as runs of set pixels: what two of them share is counted from the runs, never from pixels."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import shapely

from connector.geometry.run_lengths import require_size, row_pieces, run_lengths

Places = npt.NDArray[np.int64]

_ROW = np.int64(1) << 32
"""Pixel (row, column) of a frame lies at row x _ROW + column, whatever the frame's width: masks of one frame, each with
a corner and a width of its own, then lie on one line."""


@dataclass(frozen=True, slots=True)
class Mask:
    """The set pixels of a frame: pieces of rows, sorted, none overlapping another.

    Attributes:
        starts: the first pixel of each piece.
        ends: one past its last.
    """

    starts: Places
    ends: Places

    @property
    def area(self) -> int:
        """The number of set pixels."""
        return int((self.ends - self.starts).sum())

    @classmethod
    def of(cls, drawn: Mapping[str, Any], frame_width: float | None, frame_height: float | None) -> "Mask":
        """The mask of a bitmask's canonical JSON (`top`, `left`, `width`, `height`, `rle`).

        Args:
            drawn: the bitmask.
            frame_width: of its frame, where that is known.
            frame_height: as above.

        Raises:
            KeyError, TypeError, ValueError: it is not of that form; it is larger than its frame; its corner is not on a
                pixel; its runs leave it.
        """
        top, left, width, height = (_whole(drawn[name]) for name in ("top", "left", "width", "height"))
        require_size(width, height, frame_width, frame_height)
        runs = run_lengths(drawn["rle"])
        if width <= 0 or height <= 0 or runs.sum() > width * height:
            raise ValueError("runs beyond the mask")
        row, begin, end = row_pieces(runs, width)
        origin = (row + top) * _ROW + left
        return cls(origin + begin, origin + end)

    def shared_with(self, other: "Mask") -> int:
        """The number of pixels that both have set."""
        if not self.starts.size or not other.starts.size:
            return 0
        return int((other._set_before(self.ends) - other._set_before(self.starts)).sum())

    def _set_before(self, places: Places) -> Places:
        """How many of this mask's pixels lie before each of the places."""
        lengths = self.ends - self.starts
        before = np.cumsum(lengths) - lengths
        piece = np.searchsorted(self.starts, places, side="right") - 1
        reached = np.clip(places - self.starts[piece], 0, lengths[piece]) + before[piece]
        return np.where(piece >= 0, reached, 0)

    def area_within(self, area: shapely.Geometry) -> float:
        """How much of the mask an outlined shape covers, a set pixel being a square of its own.

        Raises:
            shapely.errors.GEOSException: the two cannot be overlaid.
        """
        left, top, right, bottom = shapely.bounds(area)
        row = (self.starts + (_ROW >> 1)) // _ROW  # a piece left of the frame counts to its row too
        begin, end = self.starts - row * _ROW, self.ends - row * _ROW
        near = (row + 1 > top) & (row < bottom) & (end > left) & (begin < right)
        shapely.prepare(area)
        squares = shapely.box(begin[near], row[near], end[near], row[near] + 1)
        inside = shapely.covers(area, squares)
        partly = squares[~inside]
        return float(shapely.area(squares[inside]).sum() + shapely.area(shapely.intersection(partly, area)).sum())


def _whole(value: object) -> int:
    if not isinstance(value, int | float) or value != value // 1 or abs(value) >= 1 << 30:
        raise ValueError("not a pixel")
    return int(value)
