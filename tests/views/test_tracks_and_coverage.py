"""Tracks, coverage of frames and balance of classes, of a warehouse made by hand."""

from connector.load import Warehouse
from tests.views.herd import (
    add_classification,
    add_data_unit,
    add_label_row,
    add_object,
    add_project,
    asked,
    insert,
    place_object,
)


def herd(warehouse: Warehouse) -> None:
    """A video of ten frames, also on a branch; a group of two parts; an audio file; a scene; an unopened image."""
    add_project(warehouse)
    add_data_unit(warehouse, "video", "video", frame_count=10)
    add_label_row(warehouse, "on-main")
    add_object(warehouse, "on-main", "o1", [1, 2, 5, 6, 9])
    add_object(warehouse, "on-main", "o2", [2])
    add_object(warehouse, "on-main", "archived", [3], feature_hash="old")
    add_classification(warehouse, "on-main", "c1", "day", (0, 9))
    add_classification(warehouse, "on-main", "c2", "day", (0, 3))
    add_label_row(warehouse, "of-ana", branch_name="ana")
    add_object(warehouse, "of-ana", "o1", range(10))
    add_data_unit(warehouse, "group", "group", frame_count=4)
    add_label_row(warehouse, "of-group", data_hash="group")
    for space, kind, frames in (("left", "video", 4), ("right", "video", 3), ("sound", "audio", 1)):
        insert(
            warehouse,
            "data_space",
            {"label_hash": "of-group", "space_id": space, "space_type": kind, "frame_count": frames},
        )
    add_object(warehouse, "of-group", "o3", [0, 3], space_id="left")
    place_object(warehouse, "of-group", "o3", [1], space_id="right")
    add_data_unit(warehouse, "sound", "audio", frame_count=1)
    add_label_row(warehouse, "of-sound", data_hash="sound")
    insert(warehouse, "object_instance", {"label_hash": "of-sound", "object_hash": "b1", "feature_hash": "bell"})
    add_data_unit(warehouse, "scene", "scene", frame_count=5)
    add_label_row(warehouse, "of-scene", data_hash="scene", is_event_based=True)
    add_object(warehouse, "of-scene", "o4", [0], event="upsert")
    place_object(warehouse, "of-scene", "o4", [3], event="delete")
    add_data_unit(warehouse, "image", "image", frame_count=1)
    add_label_row(warehouse, None, data_hash="image")


def test_a_track_is_an_object_in_a_part_with_its_gaps(warehouse: Warehouse) -> None:
    herd(warehouse)
    query = """
    SELECT label_hash, space_id, object_hash, first_frame, last_frame, n_frames, n_missing_frames
    FROM track ORDER BY label_hash, space_id, object_hash
    """
    assert asked(warehouse, query) == [
        ("of-ana", "root", "o1", 0, 9, 10, 0),
        ("of-group", "left", "o3", 0, 3, 2, 2),
        ("of-group", "right", "o3", 1, 1, 1, 0),
        ("on-main", "root", "o1", 1, 9, 5, 4),
        ("on-main", "root", "o2", 2, 2, 1, 0),
    ]


def test_coverage_counts_frames_with_an_object_of_whatever_has_frames(warehouse: Warehouse) -> None:
    herd(warehouse)
    query = """
    SELECT label_row_id, space_id, n_frames, n_labelled_frames, n_unlabelled_frames, n_objects_on_frames
    FROM frame_coverage ORDER BY label_row_id, space_id
    """
    assert asked(warehouse, query) == [
        ("group/main", "left", 4, 2, 2, 2),
        ("group/main", "right", 3, 1, 2, 1),
        ("image/main", "root", 1, 0, 1, 0),
        ("video/ana", "root", 10, 10, 0, 10),
        ("video/main", "root", 10, 5, 5, 6),
    ]


def test_balance_counts_main_and_keeps_classes_that_nobody_used(warehouse: Warehouse) -> None:
    herd(warehouse)
    query = """
    SELECT feature_hash, class_kind, class_name, n_instances, n_data_units, n_on_frames
    FROM class_balance ORDER BY class_kind DESC, n_instances DESC, feature_hash
    """
    assert asked(warehouse, query) == [
        ("cow", "object", "Cow", 4, 3, 10),
        ("bell", "object", "Bell", 1, 1, 0),
        ("day", "classification", "Day or night?", 2, 1, 0),
        ("herds", "classification", "How many herds?", 0, 0, 0),
        ("note", "classification", "Note", 0, 0, 0),
        ("tags", "classification", "Tags", 0, 0, 0),
    ]
