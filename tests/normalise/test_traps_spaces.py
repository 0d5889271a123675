"""Traps 7 to 10 of the SDK's object model: objects on ranges, data groups, scenes and continuous scenes."""

import copy
from typing import Any

import pytest
from encord.exceptions import LabelRowError

from tests.normalise import sdk
from tests.normalise.rows import (
    action,
    attribute,
    box,
    frame_object,
    frames,
    label_row,
    listing_entry,
    normalise,
    object_class,
    rows,
    structure,
    warnings,
)

BOXES = structure([object_class("box", "bounding_box")])


@pytest.mark.parametrize(
    ("data_type", "shape", "unit_name"),
    [("audio", "audio", "millisecond"), ("plain_text", "text", "character"), ("time_series", "time_range", "axis")],
)
def test_trap_07_ranges_are_merged_and_sorted(data_type: str, shape: str, unit_name: str) -> None:
    """Audio, text and time series: overlapping and adjacent ranges are one; metadata belongs to the instance."""
    editor = structure([object_class("range", shape)])
    item = frame_object("obj1", "range", shape, {"range": [[40, 50], [0, 10], [11, 20], [15, 18]]})
    item |= {"classifications": []}
    labels = label_row(data_type, object_answers={"obj1": item})
    entry = listing_entry(data_type, number_of_frames=1, duration=1000.0)

    (instance,) = sdk.load(editor, labels, entry).get_object_instances()
    bundle = normalise(editor, labels, entry=entry)

    assert instance.range_list is not None
    given = [(placed.start, placed.end) for placed in instance.range_list]
    assert given == [(0, 20), (40, 50)]
    assert rows(bundle, "object_range", "range_start", "range_end") == given
    assert set(rows(bundle, "object_range", "range_unit")) == {unit_name}
    assert bundle.tables["object_annotation"].num_rows == 0
    (annotation,) = instance.get_annotations()
    (record,) = rows(bundle, "object_instance")
    assert (record["created_at"], record["last_edited_by"]) == (annotation.created_at, annotation.last_edited_by)


def test_trap_07_objects_placed_on_spaces_are_not_on_root() -> None:
    """An audio entry with spaces is skipped on root (and has no space to lie on here)."""
    editor = structure([object_class("range", "audio")])
    item = frame_object("obj1", "range", "audio", {"range": [[0, 1]]}) | {"classifications": []}
    labels = label_row("audio", object_answers={"obj1": {**item, "spaces": {"elsewhere": {"range": [[0, 1]]}}}})

    assert sdk.load(editor, labels).get_object_instances() == []
    assert rows(normalise(editor, labels), "object_instance") == []


def test_trap_07_html_ranges_are_nodes() -> None:
    """HTML uses range_html: nodes and offsets, not merged."""
    editor = structure([object_class("text", "text")])
    pair = {"start": {"xpath": "/p[1]", "offset": 5}, "end": {"xpath": "/p[2]", "offset": 10}}
    item = frame_object("obj1", "text", "text", {"range": [], "range_html": [pair]}) | {"classifications": []}
    labels = label_row("plain_text", object_answers={"obj1": item})
    labels["data_units"]["unit-hash"]["data_type"] = "text/html"

    assert sdk.load(editor, labels).get_object_instances()[0].range_html is not None
    (record,) = rows(normalise(editor, labels), "object_range")
    assert (record["start_xpath"], record["start_offset"], record["end_xpath"], record["end_offset"]) == (
        "/p[1]",
        5,
        "/p[2]",
        10,
    )
    assert (record["range_unit"], record["range_start"]) == ("html", None)


def test_trap_08_data_groups_keep_their_labels_on_spaces() -> None:
    """get_object_instances() is empty; one object may lie on several spaces."""
    space = {
        "space_type": "video",
        "child_info": {"layout_key": "left", "file_name": "left.mp4"},
        "number_of_frames": 10,
        "width": 100,
        "height": 50,
        "data_duration": 0.4,
        "data_fps": 25.0,
    }
    spaces = {name: {**space, "labels": frames({2: [box()]})} for name in ("left", "right")}
    labels = label_row("group", spaces=spaces)
    entry = listing_entry("group", spaces=copy.deepcopy(spaces))

    row = sdk.load(BOXES, labels, entry)
    bundle = normalise(BOXES, labels, entry=entry)

    assert row.get_object_instances() == []
    assert [[item.object_hash for item in part.get_object_instances()] for part in row.get_spaces()] == [["obj1"]] * 2
    assert rows(bundle, "object_annotation", "space_id", "frame") == [("left", 2), ("right", 2)]
    assert bundle.tables["object_instance"].num_rows == 1
    assert rows(bundle, "data_space", "space_id", "layout_key", "frame_count") == [
        ("left", "left", 10),
        ("right", "left", 10),
    ]


def test_trap_09_point_cloud_segmentations_are_ranges_of_points() -> None:
    """Keys of a scene that are no numbers are not frames; a segmentation lies on a range of its space."""
    editor = structure([object_class("points", "segmentation"), object_class("box", "cuboid", number=2)])
    points = frame_object("seg", "points", "segmentation", {"segmentation": "06"})
    scene_info = {"event_index": 0, "stream_id": "lidar", "uri": "a/b/cloud.pcd"}
    space = {"space_type": "point_cloud", "scene_info": scene_info, "labels": {"objects": [points]}}
    geometry = {"position": [1, 2, 3], "orientation": [0, 0, 0.5], "size": [1, 1, 1]}
    cuboid = frame_object("cub", "box", "cuboid", {"cuboid": geometry})
    labels = label_row(
        "scene",
        labels={"20": {"objects": [cuboid], "classifications": []}, "lidar": {"objects": [], "classifications": []}},
        spaces={"cloud": space},
        object_answers={"seg": {"objectHash": "seg", "classifications": [], "featureHash": "points"}},
        scene={"isContinuous": False},
    )
    entry = listing_entry("scene", spaces={"cloud": {**space, "labels": {"objects": []}}})

    row = sdk.load(editor, labels, entry)
    bundle = normalise(editor, labels, entry=entry)

    annotations = list(row.get_spaces()[0].get_annotations("object"))
    assert [(part.start, part.end) for part in annotations[0].ranges] == rows(
        bundle, "object_range", "range_start", "range_end"
    )
    assert rows(bundle, "object_range", "range_unit") == ["point"]
    assert [item.object_hash for item in row.get_object_instances()] == ["cub"]
    assert rows(bundle, "object_annotation", "frame", "space_id") == [(20, "root")]
    assert rows(bundle, "data_space", "stream_id", "file_name", "event_index") == [("lidar", "cloud.pcd", 0)]
    assert warnings(bundle) == []


def test_trap_10_continuous_scenes_are_events() -> None:
    """Untagged entries are upserts, a delete carries no geometry, interpolation is kept as a word."""
    editor = structure([object_class("dot", "point")])

    def event(x: float, **extra: object) -> dict[str, Any]:
        return frame_object("obj1", "dot", "point", {"point": {"0": {"x": x, "y": 0.2, "z": 0.1}}}, **extra)

    end = event(0.0, event="delete")
    end["point"] = None
    labels = label_row(
        "scene",
        labels={
            "1000": {"objects": [event(0.1, interpolate="linear")]},
            "5000000000": {"objects": [event(0.3, event="upsert", interpolate="hold")]},
            "9000000000": {"objects": [end]},
        },
        scene={"isContinuous": True},
        spaces={},
    )
    entry = listing_entry("scene", number_of_frames=0)

    (instance,) = sdk.load(editor, labels, entry).get_object_instances()
    bundle = normalise(editor, labels, entry=entry)

    with pytest.raises(LabelRowError):
        instance.get_annotations()
    events = rows(bundle, "object_annotation", "frame", "event", "interpolation", "geometry")
    assert [(item.frame, item.kind) for item in instance.get_events()] == [(frame, kind) for frame, kind, *_ in events]
    assert events == [
        (1000, "upsert", "linear", "[0.1,0.2,0.1]"),
        (5_000_000_000, "upsert", None, "[0.3,0.2,0.1]"),
        (9_000_000_000, "delete", None, None),
    ]
    assert bundle.facts.column("is_event_based").to_pylist() == [True]


def test_a_dynamic_answer_without_a_space_holds_where_its_object_is() -> None:
    """On every part that the object lies on; of an object that is on the row itself, there alone."""
    editor = structure([object_class("box", "bounding_box", [attribute("note", "text", dynamic=True)])])
    spaces = {
        name: {
            "space_type": "video",
            "child_info": {"layout_key": name, "file_name": f"{name}.mp4"},
            "number_of_frames": 20,
            "width": 100,
            "height": 50,
            "data_duration": 0.8,
            "data_fps": 25.0,
            "labels": frames({2: [box("both"), *([box("left_only")] if name == "left" else [])]}),
        }
        for name in ("left", "right")
    }
    notes = [action("note", "far", [[0, 2]]), action("note", "near", [[2, 4]])]
    actions = {name: {"objectHash": name, "actions": notes} for name in ("both", "left_only")}
    group = label_row("group", spaces=spaces, object_actions=actions)
    held = [("far", 0, 1), ("near", 2, 4)]
    on_part = ("owner_hash", "space_id", "answer_text", "frame_start", "frame_end")

    bundle = normalise(editor, group, entry=listing_entry("group", spaces=spaces))
    parts = (("both", "left"), ("both", "right"), ("left_only", "left"))
    assert rows(bundle, "attribute_answer", *on_part) == [(*part, *span) for part in parts for span in held]
    for space in sdk.load(editor, group, listing_entry("group", spaces=spaces)).get_spaces():
        for instance in space.get_object_instances():
            (note,) = instance.ontology_item.attributes
            answers: Any = instance.get_answer(note)
            assert [(each.answer, part.start, part.end) for each in answers for part in each.ranges] == held

    video = label_row(labels=frames({2: [box("both")]}), spaces=spaces, object_actions=actions)
    bundle = normalise(editor, video, entry=listing_entry(spaces=spaces))
    assert [row for row in rows(bundle, "attribute_answer", *on_part) if row[0] == "both"] == [
        ("both", "root", *span) for span in held
    ]
    (left, _) = sdk.load(editor, video, listing_entry(spaces=spaces)).get_spaces()
    on_left = next(each for each in left.get_object_instances() if each.object_hash == "both")
    assert on_left.get_answer(on_left.ontology_item.attributes[0]) == []
