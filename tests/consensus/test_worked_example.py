"""Three annotators, one frame, three boxes: every figure can be checked by hand.

a draws a cow in the whole upper left quarter, b a cow in the upper half of that quarter, and c takes what a drew for a
bell. So a and b have IoU 1/2 and are one cow; c's is there for both, in another class.
"""

import pytest

from connector.load import Warehouse
from tests.consensus.herd_of_three import Answered, Drawn, add_herd, add_unit
from tests.views.herd import asked

QUARTER, HALF = (0.0, 0.0, 0.5, 0.5), (0.0, 0.0, 0.5, 0.25)


@pytest.fixture
def example(warehouse: Warehouse) -> Warehouse:
    add_herd(warehouse)
    add_unit(
        warehouse,
        "video",
        "review",
        {
            "main": [],
            "encord-a": [Drawn("A", QUARTER), Answered(0, ("daytime",))],
            "encord-b": [Drawn("B", HALF), Answered(0, ("daytime",))],
            "encord-c": [Drawn("C", QUARTER, feature_hash="bell"), Answered(0, ("night",))],
        },
        submitted=dict.fromkeys(("encord-a", "encord-b", "encord-c"), "COMPLETED"),
    )
    return warehouse


def test_branches_and_state(example: Warehouse) -> None:
    query = "SELECT branch_name, branch_role, annotator, annotator_source, is_submitted, is_empty, n_objects"
    assert asked(example, f"{query} FROM consensus_branch ORDER BY branch_name") == [
        ("encord-a", "annotator", "a", "task", True, False, 1),
        ("encord-b", "annotator", "b", "task", True, False, 1),
        ("encord-c", "annotator", "c", "task", True, False, 1),
        ("main", "main", "main", None, None, True, 0),
    ]
    state = "SELECT consensus_state, stage_type, n_submitted, n_submitted_empty, main_is_empty, all_empty"
    assert asked(example, f"{state} FROM consensus_unit_state") == [
        ("awaiting_review", "CONSENSUS_REVIEW", 3, 0, True, False)
    ]
    pairs = "SELECT annotator, other_annotator, pair_kind FROM consensus_branch_pair ORDER BY 1, 2"
    assert asked(example, pairs) == [("a", "b", "peer"), ("a", "c", "peer"), ("b", "c", "peer")]


def test_sides(example: Warehouse) -> None:
    query = (
        "SELECT annotator, other_annotator, is_found, iou, score, outcome, other_object_name, iou_method, same_hash"
        " FROM consensus_object_side ORDER BY 1, 2"
    )
    assert asked(example, query) == [
        ("a", "b", 1, 0.5, 0.5, "found", "Cow", "box", False),
        ("a", "c", 0, 1.0, 0.0, "other_class", "Bell", "box", False),
        ("b", "a", 1, 0.5, 0.5, "found", "Cow", "box", False),
        ("b", "c", 0, 0.5, 0.0, "other_class", "Bell", "box", False),
        ("c", "a", 0, 1.0, 0.0, "other_class", "Cow", "box", False),
        ("c", "b", 0, 0.5, 0.0, "other_class", "Cow", "box", False),
    ]


def test_votes(example: Warehouse) -> None:
    query = "SELECT annotator, votes, n_branches, is_majority, is_unanimous FROM consensus_object_vote ORDER BY 1"
    assert asked(example, query) == [("a", 2, 3, True, False), ("b", 2, 3, True, False), ("c", 1, 3, False, False)]


def test_the_unit(example: Warehouse) -> None:
    query = (
        "SELECT n_things, n_contested_things, detection_f1, mean_iou, object_agreement, answer_agreement,"
        " disagreement, share_by_extent, n_items FROM consensus_unit"
    )
    [row] = asked(example, query)
    # Two things, a cow of two and a bell. 2 of 6 sides are found, with IoU 1/2; one of three pairs of answers is equal.
    assert row == pytest.approx((2, 1, 2 / 6, 0.5, 1 / 6, 1 / 3, 5 / 6, 0, 1))


def test_classes(example: Warehouse) -> None:
    query = (
        "SELECT object_name, n_sides, detection_f1, mean_iou, object_agreement, missing_rate, confusion_rate,"
        " most_confused_with FROM consensus_class ORDER BY 1"
    )
    assert asked(example, query) == [
        ("Bell", 2, 0, None, 0, 0, 1, "Cow"),
        ("Cow", 4, 0.5, 0.5, 0.25, 0, 0.5, "Bell"),
    ]


def test_the_matrix_is_the_same_both_ways_round(example: Warehouse) -> None:
    query = (
        "SELECT annotator, other_annotator, n_units, n_sides, detection_f1, mean_iou, object_agreement, n_answers,"
        " answer_agreement FROM consensus_annotator_pair ORDER BY 1, 2"
    )
    assert asked(example, query) == [
        ("a", "b", 1, 2, 1, 0.5, 0.5, 1, 1),
        ("a", "c", 1, 2, 0, None, 0, 1, 0),
        ("b", "a", 1, 2, 1, 0.5, 0.5, 1, 1),
        ("b", "c", 1, 2, 0, None, 0, 1, 0),
        ("c", "a", 1, 2, 0, None, 0, 1, 0),
        ("c", "b", 1, 2, 0, None, 0, 1, 0),
    ]


def test_answers(example: Warehouse) -> None:
    query = (
        "SELECT question, frame, n_branches, n_answers, top_answer_label, top_votes, is_tie, has_majority, agreement,"
        " agreement_strict, main_answer FROM consensus_item"
    )
    [row] = asked(example, query)
    assert row[:8] == ("Day or night?", 0, 3, 3, "Day", 2, False, True)
    assert row[8:10] == pytest.approx((1 / 3, 1 / 3))
    assert row[10] is None
    query = (
        "SELECT n_items, n_raters, n_answers, mean_agreement, coverage, n_ties, krippendorff_alpha, fleiss_kappa,"
        " n_fleiss_items FROM consensus_question"
    )
    # One item only: chance-corrected figures say nothing yet, as the README warns.
    [row] = asked(example, query)
    assert row == pytest.approx((1, 3, 3, 1 / 3, 1, 0, 0.0, -0.5, 1))
    query = (
        "SELECT annotator, other_annotator, n, percent_agreement, cohen_kappa FROM consensus_answer_pair ORDER BY 1, 2"
    )
    assert asked(example, query) == [("a", "b", 1, 1, None), ("a", "c", 1, 0, 0), ("b", "c", 1, 0, 0)]


def test_the_queue(example: Warehouse) -> None:
    query = "SELECT reason, n, first_frame, worst_agreement, disagreement FROM consensus_queue"
    [(reason, *figures)] = asked(example, query)
    assert reason == "objects_without_majority"
    assert figures == pytest.approx([1, 0, 1 / 3, 5 / 6])


def test_a_threshold_is_a_row_that_users_edit(example: Warehouse) -> None:
    found = "SELECT COUNT(*) FROM consensus_object_side WHERE outcome = 'found'"
    assert asked(example, found) == [(2,)]
    _set(example, "UPDATE consensus_threshold SET min_iou = 0.51")
    assert asked(example, found) == [(0,)]
    _set(example, "INSERT INTO consensus_threshold VALUES ('herd', '*', 0.5)")
    assert asked(example, found) == [(2,)]
    _set(example, "INSERT INTO consensus_threshold VALUES ('*', 'cow', 0.6)")
    assert asked(example, found) == [(0,)]
    _set(example, "INSERT INTO consensus_threshold VALUES ('herd', 'cow', 0.4)")
    assert asked(example, found) == [(2,)]
    _set(example, "DELETE FROM consensus_threshold")
    assert asked(example, found) == [(2,)]


def _set(warehouse: Warehouse, statement: str) -> None:
    with warehouse.connection() as connection:
        connection.exec_driver_sql(statement)
    warehouse.refresh_matches("herd")
