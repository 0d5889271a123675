"""Traps 25 to 29: what the export page's scripts print, and what the tables say instead."""

from connector.normalise.label_rows.bundle import normalise_label_rows
from connector.normalise.listing.project_tables import project_tables
from connector.normalise.ontology import Ontology
from tests.normalise import sdk
from tests.normalise.rows import (
    SCHEMAS,
    action,
    attribute,
    box,
    frames,
    label_row,
    listing_entry,
    normalise,
    object_class,
    rows,
    structure,
)

EDITOR = structure(
    [object_class("box", "bounding_box", [attribute("words", "text", dynamic=True)], number=7)],
)
PROJECT = {"projectHash": "project-hash", "ontologyHash": "ontology-hash"}


def test_trap_25_uid_is_the_class_and_the_instance_is_the_object_hash() -> None:
    """The script's uid is equal for all instances of a class; ontology_class.uid has it, object_hash is unique."""
    labels = label_row(labels=frames({0: [box("obj1"), box("obj2")]}))

    instances = sdk.load(EDITOR, labels).get_object_instances()
    bundle = normalise(EDITOR, labels)
    tables = project_tables(PROJECT, {"editor": EDITOR}, SCHEMAS)

    assert {item.ontology_item.uid for item in instances} == {7}
    assert tables["ontology_class"].column("uid").to_pylist() == [7]
    assert rows(bundle, "object_instance", "object_hash") == [item.object_hash for item in instances]


def test_trap_26_shapes_are_stored_as_encord_writes_them() -> None:
    """`bounding_box`, in label rows and in the ontology; never the enum's name."""
    labels = label_row(labels=frames({0: [box()]}))

    (instance,) = sdk.load(EDITOR, labels).get_object_instances()
    tables = project_tables(PROJECT, {"editor": EDITOR}, SCHEMAS)

    assert rows(normalise(EDITOR, labels), "object_instance", "shape") == [instance.ontology_item.shape.value]
    assert tables["ontology_class"].column("shape").to_pylist() == ["bounding_box"]


def test_trap_27_frames_count_from_zero_and_dynamic_answers_have_frames() -> None:
    """One of the page's scripts prints frame + 1 and every answer on every frame; rows say which frames."""
    labels = label_row(
        labels=frames({0: [box()], 9: [box()]}),
        object_actions={"obj1": {"objectHash": "obj1", "actions": [action("words", "near", [[0, 4]])]}},
    )

    (instance,) = sdk.load(EDITOR, labels).get_object_instances()
    bundle = normalise(EDITOR, labels)

    assert rows(bundle, "object_annotation", "frame") == [item.frame for item in instance.get_annotations()] == [0, 9]
    assert rows(bundle, "attribute_answer", "frame_start", "frame_end") == [(0, 4)]


def test_trap_28_a_branch_without_a_label_row_and_a_data_group_are_nothing_special() -> None:
    """The consensus script stops at text answers and shows nothing for data groups; groups have rows like others."""
    space = {"space_type": "image", "width": 10, "height": 10, "labels": frames({0: [box()]})}
    group = label_row("group", spaces={"part": {**space, "child_info": {"layout_key": "a", "file_name": "b"}}})

    assert rows(normalise(EDITOR, group), "object_annotation", "space_id", "frame") == [("part", 0)]


def test_trap_29_copies_of_objects_on_branches_stay_apart() -> None:
    """Consensus copies an object with its hash to main: rows are keyed by label row, and counted for each."""
    pairs = []
    for label_hash, branch in (("label-main", "main"), ("label-ann", "encord-ann")):
        labels = label_row(labels=frames({0: [box()]}), label_hash=label_hash, branch_name=branch)
        pairs.append((listing_entry(label_hash=label_hash, branch_name=branch), labels))
    bundle = normalise_label_rows(pairs, Ontology.from_structure(EDITOR), SCHEMAS, project_hash="project-hash")

    assert rows(bundle, "object_instance", "label_hash", "object_hash") == [
        ("label-main", "obj1"),
        ("label-ann", "obj1"),
    ]
    assert bundle.facts.column("object_count").to_pylist() == [1, 1]
