"""Nested questions, and attributes of matched objects: read at the frame, and asked where an answer opens them."""

import pytest

from connector.load import Warehouse
from tests.consensus.given_answers import add_reviewed, classify, held, label_hash_of, number, option, written
from tests.consensus.herd_of_three import Drawn, add_herd
from tests.views.herd import Row, add_answers, asked

HERE = (0.0, 0.0, 0.5, 0.5)
SIDES = (
    "SELECT annotator, frame, attribute_name, answer_label, other_answer_label, is_equal FROM consensus_attribute_side"
    " WHERE annotator = 'a' ORDER BY frame, attribute_name"
)


@pytest.fixture
def herd(warehouse: Warehouse) -> Warehouse:
    """Annotators a and b see one cow on frames 0 to 2."""
    add_herd(warehouse)
    labels = {who: [Drawn(f"cow of {who}", HERE, frame) for frame in range(3)] for who in "ab"}
    add_reviewed(warehouse, "ab", labels=labels)
    return warehouse


def describe(herd: Warehouse, annotator: str, attribute: str, *answers: Row) -> None:
    """Answers about the annotator's cow."""
    add_answers(herd, label_hash_of(annotator), f"cow of {annotator}", attribute, *answers)


def test_static_answers_hold_on_every_frame_dynamic_ones_where_they_are_given(herd: Warehouse) -> None:
    describe(herd, "a", "cow-colour", option("white"))
    describe(herd, "b", "cow-colour", option("white"))
    describe(herd, "a", "cow-pose", held("lying", 0))
    describe(herd, "b", "cow-pose", held("lying", 0, 0), held("standing", 1, 1))
    assert asked(herd, SIDES) == [
        ("a", 0, "Colour", "White", "White", 1),
        ("a", 0, "Pose", "Lying", "Lying", 1),
        ("a", 1, "Colour", "White", "White", 1),
        ("a", 1, "Pose", "Lying", "Standing", 0),
        ("a", 2, "Colour", "White", "White", 1),
        ("a", 2, "Pose", "Lying", None, 0),
    ]
    # Both directions, so that averages by annotator hold each pair.
    query = "SELECT annotator, other_annotator, COUNT(*), SUM(is_equal) FROM consensus_attribute_side GROUP BY 1, 2"
    assert sorted(asked(herd, query)) == [("a", "b", 6, 4), ("b", "a", 6, 4)]


def test_one_side_open_is_unequal_both_open_are_no_row(herd: Warehouse) -> None:
    describe(herd, "a", "cow-marks", option("ear"), option("brand"))
    describe(herd, "b", "cow-colour", option("white"))
    assert asked(herd, f"{SIDES} LIMIT 2") == [
        ("a", 0, "Colour", None, "White", 0),
        ("a", 0, "Marks", "Ear tag; Brand", None, 0),
    ]
    # Archived attributes and blank texts are none.
    describe(herd, "a", "cow-past", written("old"))
    describe(herd, "b", "cow-shade", written("  "))
    assert asked(herd, "SELECT COUNT(*) FROM consensus_attribute_side") == [(12,)]


def test_ticks_are_equal_in_any_order_and_text_in_any_case(herd: Warehouse) -> None:
    describe(herd, "a", "cow-marks", option("ear"), option("brand"))
    describe(herd, "b", "cow-marks", option("brand"), option("ear"))
    for who, shade in (("a", "Dark"), ("b", " dark ")):
        describe(herd, who, "cow-colour", option("brown"))
        describe(herd, who, "cow-shade", written(shade))
    query = "SELECT attribute_name, depth, answer, other_answer, is_equal FROM consensus_attribute_side"
    assert sorted(set(asked(herd, query))) == [
        ("Colour", 0, "brown", "brown", 1),
        ("Marks", 0, "ear; brand", "ear; brand", 1),
        ("Shade", 1, "dark", "dark", 1),
    ]


def test_a_nested_attribute_counts_where_both_answers_open_it(herd: Warehouse) -> None:
    describe(herd, "a", "cow-colour", option("brown"))
    describe(herd, "a", "cow-shade", written("dark"))
    describe(herd, "b", "cow-colour", option("white"))
    # The shade of a white cow is no question: the colour is what differs, once.
    query = "SELECT DISTINCT attribute_name, is_equal FROM consensus_attribute_side"
    assert asked(herd, query) == [("Colour", 0)]
    with herd.connection() as connection:
        connection.exec_driver_sql(
            "UPDATE attribute_answer SET option_feature_hash = 'brown' WHERE owner_hash = 'cow of b'"
        )
    assert sorted(asked(herd, query)) == [("Colour", 1), ("Shade", 0)]


def test_attributes_of_objects_that_are_no_match_are_not_compared(warehouse: Warehouse) -> None:
    add_herd(warehouse)
    far = (0.6, 0.0, 0.9, 0.5)
    labels = {"a": [Drawn("cow of a", HERE, frame) for frame in range(3)]}
    labels["b"] = [Drawn("cow of b", HERE if frame == 2 else far, frame) for frame in range(3)]
    add_reviewed(warehouse, "ab", labels=labels)
    describe(warehouse, "a", "cow-colour", option("white"))
    assert asked(warehouse, "SELECT DISTINCT frame FROM consensus_attribute_side") == [(2,)]


def test_a_nested_question_is_put_to_those_whose_answer_opens_it(warehouse: Warehouse) -> None:
    add_herd(warehouse)
    add_reviewed(warehouse, "abc")
    for who, answers in {
        "a": {"day-question": [option("daytime")], "day-hour": [number(9)]},
        "b": {"day-question": [option("daytime")]},
        "c": {"day-question": [option("night")]},
    }.items():
        classify(warehouse, who, "day", [(0, 0)], answers)
    query = "SELECT question, depth, n_branches, n_answers, top_answer_label, top_votes, agreement, agreement_strict"
    day, hour = asked(warehouse, f"{query} FROM consensus_item ORDER BY depth")
    assert day == pytest.approx(("Day or night?", 0, 3, 3, "Day", 2, 1 / 3, 1 / 3))
    # Annotator c saw no day, and is not asked for its hour; b is, and left it open.
    assert hour == ("Hour", 1, 2, 1, "9", 1, None, 0)
    votes = "SELECT annotator, answer_label FROM consensus_vote WHERE depth = 1 ORDER BY 1"
    assert asked(warehouse, votes) == [("a", "9"), ("b", None)]
    assert asked(warehouse, "SELECT coverage FROM consensus_question WHERE depth = 1") == [(0.5,)]
    full = "SELECT full_answer, full_answer_label FROM consensus_vote WHERE annotator = 'a' AND depth = 0"
    assert asked(warehouse, full) == [("daytime & day-hour=9", "Day & Hour: 9")]
    assert asked(warehouse, "SELECT has_majority FROM consensus_item ORDER BY depth") == [(True,), (False,)]


def test_a_nested_question_that_one_branch_opens_is_no_disagreement(warehouse: Warehouse) -> None:
    add_herd(warehouse)
    add_reviewed(warehouse, "ab")
    classify(warehouse, "a", "day", [(0, 0)], {"day-question": [option("daytime")], "day-hour": [number(9)]})
    classify(warehouse, "b", "day", [(0, 0)], {"day-question": [option("night")]})
    query = "SELECT reason, n FROM consensus_queue"
    assert asked(warehouse, query) == [("answers_without_majority", 1)]
    assert asked(warehouse, "SELECT answer_agreement FROM consensus_unit") == [(0,)]


def test_kappa_of_a_pair_reckons_chance_question_by_question(warehouse: Warehouse) -> None:
    """In one table of all answers, those to different questions would be agreement that chance cannot reach."""
    add_herd(warehouse)
    add_reviewed(warehouse, "ab")
    said = {"a": [("daytime", "wet"), ("night", "wet")], "b": [("daytime", "wet"), ("daytime", "busy")]}
    for who, frames in said.items():
        for frame, (day, tag) in enumerate(frames):
            classify(
                warehouse, who, f"day{frame}", [(frame, frame)], {"day-question": [option(day)]}, feature_hash="day"
            )
            classify(
                warehouse, who, f"tag{frame}", [(frame, frame)], {"tags-question": [option(tag)]}, feature_hash="tags"
            )
    # Each question: half equal; by chance 1/2 x 1 of the first, 1 x 1/2 of the second. So no better than chance.
    query = "SELECT annotator, n_answers, answer_agreement, cohen_kappa FROM consensus_annotator_pair ORDER BY 1"
    assert asked(warehouse, query) == [("a", 4, 0.5, 0.0), ("b", 4, 0.5, 0.0)]


def test_numbers_that_are_all_one_have_no_alpha(warehouse: Warehouse) -> None:
    add_herd(warehouse)
    add_reviewed(warehouse, "ab")
    for who in "ab":
        classify(warehouse, who, "herds", [(0, 9)], {"herds-question": [number(0.1)]})
    query = "SELECT mean_answer, mean_spread, share_equal, krippendorff_alpha_interval FROM consensus_number_question"
    assert asked(warehouse, query) == [(0.1, 0, 1, None)]


def test_large_numbers_keep_their_small_differences(warehouse: Warehouse) -> None:
    add_herd(warehouse)
    add_reviewed(warehouse, "ab")
    for who, shift in (("a", 0), ("b", 1)):
        for frame, value in enumerate((0, 10, 20)):
            answers = {"herds-question": [number(0) | {"answer_number": 1e9 + value + shift}]}
            classify(warehouse, who, f"herds{frame}", [(frame, frame)], answers, feature_hash="herds")
    [(alpha,)] = asked(warehouse, "SELECT krippendorff_alpha_interval FROM consensus_number_question")
    with warehouse.connection() as connection:
        connection.exec_driver_sql("UPDATE attribute_answer SET answer_number = answer_number - 1000000000")
    assert asked(warehouse, "SELECT krippendorff_alpha_interval FROM consensus_number_question") == [(alpha,)]
    assert 0.9 < alpha < 1
