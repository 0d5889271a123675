"""Matching and joining against plain loops, and against the best assignment that there is."""

from collections import defaultdict

import numpy as np
import pytest
from scipy.optimize import linear_sum_assignment

from connector.consensus import object_pairs
from connector.consensus.matching import matched
from connector.consensus.object_pairs import DrawnObjects, Numbers, Pairs, extent_iou, overlapping_pairs
from connector.consensus.things import first_of_thing, votes

Pair = tuple[int, int]


def crowd(seed: int, *, annotators: int = 3, things: int = 40, frames: int = 1, jitter: float = 0.01) -> DrawnObjects:
    """Boxes of 0.2 by 0.2 that lie over one another, each drawn by everybody a little differently."""
    source = np.random.default_rng(seed)
    corners = source.uniform(0.2, 0.35, (frames, 1, things, 2)) + source.normal(
        0, jitter, (frames, annotators, things, 2)
    )
    corners = corners.reshape(-1, 2)
    return DrawnObjects(
        place=np.repeat(np.arange(frames), annotators * things),
        branch=np.tile(np.repeat(np.arange(annotators), things), frames),
        is_main=np.zeros(len(corners), dtype=bool),
        hash_order=np.tile(np.arange(things), annotators * frames),
        feature=source.integers(0, 2, len(corners)) if seed % 2 else np.zeros(len(corners), dtype=np.int64),
        extent=np.concatenate((corners, corners + 0.2), axis=1),
        min_iou=np.full(len(corners), 0.5),
    )


def in_plain_loops(drawn: DrawnObjects, pairs: Pairs, iou: Numbers) -> set[Pair]:
    def rank(place: int) -> tuple[float, ...]:
        left, right = pairs.left[place], pairs.right[place]
        other_class = drawn.feature[left] != drawn.feature[right]
        return (other_class, -iou[place], drawn.hash_order[left], drawn.hash_order[right])

    taken: set[tuple[int, int]] = set()
    found = set()
    for place in sorted(range(len(pairs)), key=rank):
        left, right = int(pairs.left[place]), int(pairs.right[place])
        ends = {(left, int(drawn.branch[right])), (right, int(drawn.branch[left]))}
        if iou[place] >= 0.5 and not ends & taken:
            taken |= ends
            found.add((left, right))
    return found


@pytest.mark.parametrize("seed", range(6))
def test_matches_are_those_of_plain_loops_and_complete(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    drawn = crowd(seed, frames=3)
    pairs = overlapping_pairs(drawn)
    monkeypatch.setattr(object_pairs, "_PAIRS_AT_ONCE", 100)
    again = overlapping_pairs(drawn)
    assert (pairs.left == again.left).all()
    assert (pairs.right == again.right).all()
    every = {
        (one, other)
        for one in range(len(drawn))
        for other in range(one + 1, len(drawn))
        if drawn.place[one] == drawn.place[other] and drawn.branch[one] != drawn.branch[other]
    }
    assert set(zip(pairs.left.tolist(), pairs.right.tolist(), strict=True)) <= every
    iou = extent_iou(drawn, pairs)
    is_match = matched(drawn, pairs, iou)
    found = set(zip(pairs.left[is_match].tolist(), pairs.right[is_match].tolist(), strict=True))
    assert found == in_plain_loops(drawn, pairs, iou)
    # No pair is left that could be one.
    taken = {(left, drawn.branch[right]) for left, right in found} | {
        (right, drawn.branch[left]) for left, right in found
    }
    for left, right, overlap in zip(pairs.left, pairs.right, iou, strict=True):
        assert overlap < 0.5 or {(left, drawn.branch[right]), (right, drawn.branch[left])} & taken


def test_greedy_lies_little_below_the_best_assignment() -> None:
    """In crowds that no project has; docs/consensus-figures.md states the figure."""
    drawn = crowd(2, frames=60)
    pairs = overlapping_pairs(drawn)
    iou = extent_iou(drawn, pairs)
    greedy = int(matched(drawn, pairs, iou).sum())
    best = 0
    sides: dict[tuple[int, int, int], list[tuple[int, int, float]]] = defaultdict(list)
    for left, right, overlap in zip(pairs.left.tolist(), pairs.right.tolist(), iou.tolist(), strict=True):
        sides[int(drawn.place[left]), int(drawn.branch[left]), int(drawn.branch[right])].append((left, right, overlap))
    for found in sides.values():
        matrix = np.zeros((40, 40))
        for left, right, overlap in found:
            matrix[drawn.hash_order[left], drawn.hash_order[right]] = overlap if overlap >= 0.5 else 0
        chosen = linear_sum_assignment(matrix > 0, maximize=True)
        best += int((matrix[chosen] > 0).sum())
    assert best >= greedy > 0.96 * best


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("jitter", [0.01, 0.04])
def test_no_thing_has_two_objects_of_a_branch(seed: int, jitter: float) -> None:
    drawn = crowd(seed, annotators=4, things=15, frames=8, jitter=jitter)
    pairs = overlapping_pairs(drawn)
    iou = extent_iou(drawn, pairs)
    is_match = matched(drawn, pairs, iou)
    matches, overlap = pairs.where(is_match), iou[is_match]
    same_class = drawn.feature[matches.left] == drawn.feature[matches.right]
    first = first_of_thing(drawn, matches.where(same_class), overlap[same_class])
    things: dict[int, set[int]] = {row: {row} for row in range(len(drawn))}
    order = np.lexsort((drawn.hash_order[matches.right], drawn.hash_order[matches.left], -overlap))
    for left, right in zip(matches.left[order].tolist(), matches.right[order].tolist(), strict=True):
        one, other = things[left], things[right]
        if drawn.feature[left] == drawn.feature[right] and not {drawn.branch[row] for row in one} & {
            drawn.branch[row] for row in other
        }:
            one |= other
            things |= dict.fromkeys(other, one)
    assert first.tolist() == [min(things[row]) for row in range(len(drawn))]
    said = votes(drawn, matches, overlap, np.zeros(len(matches), dtype=bool))
    members = defaultdict(list)
    for row, thing in enumerate(said.thing.tolist()):
        members[drawn.place[row], thing].append(drawn.branch[row])
    assert all(len(set(branches)) == len(branches) for branches in members.values())
    assert said.is_medoid.sum() == len(members) == len(set(first.tolist()))


def test_forty_things_drawn_by_three_are_about_forty() -> None:
    drawn = crowd(4)
    pairs = overlapping_pairs(drawn)
    iou = extent_iou(drawn, pairs)
    is_match = matched(drawn, pairs, iou)
    said = votes(drawn, pairs.where(is_match), iou[is_match], np.zeros(is_match.sum(), dtype=bool))
    assert 40 <= said.is_medoid.sum() <= 46
