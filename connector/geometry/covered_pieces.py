"""How much of a mask an outline covers, for many of both: from pieces of rows and edges, without an overlay engine.

A piece is a row high. What of it lies left of the outline's edges that go down, less what lies left of those that go
up, is what lies within.
"""

import numpy as np
import numpy.typing as npt
import shapely

from connector.geometry.mask_runs import Integers, counted_from, in_parts

Numbers = npt.NDArray[np.float64]

_LINE = np.int64(1) << 32
"""Rows from the frame of one pair to that of the next: the rows of all pairs lie on one line."""


def covered_areas(
    pair: Integers, row: Integers, begin: Integers, end: Integers, outlines: npt.NDArray[np.object_]
) -> Numbers:
    """The area of each pair's pieces that lies within its outline.

    Args:
        pair: the place in `outlines` that each piece belongs to, ascending.
        row: of the frame, ascending within a pair.
        begin: the first column of the piece.
        end: one past its last.
        outlines: valid areas.
    """
    owner, x0, y0, x1, y1 = _edges(outlines)
    top, bottom, slope = np.minimum(y0, y1), np.maximum(y0, y1), (x1 - x0) / (y1 - y0)
    # An edge meets the pieces of the rows that it passes, which are neighbours.
    lines = pair * _LINE + row
    first = np.searchsorted(lines, owner * _LINE + np.floor(top).astype(np.int64))
    counts = np.searchsorted(lines, owner * _LINE + np.ceil(bottom).astype(np.int64)) - first
    covered = np.zeros(len(outlines))
    for part in in_parts(counts):
        edge, piece = np.repeat(np.arange(counts.size)[part], counts[part]), counted_from(first[part], counts[part])
        from_y, till_y = np.maximum(top[edge], row[piece]), np.minimum(bottom[edge], row[piece] + 1)
        from_x, till_x = (x0[edge] + (y - y0[edge]) * slope[edge] for y in (from_y, till_y))
        areas = (till_y - from_y) * _mean_reach(from_x, till_x, begin[piece], end[piece])
        weights = np.where(y1 > y0, 1.0, -1.0)[edge] * areas
        covered += np.bincount(owner[edge], weights=weights, minlength=covered.size)
    return np.abs(covered)


def _edges(outlines: npt.NDArray[np.object_]) -> tuple[Integers, Numbers, Numbers, Numbers, Numbers]:
    """The edges of outlines that go up or down, and the outline that each is of; holes run the other way round."""
    parts, outline_of_part = shapely.get_parts(shapely.orient_polygons(outlines), return_index=True)
    rings, part_of_ring = shapely.get_rings(parts, return_index=True)
    points, ring = shapely.get_coordinates(rings, return_index=True)
    is_edge = (ring[1:] == ring[:-1]) & (points[1:, 1] != points[:-1, 1])
    owner = outline_of_part[part_of_ring[ring[:-1][is_edge]]]
    return (owner, *points[:-1][is_edge].T, *points[1:][is_edge].T)


def _mean_reach(from_x: Numbers, till_x: Numbers, begin: Integers, end: Integers) -> Numbers:
    """How far edges reach into pieces on average, from their begin on: nowhere to a piece's whole length."""
    low, high = np.minimum(from_x, till_x), np.maximum(from_x, till_x)
    low_within, high_within = np.clip(low, begin, end), np.clip(high, begin, end)
    length = np.where(high > low, high - low, 1.0)
    within = np.where(high > low, (high_within - low_within) / length, 1.0)
    beyond = np.maximum(high - np.maximum(low, end), 0.0) / length
    return np.asarray(within * ((low_within + high_within) / 2 - begin) + beyond * (end - begin))
