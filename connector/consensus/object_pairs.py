"""The objects on frames of the branches that are compared, as columns, and which two of them overlap."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Indexes = npt.NDArray[np.int64]
Numbers = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]

_PAIRS_AT_ONCE = 2_000_000
"""Pairs of objects of a frame that are looked at together, 80 MB."""


@dataclass(frozen=True, slots=True)
class DrawnObjects:
    """Objects on frames; one item a row in each array.

    The rows are sorted by place, branch and object hash, main after all other branches of its place. Every two branches
    of a place are compared with each other.

    Attributes:
        place: a number for each frame of each space of each data unit.
        branch: a number for each branch.
        is_main: whether the branch is main, which decides and does not vote.
        hash_order: the rank of the object hash among all hashes.
        feature: a number for each class.
        extent: left, top, right and bottom, 0 to 1 of the frame; shape (rows, 4).
        min_iou: from which overlap on two objects are taken for one; the stricter threshold of the two counts.
    """

    place: Indexes
    branch: Indexes
    is_main: Flags
    hash_order: Indexes
    feature: Indexes
    extent: Numbers
    min_iou: Numbers

    def __len__(self) -> int:
        return self.place.size


@dataclass(frozen=True, slots=True)
class Pairs:
    """Two objects each, of two branches on one frame; `left` and `right` are rows of DrawnObjects, left the first."""

    left: Indexes
    right: Indexes

    def __len__(self) -> int:
        return self.left.size

    def where(self, chosen: Flags | Indexes) -> "Pairs":
        """Some of the pairs."""
        return Pairs(self.left[chosen], self.right[chosen])


def overlapping_pairs(drawn: DrawnObjects) -> Pairs:
    """The objects of different branches on one frame whose extents share some area."""
    found = [pairs.where(_overlap(drawn, pairs)) for pairs in _neighbours(drawn)]
    if not found:
        return Pairs(np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64))
    return Pairs(np.concatenate([each.left for each in found]), np.concatenate([each.right for each in found]))


def extent_iou(drawn: DrawnObjects, pairs: Pairs) -> Numbers:
    """The intersection over union of the extents of overlapping pairs: for plain boxes that of the boxes."""
    one, other = drawn.extent[pairs.left], drawn.extent[pairs.right]
    shared = (np.minimum(one[:, 2], other[:, 2]) - np.maximum(one[:, 0], other[:, 0])) * (
        np.minimum(one[:, 3], other[:, 3]) - np.maximum(one[:, 1], other[:, 1])
    )
    iou: Numbers = shared / (extent_area(one) + extent_area(other) - shared)
    return iou


def extent_area(extent: Numbers) -> Numbers:
    """The area of each extent."""
    area: Numbers = (extent[:, 2] - extent[:, 0]) * (extent[:, 3] - extent[:, 1])
    return area


def _neighbours(drawn: DrawnObjects) -> Iterator[Pairs]:
    """Every two objects of different branches on one frame, some millions at a time."""
    rows = np.arange(len(drawn))
    end_of_place = np.searchsorted(drawn.place, drawn.place, side="right")
    # Within a place branches follow one another: a branch begins where either number changes.
    begins = np.ones(len(drawn), dtype=bool)
    begins[1:] = (np.diff(drawn.place) != 0) | (np.diff(drawn.branch) != 0)
    starts = np.append(np.flatnonzero(begins), len(drawn))
    end_of_branch = starts[np.cumsum(begins)]
    counts = end_of_place - end_of_branch
    up_to = np.cumsum(counts)
    first = 0
    while first < len(drawn):
        before = up_to[first - 1] if first else 0
        last = max(first + 1, int(np.searchsorted(up_to, before + _PAIRS_AT_ONCE, side="right")))
        left = np.repeat(rows[first:last], counts[first:last])
        within = np.arange(left.size) - (up_to[left] - counts[left] - before)
        yield Pairs(left, end_of_branch[left] + within)
        first = last


def _overlap(drawn: DrawnObjects, pairs: Pairs) -> Flags:
    left, top, right, bottom = drawn.extent.T
    one, other = pairs.left, pairs.right
    overlap: Flags = (
        (left[one] < right[other])
        & (left[other] < right[one])
        & (top[one] < bottom[other])
        & (top[other] < bottom[one])
    )
    return overlap
