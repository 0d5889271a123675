"""What must not be counted, or not be counted twice."""

from typing import Any

import pytest

from connector.load import Warehouse
from tests.consensus.herd_of_three import Answered, Drawn, Label, add_herd, add_unit
from tests.views.herd import asked

ENGINES = ("duckdb",)
"""That the engines agree is what the worked example and the references are run on both for."""

HERE, NEAR, FAR = (0.0, 0.0, 0.5, 0.5), (0.0, 0.0, 0.5, 0.25), (0.75, 0.75, 1.0, 1.0)
COW = Drawn("cow", HERE)


@pytest.fixture
def herd(warehouse: Warehouse) -> Warehouse:
    add_herd(warehouse)
    return warehouse


def states(herd: Warehouse) -> dict[str, tuple[Any, ...]]:
    query = "SELECT data_hash, consensus_state, n_submitted, n_submitted_empty, main_is_empty, all_empty"
    return {row[0]: row[1:] for row in asked(herd, f"{query} FROM consensus_unit_state")}


def test_the_state_follows_the_stage_whatever_main_holds(herd: Warehouse) -> None:
    drawn = {"encord-a": [COW], "encord-b": [COW]}
    add_unit(herd, "unopened", "annotate", {"main": None})
    add_unit(herd, "pre-labelled", "annotate", {"main": [COW]})
    add_unit(herd, "started", "annotate", {"main": [], "encord-a": [COW]})
    add_unit(herd, "waiting", "review", {"main": [COW], **drawn})
    add_unit(herd, "reached", "done", {"main": [COW], **drawn})
    add_unit(herd, "closed", "done", {"main": [], **drawn})
    add_unit(herd, "nothing-there", "done", {"main": [], "encord-a": [], "encord-b": []})
    add_unit(herd, "never-consensus", "done", {"main": [COW], "predictions-v1": [COW]})
    assert {name: state[0] for name, state in states(herd).items()} == {
        "unopened": "not_started",
        "pre-labelled": "not_started",
        "started": "annotating",
        "waiting": "awaiting_review",
        "reached": "reached",
        "closed": "closed_without",
        "nothing-there": "reached",
    }
    # Main is compared where it is a result, and nowhere else.
    query = "SELECT DISTINCT data_hash FROM consensus_branch_pair WHERE pair_kind = 'main' ORDER BY 1"
    assert asked(herd, query) == [("nothing-there",), ("reached",)]


def test_prediction_and_snapshot_branches_are_never_compared(herd: Warehouse) -> None:
    others = {"predictions-v1": [COW], "export-2026-05-12": [COW]}
    add_unit(herd, "video", "done", {"main": [COW], "encord-a": [COW], "encord-b": [COW], **others})
    roles = "SELECT branch_name, branch_role, annotator, is_submitted FROM consensus_branch WHERE branch_role = 'other'"
    assert sorted(asked(herd, roles)) == [(name, "other", None, None) for name in sorted(others)]
    assert asked(herd, "SELECT COUNT(*), COUNT(DISTINCT other_branch_name) FROM consensus_branch_pair") == [(3, 2)]
    assert asked(herd, "SELECT DISTINCT branch_role FROM consensus_object ORDER BY 1") == [("annotator",), ("main",)]


def test_a_branch_of_any_name_counts_where_the_task_names_it(herd: Warehouse) -> None:
    add_unit(herd, "video", "review", {"main": [], "branch of x": [COW]}, submitted={"branch of x": "COMPLETED"})
    query = "SELECT branch_role, annotator, annotator_source FROM consensus_branch WHERE branch_name <> 'main'"
    assert asked(herd, query) == [("annotator", "x", "task")]


def test_without_a_task_the_author_is_who_made_all_labels_or_the_branch(herd: Warehouse) -> None:
    add_unit(herd, "video", "review", {"main": [], "encord-a": [COW], "encord-b": []})
    query = "SELECT annotator, annotator_email, annotator_source FROM consensus_branch WHERE branch_name <> 'main'"
    assert sorted(asked(herd, query), key=str) == [
        ("encord-b", None, "branch_name"),
        ("maker of video/encord-a", "maker of video/encord-a", "created_by"),
    ]


def test_one_branch_has_no_agreement_rather_than_a_perfect_one(herd: Warehouse) -> None:
    add_unit(herd, "video", "review", {"main": [], "encord-a": [COW, Answered(0, ("night",))]})
    assert asked(herd, "SELECT COUNT(*) FROM consensus_branch_pair") == [(0,)]
    query = "SELECT object_agreement, answer_agreement, disagreement, n_submitted FROM consensus_unit"
    assert asked(herd, query) == [(None, None, None, 1)]
    assert asked(herd, "SELECT reason, n FROM consensus_queue") == [("one_annotator_only", 1)]


def test_work_that_is_not_submitted_is_no_disagreement(herd: Warehouse) -> None:
    branches = {"main": [], "encord-a": [COW], "encord-b": [COW], "encord-c": [Drawn("half", FAR)]}
    status = {"encord-a": "COMPLETED", "encord-b": "COMPLETED", "encord-c": "ASSIGNED"}
    add_unit(herd, "video", "annotate", branches, submitted=status)
    assert states(herd)["video"][:2] == ("annotating", 2)
    assert asked(herd, "SELECT annotator, other_annotator FROM consensus_branch_pair") == [("a", "b")]
    assert asked(herd, "SELECT object_agreement, n_things FROM consensus_unit") == [(1.0, 1)]
    assert asked(herd, "SELECT COUNT(*) FROM consensus_queue") == [(0,)], "it does not await review yet"


def test_skipped_work_is_none(herd: Warehouse) -> None:
    status = {"encord-a": "COMPLETED", "encord-b": "SKIPPED"}
    add_unit(herd, "video", "review", {"main": [], "encord-a": [COW], "encord-b": []}, submitted=status)
    assert states(herd)["video"][1:3] == (1, 0)


def test_an_object_in_one_branch_of_three_disagrees_with_the_two_empty_ones(herd: Warehouse) -> None:
    add_unit(herd, "video", "review", {"main": [], "encord-a": [COW], "encord-b": [], "encord-c": []})
    assert asked(herd, "SELECT votes, n_branches, is_majority FROM consensus_object_vote") == [(1, 3, False)]
    # Two sides, both missing; the two empty branches add nothing.
    assert asked(herd, "SELECT outcome, COUNT(*) FROM consensus_object_side GROUP BY 1") == [("missing", 2)]
    assert asked(herd, "SELECT object_agreement, disagreement, n_submitted_empty FROM consensus_unit") == [(0, 1, 2)]
    reasons = "SELECT reason, n FROM consensus_queue ORDER BY reason"
    assert asked(herd, reasons) == [("empty_submission", 2), ("objects_without_majority", 1)]


def test_all_empty_is_its_own_thing(herd: Warehouse) -> None:
    add_unit(herd, "video", "review", {"main": None, "encord-a": [], "encord-b": []})
    query = "SELECT all_empty, object_agreement, answer_agreement, n_things, n_items FROM consensus_unit"
    assert asked(herd, query) == [(True, None, None, 0, 0)]
    assert asked(herd, "SELECT reason, n FROM consensus_queue") == [("all_empty", 2)]


def test_objects_of_one_class_are_matched_one_to_one(herd: Warehouse) -> None:
    left = [Drawn("one", HERE), Drawn("two", HERE)]
    add_unit(herd, "video", "review", {"main": [], "encord-a": left, "encord-b": [Drawn("only", HERE)]})
    query = "SELECT object_hash, outcome FROM consensus_object_side ORDER BY object_hash"
    # A tie of IoU is broken by the hash, so that every engine and every run says the same.
    assert asked(herd, query) == [("one", "found"), ("only", "found"), ("two", "missing")]


def test_one_class_comes_before_a_better_place(herd: Warehouse) -> None:
    right = [Drawn("cow-b", NEAR), Drawn("bell-b", HERE, feature_hash="bell")]
    add_unit(herd, "video", "review", {"main": [], "encord-a": [COW], "encord-b": right})
    query = "SELECT other_object_hash, iou FROM consensus_object_match"
    assert asked(herd, query) == [("cow-b", 0.5)]


def test_the_same_place_in_another_class_is_confusion_and_not_two_misses(herd: Warehouse) -> None:
    add_unit(
        herd, "video", "review", {"main": [], "encord-a": [COW], "encord-b": [Drawn("b", HERE, feature_hash="bell")]}
    )
    query = "SELECT object_name, missing_rate, confusion_rate, most_confused_with FROM consensus_class ORDER BY 1"
    assert asked(herd, query) == [("Bell", 0, 1, "Cow"), ("Cow", 0, 1, "Bell")]


def test_a_chain_is_never_unanimous(herd: Warehouse) -> None:
    """A and b agree, b and c agree, a and c do not."""
    boxes = {"a": (0.0, 0.0, 0.5, 0.5), "b": (0.125, 0.0, 0.625, 0.5), "c": (0.25, 0.0, 0.75, 0.5)}
    add_unit(herd, "video", "review", {"main": [], **{f"encord-{who}": [Drawn(who, boxes[who])] for who in boxes}})
    query = "SELECT object_hash, votes, is_majority, is_unanimous FROM consensus_object_vote ORDER BY 1"
    assert asked(herd, query) == [("a", 2, True, False), ("b", 3, True, True), ("c", 2, True, False)]


def test_frames_are_told_apart(herd: Warehouse) -> None:
    left, right = [COW, COW._replace(frame=1)], [COW._replace(frame=1), COW._replace(frame=2)]
    add_unit(herd, "video", "review", {"main": [], "encord-a": left, "encord-b": right})
    query = "SELECT branch_name, frame, outcome FROM consensus_object_side ORDER BY 1, 2"
    assert asked(herd, query) == [
        ("encord-a", 0, "missing"),
        ("encord-a", 1, "found"),
        ("encord-b", 1, "found"),
        ("encord-b", 2, "missing"),
    ]


def test_other_shapes_than_boxes_are_marked_as_compared_by_extent(herd: Warehouse) -> None:
    polygon = Drawn("p", HERE, shape="polygon")
    add_unit(herd, "video", "review", {"main": [], "encord-a": [polygon, Drawn("alone", FAR)], "encord-b": [COW]})
    query = "SELECT DISTINCT iou_method FROM consensus_object_side WHERE iou IS NOT NULL"
    assert asked(herd, query) == [("extent",)]
    views = ("class", "unit", "frame", "annotator", "annotator_pair", "queue")
    for view in views:
        assert set(asked(herd, f"SELECT share_by_extent FROM consensus_{view}")) == {(1,)}, view


def test_what_has_no_area_and_continuous_scenes_are_left_out(herd: Warehouse) -> None:
    point = Drawn("point", (0.5, 0.5, 0.5, 0.5), shape="point")
    add_unit(herd, "points", "review", {"main": [], "encord-a": [point], "encord-b": [point]})
    scene: dict[str, list[Label]] = {"main": [], "encord-a": [COW, Answered(0, ("night",))], "encord-b": [COW]}
    add_unit(herd, "scene", "review", scene, is_event_based=True)
    for view in ("consensus_object", "consensus_object_side", "consensus_item"):
        assert asked(herd, f"SELECT COUNT(*) FROM {view}") == [(0,)]


def test_archived_classes_do_not_count(herd: Warehouse) -> None:
    old = Drawn("o", HERE, feature_hash="old")
    add_unit(herd, "video", "review", {"main": [], "encord-a": [old], "encord-b": []})
    assert asked(herd, "SELECT COUNT(*) FROM consensus_object_side") == [(0,)]


def test_main_is_compared_with_each_annotator_once_reached(herd: Warehouse) -> None:
    promoted = Drawn("copied", HERE)
    add_unit(herd, "video", "done", {"main": [promoted], "encord-a": [promoted], "encord-b": []})
    query = (
        "SELECT branch_name, other_branch_name, outcome, same_hash FROM consensus_object_side"
        " WHERE pair_kind = 'main' ORDER BY 1, 2"
    )
    assert asked(herd, query) == [
        ("encord-a", "main", "found", True),
        ("main", "encord-a", "found", True),
        ("main", "encord-b", "missing", None),
    ]
    # The reviewer is no annotator: votes and agreement are the peers' alone.
    assert asked(herd, "SELECT votes, n_branches FROM consensus_object_vote") == [(1, 2)]
    assert asked(herd, "SELECT object_agreement FROM consensus_unit") == [(0,)]


def test_text_is_compared_trimmed_and_in_lower_case(herd: Warehouse) -> None:
    texts = {"a": " Lame ", "b": "lame", "c": "lame!"}
    branches = {f"encord-{who}": [Answered(0, text=text, feature_hash="note")] for who, text in texts.items()}
    add_unit(herd, "video", "review", {"main": [], **branches})
    assert asked(herd, "SELECT top_answer, top_votes, n_answers FROM consensus_item") == [("lame", 2, 3)]


def test_checklists_are_equal_when_all_ticks_are(herd: Warehouse) -> None:
    ticks = {"a": ("wet", "busy"), "b": ("busy", "wet"), "c": ("wet",)}
    branches = {f"encord-{who}": [Answered(0, options, feature_hash="tags")] for who, options in ticks.items()}
    add_unit(herd, "video", "review", {"main": [], **branches})
    query = "SELECT top_answer, top_answer_label, top_votes, n_answers FROM consensus_item"
    assert asked(herd, query) == [("wet; busy", "Wet; Busy", 2, 3)]


def test_an_open_answer_lowers_only_the_strict_agreement(herd: Warehouse) -> None:
    night = [Answered(0, ("night",))]
    add_unit(herd, "video", "review", {"main": [], "encord-a": night, "encord-b": night, "encord-c": []})
    query = "SELECT n_branches, n_answers, agreement, agreement_strict, has_majority FROM consensus_item"
    [row] = asked(herd, query)
    assert row == pytest.approx((3, 2, 1, 1 / 3, True))
    assert asked(herd, "SELECT coverage FROM consensus_question") == [(pytest.approx(2 / 3),)]


def test_a_tie_has_no_majority_and_waits_for_the_reviewer(herd: Warehouse) -> None:
    answers = {"encord-a": [Answered(5, ("night",))], "encord-b": [Answered(5, ("daytime",))]}
    add_unit(herd, "video", "review", {"main": [], **answers})
    query = "SELECT top_answer, top_votes, is_tie, has_majority, agreement FROM consensus_item"
    assert asked(herd, query) == [("daytime", 1, True, False, 0)]
    queue = "SELECT reason, n, first_frame, worst_agreement, disagreement FROM consensus_queue"
    assert asked(herd, queue) == [("answers_without_majority", 1, 5, 0, 1)]


def test_figures_corrected_for_chance_are_null_where_everybody_always_says_the_same(herd: Warehouse) -> None:
    night = [Answered(frame, ("night",)) for frame in range(3)]
    add_unit(herd, "video", "review", {"main": [], "encord-a": night, "encord-b": night})
    query = "SELECT mean_agreement, krippendorff_alpha, fleiss_kappa FROM consensus_question"
    assert asked(herd, query) == [(1, None, None)]
    assert asked(herd, "SELECT percent_agreement, cohen_kappa FROM consensus_answer_pair") == [(1, None)]


def test_the_main_answer_shows_once_consensus_is_reached(herd: Warehouse) -> None:
    night, day = [Answered(0, ("night",))], [Answered(0, ("daytime",))]
    add_unit(herd, "waiting", "review", {"main": day, "encord-a": night, "encord-b": night})
    add_unit(herd, "reached", "done", {"main": day, "encord-a": night, "encord-b": night})
    query = "SELECT data_hash, top_answer, main_answer FROM consensus_item ORDER BY 1"
    assert asked(herd, query) == [("reached", "night", "daytime"), ("waiting", "night", None)]


def test_deleted_branches_do_not_count(herd: Warehouse) -> None:
    add_unit(herd, "video", "review", {"main": [], "encord-a": [COW], "encord-b": [COW], "encord-c": []})
    with herd.connection() as connection:
        connection.exec_driver_sql("UPDATE label_row SET deleted_at = last_edited_at WHERE branch_name = 'encord-c'")
    assert states(herd)["video"][1:3] == (2, 0)
    assert asked(herd, "SELECT object_agreement FROM consensus_unit") == [(1,)]
