"""The run-length code of bitmasks and point-cloud segmentations, read and written without decoding them to pixels.

The string codes run lengths, zeros first, five bits a character from chr(48) on, each run from the fourth on as the
difference to the one two before it. COCO writes its masks in the same code, but runs down columns.
"""

from collections.abc import Iterable, Sequence

import numpy as np
import numpy.typing as npt

from connector.geometry.ranges import Range, merge_ranges

Runs = npt.NDArray[np.int64]

LARGEST_SIDE = 65_535
"""Pixels of the longer side of a mask, and of a frame that masks are made for; no JPEG has more."""
LARGEST_AREA = 1 << 28
"""Pixels of such a mask or frame: 16,384 by 16,384."""


class MaskTooLargeError(ValueError):
    """A mask says that it is larger than its frame, or than any mask that is read here."""

    def __init__(self) -> None:
        super().__init__("a mask larger than its frame")


def require_size(width: float, height: float, frame_width: float | None, frame_height: float | None) -> None:
    """See that a mask of that size can be one: whoever works with its pixels does so after this.

    Args:
        width: what the mask says.
        height: what the mask says.
        frame_width: of its frame; None or 0 where it is not known, and the stated maximum is what counts.
        frame_height: as above.

    Raises:
        MaskTooLargeError: it is larger than its frame, or than the stated maximum.
    """
    widest, highest = min(frame_width or LARGEST_SIDE, LARGEST_SIDE), min(frame_height or LARGEST_SIDE, LARGEST_SIDE)
    if not (0 <= width <= widest and 0 <= height <= highest and width * height <= LARGEST_AREA):
        raise MaskTooLargeError


def run_lengths(text: str) -> Runs:
    """The lengths of the alternating runs of zeros and ones.

    Raises:
        ValueError: The string holds characters that are not of this code, a run is negative, or all runs together are
            longer than anything.
    """
    try:
        codes = np.frombuffer(text.encode("ascii"), dtype=np.uint8).astype(np.int64) - 48
    except UnicodeEncodeError as error:
        raise ValueError("a character outside the run-length code") from error
    if codes.size == 0:
        return codes
    if codes.min() < 0 or codes.max() > 63:
        raise ValueError("a character outside the run-length code")
    is_last = (codes & 0x20) == 0
    is_negative_last = is_last & ((codes & 0x10) != 0)
    is_last[-1] = True  # a string cut short ends its last run
    ends = np.flatnonzero(is_last)
    starts = np.concatenate(([0], ends[:-1] + 1))
    lengths = ends - starts + 1
    if lengths.max() > 12:
        raise ValueError("a run longer than 60 bits")
    places = np.arange(codes.size) - np.repeat(starts, lengths)
    runs: Runs = np.add.reduceat((codes & 0x1F) << (5 * places), starts)
    runs = np.where(is_negative_last[ends], runs - (np.int64(1) << (5 * lengths)), runs)
    # Differences start at the fourth run, and only the first run stands outside its chain.
    runs[1::2] = np.cumsum(runs[1::2])
    runs[2::2] = np.cumsum(runs[2::2])
    if runs.min() < 0:
        raise ValueError("a negative run length")
    if runs.sum(dtype=np.float64) >= 1 << 62:
        raise ValueError("runs longer than anything")
    return runs


def encoded_runs(runs: Sequence[int]) -> str:
    """The string of alternating runs of zeros and ones, the inverse of `run_lengths`."""
    characters = []
    for place, length in enumerate(runs):
        number = length - runs[place - 2] if place > 2 else length  # only the first three stand for themselves
        is_open = True
        while is_open:
            bits = number & 0x1F
            number >>= 5
            is_open = number != (-1 if bits & 0x10 else 0)
            characters.append(chr((bits | 0x20 if is_open else bits) + 48))
    return "".join(characters)


def encoded_ranges(ranges: Iterable[Range]) -> str:
    """The string of sorted, disjoint, inclusive ranges of ones, the inverse of `set_ranges`; empty for none."""
    runs: list[int] = []
    following = 0
    for start, end in ranges:
        runs += (start - following, end - start + 1)
        following = end + 1
    return encoded_runs(runs)


def set_ranges(text: str) -> list[Range]:
    """The ranges of ones, as inclusive index pairs, sorted, adjacent ones merged.

    Raises:
        ValueError: See `run_lengths`.
    """
    runs = run_lengths(text)
    ends = np.cumsum(runs)
    starts = ends - runs
    filled = runs[1::2] > 0
    return merge_ranges(zip(starts[1::2][filled].tolist(), (ends[1::2][filled] - 1).tolist(), strict=True))


def row_pieces(runs: Runs, width: int) -> tuple[Runs, Runs, Runs]:
    """The ones of a row-major mask as pieces of its rows, from the top left on.

    Args:
        runs: see `run_lengths`.
        width: of the mask; more than 0.

    Returns:
        The row of each piece, its first column, and one past its last. No more than runs and rows together.
    """
    ends = np.cumsum(runs)
    filled = runs[1::2] > 0
    first, last = (ends - runs)[1::2][filled], ends[1::2][filled] - 1
    # A run goes on over the ends of rows: one piece a row that it touches.
    first_row, last_row = first // width, last // width
    pieces = last_row - first_row + 1
    run = np.repeat(np.arange(first.size), pieces)
    row = np.arange(run.size) - np.repeat(np.cumsum(pieces) - pieces, pieces) + first_row[run]
    begin = np.maximum(first[run], row * width) - row * width
    end = np.minimum(last[run] + 1, (row + 1) * width) - row * width
    return row, begin, end


def pixel_extent(text: str, width: int, height: int) -> tuple[int, int, int, int] | None:
    """The smallest box around the set pixels of a row-major mask of `width` by `height` pixels.

    Returns:
        Left, top, right and bottom, right and bottom exclusive, in pixels of the mask; None if no pixel is set.

    Raises:
        ValueError: See `run_lengths`; or the runs leave the mask.
    """
    runs = run_lengths(text)
    ends = np.cumsum(runs)
    if ends.size and ends[-1] > width * height:
        raise ValueError("runs beyond the mask")
    filled = runs[1::2] > 0
    first = (ends - runs)[1::2][filled]
    last = ends[1::2][filled] - 1
    if first.size == 0:
        return None
    top, bottom = int(first[0]) // width, int(last[-1]) // width + 1
    first_row, last_row = first // width, last // width
    if (first_row != last_row).any():
        # A run over the end of a row touches the last column and the first.
        return 0, top, width, bottom
    return int((first - first_row * width).min()), top, int((last - last_row * width).max()) + 1, bottom
