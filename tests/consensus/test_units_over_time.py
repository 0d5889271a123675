"""How long consensus took, who agrees with main in the end, and tracks that end early."""

from datetime import UTC, datetime, timedelta

import pytest

from connector.load import Warehouse
from tests.consensus.given_answers import UNIT, add_reviewed, classify, option
from tests.consensus.herd_of_three import Drawn, add_herd, add_unit
from tests.views.herd import LONG_AGO, asked, insert

HERE, NEAR, FAR = (0.0, 0.0, 0.5, 0.5), (0.0, 0.0, 0.5, 0.25), (0.75, 0.75, 1.0, 1.0)
NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
TIMES = (
    "SELECT consensus_at, consensus_at_source, n_rejections, hours_to_consensus, hours_in_review FROM consensus_unit"
)


@pytest.fixture
def herd(warehouse: Warehouse) -> Warehouse:
    add_herd(warehouse)
    return warehouse


def act(herd: Warehouse, *actions: tuple[str, str, float], data_hash: str = UNIT) -> None:
    """Things done with the task: in which stage, what, and how many hours after noon."""
    insert(
        herd,
        "task_action",
        *(
            {
                "task_action_id": f"{data_hash}/{place}",
                "project_hash": "herd",
                "data_hash": data_hash,
                "workflow_stage_uuid": stage,
                "action_type": action_type,
                "acted_at": NOON + timedelta(hours=hours),
            }
            for place, (stage, action_type, hours) in enumerate(actions)
        ),
    )


def test_time_to_consensus_is_from_the_first_action_to_the_last_approval(herd: Warehouse) -> None:
    cow = [Drawn("cow", HERE)]
    add_reviewed(herd, "ab", stage="done", labels={"main": cow, "a": cow, "b": cow})
    first = [("annotate", "assign", 0), ("annotate", "submit", 1), ("annotate", "submit", 2), ("review", "reject", 3)]
    act(herd, *first, ("annotate", "submit", 5), ("review", "approve", 5.5), ("done", "move", 9))
    assert asked(herd, TIMES) == [(NOON + timedelta(hours=5.5), "task_action", 1, 5.5, 0.5)]
    assert asked(herd, "SELECT last_submitted_at FROM consensus_unit") == [(NOON + timedelta(hours=5),)]


def test_without_actions_the_last_edit_of_main_stands_for_it(herd: Warehouse) -> None:
    cow = [Drawn("cow", HERE)]
    add_reviewed(herd, "ab", stage="done", labels={"main": cow, "a": cow})
    assert asked(herd, TIMES) == [(LONG_AGO, "last_edited_at", 0, None, None)]


def test_what_waits_has_no_time_of_consensus_and_waits_since_its_last_submission(herd: Warehouse) -> None:
    add_reviewed(herd, "ab", labels={"a": [Drawn("cow", HERE)]})
    add_unit(herd, "other", "review", {"main": [], "encord-a": [Drawn("cow", HERE)], "encord-b": []})
    act(herd, ("annotate", "assign", 0), ("annotate", "submit", 1), ("annotate", "submit", 2), ("review", "assign", 3))
    assert set(asked(herd, TIMES)) == {(None, None, 0, None, None)}
    query = "SELECT DISTINCT data_hash, waiting_since FROM consensus_queue ORDER BY 1"
    assert asked(herd, query) == [("other", LONG_AGO), ("video", NOON + timedelta(hours=2))]


def test_a_track_that_ends_early(herd: Warehouse) -> None:
    """Four frames of a's, three of b's, drawn half as high on one: 2.5 of 4 quarters, and 3 of 4 frames."""
    labels = {"a": [Drawn("A", HERE, frame) for frame in range(4)]}
    labels["b"] = [Drawn("B", NEAR if frame == 2 else HERE, frame) for frame in range(3)]
    labels["b"] += [Drawn("elsewhere", FAR, 3)]
    add_reviewed(herd, "ab", labels=labels)
    query = (
        "SELECT object_hash, other_object_hash, n_frames, n_other_frames, n_both, n_either, temporal_iou, volume_iou,"
        " is_match FROM consensus_track_pair"
    )
    assert asked(herd, query) == [("A", "B", 4, 3, 3, 4, 0.75, 0.625, True)]
    query = "SELECT frame, n_things, n_contested_things, detection_f1, disagreement FROM consensus_frame ORDER BY frame"
    rows = asked(herd, query)
    assert rows[0] == (0, 1, 0, 1.0, 0.0)
    # One thing on frames 0 to 2, whoever drew it; on frame 3 two that nobody else saw.
    assert [row[1:4] for row in rows] == [(1, 0, 1.0), (1, 0, 1.0), (1, 0, 1.0), (2, 2, 0.0)]
    assert asked(herd, "SELECT n_things, n_contested_things FROM consensus_unit") == [(5, 2)]


def test_two_tracks_in_one_place_are_matched_one_to_one(herd: Warehouse) -> None:
    labels = {"a": [Drawn("A", HERE, frame) for frame in range(4)]}
    labels["b"] = [Drawn("first", HERE, frame) for frame in range(3)] + [Drawn("last", HERE, 3)]
    add_reviewed(herd, "ab", labels=labels)
    query = "SELECT other_object_hash, temporal_iou, is_match FROM consensus_track_pair ORDER BY 1"
    assert asked(herd, query) == [("first", 0.75, True), ("last", 0.25, False)]


def test_annotators_beside_one_another_and_beside_main(herd: Warehouse) -> None:
    """A sees two cows, b one of them and a third, c left half undone; main takes a's two as they are."""
    two = [Drawn("one", HERE), Drawn("two", FAR)]
    other = [Drawn("one'", NEAR), Drawn("three", (0.6, 0.0, 0.9, 0.4))]
    add_unit(
        herd,
        UNIT,
        "done",
        {"main": two, "encord-a": two, "encord-b": other, "encord-c": []},
        submitted={"encord-a": "COMPLETED", "encord-b": "COMPLETED", "encord-c": "SKIPPED"},
    )
    query = (
        "SELECT annotator, n_units, n_sides, detection_f1, mean_iou, object_agreement, miss_rate, extra_rate,"
        " main_precision, main_recall, main_f1, main_taken_share FROM consensus_annotator ORDER BY 1"
    )
    assert asked(herd, query) == [
        ("a", 1, 4, 0.5, 0.5, 0.25, 0.5, 0.5, 1, 1, 1, 1),
        ("b", 1, 4, 0.5, 0.5, 0.25, 0.5, 0.5, 0.5, 0.5, 0.5, 0),
    ]


def test_what_two_drew_as_main_has_it_is_taken_from_both(herd: Warehouse) -> None:
    cow = [Drawn("cow", HERE)]
    add_reviewed(herd, "ab", stage="done", labels={"main": cow, "a": cow, "b": cow})
    query = "SELECT annotator, main_taken_share FROM consensus_annotator ORDER BY 1"
    assert asked(herd, query) == [("a", 0.5), ("b", 0.5)]


def test_annotators_with_the_majority_and_with_open_answers(herd: Warehouse) -> None:
    add_reviewed(herd, "abc")
    for who, answers in {"a": "ddd", "b": "dd", "c": "nd"}.items():
        for frame, letter in enumerate(answers):
            name = "daytime" if letter == "d" else "night"
            questions = {"day-question": [option(name)]}
            classify(herd, who, f"day{frame}", [(frame, frame)], questions, feature_hash="day")
    query = "SELECT annotator, n_asked, with_majority_rate, open_rate FROM consensus_annotator ORDER BY 1"
    third = pytest.approx(1 / 3)
    assert asked(herd, query) == [("a", 3, 1, 0), ("b", 3, 1, third), ("c", 3, 0.5, third)]
