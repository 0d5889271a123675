"""Bitmasks, many at once: what two of them share is counted from their runs, never from pixels."""

from collections.abc import Sequence
from math import isnan

import msgspec
import numpy as np
import numpy.typing as npt

from connector.geometry.covered_pieces import covered_areas
from connector.geometry.mask_runs import Integers, MaskRuns, in_parts
from connector.geometry.run_lengths import LARGEST_AREA, MaskTooLargeError, require_size

Numbers = npt.NDArray[np.float64]

_LINE = np.int64(2 * LARGEST_AREA)
"""Pixels from the first one of a mask to the first one of the next: all masks lie on one line."""
_FARTHEST = 1 << 30
"""Pixels from the corner of the frame; no mask lies farther away."""


class _Drawn(msgspec.Struct, gc=False):
    """The canonical JSON of a bitmask."""

    top: float
    left: float
    width: float
    height: float
    rle: str


_DRAWN = msgspec.json.Decoder(_Drawn)
_NO_MASK = _Drawn(0, 0, 0, 0, "")


class Masks:
    """Bitmasks on their frames.

    Attributes:
        areas: how many pixels each has set; 0 for one that is not of its form or larger than its frame, whose corner is
            on no pixel, or whose runs leave it.
        extents: left, top, right and bottom of the set pixels, in four rows.
    """

    def __init__(self, texts: Sequence[str | None], frame_widths: Numbers, frame_heights: Numbers) -> None:
        """Reads the masks.

        Args:
            texts: the canonical JSON of each.
            frame_widths: of their frames, in pixels; NaN where they are not known.
            frame_heights: as above.
        """
        sizes = zip(frame_widths.tolist(), frame_heights.tolist(), strict=True)
        drawn = [_read(text, *size) for text, size in zip(texts, sizes, strict=True)]
        places = np.array([(mask.left, mask.top, mask.width, mask.height) for mask in drawn], dtype=np.int64)
        self._left, self._top, self._width, self._height = places.reshape(-1, 4).T
        self._runs = runs = MaskRuns([mask.rle for mask in drawn], self._width, self._height)
        self.areas = runs.areas
        self.extents = runs.extents + np.stack((self._left, self._top, self._left, self._top))
        self._piece_counts = runs.piece_counts
        self._starts, self._ends = runs.starts + runs.owners * _LINE, runs.ends + runs.owners * _LINE
        self._set_before = np.cumsum(runs.ends - runs.starts) - (runs.ends - runs.starts)

    def shared(self, left: Integers, right: Integers) -> Integers:
        """How many pixels both masks of each pair have set."""
        # The one of fewer pieces is laid over the other.
        is_swapped = self._piece_counts[left] > self._piece_counts[right]
        over, under = np.where(is_swapped, right, left), np.where(is_swapped, left, right)
        found = np.zeros(left.size, dtype=np.int64)
        for part in in_parts(self._piece_counts[over]):
            pair, row, begin, end = self._pieces(over[part])
            mask = under[part][pair]
            width, left_edge, row = self._width[mask], self._left[mask], row - self._top[mask]
            begin, end = np.clip(begin - left_edge, 0, width), np.clip(end - left_edge, 0, width)
            near = (row >= 0) & (row < self._height[mask])
            row_start = mask * _LINE + np.where(near, row, 0) * width
            shared = self._set_till(row_start + end) - self._set_till(row_start + begin)
            found[part] = np.bincount(pair, weights=np.where(near, shared, 0), minlength=found[part].size)
        return found

    def _set_till(self, places: Integers) -> Integers:
        """How many pixels are set before places of the line."""
        run = np.searchsorted(self._starts, places, side="right") - 1
        reached = np.minimum(places, self._ends[run]) - self._starts[run] + self._set_before[run]
        return np.where(run >= 0, reached, 0)

    def _pieces(self, masks: Integers) -> tuple[Integers, Integers, Integers, Integers]:
        """As `MaskRuns.pieces`, but in pixels of the frame."""
        place, row, begin, end = self._runs.pieces(masks)
        left = self._left[masks][place]
        return place, row + self._top[masks][place], begin + left, end + left

    def covered(self, masks: Integers, outlines: npt.NDArray[np.object_]) -> Numbers:
        """How much of each mask its outline covers, a set pixel being a square of its own."""
        found = np.zeros(masks.size)
        for part in in_parts(self._piece_counts[masks]):
            found[part] = covered_areas(*self._pieces(masks[part]), outlines[part])
        return found


def _read(text: str | None, frame_width: float, frame_height: float) -> _Drawn:
    """A bitmask; one without pixels in place of what is none."""
    try:
        drawn = _DRAWN.decode(text or "")
        require_size(
            drawn.width, drawn.height, *(None if isnan(size) else size for size in (frame_width, frame_height))
        )
    except (msgspec.DecodeError, MaskTooLargeError):
        return _NO_MASK
    numbers = (drawn.top, drawn.left, drawn.width, drawn.height)
    return drawn if all(number.is_integer() and abs(number) < _FARTHEST for number in numbers) else _NO_MASK
