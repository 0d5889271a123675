"""Traps 19 to 24 of the SDK's object model: classifications, where they hold, and answers to them."""

import copy
from typing import Any

import pytest
from encord.exceptions import LabelRowError

from tests.normalise import sdk
from tests.normalise.rows import (
    METADATA_KEYS,
    Json,
    answer,
    attribute,
    classification_class,
    label_row,
    listing_entry,
    normalise,
    option,
    rows,
    structure,
    warnings,
)

EDITOR = structure(
    [],
    [
        classification_class("weather", [attribute("kind", "radio", [option("sun"), option("rain")])]),
        classification_class("tags", [attribute("tag", "checklist", [option("t1"), option("t2")])], 2),
        classification_class("note", [attribute("words", "text")], 3),
        classification_class("quality", [attribute("grade", "numeric")], 4, level="global"),
    ],
)


def placed(classification_hash: str, feature_hash: str, ranges: object, answers: list[Json], **extra: object) -> Json:
    """An entry of classification_answers."""
    return {
        "classificationHash": classification_hash,
        "featureHash": feature_hash,
        "classifications": answers,
        "range": ranges,
        "spaces": {},
        **METADATA_KEYS,
        **extra,
    }


def row_with(*entries: Json, data_type: str = "video", **extra: object) -> Json:
    """A label row with classifications."""
    by_hash = {entry["classificationHash"]: entry for entry in entries}
    return {**label_row(data_type), "classification_answers": by_hash, **extra}


SUN = [answer("kind", ["sun"])]


def test_trap_19_only_the_answers_say_where_a_classification_holds() -> None:
    """An empty range on frames means that it does not exist, also where a frame still lists it."""
    labels = row_with(placed("c1", "weather", [[0, 3]], SUN), placed("c2", "note", [], [answer("words", "x")]))
    labels["data_units"]["unit-hash"]["labels"] = {
        "7": {"objects": [], "classifications": [{"classificationHash": "c2", "featureHash": "note"}]}
    }

    model = sdk.load(EDITOR, labels).get_classification_instances()
    bundle = normalise(EDITOR, labels)

    assert [item.classification_hash for item in model] == ["c1"]
    assert rows(bundle, "classification_instance", "classification_hash") == ["c1"]
    assert rows(bundle, "attribute_answer", "owner_hash", "option_feature_hash") == [("c1", "sun")]


def test_trap_19_frames_add_nothing_to_what_the_answers_place() -> None:
    """A global classification without a range that frames list, too, is there once."""
    labels = row_with(placed("c1", "quality", None, [answer("grade", 1)]))
    labels["data_units"]["unit-hash"]["labels"] = {
        "7": {"objects": [], "classifications": [{"classificationHash": "c1", "featureHash": "quality"}]}
    }

    assert len(sdk.load(EDITOR, labels).get_classification_instances()) == 1
    bundle = normalise(EDITOR, labels)
    assert rows(bundle, "classification_instance", "classification_hash") == ["c1"]
    assert rows(bundle, "classification_range", "range_unit") == ["whole"]


def test_trap_20_ranges_stay_ranges() -> None:
    """The SDK expands every frame; the tables hold merged, sorted ranges and the metadata once."""
    labels = row_with(placed("c1", "weather", [[10, 12], [0, 3], [4, 5]], SUN))

    (model,) = sdk.load(EDITOR, labels).get_classification_instances()
    bundle = normalise(EDITOR, labels)

    ranges = rows(bundle, "classification_range", "frame_start", "frame_end")
    assert ranges == [(part.start, part.end) for part in model.range_list] == [(0, 5), (10, 12)]
    frames = [frame for start, end in ranges for frame in range(start, end + 1)]
    assert frames == [annotation.frame for annotation in model.get_annotations()]
    (record,) = rows(bundle, "classification_instance")
    assert (record["created_at"], record["last_edited_at"]) == (model.created_at, model.last_edited_at)
    assert (record["created_by"], record["confidence"], record["is_manual"]) == ("ann@example.com", 1.0, True)


@pytest.mark.parametrize("data_type", ["audio", "plain_text"])
def test_trap_20_whole_files_have_one_placement(data_type: str) -> None:
    """Audio and text: the SDK lists no annotations; the tables say that it holds for the whole."""
    labels = row_with(placed("c1", "weather", [], SUN), data_type=data_type)

    (model,) = sdk.load(EDITOR, labels).get_classification_instances()
    bundle = normalise(EDITOR, labels)

    assert model.get_annotations() == []
    assert rows(bundle, "classification_range", "frame_start", "frame_end", "range_unit") == [(None, None, "whole")]


def test_trap_20_global_classifications_hold_for_the_whole() -> None:
    """Whatever the range says."""
    labels = row_with(placed("c1", "quality", [], [answer("grade", 4)]))

    (model,) = sdk.load(EDITOR, labels).get_classification_instances()
    bundle = normalise(EDITOR, labels)

    assert model.is_global()
    assert rows(bundle, "classification_range", "frame_start", "range_unit", "space_id") == [(None, "whole", "root")]
    assert rows(bundle, "attribute_answer", "answer_text", "answer_number") == [("4", 4.0)]


def test_trap_20_continuous_scenes_count_nanoseconds() -> None:
    """An event-based row holds classifications on ranges of nanoseconds."""
    labels = row_with(
        placed("c1", "weather", [[0, 5_000_000_000]], SUN), data_type="scene", scene={"isContinuous": True}
    )
    entry = listing_entry("scene", number_of_frames=0)

    (model,) = sdk.load(EDITOR, labels, entry).get_classification_instances()
    bundle = normalise(EDITOR, labels, entry=entry)

    assert [(part.start, part.end) for part in model.range_list] == [(0, 5_000_000_000)]
    assert rows(bundle, "classification_range", "frame_end", "range_unit") == [(5_000_000_000, "nanosecond")]


def test_trap_21_two_of_a_class_on_a_frame_are_both_kept() -> None:
    """The SDK cannot load the row; frames beyond the count pass in both."""
    labels = row_with(placed("c1", "weather", [[0, 3]], SUN), placed("c2", "weather", [[3, 900]], SUN))

    with pytest.raises(LabelRowError):
        sdk.load(EDITOR, labels)
    bundle = normalise(EDITOR, labels)

    assert rows(bundle, "classification_range", "classification_hash", "frame_end") == [("c1", 3), ("c2", 900)]
    assert warnings(bundle) == ["two classifications of one class on one frame: weather"]


def test_trap_21_reversed_ranges_are_kept_as_given() -> None:
    """The SDK cannot load the row; a join on start <= frame <= end finds nothing on such a range."""
    labels = row_with(placed("c1", "weather", [[5, 2], [8, 9]], SUN))

    with pytest.raises((LabelRowError, ValueError)):
        sdk.load(EDITOR, labels)
    bundle = normalise(EDITOR, labels)

    assert rows(bundle, "classification_range", "frame_start", "frame_end") == [(8, 9), (5, 2)]
    assert warnings(bundle) == ["unreadable or reversed range of classification c1"]


def test_trap_22_a_space_hides_the_root_range() -> None:
    """What is placed on a part lives there and nowhere else."""
    space: Json = {
        "space_type": "video",
        "child_info": {"layout_key": "left", "file_name": "left.mp4"},
        "number_of_frames": 10,
        "width": 100,
        "height": 50,
        "data_duration": 0.4,
        "data_fps": 25.0,
        "labels": {},
    }
    spaces = {"left": space}
    on_part = placed("c1", "weather", [[0, 9]], SUN, spaces={"left": {"type": "frame", "range": [[2, 3]]}})
    labels = row_with(on_part, data_type="group", spaces=copy.deepcopy(spaces))
    entry = listing_entry("group", spaces=spaces)

    row = sdk.load(EDITOR, labels, entry)
    bundle = normalise(EDITOR, labels, entry=entry)

    assert row.get_classification_instances() == []
    annotations = row.get_spaces()[0].get_annotations("classification")
    assert [annotation.frame for annotation in annotations] == [2, 3]
    assert rows(bundle, "classification_range", "space_id", "frame_start", "frame_end") == [("left", 2, 3)]


def test_trap_22_an_entry_for_root_hides_nothing() -> None:
    """The range of the answer is the root's placement; a space named root is ignored."""
    labels = row_with(placed("c1", "weather", [[0, 3]], SUN, spaces={"root": {"type": "frame", "range": [[7, 8]]}}))

    (model,) = sdk.load(EDITOR, labels).get_classification_instances()
    assert [(part.start, part.end) for part in model.range_list] == [(0, 3)]
    assert rows(normalise(EDITOR, labels), "classification_range", "space_id", "frame_start", "frame_end") == [
        ("root", 0, 3)
    ]


def test_trap_23_every_type_of_answer_is_one_form() -> None:
    """The export page's `get_answer().value` fails on text, numbers, checklists and None; rows have all of them."""
    labels = row_with(
        placed("c1", "weather", [[0, 0]], SUN),
        placed("c2", "tags", [[0, 0]], [answer("tag", ["t2", "t1"])]),
        placed("c3", "note", [[0, 0]], [answer("words", "hello")]),
        placed("c4", "quality", [], [answer("grade", 0.5)]),
    )

    for item in sdk.load(EDITOR, labels).get_classification_instances():
        found = item.get_answer()
        assert hasattr(found, "value") == (item.classification_hash == "c1")
    answers = rows(
        normalise(EDITOR, labels),
        "attribute_answer",
        "owner_hash",
        "option_feature_hash",
        "answer_text",
        "answer_number",
    )
    assert answers == [
        ("c1", "sun", None, None),
        ("c2", "t1", None, None),
        ("c2", "t2", None, None),
        ("c3", None, "hello", None),
        ("c4", None, "0.5", 0.5),
    ]


def test_trap_14_of_several_checklist_entries_of_a_classification_the_last_holds() -> None:
    """Unlike on objects, where the SDK joins them."""
    entries = [answer("tag", ["t1"]), answer("tag", ["t2"])]
    labels = row_with(placed("c1", "tags", [[0, 0]], entries))

    found: Any = sdk.load(EDITOR, labels).get_classification_instances()[0].get_answer()
    assert [item.feature_node_hash for item in found] == ["t2"]
    assert rows(normalise(EDITOR, labels), "attribute_answer", "option_feature_hash") == ["t2"]


def test_trap_24_unanswered_and_emptied_classifications() -> None:
    """An unanswered one is an instance without answers; a checklist that was emptied has one row of NULL."""
    labels = row_with(placed("c1", "weather", [[0, 0]], []), placed("c2", "tags", [[0, 0]], [answer("tag", [])]))

    model = {item.classification_hash: item for item in sdk.load(EDITOR, labels).get_classification_instances()}
    bundle = normalise(EDITOR, labels)

    assert model["c1"].get_answer() is None
    assert model["c2"].get_answer() == []
    assert rows(bundle, "classification_instance", "classification_hash") == ["c1", "c2"]
    (record,) = rows(bundle, "attribute_answer")
    assert (record["owner_hash"], record["position"]) == ("c2", 0)
    assert [record[name] for name in ("option_feature_hash", "answer_text", "answer_number")] == [None] * 3
