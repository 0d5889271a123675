"""Data groups and scenes in detail: sizes of parts, parts of every kind, labels under other keys."""

import pytest

from tests.normalise import sdk
from tests.normalise.rows import (
    Json,
    answer,
    attribute,
    box,
    classification_class,
    frame_object,
    frames,
    label_row,
    listing_entry,
    normalise,
    object_class,
    rows,
    structure,
    unit,
    warnings,
)

EDITOR = structure(
    [
        object_class("box", "bounding_box"),
        object_class("turned", "rotatable_bounding_box", number=2),
        object_class("sound", "audio", number=3),
        object_class("words", "text", number=4),
        object_class("points", "segmentation", number=5),
    ],
    [
        classification_class("note", [attribute("text", "text")]),
        classification_class("grade", [attribute("mark", "text")], 2, level="global"),
    ],
)
TURNED = {"rotatableBoundingBox": {"x": 0.4, "y": 0.4, "w": 0.2, "h": 0.1, "theta": 90}}


def child(layout_key: str, file_name: str = "file") -> Json:
    return {"child_info": {"layout_key": layout_key, "file_name": file_name}}


def test_a_slice_of_a_stack_has_its_own_size() -> None:
    """Extents of turned shapes on a medical stack need the slice's width and height."""
    slices = [{"width": 100, "height": 100, "instance_uid": "1", "file_name": "a"}, {"width": 200, "height": 100}]
    turned = frame_object("obj1", "turned", "rotatable_bounding_box", TURNED)
    stack = {
        "space_type": "medical_stack",
        "frames": slices,
        "labels": frames({0: [turned], 1: [turned]}),
        **child("a"),
    }
    bundle = normalise(EDITOR, label_row("group", spaces={"stack": stack}))

    heights = [high - low for low, high in rows(bundle, "object_annotation", "y_min", "y_max")]
    assert heights == pytest.approx([0.2, 0.4])
    assert rows(bundle, "data_space", "space_id", "frame_count") == [("stack", 2)]


def test_labels_in_the_listing_are_not_labels() -> None:
    """Its copy of a space is about the space; only the label row says what lies on it."""
    space = {"space_type": "video", "number_of_frames": 3, "labels": frames({0: [box()]}), **child("a")}
    bundle = normalise(EDITOR, label_row("group"), entry=listing_entry("group", spaces={"left": space}))

    assert rows(bundle, "data_space", "space_id", "frame_count") == [("left", 3)]
    assert rows(bundle, "object_annotation") == []


def test_a_dicom_slice_has_its_own_size() -> None:
    turned = frame_object("obj1", "turned", "rotatable_bounding_box", TURNED)
    metadata = {"dicom_instance_uid": "1.2", "multiframe_frame_number": None, "width": 100, "height": 100}
    labels = label_row("dicom", labels={"0": {"objects": [turned], "classifications": [], "metadata": metadata}})
    bundle = normalise(EDITOR, labels)

    (extent,) = rows(bundle, "object_annotation", "y_min", "y_max")
    assert extent[1] - extent[0] == pytest.approx(0.2)


def test_what_only_the_listing_says_of_a_space_is_used() -> None:
    """The label row's copy may lack scene_info and sizes."""
    scene_info = {"event_index": 3, "stream_id": "camera", "uri": "images/three.png"}
    entry = listing_entry(
        "scene",
        spaces={
            "three": {"space_type": "scene_image", "scene_info": scene_info, "width": 20, "height": 10, "labels": {}},
            "spanning": {
                "space_type": "scene_image",
                "scene_info": {"event_index": 9, "stream_id": "camera", "uri": "x.png", "start_frame": 7},
                "labels": {},
            },
        },
    )
    labels = label_row(
        "scene",
        labels={
            "camera#3": {"objects": [box("obj1")], "classifications": []},
            "camera#7": {"objects": [box("obj2")], "classifications": []},
            "5": {"objects": [], "classifications": []},
        },
        spaces={"three": {"space_type": "scene_image", "labels": {}}, "spanning": {"space_type": "scene_image"}},
    )

    row = sdk.load(EDITOR, labels, entry)
    bundle = normalise(EDITOR, labels, entry=entry)

    model = {part.space_id: [item.object_hash for item in part.get_object_instances()] for part in row.get_spaces()}
    assert model == {"three": ["obj1"], "spanning": ["obj2"]}
    assert rows(bundle, "object_annotation", "space_id", "object_hash", "frame") == [
        ("three", "obj1", 0),
        ("spanning", "obj2", 0),
    ]
    assert rows(bundle, "data_space", "space_id", "file_name", "event_index", "width")[0] == (
        "three",
        "three.png",
        3,
        20,
    )


def test_labels_of_a_scene_under_an_unknown_key_are_kept() -> None:
    labels = label_row("scene", labels={"elsewhere": {"objects": [box()], "classifications": []}})
    bundle = normalise(EDITOR, labels)

    assert rows(bundle, "object_annotation", "space_id", "x") == [("elsewhere", 0.1)]
    assert warnings(bundle)[0] == "labels of a scene under an unknown key: elsewhere"


@pytest.mark.parametrize("data_type", ["scene", "video", "group", "dicom"])
def test_the_empty_form_of_an_image_is_no_label_of_anything(data_type: str) -> None:
    """Encord sends it for data groups; it must not fail a row of any kind."""
    bundle = normalise(EDITOR, label_row(data_type, labels={"objects": [], "classifications": []}))

    assert bundle.failures == []
    assert warnings(bundle) == []
    assert bundle.facts.column("annotation_count").to_pylist() == [0]


def test_channels_of_a_continuous_scene_are_spaces() -> None:
    """They are named by the answers that are placed on them alone."""
    item = frame_object("obj1", "sound", "audio", {"range": []}) | {
        "classifications": [],
        "spaces": {"imu": {"type": "frame", "range": [[5, 9], [1, 6]]}},
    }
    labels = label_row("scene", scene={"isContinuous": True}, object_answers={"obj1": item})
    bundle = normalise(EDITOR, labels, entry=listing_entry("scene", number_of_frames=0))

    assert rows(bundle, "data_space", "space_id", "space_type") == [("imu", "time_series")]
    assert rows(bundle, "object_range", "space_id", "range_start", "range_end", "range_unit") == [("imu", 1, 9, "axis")]


def test_a_continuous_scene_whose_object_does_not_end_is_kept() -> None:
    labels = label_row("scene", labels={"10": {"objects": [box()]}}, scene={"isContinuous": True})
    bundle = normalise(EDITOR, labels, entry=listing_entry("scene", number_of_frames=0))

    assert rows(bundle, "object_annotation", "frame", "event") == [(10, "upsert")]
    assert warnings(bundle) == ["object of a continuous scene without an end: obj1"]


def test_html_and_text_parts() -> None:
    """Ranges of characters on one, pairs of nodes on the other."""
    nodes = [[{"xpath": "/p", "offset": 1}, {"xpath": "/q", "offset": 2}]]
    text_item = frame_object("obj1", "words", "text", {"range": []})
    html_item = frame_object("obj2", "words", "text", {"range": []})
    spaces = {"t": {"space_type": "text", "labels": {}, **child("t")}, "h": {"space_type": "html", **child("h")}}
    labels = label_row(
        "group",
        spaces=spaces,
        object_answers={
            "obj1": {**text_item, "classifications": [], "spaces": {"t": {"type": "frame", "range": [[3, 4]]}}},
            "obj2": {**html_item, "classifications": [], "spaces": {"h": {"type": "html", "range": nodes}}},
        },
    )
    entry = listing_entry("group", spaces=spaces)

    row = sdk.load(EDITOR, labels, entry)
    bundle = normalise(EDITOR, labels, entry=entry)

    assert [len(part.get_object_instances()) for part in row.get_spaces()] == [1, 1]
    assert rows(bundle, "object_range", "space_id", "range_start", "range_unit", "start_xpath", "end_offset") == [
        ("t", 3, "character", None, None),
        ("h", None, "html", "/p", 2),
    ]


def test_a_root_image_space_is_a_part_of_its_own() -> None:
    """Multilayer images: what lies on root is on space root, frame 0."""
    space = {"space_type": "image", "width": 50, "height": 40, "root_info": {"file_name": "layers.tif"}}
    spaces = {"root": {**space, "labels": frames({0: [box()]})}}
    labels = label_row("group", spaces=spaces)
    entry = listing_entry("group", spaces={"root": {**space, "labels": {}}})

    assert [part.space_id for part in sdk.load(EDITOR, labels, entry).get_spaces()] == ["root"]
    bundle = normalise(EDITOR, labels, entry=entry)
    assert rows(bundle, "object_annotation", "space_id", "frame") == [("root", 0)]
    assert rows(bundle, "data_space", "space_id", "file_name", "width") == [("root", "layers.tif", 50)]


@pytest.mark.parametrize("labels", [frames({0: [box()]}), {"objects": [box()], "classifications": []}])
def test_unknown_kinds_of_parts_are_read_as_frames(labels: Json) -> None:
    bundle = normalise(EDITOR, label_row("group", spaces={"new": {"space_type": "hologram", "labels": labels}}))

    assert rows(bundle, "object_annotation", "space_id", "frame", "x") == [("new", 0, 0.1)]
    assert warnings(bundle) == ["unknown kind of part: hologram"]


def test_unknown_kinds_of_data_are_read_as_frames_or_images() -> None:
    video = normalise(EDITOR, label_row("hologram", labels=frames({4: [box()]})))
    image = normalise(EDITOR, label_row("hologram", labels={"objects": [box()]}))

    assert rows(video, "object_annotation", "frame") == [4]
    assert rows(image, "object_annotation", "frame") == [0]
    assert warnings(video) == warnings(image) == ["unknown data type: hologram"]


def test_a_broken_segmentation_is_left_out_with_a_warning() -> None:
    scene_info = {"event_index": 0, "stream_id": "lidar", "uri": "cloud.pcd"}
    broken = frame_object("obj1", "points", "segmentation", {"segmentation": "é"})
    empty = frame_object("obj2", "points", "segmentation", {"segmentation": ""})
    unset = frame_object("obj3", "points", "segmentation", {"segmentation": "6"})
    space = {"space_type": "point_cloud", "scene_info": scene_info, "labels": {"objects": [broken, empty, unset]}}
    bundle = normalise(EDITOR, label_row("scene", spaces={"cloud": space}))

    assert bundle.tables["object_instance"].num_rows == 0
    assert warnings(bundle) == ["unreadable segmentation of object obj1"]


def test_classifications_on_parts_that_are_not_there_are_kept() -> None:
    labels = label_row(
        "group",
        classification_answers={
            "c1": {
                "classificationHash": "c1",
                "featureHash": "note",
                "classifications": [answer("text", "hi")],
                "spaces": {"gone": {"type": "frame", "range": [[1, 2]]}},
            }
        },
    )
    bundle = normalise(EDITOR, labels)

    assert rows(bundle, "classification_range", "space_id", "frame_start", "frame_end") == [("gone", 1, 2)]
    assert warnings(bundle) == ["classification on a part that the label row does not have: gone"]


def test_a_global_classification_holds_for_the_whole_part() -> None:
    """Also where it comes with a range, which the SDK refuses."""
    entry = {"classificationHash": "c1", "featureHash": "grade", "classifications": [], "range": []}
    placements = {"left": {"type": "frame", "range": [[0, 3]]}, "right": {"type": "frame", "range": []}}
    space = {"space_type": "video", "labels": {}, **child("a")}
    labels = label_row(
        "group",
        spaces={"left": space, "right": space},
        classification_answers={"c1": {**entry, "spaces": placements}},
    )

    assert rows(normalise(EDITOR, labels), "classification_range", "space_id", "frame_start", "range_unit") == [
        ("left", None, "whole"),
        ("right", None, "whole"),
    ]


def test_images_of_a_group_without_a_size_have_no_turned_extent() -> None:
    """The listing's size is that of another image."""
    turned = frame_object("obj1", "turned", "rotatable_bounding_box", TURNED)
    units = {"u": unit("image", {"objects": [turned]}, data_sequence="0", width=None, height=None)}
    bundle = normalise(EDITOR, label_row("img_group", data_units=units))

    assert rows(bundle, "object_annotation", "x", "x_min") == [(0.4, None)]
