"""What is an id and what is none, and what becomes of an entry or a label row that names something else."""

import uuid
from typing import Any

import pytest

from connector.errors import ConnectorError, ErrorKind
from connector.normalise.ids import FIRST_NAMED, HASH, NAME, PART, IdKind
from connector.normalise.label_rows.bundle import normalise_label_rows
from connector.normalise.listing.listing import normalise_listing
from connector.normalise.listing.project_tables import project_tables
from connector.normalise.ontology import Ontology
from tests.normalise.rows import (
    SCHEMAS,
    Json,
    box,
    classification_class,
    frames,
    label_row,
    listing_entry,
    object_class,
    rows,
    structure,
)

EDITOR = structure([object_class("box", "bounding_box")], [classification_class("weather", [])])

IDS: list[tuple[IdKind, str]] = [
    (NAME, "0aea5ac7-cbc0-4451-a242-e22445d2c9fa"),
    (NAME, "video-1-uuid"),
    (NAME, "1.2.826.0.1.3680043.8.498.94638152905707434793098975933107733949"),
    (NAME, "a+b=c_D.png~2@x"),
    (HASH, "/+4Kx2Q="),
    (HASH, "//++//=="),
    (HASH, "object_with_attributes"),
    (HASH, "Kühe/1.2"),
    (PART, "path/to/file1.pcd"),
    (PART, "s3://bucket/Ställe im Mai/roof 001.pcd"),
    (PART, "/lidar/points@1700000000"),
    (PART, "root"),
]

NO_IDS: list[tuple[IdKind, str]] = [
    *((kind, text) for kind in (NAME, HASH) for text in ("../../dataset", "..", ".", "a\\..\\b", "a b")),
    *((kind, text) for kind in (NAME, HASH, PART) for text in ("", "a\nb", "a\0b", "\x1b[2J", "a\u202eb", "x" * 2_001)),
    *((NAME, text) for text in ("/etc/passwd", "a/b", "C:x", ".hidden", "é", "a|b", "\ud800")),
]


@pytest.mark.parametrize(("kind", "text"), IDS)
def test_what_real_data_holds_is_an_id(kind: IdKind, text: str) -> None:
    assert kind.is_one(text)


@pytest.mark.parametrize(("kind", "text"), NO_IDS)
def test_what_could_leave_a_folder_or_move_a_terminal_is_none(kind: IdKind, text: str) -> None:
    assert not kind.is_one(text)


def test_every_column_named_is_of_its_table() -> None:
    for table, columns in FIRST_NAMED.items():
        assert columns.keys() <= set(SCHEMAS[table].names), table


ENTRIES: list[tuple[Json, str]] = [
    ({"data_hash": "../../dataset"}, "data_hash is text that is not an id"),
    ({"data_hash": "/etc", "label_hash": None}, "data_hash is text that is not an id"),
    ({"data_hash": ""}, "data_hash is text that is not an id"),
    ({"label_hash": ""}, "label_hash is text that is not an id"),
    ({"label_hash": "a\nb"}, r"label_hash is text that is not an id"),
    ({"dataset_hash": ".."}, "dataset_hash is text that is not an id"),
    ({"data_type": "../VIDEO"}, "data_type is text that is not an id"),
    ({"task_uuid": "a/b"}, "task_uuid is text that is not an id"),
]


@pytest.mark.parametrize(("changes", "reason"), ENTRIES)
def test_an_entry_of_the_listing_that_names_no_id_is_set_aside_by_name(changes: Json, reason: str) -> None:
    good = [listing_entry(data_hash=f"data-{number}", label_hash=f"label-{number}") for number in range(5)]
    bad = {**listing_entry(data_hash="bad-data", label_hash="bad-label"), **changes}
    listing = normalise_listing("project-hash", [*good[:3], bad, *good[3:]], SCHEMAS)
    assert [row["label_hash"] for row in listing.tables["label_row"].to_pylist()] == [f"label-{n}" for n in range(5)]
    assert listing.tables["data_unit"].num_rows == len(listing.entries) == 5
    [(name, message)] = listing.rejected
    assert message.startswith(f"its entry is not of Encord's format: {reason}.")
    names_itself = "label_hash" not in changes
    data_hash = changes.get("data_hash", "bad-data")
    assert name == (
        "bad-label" if names_itself else f"{data_hash}/main" if NAME.is_one(data_hash) else "listing entry 3"
    )


def test_an_entry_without_any_id_is_named_by_its_place_in_the_whole_listing() -> None:
    good = [listing_entry(data_hash=f"data-{number}", label_hash=f"label-{number}") for number in range(2_500)]
    listing = normalise_listing("project-hash", [*good, listing_entry(data_hash="..", label_hash="/")], SCHEMAS)
    assert [name for name, _ in listing.rejected] == ["listing entry 2500"]


def with_object(changes: Json) -> Json:
    return label_row(labels=frames({0: [{**box(), **changes}]}), label_hash="bad")


def in_group(space_id: str) -> Json:
    spaces = {space_id: {"space_type": "video", "labels": frames({0: [box()]})}}
    return label_row("group", label_hash="bad", spaces=spaces)


def of_images(image_hash: str) -> Json:
    labels = label_row("img_group", labels={"objects": [], "classifications": []}, label_hash="bad")
    labels["data_units"]["unit-hash"]["data_hash"] = image_hash
    return labels


def of_slices(instance_uid: str) -> Json:
    blob = {"objects": [], "classifications": [], "metadata": {"dicom_instance_uid": instance_uid}}
    return label_row("dicom", labels={"0": blob}, label_hash="bad")


def classified(classification_hash: str, space_id: str = "root") -> Json:
    said = {"classificationHash": classification_hash, "featureHash": "weather", "classifications": []}
    placed = {"spaces": {space_id: {"range": [[0, 1]], "type": "frame"}}} if space_id != "root" else {"range": [[0, 1]]}
    return label_row(label_hash="bad", classification_answers={"c": {**said, **placed}})


LABEL_ROWS: list[tuple[Json, str]] = [
    (with_object({"objectHash": "../x"}), "object_hash is text that is not a hash"),
    (with_object({"objectHash": "a\x1b[2J"}), r"object_hash is text that is not a hash"),
    (with_object({"featureHash": "a\nb"}), r"feature_hash is text that is not a hash"),
    (in_group("../../dataset"), "space_id is text that is not an id"),
    (in_group("/etc"), "space_id is text that is not an id"),
    (of_images("../image"), "image_hash is text that is not an id"),
    (of_slices("../1.2.3"), "dicom_instance_uid is text that is not an id"),
    (classified("a b"), "classification_hash is text that is not a hash"),
    (classified("c", "a\nb"), r"space_id is text that is not the id of a part"),
]


@pytest.mark.parametrize(("labels", "reason"), LABEL_ROWS)
def test_a_label_row_that_names_no_id_fails_by_name_and_the_others_do_not(labels: Json, reason: str) -> None:
    good = [label_row(labels=frames({0: [box()]}), label_hash=name) for name in ("first", "last")]
    pairs = [
        (listing_entry(row["data_type"], label_hash=row["label_hash"], data_hash=f"data-{row['label_hash']}"), row)
        for row in (good[0], labels, good[1])
    ]
    bundle = normalise_label_rows(pairs, Ontology.from_structure(EDITOR), SCHEMAS, project_hash="project-hash")
    [(failed, message)] = bundle.failures
    assert failed == "bad"
    assert message.startswith(f"Label row bad is not of Encord's format: {reason}.")
    assert rows(bundle, "object_annotation", "label_hash") == ["first", "last"]
    assert bundle.facts["label_hash"].to_pylist() == ["first", "last"]


def test_the_parts_of_a_scene_may_be_paths() -> None:
    spaces = {"../scans/roof 1.pcd": {"space_type": "point_cloud", "scene_info": {}, "labels": {"objects": []}}}
    labels = label_row("scene", label_hash="scene", spaces=spaces)
    pair = (listing_entry("scene", label_hash="scene"), labels)
    bundle = normalise_label_rows([pair], Ontology.from_structure(EDITOR), SCHEMAS, project_hash="project-hash")
    assert bundle.failures == []
    assert rows(bundle, "data_space", "space_id") == ["../scans/roof 1.pcd"]


def test_an_ontology_or_a_workflow_that_names_no_id_is_refused() -> None:
    project: dict[str, Any] = {"projectHash": str(uuid.UUID(int=1)), "title": "Herd"}
    stage = {"uuid": "../../projects", "title": "Review"}
    for changes, editor, named in (
        ({}, structure([object_class("a\nb", "point")]), r"feature_hash is text that is not a hash"),
        ({"workflow": {"stages": [stage]}}, EDITOR, "stage_uuid is text that is not an id"),
    ):
        with pytest.raises(ConnectorError) as refused:
            project_tables({**project, **changes}, {"editor": editor}, SCHEMAS)
        assert refused.value.kind is ErrorKind.SOURCE_CONTENT
        assert named in refused.value.message
