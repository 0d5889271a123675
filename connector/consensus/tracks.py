"""Two objects over a whole data unit: on how many frames each is, and how far they overlap over all of them.

A data unit may come in several parts, each with some of its frames; what is kept meanwhile are numbers.
"""

from dataclasses import dataclass

import numpy as np

from connector.consensus.object_pairs import DrawnObjects, Flags, Indexes, Numbers, Pairs, extent_area
from connector.consensus.rounding import rounded

_SHIFT = 31
"""Bits of the number of an object."""


@dataclass(frozen=True, slots=True)
class Tracks:
    """Two objects that are taken for one on some frame; one item a pair in each array.

    Attributes:
        left: number of the one object, as it was given.
        right: number of the other.
        n_frames: frames with the one.
        n_other_frames: frames with the other.
        n_both: frames with both.
        n_matched: frames on which they are taken for one.
        n_by_extent: of these, where the extents decided.
        volume_iou: what they share on all frames as a share of what either covers, in areas of their extents.
    """

    left: Indexes
    right: Indexes
    n_frames: Indexes
    n_other_frames: Indexes
    n_both: Indexes
    n_matched: Indexes
    n_by_extent: Indexes
    volume_iou: Numbers


class TrackTally:
    """Collects the frames of data units, and then tells of the tracks on them."""

    def __init__(self) -> None:
        self._objects: list[Indexes] = []
        self._frames: list[Indexes] = []
        self._areas: list[Numbers] = []
        self._pairs: list[Indexes] = []
        self._figures: list[Numbers] = []

    def add(
        self,
        drawn: DrawnObjects,
        of_object: Indexes,
        frame: Indexes,
        pairs: Pairs,
        iou: Numbers,
        is_match: Flags,
        is_by_extent: Flags,
    ) -> None:
        """Takes in some frames.

        Args:
            drawn: the objects on them.
            of_object: of each row the number of the object, the same in all parts; an object lies on one space.
            frame: of each row the frame.
            pairs: the pairs that overlap.
            iou: of each pair.
            is_match: of each pair, whether they are taken for one.
            is_by_extent: of each pair, whether the extents decided.
        """
        areas = extent_area(drawn.extent)
        self._objects.append(of_object)
        self._frames.append(frame)
        self._areas.append(areas)
        # An overlap in areas of the two extents that has the same intersection over union.
        shared = iou / (1 + iou) * (areas[pairs.left] + areas[pairs.right])
        keys, place = np.unique(_keys(of_object, pairs), return_inverse=True)
        self._pairs.append(keys)
        weights = (shared, is_match, is_match & is_by_extent)
        self._figures.append(np.stack([np.bincount(place, each, len(keys)) for each in weights], axis=1))

    def tracks(self) -> Tracks:
        """The pairs that are taken for one on some frame."""
        objects, frames = np.concatenate(self._objects), np.concatenate(self._frames)
        areas = np.concatenate(self._areas)
        pairs, place = np.unique(np.concatenate(self._pairs), return_inverse=True)
        figures = np.concatenate(self._figures)
        shared, n_matched, n_by_extent = (np.bincount(place, column, len(pairs)) for column in figures.T)
        chosen = n_matched > 0
        left, right = pairs[chosen] >> _SHIFT, pairs[chosen] & (1 << _SHIFT) - 1
        n_frames, covered = np.bincount(objects), np.bincount(objects, areas)
        shared = shared[chosen]
        volume_iou = shared / (covered[left] + covered[right] - shared)
        return Tracks(
            left,
            right,
            n_frames[left],
            n_frames[right],
            _on_both(objects, frames, left, right),
            n_matched[chosen].astype(np.int64),
            n_by_extent[chosen].astype(np.int64),
            rounded(volume_iou),
        )


def is_of_track(of_object: Indexes, pairs: Pairs, is_match: Flags) -> Flags:
    """Which pairs are of two objects that are taken for one on some frame.

    Args:
        of_object: as in `TrackTally.add`.
        pairs: the pairs that overlap.
        is_match: of each pair, whether they are taken for one.
    """
    keys = _keys(of_object, pairs)
    return np.isin(keys, np.unique(keys[is_match]))


def _keys(of_object: Indexes, pairs: Pairs) -> Indexes:
    """One number for the two objects of each pair."""
    keys: Indexes = of_object[pairs.left] << _SHIFT | of_object[pairs.right]
    return keys


def _on_both(objects: Indexes, frames: Indexes, left: Indexes, right: Indexes) -> Indexes:
    """On how many frames there are both objects of each pair."""
    order = np.lexsort((frames, objects))
    objects, frames = objects[order], frames[order]
    width = frames.max(initial=0) + 1
    keys = objects * width + frames
    start = np.searchsorted(objects, left)
    count = np.searchsorted(objects, left, side="right") - start
    pair = np.repeat(np.arange(left.size), count)
    row = np.arange(pair.size) - np.repeat(np.cumsum(count) - count, count) + start[pair]
    wanted = right[pair] * width + frames[row]
    found = np.searchsorted(keys, wanted)
    is_there = keys[np.minimum(found, keys.size - 1)] == wanted
    return np.bincount(pair[is_there], minlength=left.size)
