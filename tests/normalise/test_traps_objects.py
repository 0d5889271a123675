"""Traps 1 to 6, 11 and 12 of the SDK's object model: objects, frames and shapes.

Each test is named after its trap, shows what the real SDK says where it can load the row, and what the tables say.
"""

import copy
import json
from typing import Any

import pytest
from encord.exceptions import LabelRowError, OntologyError
from encord.objects.coordinates import BoundingBoxCoordinates, PolygonCoordinates, SkeletonCoordinates

from tests.normalise import sdk
from tests.normalise.rows import (
    answer,
    box,
    frame_object,
    frames,
    label_row,
    normalise,
    object_class,
    rows,
    structure,
    unit,
    warnings,
)

BOXES = structure([object_class("box", "bounding_box"), object_class("other", "bounding_box", number=2)])


def test_trap_01_first_occurrence_fixes_the_class() -> None:
    """The class of an object is that of its first frame, whatever later frames say."""
    labels = label_row(labels=frames({0: [box()], 1: [box(feature_hash="other")]}))

    (instance,) = sdk.load(BOXES, labels).get_object_instances()
    bundle = normalise(BOXES, labels)

    assert instance.feature_hash == "box"
    assert rows(bundle, "object_instance", "object_hash", "feature_hash") == [("obj1", "box")]
    assert bundle.tables["object_annotation"].num_rows == 2


def test_trap_02_the_ontology_names_things_and_unknown_classes_are_kept() -> None:
    """Stale names of the label are stored nowhere; a class the ontology does not have is kept with a warning."""
    labels = label_row(labels=frames({0: [box(feature_hash="gone")]}))

    with pytest.raises(OntologyError):
        sdk.load(BOXES, labels)
    bundle = normalise(BOXES, labels)

    assert rows(bundle, "object_instance", "feature_hash", "shape") == [("gone", "bounding_box")]
    assert rows(bundle, "object_annotation", "x") == [0.1]
    assert warnings(bundle) == ["class that the ontology does not have: gone"]
    assert "stale" not in str(rows(bundle, "object_instance") + rows(bundle, "object_annotation"))


def test_trap_03_image_groups_count_frames_by_sequence_and_repeats_are_dropped() -> None:
    """img_group frame = int(data_sequence), whatever the dict's order; one object twice on a frame: the first."""
    units = {
        "second": unit(labels={"objects": [box(x=0.5)]}, data_hash="second", data_sequence="1"),
        "first": unit(labels={"objects": [box(x=0.4)]}, data_hash="first", data_sequence="0"),
    }
    labels = label_row("img_group", data_units=units)

    (instance,) = sdk.load(BOXES, labels).get_object_instances()
    bundle = normalise(BOXES, labels)

    model = []
    for annotation in instance.get_annotations():
        assert isinstance(annotation.coordinates, BoundingBoxCoordinates)
        model.append((annotation.frame, annotation.coordinates.top_left_x))
    assert sorted(rows(bundle, "object_annotation", "frame", "x")) == model == [(0, 0.4), (1, 0.5)]
    assert sorted(rows(bundle, "data_frame", "frame", "image_hash")) == [(0, "first"), (1, "second")]

    twice = label_row(labels=frames({3: [box(x=0.1), box(x=0.9)]}))
    with pytest.raises(LabelRowError):
        sdk.load(BOXES, twice)
    bundle = normalise(BOXES, twice)
    assert rows(bundle, "object_annotation", "x") == [0.1]
    assert warnings(bundle) == ["object twice on frame 3, the first kept: obj1"]


def test_trap_04_frames_beyond_the_listed_count_are_kept() -> None:
    """The SDK refuses the row; the tables keep the annotation and warn."""
    labels = label_row(labels=frames({0: [box()], 150: [box()]}))

    with pytest.raises(LabelRowError):
        sdk.load(BOXES, labels)
    bundle = normalise(BOXES, labels)

    assert rows(bundle, "object_annotation", "frame") == [0, 150]
    assert warnings(bundle) == ["objects on frames beyond the 100 that the listing counts"]


def test_trap_05_missing_metadata_is_null_not_invented() -> None:
    """The SDK makes up times of now, confidence 1.0 and manual: the tables say NULL."""
    bare = {key: value for key, value in box().items() if key in {"objectHash", "featureHash", "shape", "boundingBox"}}
    labels = label_row(labels=frames({0: [bare]}))

    (annotation,) = sdk.load(BOXES, labels).get_object_instances()[0].get_annotations()
    (record,) = rows(normalise(BOXES, labels), "object_annotation")

    assert (annotation.confidence, annotation.manual_annotation) == (1.0, True)
    assert annotation.created_at is not None
    names = ("created_at", "created_by", "last_edited_at", "last_edited_by", "confidence", "is_manual", "is_deleted")
    assert [record[name] for name in names] == [None] * 7


def test_trap_06_deleted_objects_are_returned_like_any_other() -> None:
    """The mark isDeleted is a column, not a filter."""
    labels = label_row(labels=frames({0: [box(isDeleted=True)], 1: [box()]}))

    assert len(sdk.load(BOXES, labels).get_object_instances()[0].get_annotations()) == 2
    assert rows(normalise(BOXES, labels), "object_annotation", "frame", "is_deleted") == [(0, True), (1, None)]


def test_trap_11_polygon_forms() -> None:
    """Keys are sorted as integers, a list is taken as is, polygons wins, and what is empty is kept as raw JSON."""
    editor = structure([object_class("poly", "polygon")])
    corners = {"10": {"x": 0.9, "y": 0.8}, "9": {"x": 0.5, "y": 0.7}, "0": {"x": 0.1, "y": 0.2}}
    forms: list[dict[str, Any]] = [
        {"polygon": corners},
        {"polygon": list(corners.values()), "polygons": None},
        {"polygon": list(corners.values()), "polygons": []},
        {"polygon": corners, "polygons": [[[0.3, 0.3, 0.6, 0.3, 0.6, 0.6], [0.4, 0.4, 0.5, 0.4, 0.5, 0.5]]]},
    ]
    labels = label_row(
        labels=frames({frame: [frame_object("obj1", "poly", "polygon", form)] for frame, form in enumerate(forms)})
    )

    (instance,) = sdk.load(editor, labels).get_object_instances()
    bundle = normalise(editor, labels)

    model = []
    for annotation in instance.get_annotations():
        assert isinstance(annotation.coordinates, PolygonCoordinates)
        parts = annotation.coordinates.polygons
        model.append([[[value for point in ring for value in (point.x, point.y)] for ring in part] for part in parts])
    assert [json.loads(text) for text in rows(bundle, "object_annotation", "geometry")] == model
    assert model[0] == [[[0.1, 0.2, 0.5, 0.7, 0.9, 0.8]]]
    assert rows(bundle, "object_annotation", "x_min", "y_max")[3] == (0.3, 0.6)

    empty = label_row(labels=frames({0: [frame_object("obj1", "poly", "polygon", {"polygon": {}})]}))
    with pytest.raises(LabelRowError):
        sdk.load(editor, empty)
    bundle = normalise(editor, empty)
    assert rows(bundle, "object_annotation", "x_min", "geometry") == [(None, '{"polygon":{}}')]
    assert warnings(bundle) == ["unreadable polygon of object obj1"]


def test_trap_11_missing_box_member() -> None:
    """The SDK raises KeyError; the annotation is kept with what was given."""
    item = frame_object("obj1", "box", "bounding_box", {"boundingBox": {"x": 0.1, "y": 0.1, "w": 0.2}})
    labels = label_row(labels=frames({0: [item]}))

    with pytest.raises(KeyError):
        sdk.load(BOXES, labels)
    bundle = normalise(BOXES, labels)

    assert rows(bundle, "object_annotation", "x", "geometry") == [(None, '{"boundingBox":{"x":0.1,"y":0.1,"w":0.2}}')]


def test_trap_12_the_raw_label_row_is_not_mutated() -> None:
    """The SDK writes a visibility into skeleton points of the dict it is given; the normaliser changes nothing."""
    editor = structure([object_class("bones", "skeleton")])
    joints = {"0": {"x": 0.1, "y": 0.2, "name": "hip", "occluded": True}, "1": {"x": 0.3, "y": 0.1, "name": "knee"}}
    labels = label_row(labels=frames({0: [frame_object("obj1", "bones", "skeleton", {"skeleton": joints})]}))
    before = copy.deepcopy(labels)

    bundle = normalise(editor, labels)
    (annotation,) = sdk.load(editor, labels).get_object_instances()[0].get_annotations()

    assert labels == before
    assert isinstance(annotation.coordinates, SkeletonCoordinates)
    assert annotation.coordinates.values[0].visibility == "occluded"
    assert rows(bundle, "object_annotation", "geometry") == [
        '[{"x":0.1,"y":0.2,"name":"hip","visibility":"occluded"},{"x":0.3,"y":0.1,"name":"knee"}]'
    ]


def test_object_numbers_come_from_the_answers_or_else_the_frame() -> None:
    """The SDK reads the answers only; the number on the frame is what the editor wrote there."""
    labels = label_row(
        labels=frames({0: [box("obj1", objectNumber=4), box("obj2", objectNumber=5)]}),
        object_answers={"obj1": {"objectHash": "obj1", "classifications": [], "objectNumber": 9}},
    )

    model = [item.object_number for item in sdk.load(BOXES, labels).get_object_instances()]
    assert model == [9, None]
    assert rows(normalise(BOXES, labels), "object_instance", "object_number") == [9, 5]


def test_orphaned_answers_make_no_object() -> None:
    """Answers of an object that is gone are left out, as in the SDK."""
    labels = label_row(
        labels=frames({0: [box()]}),
        object_answers={"gone": {"objectHash": "gone", "classifications": [answer("text", "still here")]}},
    )

    assert [item.object_hash for item in sdk.load(BOXES, labels).get_object_instances()] == ["obj1"]
    bundle = normalise(BOXES, labels)
    assert rows(bundle, "object_instance", "object_hash") == ["obj1"]
    assert bundle.tables["attribute_answer"].num_rows == 0
