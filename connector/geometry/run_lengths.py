"""The run-length code of bitmasks and point-cloud segmentations, read and written without decoding them to pixels.

The string codes run lengths, zeros first, five bits a character from chr(48) on, each run from the fourth on as the
difference to the one two before it. COCO writes its masks in the same code, but runs down columns.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from connector.geometry.ranges import Range, merge_ranges

Runs = npt.NDArray[np.int64]

Flags = npt.NDArray[np.bool_]
Sizes = npt.NDArray[np.float64]

_MOST_CHARACTERS = 12
_LONGEST = 1 << 62
_LONGEST_OF_MANY = 1 << 32
"""Of runs no longer than this no string in memory holds so many that together they pass the longest."""
_OUTSIDE_THE_CODE = "~"

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
    if not _are_within(width, height, widest, highest):
        raise MaskTooLargeError


def are_of_size(widths: Sizes, heights: Sizes, frame_widths: Sizes, frame_heights: Sizes) -> Flags:
    """As `require_size`, of many masks: which can be one; the size of a frame is NaN where it is not known."""
    return np.asarray(
        _are_within(widths, heights, np.fmin(frame_widths, LARGEST_SIDE), np.fmin(frame_heights, LARGEST_SIDE))
    )


def _are_within(width: Any, height: Any, widest: Any, highest: Any) -> Any:  # noqa: ANN401 - numbers, or columns of them
    return (width >= 0) & (width <= widest) & (height >= 0) & (height <= highest) & (width * height <= LARGEST_AREA)


@dataclass(frozen=True, slots=True)
class ManyRuns:
    """The run lengths of many strings, in pairs of a run of zeros and the run of ones behind it.

    Attributes:
        pairs: of all strings, one behind the other: two columns, zeros and ones. The last run of ones is 0 where a
            string ends on zeros.
        offsets: where the pairs of each string begin, and at last where all end.
        counts: how many runs each string holds.
        is_code: of each string, whether it is of the code. What stands for one that is not means nothing.
    """

    pairs: Runs
    offsets: Runs
    counts: Runs
    is_code: Flags

    @property
    def owners(self) -> Runs:
        """The string that each pair belongs to."""
        return np.repeat(np.arange(self.is_code.size), self.offsets[1:] - self.offsets[:-1])


def many_run_lengths(texts: Sequence[str]) -> ManyRuns:
    """The lengths of the alternating runs of zeros and ones of many strings, decoded at once."""
    joined = "".join(texts)
    if not joined.isascii():
        joined = "".join(texts := [text if text.isascii() else _OUTSIDE_THE_CODE for text in texts])
    codes = np.frombuffer(joined.encode(), dtype=np.uint8) - np.uint8(48)  # what is below 48 comes out above 63
    text_offsets = offsets_of(np.array([len(text) for text in texts], dtype=np.int64))
    numbers, run_offsets = _numbers(codes, text_offsets)
    counts = run_offsets[1:] - run_offsets[:-1]
    # With a run of ones behind the last zeros, too, the runs of each string are whole pairs. One pair more than there
    # are stands behind all, for strings without runs to begin at.
    pair_counts = (counts + 1) // 2
    offsets = offsets_of(pair_counts)
    begins = offsets[:-1]
    flat = np.zeros(2 * offsets[-1] + 2, dtype=np.int64)
    flat[np.arange(numbers.size) + np.repeat(2 * begins - run_offsets[:-1], counts)] = numbers
    # Differences start at the fourth run, and only the first run stands outside its chain.
    pairs = flat.reshape(-1, 2)
    first_runs = pairs[begins, 0]
    pairs[begins, 0] = 0
    sums = np.cumsum(pairs, axis=0)
    sums[:-1] -= np.repeat(sums[begins] - pairs[begins], pair_counts, axis=0)
    sums[begins, 0] = first_runs
    sums[offsets[1:][counts % 2 == 1] - 1, 1] = 0
    runs = ManyRuns(sums[:-1], offsets, counts, np.ones(len(texts), dtype=np.bool_))
    _find_others(runs, codes, text_offsets)
    return runs


def offsets_of(counts: Runs) -> Runs:
    """Where each of several lists begins that lie one behind the other, and at last where all end."""
    offsets = np.zeros(counts.size + 1, dtype=np.int64)
    np.cumsum(counts, out=offsets[1:])
    return offsets


def _numbers(codes: npt.NDArray[np.uint8], text_offsets: Runs) -> tuple[Runs, Runs]:
    """The numbers of all strings, one of more than 60 bits being negative, and where those of each begin.

    Each character holds five bits of a number, the lowest first, and says whether more follow. The last one holds the
    sign.
    """
    if not codes.size:
        return np.zeros(0, dtype=np.int64), np.zeros_like(text_offsets)
    is_last = codes & 0x20 == 0
    highest = (codes << 3).view(np.int8) >> 3
    last = text_offsets[1:] - 1  # of an empty string, that of another one
    if not is_last[last].all():
        # A string cut short ends its last number, which has no sign.
        cut_short = last[~is_last[last]]
        is_last[cut_short] = True
        highest[cut_short] = codes[cut_short] & 0x1F
    ends = np.flatnonzero(is_last)
    numbers = highest[ends].astype(np.int64)
    # Before the first character stands, as Python counts, the last one of all.
    longer, place = np.flatnonzero(~is_last[ends - 1]), 1
    while longer.size and place < _MOST_CHARACTERS:
        numbers[longer] = (numbers[longer] << 5) | (codes[ends[longer] - place] & 0x1F)
        place += 1
        longer = longer[~is_last[ends[longer] - place]]
    numbers[longer] = -_LONGEST
    return numbers, np.searchsorted(ends, text_offsets)


def _find_others(runs: ManyRuns, codes: npt.NDArray[np.uint8], text_offsets: Runs) -> None:
    """Mark the strings that are not of the code."""
    if codes.max(initial=0) > 63:
        outside = np.flatnonzero(codes > 63)
        runs.is_code[np.searchsorted(text_offsets, outside, side="right") - 1] = False
    if runs.pairs.min(initial=0) < 0 or runs.pairs.max(initial=0) > _LONGEST_OF_MANY:
        runs.is_code[runs.owners[runs.pairs.min(axis=1) < 0]] = False
        totals = np.bincount(runs.owners, runs.pairs.sum(axis=1, dtype=np.float64), minlength=runs.is_code.size)
        runs.is_code[totals >= _LONGEST] = False


def run_lengths(text: str) -> Runs:
    """The lengths of the alternating runs of zeros and ones.

    Raises:
        ValueError: The string holds characters that are not of this code, a run is negative or of more than 60 bits, or
            all runs together are longer than anything.
    """
    runs = many_run_lengths([text])
    if not runs.is_code[0]:
        raise ValueError("not of the run-length code")
    return runs.pairs.ravel()[: runs.counts[0]]


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
