"""What the views say of tables made by hand: frames, pixels, answers, branches, and what must not show."""

import pytest

from connector.load import Warehouse
from connector.load.writing.frame_numbers import LARGEST_FRAME_COUNT
from tests.views.herd import (
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


def test_an_object_shows_on_its_frames_with_its_class_and_pixels(herd: Warehouse) -> None:
    add_object(herd, "one", "o1", [3, 4, 9], confidence=0.5, created_by="a@farm.example")
    query = (
        "SELECT project_title, data_title, dataset_title, branch_name, frame, object_hash, object_name, feature_hash,"
        " object_uid, ontology_shape, x, x_pixels, y_pixels, width_pixels, height_pixels, x_max_pixels, y_max_pixels,"
        " frame_width, frame_height, confidence, is_manual, created_by FROM object_on_frame WHERE frame BETWEEN 4 AND 8"
    )
    [row] = asked(herd, query)
    assert row[:10] == ("Herd", "video.file", "Summer", "main", 4, "o1", "Cow", "cow", 3, "bounding_box")
    # The width is a share of the width: 0.2 of 200; the height one of the height: 0.4 of 100.
    assert row[10:] == (0.5, 100.0, 25.0, 40.0, 40.0, 140.0, 65.0, 200, 100, 0.5, None, "a@farm.example")


def test_images_of_a_group_have_their_own_size(herd: Warehouse) -> None:
    add_data_unit(herd, "images", "img_group", width=100, height=50, frame_count=3)
    add_label_row(herd, "two", data_hash="images")
    own = {"project_hash": "herd", "data_hash": "images"}
    insert(herd, "data_frame", {**own, "frame": 0, "width": 1000, "height": 10, "title": "first.png"})
    insert(herd, "data_frame", {**own, "frame": 1, "width": 10, "height": 1000, "title": "second.png"})
    add_object(herd, "two", "o1", [0, 1, 2])
    add_object(herd, "one", "o1", [0])
    query = "SELECT data_hash, frame, width_pixels, height_pixels, image_title FROM object_on_frame ORDER BY 1, 2"
    assert asked(herd, query) == [
        ("images", 0, 200.0, 4.0, "first.png"),
        ("images", 1, 2.0, 400.0, "second.png"),
        ("images", 2, 20.0, 20.0, None),
        ("video", 0, 40.0, 40.0, None),
    ]


def test_a_part_of_a_data_group_has_its_own_size_or_none(herd: Warehouse) -> None:
    add_data_unit(herd, "group", "group", width=7, height=7, frame_count=1)
    add_label_row(herd, "two", data_hash="group")
    left = {"label_hash": "two", "space_id": "left", "space_type": "video", "frame_count": 4}
    insert(herd, "data_space", {**left, "width": 400, "height": 200})
    insert(herd, "data_space", {**left, "space_id": "right"})
    add_object(herd, "two", "o1", [0, 1], space_id="left")
    place_object(herd, "two", "o1", [1], space_id="right")
    query = "SELECT space_id, frame, width_pixels FROM object_on_frame ORDER BY space_id, frame"
    assert asked(herd, query) == [("left", 0, 80.0), ("left", 1, 80.0), ("right", 1, None)]


def test_a_frame_without_size_has_no_pixels(herd: Warehouse) -> None:
    add_data_unit(herd, "paper", "pdf", width=0, height=0, frame_count=2)
    add_label_row(herd, "two", data_hash="paper")
    add_object(herd, "two", "o1", [1])
    assert asked(herd, "SELECT x, x_pixels, frame_width FROM object_on_frame") == [(0.5, None, None)]


def test_classification_ranges_expand_to_the_frames_asked_for(herd: Warehouse) -> None:
    add_classification(herd, "one", "c1", "day", (0, 3), (10, LARGEST_FRAME_COUNT))
    add_answers(herd, "one", "c1", "day-question", {"option_feature_hash": "daytime"}, owner_kind="classification")
    query = "SELECT frame FROM classification_on_frame WHERE frame {} ORDER BY frame"
    assert asked(herd, query.format("BETWEEN 2 AND 11")) == [(2,), (3,), (10,), (11,)]
    assert asked(herd, query.format("IN (3, 4, 10, 20)")) == [(3,), (10,), (20,)]
    assert asked(herd, "SELECT frame_start, frame_end, range_unit FROM classification_on_range ORDER BY 1") == [
        (0, 3, "frame"),
        (10, LARGEST_FRAME_COUNT, "frame"),
    ]


def test_the_answer_of_each_kind_of_classification(herd: Warehouse) -> None:
    owner = "classification"
    for name in ("day", "tags", "note", "herds"):
        add_classification(herd, "one", name, name, (0, 0))
    add_classification(herd, "one", "unanswered", "day", (1, 1))
    add_answers(herd, "one", "day", "day-question", {"option_feature_hash": "night"}, owner_kind=owner)
    # Stored in another order than the ontology's, as after an edit of the ontology.
    ticked = [{"option_feature_hash": name} for name in ("quiet", "wet")]
    add_answers(herd, "one", "tags", "tags-question", *ticked, owner_kind=owner)
    add_answers(herd, "one", "note", "note-question", {"answer_text": ""}, owner_kind=owner)
    add_answers(herd, "one", "herds", "herds-question", {"answer_text": "2.5", "answer_number": 2.5}, owner_kind=owner)
    query = (
        "SELECT classification_hash, classification_name, answer_type, classification_answer,"
        " classification_answer_value, classification_answer_hash, answer_number FROM classification_on_frame"
        " ORDER BY classification_hash"
    )
    assert asked(herd, query) == [
        ("day", "Day or night?", "radio", "Night", "night", "night", None),
        ("herds", "How many herds?", "numeric", "2.5", "2.5", None, 2.5),
        ("note", "Note", "text", "", "", None, None),
        ("tags", "Tags", "checklist", "Wet; Quiet", None, "wet; quiet", None),
        ("unanswered", "Day or night?", None, None, None, None, None),
    ]


def test_a_whole_classification_is_on_every_frame_of_its_data_unit_or_part(herd: Warehouse) -> None:
    whole = (None, None)
    add_classification(herd, "one", "c1", "herds", whole, range_unit="whole")
    add_data_unit(herd, "group", "group", frame_count=1)
    add_label_row(herd, "two", data_hash="group")
    spaces = {"left": ("video", 4), "right": ("image", None), "sound": ("audio", 3), "words": ("text", 3)}
    for space_id, (space_type, frame_count) in spaces.items():
        space = {"label_hash": "two", "space_id": space_id, "space_type": space_type, "frame_count": frame_count}
        insert(herd, "data_space", space)
        add_classification(herd, "two", f"in-{space_id}", "herds", whole, space_id=space_id, range_unit="whole")
    query = (
        "SELECT classification_hash, space_id, count(*), min(frame), max(frame) FROM classification_on_frame"
        " GROUP BY 1, 2 ORDER BY 1"
    )
    assert asked(herd, query) == [
        ("c1", "root", 50, 0, 49),
        ("in-left", "left", 4, 0, 3),
        ("in-right", "right", 1, 0, 0),
    ]
    assert len(asked(herd, "SELECT 1 FROM classification_on_range WHERE range_unit = 'whole'")) == 5


@pytest.mark.parametrize(
    ("data_type", "is_event_based"),
    [("audio", False), ("plain_text", False), ("time_series", False), ("group", False), ("scene", True)],
)
def test_what_has_no_frames_shows_no_classification_on_frames(
    herd: Warehouse, data_type: str, is_event_based: bool
) -> None:
    add_data_unit(herd, "other", data_type, frame_count=20)
    add_label_row(herd, "two", data_hash="other", is_event_based=is_event_based)
    add_classification(herd, "two", "c1", "herds", (None, None), range_unit="whole")
    add_classification(herd, "two", "c2", "day", (3, 9), range_unit="nanosecond")
    assert asked(herd, "SELECT * FROM classification_on_frame") == []
    query = "SELECT classification_hash, range_unit FROM classification_on_range ORDER BY 1"
    assert asked(herd, query) == [("c1", "whole"), ("c2", "nanosecond")]


def test_events_that_end_an_object_do_not_show_it(herd: Warehouse) -> None:
    add_data_unit(herd, "drive", "scene", frame_count=0)
    add_label_row(herd, "two", data_hash="drive", is_event_based=True)
    add_object(herd, "two", "o1", [1_700_000_000_000_000_001], event="upsert")
    place_object(herd, "two", "o1", [1_700_000_000_000_000_900], event="delete")
    assert asked(herd, "SELECT frame FROM object_on_frame") == [(1_700_000_000_000_000_001,)]
