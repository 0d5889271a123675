"""Masks in COCO's form: run lengths down the columns, zeros first, as a string.

Encord's bitmasks run along rows. A shape is processed in strips of columns, so that memory does not depend on the size
that it claims. Polygons become masks by one rule: a pixel belongs to a polygon if its centre does. So the area of a
mask is that of its polygon, neither widened by the outline nor shifted by rounded corners.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from connector.geometry.mask_runs import MaskRuns
from connector.geometry.pixel_shapes import Mask, Part, Ring
from connector.geometry.run_lengths import require_size

Runs = npt.NDArray[np.int64]
"""Lengths of alternating runs of zeros and ones, zeros first, down the columns of a whole frame."""


Strip = tuple[Mask, int, int]
"""Some neighbouring columns of a shape: its pixels in a box, and the left and top of that box."""

STRIP_PIXELS = 1 << 20
"""About how many pixels a strip has: this much of a shape is in memory, however large it claims to be."""
MOST_RUNS = 1 << 24
"""The most runs of a shape; more is noise that nobody drew."""


def polygon_strips(parts: Sequence[Part], width: int, height: int) -> Iterator[Strip]:
    """The pixels of a polygon with several parts and holes, cut off at the frame, from left to right.

    Args:
        parts: in pixels; the holes of a part cut that part only, never another one.
        width: of the frame.
        height: of the frame.
    """
    corners = np.array([corner for part in parts for corner in part[0]], dtype=np.float64).reshape(-1, 2)
    if not corners.size:
        return
    left, top = np.clip(np.floor(corners.min(axis=0)), 0, (width, height)).astype(int).tolist()
    right, bottom = np.clip(np.ceil(corners.max(axis=0)), 0, (width, height)).astype(int).tolist()
    # A strip needs one number for each pixel, and one for each pair of edge and column.
    most_corners = max(len(ring) for part in parts for ring in part)
    columns = max(1, STRIP_PIXELS // max(bottom - top, most_corners, 1))
    for begin in range(left, right, columns):
        shape = (bottom - top, min(columns, right - begin))
        pixels = np.zeros(shape, dtype=np.bool_)
        for outer, *holes in parts:
            of_part = _ring_pixels(outer, begin, top, shape)
            for hole in holes:
                of_part &= ~_ring_pixels(hole, begin, top, shape)
            pixels |= of_part
        yield pixels, begin, top


def bitmask_strips(geometry: Mapping[str, Any], width: int, height: int) -> Iterator[Strip]:
    """The pixels of a bitmask on a frame of that size, cut off at it, from left to right.

    Raises:
        ValueError: the run lengths are malformed, or leave the mask; or the mask is larger than the frame.
    """
    mask_width, mask_height = int(geometry["width"]), int(geometry["height"])
    require_size(mask_width, mask_height, width, height)
    runs = MaskRuns([geometry["rle"]], np.array([mask_width]), np.array([mask_height]))
    if not runs.is_mask[0]:
        raise ValueError("no run lengths of this mask")
    _, row, begin, end = runs.pieces(np.array([0]))
    if not row.size:
        return
    columns = max(1, STRIP_PIXELS // mask_height)
    for first in range(0, mask_width, columns):
        strip_width = min(columns, mask_width - first)
        within = (end > first) & (begin < first + strip_width)
        # One where a piece begins, minus one after its end: their sum along the row is one within the piece.
        changes = np.zeros((mask_height, strip_width + 1), dtype=np.int8)
        changes[row[within], np.maximum(begin[within] - first, 0)] += 1
        changes[row[within], np.minimum(end[within] - first, strip_width)] -= 1
        pixels = np.cumsum(changes[:, :-1], axis=1, dtype=np.int8) > 0
        yield pixels, int(geometry["left"]) + first, int(geometry["top"])


def _ring_pixels(ring: Ring, left: int, top: int, shape: tuple[int, int]) -> Mask:
    """The pixels whose centre is within a ring, by the even-odd rule, in a box of that shape."""
    height, width = shape
    x0, y0 = (np.array(ring, dtype=np.float64) - (left, top)).T
    x1, y1 = np.roll(x0, -1), np.roll(y0, -1)
    # An edge crosses the middles of `count` columns from `first` on; an upright edge crosses none.
    first = np.clip(np.ceil(np.minimum(x0, x1) - 0.5), 0, width).astype(np.int64)
    count = np.clip(np.ceil(np.maximum(x0, x1) - 0.5), 0, width).astype(np.int64) - first
    edge = np.repeat(np.arange(len(first)), count)
    column = first[edge] + np.arange(edge.size) - np.repeat(np.cumsum(count) - count, count)
    share = (column + 0.5 - x0[edge]) / (x1 - x0)[edge]  # of the edge's length, from 0 to 1, so it stays finite
    crossing = y0[edge] + share * (y1 - y0)[edge]
    row = np.clip(np.ceil(crossing - 0.5), 0, height).astype(np.int64)
    toggled = np.zeros((height + 1, width), dtype=np.int32)
    np.add.at(toggled, (row, column), 1)
    return np.asarray(np.cumsum(toggled, axis=0)[:height] % 2 == 1)


def frame_runs(strips: Iterable[Strip], width: int, height: int) -> Runs:
    """The runs of a whole frame with the pixels of these strips; pixels outside the frame are cut off.

    Raises:
        ValueError: the frame is too large for masks, or there are more runs than anybody draws.
    """
    require_size(width, height, width, height)
    found = [(np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64))]
    count = 0
    for pixels, left, top in strips:
        found.append(_ones(pixels, left, top, width, height))
        count += len(found[-1][0])
        if count > MOST_RUNS:
            raise ValueError("a mask of more runs than anybody draws")
    starts, ends = (np.concatenate(of_all) for of_all in zip(*found, strict=True))
    # A run that reaches the bottom continues at the top of the next column.
    is_new = np.ones(len(starts), dtype=np.bool_)
    is_new[1:] = starts[1:] != ends[:-1]
    starts, ends = starts[is_new], ends[np.roll(is_new, -1)] if len(ends) else ends
    bounds = np.column_stack((starts, ends)).ravel()
    runs = np.diff(bounds, prepend=0, append=width * height)
    return np.asarray(runs[:-1] if len(runs) > 1 and runs[-1] == 0 else runs, dtype=np.int64)


def _ones(pixels: Mask, left: int, top: int, width: int, height: int) -> tuple[Runs, Runs]:
    """Where the runs of ones in a box begin and end on a frame, column by column."""
    pixels = pixels[max(0, -top) : max(0, height - top), max(0, -left) : max(0, width - left)]
    left, top = max(0, left), max(0, top)
    # Each column between two zeros: where it changes, a run of ones begins or ends.
    framed = np.zeros((pixels.shape[1], pixels.shape[0] + 2), dtype=np.int8)
    framed[:, 1:-1] = pixels.T
    changes = np.diff(framed, axis=1)
    column, row = np.nonzero(changes == 1)
    starts = (left + column) * height + top + row
    column, row = np.nonzero(changes == -1)
    return starts, (left + column) * height + top + row


def area(runs: Runs) -> int:
    """How many pixels are set."""
    return int(runs[1::2].sum())


def bounds(runs: Runs, height: int) -> tuple[float, float, float, float]:
    """Left, top, width and height of the set pixels; zeros if no pixel is set."""
    ends = np.cumsum(runs)
    first, last = (ends - runs)[1::2], ends[1::2] - 1
    if not first.size:
        return 0.0, 0.0, 0.0, 0.0
    left, right = int(first[0]) // height, int(last[-1]) // height
    if (first // height != last // height).any():
        top, bottom = 0, height - 1  # a run over the end of a column touches its last row and the first
    else:
        top, bottom = int((first % height).min()), int((last % height).max())
    return float(left), float(top), float(right - left + 1), float(bottom - top + 1)
