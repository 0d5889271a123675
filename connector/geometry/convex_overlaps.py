"""How much two convex outlines share, for many pairs at once and without an overlay engine.

A convex outline is, from its leftmost corner to its rightmost, an upper line and a lower one. Between two neighbouring
corners of the pair all four lines are straight, and what both hold is what lies below both upper and above both lower
lines. The result changes little where corners move little: outlines that touch or lie on one another are no special
case.
"""

import numpy as np
import numpy.typing as npt

Numbers = npt.NDArray[np.float64]
Places = npt.NDArray[np.int64]

_CORNERS_AT_ONCE = 1 << 14
_FIELD = 16
"""Bits of a counter, of which four are in one number."""


def shared_areas(ones: Numbers, others: Numbers) -> Numbers:
    """The area that both outlines of each pair hold.

    Args:
        ones: pairs x corners x (x, y); the corners of a convex outline in order, in either direction.
        others: as above, of the other outlines, which may have another number of corners.
    """
    shared = np.zeros(len(ones))
    pairs = max(1, _CORNERS_AT_ONCE // (ones.shape[1] + others.shape[1]))
    for start in range(0, len(ones), pairs):
        shared[start : start + pairs] = _shared_areas(ones[start : start + pairs], others[start : start + pairs])
    return shared


def _shared_areas(ones: Numbers, others: Numbers) -> Numbers:
    one, other = _Lines(ones), _Lines(others)
    xs = np.concatenate((one.x[:, :-1], other.x[:, :-1]), axis=1)
    passed = np.concatenate((one.passed, other.passed << (2 * _FIELD)), axis=1)
    order = np.argsort(xs, axis=1)
    xs, passed = np.take_along_axis(xs, order, 1), np.cumsum(np.take_along_axis(passed, order, 1), axis=1)
    passed_before = passed[:, :-1]
    is_common = one.is_over(passed_before) & other.is_over(passed_before >> (2 * _FIELD))
    stretch = np.flatnonzero((xs[:, 1:] > xs[:, :-1]) & is_common)
    pair = stretch // (xs.shape[1] - 1)
    stretch += pair  # of two columns, the left one
    ends, passed = np.stack((xs.take(stretch), xs.take(stretch + 1))), passed.take(stretch)
    heights = (*one.at(ends, pair, passed), *other.at(ends, pair, passed >> (2 * _FIELD)))
    areas = _between(*heights) * (ends[1] - ends[0])
    return np.asarray(np.bincount(pair, weights=areas, minlength=len(ones)), dtype=np.float64)


def _between(low: Numbers, high: Numbers, other_low: Numbers, other_high: Numbers) -> Numbers:
    """The mean height that both hold on a stretch, given the lines' heights (first axis) at its two ends."""
    upper, lower = high - other_high, low - other_low
    height = np.minimum(high, other_high) - np.maximum(low, other_low)
    mean: Numbers = np.maximum(height, 0.0).mean(axis=0)
    # Where lines cross, the height has a corner: it is straight between the crossings only.
    crossed = np.flatnonzero((upper[0] * upper[1] < 0) | (lower[0] * lower[1] < 0) | (height[0] * height[1] < 0))
    lines = [line[:, crossed] for line in (low, high, other_low, other_high)]
    mean[crossed] = _between_crossing(*lines)
    return mean


def _between_crossing(low: Numbers, high: Numbers, other_low: Numbers, other_high: Numbers) -> Numbers:
    heights = np.stack((high - low, high - other_low, other_high - low, other_high - other_low))
    gaps = np.stack((high - other_high, low - other_low, heights[1], heights[2]))
    begin, end = gaps[:, 0], gaps[:, 1]
    shares = np.where(begin * end < 0, begin / np.where(begin == end, 1.0, begin - end), 0.0)
    shares = np.sort(np.concatenate((np.zeros_like(shares[:1]), shares, np.ones_like(shares[:1]))), axis=0)
    first, last = heights[:, :1], heights[:, 1:]
    height = np.maximum((first + shares * (last - first)).min(axis=0), 0.0)
    return np.asarray(((height[1:] + height[:-1]) / 2 * np.diff(shares, axis=0)).sum(axis=0))


class _Lines:
    """The two lines of each outline, from its leftmost corner on: one to the rightmost, one back.

    Attributes:
        x: of the corners, the first once more at the end.
        y: as above.
        passed: what passing a corner adds to the counters of the corners passed of either line.
    """

    def __init__(self, outlines: Numbers) -> None:
        count = outlines.shape[1]
        first = np.argmin(outlines[:, :, 0], axis=1)
        order = (first[:, None] + np.arange(count + 1)) % count
        self.x = np.take_along_axis(outlines[:, :, 0], order, 1)
        self.y = np.take_along_axis(outlines[:, :, 1], order, 1)
        length = np.diff(self.x, axis=1, append=0.0)
        # An upright edge lies in no stretch.
        self._slope = np.diff(self.y, axis=1, append=0.0) / np.where(length == 0, np.inf, length)
        self._last = np.argmax(self.x[:, :-1], axis=1)
        place = np.arange(count)
        is_there = place <= self._last[:, None]
        is_back = (place >= self._last[:, None]) | (place == 0)
        self.passed: Places = is_there + (is_back.astype(np.int64) << _FIELD)

    def is_over(self, passed: Places) -> npt.NDArray[np.bool_]:
        """Whether the outline has a part right behind where so many corners were passed."""
        there = _counter(passed)
        return np.asarray((there > 0) & (there <= self._last[:, None]))

    def at(self, ends: Numbers, pair: Places, passed: Places) -> tuple[Numbers, Numbers]:
        """The lower and the upper line at the ends of stretches, before which so many corners were passed."""
        corners = self.x.shape[1]
        there = self._height(ends, pair * corners + _counter(passed) - 1)
        back = self._height(ends, (pair + 1) * corners - 1 - _counter(passed >> _FIELD))
        return np.minimum(there, back), np.maximum(there, back)

    def _height(self, ends: Numbers, edge: Places) -> Numbers:
        """The heights of edges at the ends of stretches."""
        return self.y.take(edge) + (ends - self.x.take(edge)) * self._slope.take(edge)


def _counter(passed: Places) -> Places:
    return passed & ((1 << _FIELD) - 1)
