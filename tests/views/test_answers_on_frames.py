"""What the views say of answers: static and dynamic, nested, of parts, on ranges; and what must not show at all."""

import pytest

from connector.load import Warehouse
from connector.sql_files import view_files
from tests.views.herd import (
    LONG_AGO,
    add_answers,
    add_classification,
    add_data_unit,
    add_label_row,
    add_object,
    add_project,
    asked,
    insert,
    place_object,
)


@pytest.fixture
def herd(warehouse: Warehouse) -> Warehouse:
    """A video of 50 frames, opened on main as label row `one`."""
    add_project(warehouse)
    add_data_unit(warehouse, "video", "video", width=200, height=100, frame_count=50)
    add_label_row(warehouse, "one")
    insert(warehouse, "frame_number", *({"frame": frame} for frame in range(60)))
    return warehouse


def test_a_dynamic_answer_shows_where_it_holds_and_the_object_is(herd: Warehouse) -> None:
    add_object(herd, "one", "o1", [0, 1, 2, 5, 6])
    add_answers(
        herd,
        "one",
        "o1",
        "cow-pose",
        {"option_feature_hash": "lying", "frame_start": 1, "frame_end": 4},
        {"option_feature_hash": "standing", "frame_start": 6, "frame_end": 9},
    )
    query = "SELECT frame, attribute_name, attribute_answer, is_dynamic FROM attribute_on_frame ORDER BY frame"
    assert asked(herd, query) == [
        (1, "Pose", "Lying", True),
        (2, "Pose", "Lying", True),
        (6, "Pose", "Standing", True),
    ]
    query = "SELECT frame, attribute_answer FROM label_on_frame WHERE frame < 6 ORDER BY frame"
    assert asked(herd, query) == [(0, None), (1, "Lying"), (2, "Lying"), (5, None)]


def test_static_answers_hold_on_all_frames_and_parts_dynamic_ones_on_their_part(herd: Warehouse) -> None:
    add_object(herd, "one", "o1", [0, 1], space_id="left")
    place_object(herd, "one", "o1", [0], space_id="right")
    add_answers(herd, "one", "o1", "cow-colour", {"option_feature_hash": "brown"})
    held = {"option_feature_hash": "lying", "frame_start": 0, "frame_end": 0}
    add_answers(herd, "one", "o1", "cow-pose", {**held, "space_id": "left"})
    expected = [
        ("left", 0, "Brown"),
        ("left", 0, "Lying"),
        ("left", 1, "Brown"),
        ("right", 0, "Brown"),
    ]
    for view_name in ("attribute_on_frame", "label_on_frame"):
        query = f"SELECT space_id, frame, attribute_answer FROM {view_name} ORDER BY 1, 2, 3"
        assert asked(herd, query) == expected


def test_ticked_options_and_nested_answers_are_rows_of_their_own(herd: Warehouse) -> None:
    add_object(herd, "one", "o1", [7])
    add_answers(herd, "one", "o1", "cow-colour", {"option_feature_hash": "brown"})
    add_answers(herd, "one", "o1", "cow-shade", {"answer_text": "dark"})
    add_answers(herd, "one", "o1", "cow-marks", {"option_feature_hash": "ear"}, {"option_feature_hash": "brand"})
    query = (
        "SELECT attribute_name, depth, parent_option_hash, attribute_answer, attribute_answer_value,"
        " attribute_answer_feature_hash FROM attribute_on_frame WHERE frame = 7"
        " ORDER BY attribute_position, answer_position"
    )
    assert asked(herd, query) == [
        ("Colour", 0, None, "Brown", "brown", "brown"),
        ("Shade", 1, "brown", "dark", "dark", None),
        ("Marks", 0, None, "Ear tag", "ear_tag", "ear"),
        ("Marks", 0, None, "Brand", "brand", "brand"),
    ]


def test_a_classification_s_own_answer_is_no_attribute_but_its_nested_ones_are(herd: Warehouse) -> None:
    owner = "classification"
    add_classification(herd, "one", "c1", "day", (3, 4))
    add_answers(herd, "one", "c1", "day-question", {"option_feature_hash": "daytime"}, owner_kind=owner)
    add_answers(herd, "one", "c1", "day-hour", {"answer_text": "9", "answer_number": 9.0}, owner_kind=owner)
    add_classification(herd, "one", "c2", "note", (4, 4))
    query = (
        "SELECT frame, label_kind, classification_hash, attribute_name, attribute_answer, answer_number"
        " FROM attribute_on_frame ORDER BY frame"
    )
    assert asked(herd, query) == [
        (3, "classification", "c1", "Hour", "9", 9.0),
        (4, "classification", "c1", "Hour", "9", 9.0),
    ]
    query = (
        "SELECT frame, uid, classification_name, classification_answer, attribute_name, attribute_answer, object_hash"
        " FROM label_on_frame ORDER BY frame, classification_hash"
    )
    assert asked(herd, query) == [
        (3, 1, "Day or night?", "Day", "Hour", "9", None),
        (4, 1, "Day or night?", "Day", "Hour", "9", None),
        (4, 6, "Note", None, None, None, None),
    ]


def test_the_same_hashes_on_two_branches_keep_their_own_answers(herd: Warehouse) -> None:
    add_label_row(herd, "two", branch_name="encord-a")
    for label_hash, option in (("one", "brown"), ("two", "white")):
        add_object(herd, label_hash, "o1", [0])
        add_answers(herd, label_hash, "o1", "cow-colour", {"option_feature_hash": option})
    query = "SELECT branch_name, object_hash, attribute_answer FROM label_on_frame ORDER BY branch_name"
    assert asked(herd, query) == [("encord-a", "o1", "White"), ("main", "o1", "Brown")]


def test_objects_on_ranges_and_their_answers(herd: Warehouse) -> None:
    add_data_unit(herd, "sound", "audio")
    add_label_row(herd, "two", data_hash="sound")
    where = {"label_hash": "two", "object_hash": "o1"}
    insert(herd, "object_instance", {**where, "feature_hash": "bell", "created_by": "a@farm.example"})
    placed = {**where, "space_id": "root", "range_unit": "millisecond"}
    insert(
        herd,
        "object_range",
        {**placed, "position": 0, "range_start": 0, "range_end": 10},
        {**placed, "position": 1, "range_start": 50, "range_end": 99},
    )
    add_answers(herd, "two", "o1", "bell-tone", {"answer_text": "high"})
    query = "SELECT object_name, range_start, range_end, range_unit, created_by FROM object_on_range ORDER BY 2"
    assert asked(herd, query) == [
        ("Bell", 0, 10, "millisecond", "a@farm.example"),
        ("Bell", 50, 99, "millisecond", "a@farm.example"),
    ]
    query = "SELECT object_hash, range_start, attribute_name, attribute_answer FROM attribute_on_range ORDER BY 2"
    assert asked(herd, query) == [("o1", 0, "Tone", "high"), ("o1", 50, "Tone", "high")]
    assert asked(herd, "SELECT * FROM label_on_frame") == []


def fill(herd: Warehouse, label_hash: str) -> None:
    """One label of each kind, so that every view that shows labels shows some."""
    owner = "classification"
    add_object(herd, label_hash, "o1", [0])
    add_answers(herd, label_hash, "o1", "cow-colour", {"option_feature_hash": "brown"})
    where = {"label_hash": label_hash, "object_hash": "o1", "space_id": "root", "position": 0}
    insert(herd, "object_range", {**where, "range_start": 0, "range_end": 1, "range_unit": "axis"})
    add_classification(herd, label_hash, "c1", "day", (0, 0))
    add_answers(herd, label_hash, "c1", "day-question", {"option_feature_hash": "daytime"}, owner_kind=owner)


LABEL_VIEWS = [
    file.view_name
    for file in view_files()
    if file.subject in {"label rows", "frames", "ranges"} and file.view_name != "relationship"
]


def test_deleted_label_rows_never_show(herd: Warehouse) -> None:
    add_label_row(herd, "gone", branch_name="encord-a", deleted_at=LONG_AGO)
    fill(herd, "gone")
    fill(herd, "one")
    of_rows = [name for name in LABEL_VIEWS if name != "class_balance"]
    shown = {name: asked(herd, f"SELECT DISTINCT label_hash, branch_name FROM {name}") for name in of_rows}
    assert shown == {name: [("one", "main")] for name in of_rows}
    assert {count for (count,) in asked(herd, "SELECT n_instances FROM class_balance")} == {0, 1}


def test_projects_that_are_gone_never_show(warehouse: Warehouse) -> None:
    add_project(warehouse, deleted_at=LONG_AGO)
    add_data_unit(warehouse, "video", "video", frame_count=50)
    add_label_row(warehouse, "one")
    insert(warehouse, "frame_number", {"frame": 0})
    fill(warehouse, "one")
    assert [name for name in LABEL_VIEWS if asked(warehouse, f"SELECT * FROM {name}")] == []


def test_archived_classes_attributes_and_options_never_show(herd: Warehouse) -> None:
    add_object(herd, "one", "o1", [0], feature_hash="old")
    add_classification(herd, "one", "c1", "old-day", (0, 0))
    add_object(herd, "one", "o2", [0])
    add_answers(herd, "one", "o2", "cow-past", {"answer_text": "unknown"})
    add_answers(herd, "one", "o2", "cow-marks", {"option_feature_hash": "dye"}, {"option_feature_hash": "ear"})
    assert asked(herd, "SELECT object_hash FROM object_on_frame") == [("o2",)]
    assert asked(herd, "SELECT 1 FROM classification_on_frame UNION ALL SELECT 1 FROM classification_on_range") == []
    assert asked(herd, "SELECT object_hash, attribute_answer FROM attribute_on_frame") == [("o2", "Ear tag")]
    assert asked(herd, "SELECT object_hash, attribute_answer FROM label_on_frame") == [("o2", "Ear tag")]


def test_what_the_ontology_does_not_know_and_titles_that_are_missing_still_show(herd: Warehouse) -> None:
    add_data_unit(herd, "untitled", "video", title=None, frame_count=3)
    add_label_row(herd, "two", data_hash="untitled")
    add_object(herd, "two", "o1", [0], feature_hash="never-heard-of")
    add_object(herd, "two", "o2", [0])
    add_answers(herd, "two", "o2", "cow-colour", {"option_feature_hash": "brown"})
    query = "SELECT data_title, object_hash, object_name, attribute_answer FROM label_on_frame ORDER BY object_hash"
    assert asked(herd, query) == [("untitled", "o1", None, None), ("untitled", "o2", "Cow", "Brown")]


def test_unopened_data_units_are_label_rows_without_labels(herd: Warehouse) -> None:
    add_data_unit(herd, "new", "video")
    add_label_row(herd, None, data_hash="new", workflow_stage_title="Annotate")
    query = "SELECT data_title, label_hash, workflow_stage_title FROM current_label_row ORDER BY data_title"
    assert asked(herd, query) == [("new.file", None, "Annotate"), ("video.file", "one", None)]
