"""Runs of frames with one answer, and ranges of answers and of objects over a whole data unit, never expanded."""

import itertools
import random

import pytest

from connector.load import Warehouse
from tests.consensus.given_answers import (
    add_reviewed,
    classify,
    label_hash_of,
    number,
    option,
    written,
)
from tests.consensus.herd_of_three import MANY_FRAMES, add_herd, add_unit
from tests.views.herd import asked, insert

ANNOTATORS = "abc"
WORDS = ("daytime", "night")
REGIONS = (
    "SELECT full_answer, frame_start, frame_end, max_agreement, integrated_agreement, n2_score, n3_score"
    " FROM consensus_region"
)
LENGTHS = "SELECT annotator, other_annotator, full_answer, length_a, length_b, overlap, temporal_iou"


@pytest.fixture
def herd(warehouse: Warehouse) -> Warehouse:
    add_herd(warehouse)
    return warehouse


def runs(frames: set[int]) -> list[list[int]]:
    """Consecutive frames, gaps between them."""
    found: list[list[int]] = []
    for frame in sorted(frames):
        if found and found[-1][-1] == frame - 1:
            found[-1].append(frame)
        else:
            found.append([frame])
    return found


def test_random_ranges_against_sets_of_frames(herd: Warehouse) -> None:
    source = random.Random(2)
    add_reviewed(herd, ANNOTATORS)
    frames: dict[tuple[str, str], set[int]] = {}
    for who, word in itertools.product(ANNOTATORS, WORDS):
        ranges = [(first, min(63, first + source.randrange(0, 12))) for first in source.sample(range(60), 4)]
        classify(herd, who, word, ranges, {"note-question": [written(word)]}, feature_hash="note")
        frames[who, word] = {frame for first, last in ranges for frame in range(first, last + 1)}
    ranges_of = asked(herd, f"{LENGTHS} FROM consensus_range_pair WHERE range_unit = 'frame'")
    assert len(ranges_of) == 6
    for one, other, word, length, other_length, overlap, temporal_iou in ranges_of:
        a, b = frames[one, word], frames[other, word]
        assert (length, other_length, overlap, temporal_iou) == (len(a), len(b), len(a & b), len(a & b) / len(a | b))
    expected = set()
    for word in WORDS:
        # A branch has one answer to a question on a frame: of two, the first in order.
        votes = {who: frames[who, word] - (frames[who, "daytime"] if word == "night" else set()) for who in ANNOTATORS}
        for run in runs(set().union(*votes.values())):
            counts = [sum(frame in each for each in votes.values()) for frame in run]
            scores = [sum(count >= n for count in counts) / len(run) for n in (2, 3)]
            expected.add((word, run[0], run[-1], max(counts), sum(counts) / (3 * len(run)), *scores))
    assert set(asked(herd, REGIONS)) == expected
    assert len(expected) > 6


def test_a_gap_after_frame_zero_ends_a_region(herd: Warehouse) -> None:
    """Encord's own tool makes one region of 0 to 22 of these votes, though its README promises otherwise."""
    add_reviewed(herd, "ab")
    classify(herd, "a", "day", [(0, 0), (5, 22)], {"day-question": [option("night")]})
    classify(herd, "b", "day", [(5, 13)], {"day-question": [option("night")]})
    assert sorted(asked(herd, REGIONS)) == [
        ("night", 0, 0, 1, 0.5, 0.0, 0.0),
        ("night", 5, 22, 2, 27 / 36, 0.5, 0.0),
    ]


def test_a_region_has_one_answer_at_all_levels(herd: Warehouse) -> None:
    add_reviewed(herd, "ab")
    for who, hour in (("a", 9.0), ("b", 10.0)):
        classify(herd, who, "day", [(0, 3)], {"day-question": [option("daytime")], "day-hour": [number(hour)]})
    query = "SELECT full_answer_label, n_frames, max_agreement FROM consensus_region ORDER BY 1"
    assert asked(herd, query) == [("Day & Hour: 10", 4, 1), ("Day & Hour: 9", 4, 1)]
    assert sorted(row[2:] for row in asked(herd, f"{LENGTHS} FROM consensus_range_pair")) == [
        ("daytime & day-hour=10", 0, 4, 0, 0.0),
        ("daytime & day-hour=9", 4, 0, 0, 0.0),
    ]


def test_nanoseconds_and_whole_files_are_not_expanded(herd: Warehouse) -> None:
    """An hour of a continuous scene is 3.6e12 units long."""
    hour = 3_600_000_000_000
    add_unit(herd, "scene", "review", {"main": [], "encord-a": [], "encord-b": []}, is_event_based=True)
    answers = {"day-question": [option("night")]}
    classify(herd, "a", "day", [(0, hour - 1)], answers, range_unit="nanosecond", data_hash="scene")
    classify(herd, "b", "day", [(hour // 2, 2 * hour - 1)], answers, range_unit="nanosecond", data_hash="scene")
    for who in "ab":
        classify(
            herd, who, "herds", [(None, None)], {"herds-question": [number(3)]}, range_unit="whole", data_hash="scene"
        )
    query = "SELECT full_answer, range_unit, length_a, length_b, overlap, temporal_iou FROM consensus_range_pair"
    assert sorted(asked(herd, query)) == [
        ("3", "whole", 1, 1, 1, 1.0),
        ("night", "nanosecond", hour, 3 * hour // 2, hour // 2, 0.25),
    ]
    assert asked(herd, "SELECT COUNT(*) FROM consensus_vote") == [(0,)]


def test_classes_of_audio_objects_are_compared_by_their_ranges(herd: Warehouse) -> None:
    add_unit(herd, "sound", "review", {"main": [], "encord-a": [], "encord-b": []})
    ranges = {"a": [("o1", 0, 999), ("o2", 500, 1499)], "b": [("o3", 1000, 2499)]}
    for who, each in ranges.items():
        label = {"label_hash": label_hash_of(who, "sound")}
        insert(herd, "object_instance", *({**label, "object_hash": o, "feature_hash": "bell"} for o, _, _ in each))
        insert(
            herd,
            "object_range",
            *(
                {**label, "object_hash": o, "space_id": "root", "position": 0, "range_unit": "millisecond"}
                | {"range_start": start, "range_end": end}
                for o, start, end in each
            ),
        )
    query = "SELECT label_kind, question, full_answer_label, length_a, length_b, overlap, temporal_iou"
    # Two bells of a's that overlap are one and a half seconds of bells.
    assert asked(herd, f"{query} FROM consensus_range_pair") == [("object", "Bell", "Bell", 1500, 1500, 500, 0.2)]


def test_main_is_compared_once_consensus_is_reached(herd: Warehouse) -> None:
    add_reviewed(herd, "a", stage="done")
    insert(herd, "frame_number", {"frame": MANY_FRAMES})
    for who in ("a", "main"):
        classify(herd, who, "day", [(0, 9)], {"day-question": [option("night")]})
    query = "SELECT annotator, other_annotator, pair_kind, temporal_iou FROM consensus_range_pair"
    assert asked(herd, query) == [("a", "main", "main", 1.0)]
