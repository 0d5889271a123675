"""Masks as COCO writes them: run lengths down the columns, zeros first, as a string.

Encord's bitmasks run along rows. Polygons become masks by one rule: a pixel belongs to a polygon if its centre does, so
that a mask's area is the polygon's, neither widened by its outline nor shifted by rounded corners.
"""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from connector.export.pixel_shapes import Mask, Part, Ring

Runs = npt.NDArray[np.int64]
"""Lengths of alternating runs of zeros and ones, zeros first, down the columns of a whole frame."""


def polygon_mask(parts: Sequence[Part], width: int, height: int) -> tuple[Mask, int, int]:
    """The pixels of a polygon with several parts and holes, cut off at the frame.

    Args:
        parts: in pixels; a part's holes are taken from it alone, never from another part.
        width: of the frame.
        height: of the frame.

    Returns:
        The pixels of a box around it, and that box's left and top.
    """
    corners = np.array([corner for part in parts for corner in part[0]], dtype=np.float64).reshape(-1, 2)
    if not corners.size:
        return np.zeros((0, 0), dtype=np.bool_), 0, 0
    left, top = np.clip(np.floor(corners.min(axis=0)), 0, (width, height)).astype(int).tolist()
    right, bottom = np.clip(np.ceil(corners.max(axis=0)), 0, (width, height)).astype(int).tolist()
    pixels = np.zeros((bottom - top, right - left), dtype=np.bool_)
    for outer, *holes in parts:
        of_part = _ring_pixels(outer, left, top, pixels.shape)
        for hole in holes:
            of_part &= ~_ring_pixels(hole, left, top, pixels.shape)
        pixels |= of_part
    return pixels, left, top


def _ring_pixels(ring: Ring, left: int, top: int, shape: tuple[int, int]) -> Mask:
    """The pixels whose centre lies within a ring, even-odd, in a box of that shape."""
    height, width = shape
    x0, y0 = (np.array(ring, dtype=np.float64) - (left, top)).T
    x1, y1 = np.roll(x0, -1), np.roll(y0, -1)
    # An edge crosses the middles of the columns from `first` on, `count` of them; an upright one none.
    first = np.clip(np.ceil(np.minimum(x0, x1) - 0.5), 0, width).astype(np.int64)
    count = np.clip(np.ceil(np.maximum(x0, x1) - 0.5), 0, width).astype(np.int64) - first
    edge = np.repeat(np.arange(len(first)), count)
    column = first[edge] + np.arange(edge.size) - np.repeat(np.cumsum(count) - count, count)
    share = (column + 0.5 - x0[edge]) / (x1 - x0)[edge]  # of the edge's length, 0 to 1: stays finite
    crossing = y0[edge] + share * (y1 - y0)[edge]
    row = np.clip(np.ceil(crossing - 0.5), 0, height).astype(np.int64)
    toggled = np.zeros((height + 1, width), dtype=np.int32)
    np.add.at(toggled, (row, column), 1)
    return np.asarray(np.cumsum(toggled, axis=0)[:height] % 2 == 1)


def frame_runs(pixels: Mask, left: int, top: int, width: int, height: int) -> Runs:
    """The runs of a whole frame that has these pixels at that place; what sticks out is cut off."""
    pixels = pixels[max(0, -top) : max(0, height - top), max(0, -left) : max(0, width - left)]
    left, top = max(0, left), max(0, top)
    # Each column between two zeros: where it changes, a run of ones begins or ends.
    framed = np.zeros((pixels.shape[1], pixels.shape[0] + 2), dtype=np.int8)
    framed[:, 1:-1] = pixels.T
    changes = np.diff(framed, axis=1)
    column, row = np.nonzero(changes == 1)
    starts = (left + column) * height + top + row
    column, row = np.nonzero(changes == -1)
    ends = (left + column) * height + top + row
    # A run to the bottom goes on at the top of the next column.
    is_new = np.ones(len(starts), dtype=np.bool_)
    is_new[1:] = starts[1:] != ends[:-1]
    starts, ends = starts[is_new], ends[np.roll(is_new, -1)] if len(ends) else ends
    bounds = np.column_stack((starts, ends)).ravel()
    runs = np.diff(bounds, prepend=0, append=width * height)
    return np.asarray(runs[:-1] if len(runs) > 1 and runs[-1] == 0 else runs, dtype=np.int64)


def area(runs: Runs) -> int:
    """How many pixels are set."""
    return int(runs[1::2].sum())


def bounds(runs: Runs, height: int) -> tuple[float, float, float, float]:
    """Left, top, width and height of the set pixels; zeros if none is."""
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


def run_text(runs: Runs) -> str:
    """The string that pycocotools reads: five bits a character, each run from the fourth on as a difference."""
    characters = []
    numbers = runs.tolist()
    for place, length in enumerate(numbers):
        number = length - numbers[place - 2] if place > 2 else length
        is_open = True
        while is_open:
            bits = number & 0x1F
            number >>= 5
            is_open = number != (-1 if bits & 0x10 else 0)
            characters.append(chr((bits | 0x20 if is_open else bits) + 48))
    return "".join(characters)
