"""Bitmasks, many at once: what two of them share is counted from their runs, never from pixels."""

from collections.abc import Sequence

import msgspec
import numpy as np
import numpy.typing as npt

from connector.geometry.covered_pieces import covered_areas
from connector.geometry.mask_runs import Integers, MaskRuns, in_parts
from connector.geometry.run_lengths import LARGEST_AREA, are_of_size

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
        drawn = [_read(text) for text in texts]
        numbers = np.array([(mask.left, mask.top, mask.width, mask.height) for mask in drawn]).reshape(-1, 4)
        with np.errstate(over="ignore"):
            is_mask = are_of_size(numbers[:, 2], numbers[:, 3], frame_widths, frame_heights)
        is_mask &= ((numbers == np.floor(numbers)) & (np.abs(numbers) < _FARTHEST)).all(axis=1)
        numbers[~is_mask] = 0
        self._left, self._top, self._width, self._height = numbers.astype(np.int64).T
        run_lengths = [mask.rle if is_one else "" for mask, is_one in zip(drawn, is_mask.tolist(), strict=True)]
        self._runs = runs = MaskRuns(run_lengths, self._width, self._height)
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


def _read(text: str | None) -> _Drawn:
    """A bitmask as it is said to be; one without pixels in place of what is none."""
    try:
        return _DRAWN.decode(text or "")
    except msgspec.DecodeError:
        return _NO_MASK
