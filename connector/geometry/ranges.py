"""Ranges of frames, milliseconds, characters or points: inclusive pairs of integers, merged as the SDK merges them."""

from collections.abc import Iterable

Range = tuple[int, int]


def read_ranges(raw: object) -> tuple[list[Range], int]:
    """The pairs of a raw list `[[a, b], …]`.

    Returns:
        The pairs that are two integers each, as given, and how many others there were.
    """
    if not isinstance(raw, list):
        return [], 0 if raw is None else 1
    ranges = [
        (pair[0], pair[1])
        for pair in raw
        if isinstance(pair, (list, tuple)) and len(pair) == 2 and type(pair[0]) is int and type(pair[1]) is int
    ]
    return ranges, len(raw) - len(ranges)


def merge_ranges(ranges: Iterable[Range]) -> list[Range]:
    """Sorted and disjoint: overlapping and adjacent ranges become one, reversed ones count for nothing."""
    if isinstance(ranges, list) and len(ranges) == 1:  # the usual case, of every second answer
        return ranges if ranges[0][0] <= ranges[0][1] else []
    merged: list[Range] = []
    for start, end in sorted(ranges):
        if start > end:
            continue
        if merged and start <= merged[-1][1] + 1:
            if end > merged[-1][1]:
                merged[-1] = (merged[-1][0], end)
        else:
            merged.append((start, end))
    return merged


def merge_keeping_reversed(ranges: Iterable[Range]) -> tuple[list[Range], int]:
    """Merged ranges, then the reversed ones as given.

    The SDK cannot load a label row with a reversed range; its rows are kept here, where a join on
    `start <= frame <= end` finds nothing on them, as it should.

    Returns:
        The ranges, and how many of them are reversed.
    """
    given = list(ranges)
    reversed_ranges = [pair for pair in given if pair[0] > pair[1]]
    return merge_ranges(given) + reversed_ranges, len(reversed_ranges)


def frames_to_ranges(frames: Iterable[int]) -> list[Range]:
    """Runs of consecutive frames."""
    return merge_ranges((frame, frame) for frame in frames)
