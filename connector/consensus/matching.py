"""Which two objects of two branches are taken for one: greedily, the best pair first, until no pair is left."""

import numpy as np

from connector.consensus.object_pairs import DrawnObjects, Flags, Indexes, Numbers, Pairs


def least_iou(drawn: DrawnObjects, pairs: Pairs) -> Numbers:
    """How far the two of each pair must overlap to be taken for one."""
    return np.maximum(drawn.min_iou[pairs.left], drawn.min_iou[pairs.right])


def matched(drawn: DrawnObjects, pairs: Pairs, iou: Numbers) -> Flags:
    """Which pairs are matches; of two branches each object has at most one.

    Pairs of one class come before all others, then those that overlap more; of equal ones those whose object hashes
    come first. Of what is left the first pair is a match, and its two objects are out; and so on.

    Args:
        drawn: the objects.
        pairs: those that overlap.
        iou: of each pair, how far.
    """
    close = np.flatnonzero(iou >= least_iou(drawn, pairs))
    left, right = pairs.left[close], pairs.right[close]
    best_first = np.lexsort(
        (drawn.hash_order[right], drawn.hash_order[left], -iou[close], drawn.feature[left] != drawn.feature[right])
    )
    close, left, right = close[best_first], left[best_first], right[best_first]
    # An object has a choice of its own for each branch that it is compared with.
    chosen = _first_of_both(_numbered(left, drawn.branch[right]), _numbered(right, drawn.branch[left]))
    is_match = np.zeros(len(pairs), dtype=bool)
    is_match[close[chosen]] = True
    return is_match


def _numbered(row: Indexes, branch: Indexes) -> Indexes:
    """A number from 0 on for each different (row, branch)."""
    key = row * (branch.max(initial=0) + 1) + branch
    return np.unique(key, return_inverse=True)[1]


def _first_of_both(left: Indexes, right: Indexes) -> Indexes:
    """The greedy choice among pairs that are sorted best first, each given by the numbers of its two ends.

    Each pass chooses the pairs that are the first of both their ends, because nothing before them can take an end away.
    The next pass looks at what is left.
    """
    first_of_left = np.empty(left.max(initial=-1) + 1, dtype=np.int64)
    first_of_right = np.empty(right.max(initial=-1) + 1, dtype=np.int64)
    is_taken_left, is_taken_right = np.zeros(first_of_left.size, dtype=bool), np.zeros(first_of_right.size, dtype=bool)
    waiting = np.arange(left.size)
    chosen = []
    while waiting.size:
        # The last assignment to a number stays, so the first pair of each end is the one that is assigned last.
        first_of_left[left[waiting[::-1]]] = waiting[::-1]
        first_of_right[right[waiting[::-1]]] = waiting[::-1]
        best = waiting[(first_of_left[left[waiting]] == waiting) & (first_of_right[right[waiting]] == waiting)]
        chosen.append(best)
        is_taken_left[left[best]] = is_taken_right[right[best]] = True
        waiting = waiting[~is_taken_left[left[waiting]] & ~is_taken_right[right[waiting]]]
    return np.concatenate(chosen) if chosen else waiting
