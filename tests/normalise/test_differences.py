"""Where the tables say more or other than the SDK's object model, on purpose. One test a difference.

Times that the SDK invents are trap 5; rows that it cannot load are in the tests of the traps they come from.
"""

from typing import Any

import pytest
from encord.exceptions import LabelRowError

from tests.normalise import sdk
from tests.normalise.rows import (
    METADATA_KEYS,
    Json,
    action,
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
    option,
    rows,
    structure,
    warnings,
)

OPTIONS = [option("e1"), option("e2")]
EDITOR = structure(
    [object_class("box", "bounding_box", [attribute("list", "checklist", OPTIONS, dynamic=True)])],
    [classification_class("weather", [attribute("kind", "radio", [option("sun"), option("rain")])])],
)
TICKS = ("option_feature_hash", "frame_start", "frame_end")


def ticked(*actions: Json) -> Json:
    """A box with dynamic checklist answers."""
    return label_row(
        labels=frames({0: [box()]}), object_actions={"obj1": {"objectHash": "obj1", "actions": list(actions)}}
    )


def model_ticks(labels: Json) -> list[tuple[str, int, int]]:
    """The SDK's answers to the dynamic checklist, a row a range and option."""
    row = sdk.load(EDITOR, labels)
    found: Any = row.get_object_instances()[0].get_answer(sdk.attribute_of(row, "list"))
    return [
        (tick.feature_node_hash, part.start, part.end) for item in found for part in item.ranges for tick in item.answer
    ]


def test_overlapping_entries_of_one_option_keep_their_tail() -> None:
    """Trap 17: [0, 10] and [5, 15] of one option are [0, 15]; the SDK forgets the tail."""
    labels = ticked(action("list", ["e1"], [[0, 10]]), action("list", ["e1"], [[5, 15]]))

    assert model_ticks(labels) == [("e1", 0, 10)]
    assert rows(normalise(EDITOR, labels), "attribute_answer", *TICKS) == [("e1", 0, 15)]


def test_options_that_touch_in_a_frame_are_both_ticked_there() -> None:
    """Trap 17, same cause: where one range ends on the frame where another begins, the SDK drops the first option."""
    labels = ticked(action("list", ["e1"], [[0, 5]]), action("list", ["e2"], [[5, 10]]))

    assert model_ticks(labels) == [("e1", 0, 4), ("e2", 5, 10)]
    assert rows(normalise(EDITOR, labels), "attribute_answer", *TICKS) == [
        ("e1", 0, 4),
        ("e1", 5, 5),
        ("e2", 5, 5),
        ("e2", 6, 10),
    ]


def test_a_reversed_range_of_a_checklist_is_nothing() -> None:
    """As for every other answer; in the SDK the option stays ticked from there on."""
    labels = ticked(action("list", ["e1"], [[9, 5], [10, 12]]), action("list", ["e2"], [[20, 21]]))

    assert model_ticks(labels)[0] != ("e1", 10, 12)
    assert rows(normalise(EDITOR, labels), "attribute_answer", *TICKS) == [("e1", 10, 12), ("e2", 20, 21)]


@pytest.mark.parametrize("answer_keys", [{}, {"featureHash": "weather"}, {"featureHash": "weather", "range": None}])
def test_legacy_classifications_are_read_from_the_frames(answer_keys: Json) -> None:
    """Rows of before 2026 list classifications on frames; today's SDK shows nothing for them."""
    on_frame = {"classificationHash": "c1", "featureHash": "weather", **METADATA_KEYS}
    labels = label_row(
        labels={
            "7": {"objects": [], "classifications": [{**on_frame, "createdBy": "later@example.com"}]},
            "2": {"objects": [], "classifications": [on_frame]},
            "3": {"objects": [], "classifications": [on_frame]},
        },
        classification_answers={
            "c1": {"classificationHash": "c1", "classifications": [answer("kind", ["sun"])], **answer_keys}
        },
    )

    assert sdk.load(EDITOR, labels).get_classification_instances() == []
    bundle = normalise(EDITOR, labels)
    assert rows(bundle, "classification_instance", "classification_hash", "created_by") == [("c1", "ann@example.com")]
    assert rows(bundle, "classification_range", "position", "frame_start", "frame_end") == [(0, 2, 3), (1, 7, 7)]
    assert rows(bundle, "attribute_answer", "option_feature_hash") == ["sun"]


def test_legacy_classification_without_answers_is_kept() -> None:
    """With a warning, for Encord wrote none without."""
    on_frame = {"classificationHash": "c1", "featureHash": "weather"}
    labels = label_row(labels={"0": {"objects": [], "classifications": [on_frame]}})

    bundle = normalise(EDITOR, labels)
    assert rows(bundle, "classification_instance", "classification_hash", "created_at") == [("c1", None)]
    assert warnings(bundle) == ["classification on frames without answers: c1"]


def test_unknown_shapes_are_kept_as_json() -> None:
    """A shape that a newer Encord draws: the ontology and the row cannot be loaded by the SDK, the tables keep both."""
    editor = structure([object_class("star", "star_polygon")])
    item = frame_object("obj1", "star", "star_polygon", {"starPolygon": {"tips": 5, "at": [0.25, 0.1]}})
    labels = label_row(labels=frames({0: [item]}))

    with pytest.raises(TypeError):
        sdk.load(editor, labels)
    bundle = normalise(editor, labels)

    assert rows(bundle, "object_instance", "shape") == ["star_polygon"]
    assert rows(bundle, "object_annotation", "x_min", "geometry") == [
        (None, '{"starPolygon":{"tips":5,"at":[0.25,0.1]}}')
    ]
    assert warnings(bundle) == ["unknown shape: star_polygon"]


def test_unknown_answer_types_are_left_out_with_a_warning() -> None:
    """An answer of a kind that is not known here cannot be rendered; everything else is kept."""
    editor = structure([object_class("box", "bounding_box", [attribute("when", "calendar")])])
    labels = label_row(
        labels=frames({0: [box()]}),
        object_answers={"obj1": {"objectHash": "obj1", "classifications": [answer("when", {"day": 3})]}},
    )

    bundle = normalise(editor, labels)
    assert bundle.tables["object_annotation"].num_rows == 1
    assert warnings(bundle) == ["unknown answer type: calendar"]


def test_dynamic_answers_of_a_space_stay_with_it() -> None:
    """An action with a spaceId holds on that part, one without on all; the SDK merges the actions of all parts."""
    space: Json = {
        "space_type": "video",
        "child_info": {"layout_key": "left", "file_name": "left.mp4"},
        "number_of_frames": 20,
        "width": 100,
        "height": 50,
        "data_duration": 0.8,
        "data_fps": 25.0,
    }
    spaces = {name: {**space, "labels": frames({2: [box()]})} for name in ("left", "right")}
    actions = [
        action("list", ["e1"], [[0, 5]], spaceId="left"),
        action("list", ["e2"], [[0, 5]], spaceId="right"),
        action("list", ["e2"], [[7, 8]]),
    ]
    labels = label_row("group", spaces=spaces, object_actions={"obj1": {"objectHash": "obj1", "actions": actions}})
    bundle = normalise(EDITOR, labels, entry=listing_entry("group", spaces=spaces))

    assert rows(bundle, "attribute_answer", "space_id", "position", *TICKS) == [
        ("left", 0, "e1", 0, 5),
        ("left", 1, "e2", 7, 8),
        ("right", 0, "e2", 0, 5),
        ("right", 1, "e2", 7, 8),
    ]


def test_classifications_of_a_point_cloud_are_kept() -> None:
    """The SDK writes them and never reads them back."""
    scene_info = {"event_index": 0, "stream_id": "lidar", "uri": "cloud.pcd"}
    spaces = {"cloud": {"space_type": "point_cloud", "scene_info": scene_info, "labels": {"objects": []}}}
    entry = listing_entry("scene", spaces=spaces)
    labels = label_row(
        "scene",
        spaces=spaces,
        classification_answers={
            "c1": {
                "classificationHash": "c1",
                "featureHash": "weather",
                "classifications": [answer("kind", ["rain"])],
                "range": [],
                "spaces": {"cloud": {"type": "frame", "range": []}},
            }
        },
    )

    assert sdk.load(EDITOR, labels, entry).get_spaces()[0].get_classification_instances() == []
    bundle = normalise(EDITOR, labels, entry=entry)
    assert rows(bundle, "classification_range", "space_id", "range_unit") == [("cloud", "whole")]


def test_an_object_drawn_in_another_shape_than_its_class_is_kept() -> None:
    """The SDK refuses coordinates that do not fit the class."""
    item = frame_object("obj1", "box", "point", {"point": {"0": {"x": 0.5, "y": 0.25}}})
    labels = label_row(labels=frames({0: [item]}))

    with pytest.raises(LabelRowError):
        sdk.load(EDITOR, labels)
    bundle = normalise(EDITOR, labels)
    assert rows(bundle, "object_instance", "shape") == ["point"]
    assert rows(bundle, "object_annotation", "x", "y", "x_min") == [(0.5, 0.25, 0.5)]
    assert warnings(bundle) == ["object drawn as point of a class of shape bounding_box: box"]
