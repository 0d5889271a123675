"""Which objects of all annotators are one thing, how many have it, and which of its objects stands for it.

A thing has at most one object of a branch. Its objects are joined along the matches of one class, the greatest overlap
first; a match that would bring two objects of one branch together joins nothing.
"""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from connector.consensus.object_pairs import DrawnObjects, Flags, Indexes, Numbers, Pairs
from connector.consensus.rounding import rounded


@dataclass(frozen=True, slots=True)
class Votes:
    """What the annotators say of each object; one item a row of DrawnObjects in each array.

    Main has no vote: its objects belong to no thing, and nobody counts as having them.

    Attributes:
        thing: the thing that it belongs to: the rank of its first object on the frame, from 1 on; 0 for main.
        is_medoid: whether it stands for its thing: it is most like the others' objects.
        n_found: other branches that have it, in the same class.
        most_found: the greatest n_found of its thing.
        score_sum: the sum of its overlaps with those.
        n_placed: other branches that have something in its place, in whatever class.
        n_by_extent: of these, where the extents decided.
    """

    thing: Indexes
    is_medoid: Flags
    n_found: Indexes
    most_found: Indexes
    score_sum: Numbers
    n_placed: Indexes
    n_by_extent: Indexes


def votes(drawn: DrawnObjects, matches: Pairs, iou: Numbers, is_by_extent: Flags) -> Votes:
    """What the annotators say of each other's objects.

    Args:
        drawn: the objects.
        matches: the pairs that are taken for one.
        iou: of each match.
        is_by_extent: of each match, whether the extents decided.
    """
    peers = ~drawn.is_main[matches.left] & ~drawn.is_main[matches.right]
    matches, iou, is_by_extent = matches.where(peers), iou[peers], is_by_extent[peers]
    same_class = drawn.feature[matches.left] == drawn.feature[matches.right]
    both_ends = np.concatenate((matches.left, matches.right))

    def tally(weights: Numbers | Flags) -> Numbers:
        return np.bincount(both_ends, np.concatenate((weights, weights)), len(drawn)).astype(np.float64)

    score = rounded(tally(np.where(same_class, iou, 0.0)))
    first = first_of_thing(drawn, matches.where(same_class), iou[same_class])
    rows = np.flatnonzero(~drawn.is_main)
    rank = _rank_on_frame(drawn, rows)
    best_first = rows[np.lexsort((rank[rows], -score[rows], first[rows]))]
    is_medoid = np.zeros(len(drawn), dtype=bool)
    is_medoid[best_first[np.diff(first[best_first], prepend=-1) != 0]] = True
    # A thing is named by the least rank among its objects.
    least = np.full(len(drawn), len(drawn), dtype=np.int64)
    np.minimum.at(least, first[rows], rank[rows])
    n_found = tally(same_class).astype(np.int64)
    most_found = np.zeros(len(drawn), dtype=np.int64)
    np.maximum.at(most_found, first, n_found)
    return Votes(
        np.where(drawn.is_main, 0, least[first]),
        is_medoid,
        n_found,
        most_found[first],
        score,
        tally(np.ones(len(matches))).astype(np.int64),
        tally(is_by_extent).astype(np.int64),
    )


def first_of_thing(drawn: DrawnObjects, matches: Pairs, iou: Numbers) -> Indexes:
    """The first row of the thing that each row belongs to.

    Args:
        drawn: the objects.
        matches: those of one class between annotators.
        iou: of each match.
    """
    first = _connected(len(drawn), matches)
    # Most of what hangs together has one object of a branch. Only where it has two does the order of joining count.
    by_branch = np.stack((first, drawn.branch), axis=1)
    doubled = _doubled(by_branch)
    crowded = np.isin(first, first[doubled])
    within = crowded[matches.left]
    rows = np.flatnonzero(crowded)
    first[rows] = rows
    matches, iou = matches.where(within), iou[within]
    order = np.lexsort((drawn.hash_order[matches.right], drawn.hash_order[matches.left], -iou))
    for row, start in _joined(zip(matches.left[order].tolist(), matches.right[order].tolist(), strict=True), drawn):
        first[row] = start
    return first


def _joined(matches: Iterable[tuple[int, int]], drawn: DrawnObjects) -> Iterable[tuple[int, int]]:
    """Joins along the matches in their order; yields each row that is joined with another, and its thing's first."""
    members: dict[int, dict[int, int]] = {}
    for left, right in matches:
        one = members.setdefault(left, {int(drawn.branch[left]): left})
        other = members.setdefault(right, {int(drawn.branch[right]): right})
        if one.keys().isdisjoint(other):
            one |= other
            for row in other.values():
                members[row] = one
    for row, thing in members.items():
        yield row, min(thing.values())


def _connected(count: int, links: Pairs) -> Indexes:
    """The least row that each row hangs together with."""
    first = np.arange(count)
    while True:
        least = np.minimum(first[links.left], first[links.right])
        if (first[links.left] == least).all() and (first[links.right] == least).all():
            return first
        np.minimum.at(first, links.left, least)
        np.minimum.at(first, links.right, least)
        first = first[first]  # halves the way that is left


def _doubled(keys: Indexes) -> Indexes:
    """The places of keys (rows of two numbers) that stand there more than once, all but the first."""
    order = np.lexsort(keys.T[::-1])
    same = (np.diff(keys[order], axis=0) == 0).all(axis=1)
    doubled: Indexes = order[1:][same]
    return doubled


def _rank_on_frame(drawn: DrawnObjects, rows: Indexes) -> Indexes:
    """The rank of each of the rows on its frame, from 1 on, by object hash and branch; 0 for all others."""
    order = rows[np.lexsort((drawn.branch[rows], drawn.hash_order[rows], drawn.place[rows]))]
    place = drawn.place[order]
    rank = np.zeros(len(drawn), dtype=np.int64)
    rank[order] = np.arange(order.size) - np.searchsorted(place, place) + 1
    return rank
