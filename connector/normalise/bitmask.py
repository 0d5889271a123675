"""Run lengths of bitmasks and point-cloud segmentations, without decoding them to pixels.

The string codes run lengths, zeros first, five bits a character from chr(48) on, each run from the fourth on as the
difference to the one two before it. It looks like COCO's, but runs along rows.
"""

import numpy as np
import numpy.typing as npt

from connector.normalise.ranges import Range, merge_ranges

Runs = npt.NDArray[np.int64]


def run_lengths(text: str) -> Runs:
    """The lengths of the alternating runs of zeros and ones.

    Raises:
        ValueError: The string holds characters that are not of this code, or a run is negative.
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
    return runs


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
