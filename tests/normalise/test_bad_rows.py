"""Rows that are not of Encord's format: they fail one by one and leave nothing behind in the rows of others."""

from collections.abc import Callable
from typing import Any

import pytest

from connector.normalise.label_rows.bundle import NormalisedBundle, normalise_label_rows
from connector.normalise.ontology import Ontology
from tests.normalise.rows import (
    SCHEMAS,
    Json,
    answer,
    attribute,
    box,
    classification_class,
    frames,
    label_row,
    listing_entry,
    object_class,
    option,
    rows,
    structure,
    unit,
    warnings,
)

EDITOR = structure(
    [object_class("box", "bounding_box", [attribute("words", "text")])],
    [classification_class("weather", [attribute("kind", "radio", [option("sun")])])],
)


def good(label_hash: str) -> Json:
    """A label row with a bit of everything."""
    return label_row(
        labels=frames({0: [box("obj1"), box("obj2")], 1: [box("obj1")]}),
        label_hash=label_hash,
        object_answers={"obj1": {"objectHash": "obj1", "classifications": [answer("words", "hi")]}},
        classification_answers={
            "c1": {
                "classificationHash": "c1",
                "featureHash": "weather",
                "classifications": [answer("kind", ["sun"])],
                "range": [[0, 1]],
            }
        },
    )


def no_object_hash(labels: Json) -> None:
    del labels["data_units"]["unit-hash"]["labels"]["1"]["objects"][0]["objectHash"]


def no_class(labels: Json) -> None:
    labels["data_units"]["unit-hash"]["labels"]["0"]["objects"].append({"objectHash": "new", "shape": "point"})


def objects_of_text(labels: Json) -> None:
    labels["data_units"]["unit-hash"]["labels"]["1"]["objects"] = "truncated"


def frame_of_words(labels: Json) -> None:
    labels["data_units"]["unit-hash"]["labels"]["first"] = {"objects": [box()], "classifications": []}


def units_of_list(labels: Json) -> None:
    labels["data_units"] = [labels["data_units"]["unit-hash"]]


def blob_missing(labels: Json) -> None:
    labels["data_units"]["unit-hash"]["labels"]["1"] = None


def answers_of_text(labels: Json) -> None:
    labels["classification_answers"]["c1"]["classifications"] = ["sun"]


def classification_without_hash(labels: Json) -> None:
    del labels["classification_answers"]["c1"]["classificationHash"]


def number_of_text(labels: Json) -> None:
    labels["data_units"]["unit-hash"]["labels"]["1"]["objects"][0]["confidence"] = "high"


def author_of_numbers(labels: Json) -> None:
    labels["data_units"]["unit-hash"]["labels"]["1"]["objects"][0]["createdBy"] = 17


def time_of_list(labels: Json) -> None:
    labels["data_units"]["unit-hash"]["labels"]["1"]["objects"][0]["createdAt"] = ["now"]


def hash_of_number(labels: Json) -> None:
    labels["data_units"]["unit-hash"]["labels"]["1"]["objects"][0]["objectHash"] = 5


def actions_of_text(labels: Json) -> None:
    labels["object_actions"] = "none"


BREAKS = [
    no_object_hash,
    no_class,
    objects_of_text,
    frame_of_words,
    units_of_list,
    blob_missing,
    answers_of_text,
    classification_without_hash,
    number_of_text,
    author_of_numbers,
    time_of_list,
    hash_of_number,
    actions_of_text,
]


def normalise_rows(*label_rows: Any) -> NormalisedBundle:  # noqa: ANN401 - also what is no label row
    """Normalise label rows of one data unit each."""
    pairs = [
        (listing_entry(label_hash=f"row-{index}", data_hash=f"data-{index}"), labels)
        for index, labels in enumerate(label_rows)
    ]
    return normalise_label_rows(pairs, Ontology.from_structure(EDITOR), SCHEMAS, project_hash="project-hash")


@pytest.mark.parametrize("break_row", BREAKS)
def test_a_bad_row_leaves_no_trace(break_row: Callable[[Json], None]) -> None:
    """The tables and facts are those of the bundle without the row, cell by cell."""
    bad = good("row-1")
    break_row(bad)

    bundle = normalise_rows(good("row-0"), bad, good("row-2"))
    without = normalise_rows(good("row-0"), good("row-2"))
    twin = normalise_label_rows(
        [
            (listing_entry(label_hash="row-0", data_hash="data-0"), good("row-0")),
            (listing_entry(label_hash="row-2", data_hash="data-2"), good("row-2")),
        ],
        Ontology.from_structure(EDITOR),
        SCHEMAS,
        project_hash="project-hash",
    )

    assert [label_hash for label_hash, _ in bundle.failures] == ["row-1"]
    assert "row-1" in bundle.failures[0][1]
    assert without.failures == []
    assert bundle.facts.equals(twin.facts)
    for name, table in bundle.tables.items():
        assert table.equals(twin.tables[name]), name


@pytest.mark.parametrize("labels", [None, [], "text", 3])
def test_what_is_no_label_row_fails(labels: object) -> None:
    """It is named by its listing entry."""
    bundle = normalise_rows(labels, good("row-1"))

    assert [label_hash for label_hash, _ in bundle.failures] == ["row-0"]
    assert bundle.facts.column("label_hash").to_pylist() == ["row-1"]


def test_several_bad_rows_fail_each() -> None:
    """Of structure and of value alike."""
    broken = [good(f"row-{index}") for index in range(len(BREAKS))]
    for break_row, labels in zip(BREAKS, broken, strict=True):
        break_row(labels)

    bundle = normalise_rows(*broken, good("row-good"))

    assert sorted(label_hash for label_hash, _ in bundle.failures) == sorted(row["label_hash"] for row in broken)
    assert bundle.facts.column("label_hash").to_pylist() == ["row-good"]
    assert set(rows(bundle, "object_annotation", "label_hash")) == {"row-good"}


def test_messages_hold_no_text_of_labels() -> None:
    """A wrong value is not repeated."""
    bad = good("row-0")
    bad["data_units"]["unit-hash"]["labels"]["1"]["objects"][0]["confidence"] = "a person's secret"

    bundle = normalise_rows(bad)

    assert "secret" not in str(bundle.failures)


def test_a_failed_image_group_lets_the_next_branch_describe_the_frames() -> None:
    """Frames are described once a data unit, by the first row of it that can be read."""
    units = {"u": unit("image", {"objects": [box()]}, data_hash="image", data_sequence="0")}
    bad = label_row("img_group", label_hash="bad", data_units={**units, "v": {"data_sequence": "x"}})
    pairs = [
        (listing_entry("img_group", label_hash=name), labels)
        for name, labels in (
            ("bad", bad),
            ("first", label_row("img_group", label_hash="first", data_units=units)),
            ("second", label_row("img_group", label_hash="second", data_units=units)),
        )
    ]
    bundle = normalise_label_rows(pairs, Ontology.from_structure(EDITOR), SCHEMAS, project_hash="project-hash")

    assert [label_hash for label_hash, _ in bundle.failures] == ["bad"]
    assert rows(bundle, "data_frame", "project_hash", "data_hash", "frame", "image_hash") == [
        ("project-hash", "data-hash", 0, "image")
    ]
    assert rows(bundle, "object_annotation", "label_hash") == ["first", "second"]


def test_unreadable_times_are_null_and_warned_of_in_every_row() -> None:
    """Also where several rows of a bundle share the string."""
    labels = [good("row-0"), good("row-1")]
    for row in labels:
        row["data_units"]["unit-hash"]["labels"]["1"]["objects"][0]["createdAt"] = "yesterday"

    bundle = normalise_rows(*labels)

    assert rows(bundle, "object_annotation", "created_at").count(None) == 2
    place = "data_units/unit-hash/labels/1/objects/0"
    warning = f"time that cannot be read: createdAt is text that is not a time (object obj1, in {place})"
    assert warnings(bundle) == [warning] * 2


def test_an_empty_bundle_is_empty_tables() -> None:
    """With the declared schemas."""
    bundle = normalise_rows()

    assert {name: table.num_rows for name, table in bundle.tables.items()} == dict.fromkeys(bundle.tables, 0)
    assert all(table.schema == SCHEMAS[name] for name, table in bundle.tables.items())
