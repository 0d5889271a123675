"""Ranges of points → the run-length string of a segmentation, the inverse of normalise/bitmask.py.

The string codes run lengths, zeros first, five bits a character from chr(48) on, each run from the fourth on as the
difference to the one two before it.
"""

from collections.abc import Iterable


def run_length_text(ranges: Iterable[tuple[int, int]]) -> str:
    """The string of sorted, disjoint, inclusive ranges of ones; empty for none."""
    runs: list[int] = []
    following = 0
    for start, end in ranges:
        runs += (start - following, end - start + 1)
        following = end + 1
    return "".join(
        _coded(length - runs[place - 2] if place > 2 else length)  # only the first three stand for themselves
        for place, length in enumerate(runs)
    )


def _coded(number: int) -> str:
    characters = []
    is_open = True
    while is_open:
        bits = number & 0x1F
        number >>= 5
        is_open = number != (-1 if bits & 0x10 else 0)
        characters.append(chr((bits | 0x20 if is_open else bits) + 48))
    return "".join(characters)
