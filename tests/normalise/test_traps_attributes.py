"""Traps 13 to 18 of the SDK's object model: static, nested and dynamic attributes of objects."""

from typing import Any

import pytest
from encord.exceptions import LabelRowError
from encord.objects import LabelRowV2

from tests.normalise import sdk
from tests.normalise.rows import (
    Json,
    action,
    answer,
    attribute,
    box,
    frames,
    label_row,
    normalise,
    object_class,
    option,
    rows,
    structure,
    warnings,
)

NESTED_TEXT = attribute("nested-text", "text")
ATTRIBUTES = [
    attribute("text", "text"),
    attribute("number", "numeric"),
    attribute("radio", "radio", [option("r1", [NESTED_TEXT]), option("r2")]),
    attribute("list", "checklist", [option("c3"), option("c2"), option("c1")]),
    attribute("dyn-text", "text", dynamic=True),
    attribute("dyn-number", "numeric", dynamic=True),
    attribute("dyn-radio", "radio", [option("d1", [attribute("dyn-child", "text")]), option("d2")], dynamic=True),
    attribute("dyn-list", "checklist", [option("e1"), option("e2"), option("e3")], dynamic=True),
]
EDITOR = structure([object_class("box", "bounding_box", ATTRIBUTES)])

COLUMNS = ("attribute_feature_hash", "position", "option_feature_hash", "answer_text", "answer_number")
SPAN_COLUMNS = ("option_feature_hash", "answer_text", "frame_start", "frame_end")


def row_with(answers: list[Json], actions: list[Json] | None = None) -> Json:
    """A video with one box and its answers."""
    return label_row(
        labels=frames({0: [box()], 20: [box()]}),
        object_answers={"obj1": {"objectHash": "obj1", "classifications": answers}},
        object_actions={"obj1": {"objectHash": "obj1", "actions": actions or []}},
    )


def model_answer(row: LabelRowV2, feature_hash: str) -> Any:  # noqa: ANN401 - an answer of any type
    """What the SDK answers on the one object; options by their hashes."""
    found: Any = row.get_object_instances()[0].get_answer(sdk.attribute_of(row, feature_hash))
    return [item.feature_node_hash for item in found] if isinstance(found, list) else found


def spans(row: LabelRowV2, feature_hash: str) -> list[tuple[Any, int, int]]:
    """The SDK's dynamic answers: answer, first and last frame."""
    found: Any = row.get_object_instances()[0].get_answer(sdk.attribute_of(row, feature_hash))
    return [(item.answer, part.start, part.end) for item in found for part in item.ranges]


def test_trap_13_static_or_dynamic_is_the_ontologys_word() -> None:
    """A static attribute answered in object_actions is static, and read after object_answers."""
    labels = row_with([answer("text", "first")], [action("text", "second", [[0, 5]])])

    assert model_answer(sdk.load(EDITOR, labels), "text") == "second"
    (record,) = rows(normalise(EDITOR, labels), "attribute_answer")
    assert (record["answer_text"], record["frame_start"]) == ("second", None)


def test_trap_13_dynamic_answer_without_frames_is_left_out() -> None:
    """The SDK cannot load the row; the tables leave the answer out and warn."""
    labels = row_with([answer("dyn-text", "no range")])

    with pytest.raises(KeyError):
        sdk.load(EDITOR, labels)
    bundle = normalise(EDITOR, labels)
    assert rows(bundle, "attribute_answer") == []
    assert warnings(bundle) == ["answer without frames to dynamic attribute dyn-text"]


def test_trap_14_static_answers() -> None:
    """An empty text is an answer, last text and radio win, checklists of one list are joined, by option hash."""
    labels = row_with(
        [
            answer("text", "first"),
            answer("text", ""),
            answer("number", True),
            answer("radio", ["r1"]),
            answer("radio", ["r2"]),
            answer("radio", []),
            answer("list", ["c3"]),
            answer("list", ["c1"]),
        ]
    )

    row = sdk.load(EDITOR, labels)
    assert model_answer(row, "text") == ""
    assert model_answer(row, "number") == 1
    assert model_answer(row, "radio").feature_node_hash == "r2"
    assert model_answer(row, "list") == ["c3", "c1"]
    assert sorted(rows(normalise(EDITOR, labels), "attribute_answer", *COLUMNS), key=str) == [
        ("list", 0, "c1", None, None),
        ("list", 1, "c3", None, None),
        ("number", 0, None, "1", 1.0),
        ("radio", 0, "r2", None, None),
        ("text", 0, None, "", None),
    ]


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (1, "1"),
        (1.0, "1"),
        (-0.0, "0"),
        (0.1, "0.1"),
        (1e300, "1e+300"),
        (2**53, "9007199254740992.0"),
        (2**53 + 1, "9007199254740993"),
    ],
)
def test_trap_14_numbers_have_one_text(value: float, text: str) -> None:
    """Equal numbers, equal text; every digit of a number that no float holds."""
    labels = row_with([answer("number", value)])

    assert model_answer(sdk.load(EDITOR, labels), "number") == value
    assert rows(normalise(EDITOR, labels), "attribute_answer", "answer_text", "answer_number") == [(text, float(value))]


def test_trap_14_radio_with_two_options_is_no_answer() -> None:
    """Zero or several options answer nothing."""
    labels = row_with([answer("radio", ["r1", "r2"]), answer("list", [])])

    row = sdk.load(EDITOR, labels)
    assert model_answer(row, "radio") is None
    assert model_answer(row, "list") == []
    assert rows(normalise(EDITOR, labels), "attribute_answer") == []


@pytest.mark.parametrize(("feature_hash", "value"), [("text", None), ("number", None), ("number", "3")])
def test_trap_14_unreadable_answers_are_left_out(feature_hash: str, value: object) -> None:
    """The SDK cannot load the row; the tables keep everything else."""
    labels = row_with([answer(feature_hash, value), answer("radio", ["r2"])])

    with pytest.raises((ValueError, LabelRowError)):
        sdk.load(EDITOR, labels)
    bundle = normalise(EDITOR, labels)
    assert rows(bundle, "attribute_answer", "option_feature_hash") == ["r2"]
    assert warnings(bundle) == [f"unreadable answer to attribute {feature_hash}"]


def test_trap_15_nested_answers_need_their_option() -> None:
    """A child counts while its option is chosen, wherever in the list the parent stands; a stale one is left out."""
    chosen = row_with([answer("nested-text", "child"), answer("radio", ["r1"])])
    stale = row_with([answer("nested-text", "child"), answer("radio", ["r2"])])

    assert model_answer(sdk.load(EDITOR, chosen), "nested-text") == "child"
    assert model_answer(sdk.load(EDITOR, stale), "nested-text") is None
    assert rows(normalise(EDITOR, chosen), "attribute_answer", "answer_text", "option_feature_hash") == [
        ("child", None),
        (None, "r1"),
    ]
    bundle = normalise(EDITOR, stale)
    assert rows(bundle, "attribute_answer", "option_feature_hash") == ["r2"]
    assert warnings(bundle) == ["answer to a nested attribute whose option is not chosen: nested-text"]


def test_trap_15_children_of_dynamic_radios_have_no_answer() -> None:
    """Whatever frame the option is chosen on."""
    labels = row_with([answer("dyn-child", "child")], [action("dyn-radio", ["d1"], [[0, 5]])])

    assert model_answer(sdk.load(EDITOR, labels), "dyn-child") is None
    assert rows(normalise(EDITOR, labels), "attribute_answer", *SPAN_COLUMNS) == [("d1", None, 0, 5)]


@pytest.mark.parametrize("given", [answer("unknown", "x"), answer("radio", ["unknown"]), answer("list", ["unknown"])])
def test_trap_15_unknown_attributes_and_options_are_left_out(given: Json) -> None:
    """The SDK cannot load the row; the tables keep the rest and name the hash."""
    labels = row_with([given, answer("text", "kept")])

    with pytest.raises(Exception):  # noqa: B017 - LabelRowError or OntologyError, as the place is
        sdk.load(EDITOR, labels)
    bundle = normalise(EDITOR, labels)
    assert rows(bundle, "attribute_answer", "answer_text") == ["kept"]
    assert warnings(bundle)[0].endswith(": unknown")


def test_trap_16_later_dynamic_answers_override_and_neighbours_merge() -> None:
    """In the order of first assignment; 1 and 1.0 are one answer; ranges are not clipped to annotated frames."""
    labels = row_with(
        [],
        [
            action("dyn-number", 2, [[50, 60]]),
            action("dyn-number", 1, [[0, 10]]),
            action("dyn-number", 2, [[5, 6]]),
            action("dyn-number", 1.0, [[11, 15]]),
            action("dyn-number", 3, [[9, 7]]),
            action("dyn-number", 4, [[15, 16]]),
        ],
    )

    expected = spans(sdk.load(EDITOR, labels), "dyn-number")
    found = rows(normalise(EDITOR, labels), "attribute_answer", "answer_number", "frame_start", "frame_end")
    assert found == expected == [(2, 5, 6), (2, 50, 60), (1, 0, 4), (1, 7, 14), (4, 15, 16)]


def test_trap_16_an_overwritten_answer_loses_its_place() -> None:
    """An answer that held nowhere in between comes last; an emptied radio changes nothing."""
    labels = row_with(
        [],
        [
            action("dyn-text", "a", [[0, 3]]),
            action("dyn-text", "b", [[0, 3], [10, 12]]),
            action("dyn-text", "a", [[1, 1]]),
            action("dyn-text", "b", [[8, 9]]),
            action("dyn-radio", ["d2"], [[0, 9]]),
            action("dyn-radio", [], [[0, 4]]),
        ],
    )

    row = sdk.load(EDITOR, labels)
    found = rows(normalise(EDITOR, labels), "attribute_answer", "answer_text", "frame_start", "frame_end")
    assert [part for part in found if part[0] is not None] == spans(row, "dyn-text")
    assert spans(row, "dyn-text") == [("b", 0, 0), ("b", 2, 3), ("b", 8, 12), ("a", 1, 1)]
    assert [part[1:] for part in found if part[0] is None] == [(0, 9)]


def test_trap_16_answers_beyond_the_listed_frames_are_kept() -> None:
    """The SDK cannot load the row (trap 4); the tables keep the answer and warn."""
    labels = row_with([], [action("dyn-text", "long", [[90, 120]])])

    with pytest.raises(LabelRowError):
        sdk.load(EDITOR, labels)
    bundle = normalise(EDITOR, labels)
    assert rows(bundle, "attribute_answer", "frame_start", "frame_end") == [(90, 120)]
    assert warnings(bundle) == ["answers on frames beyond the 100 that the listing counts"]


def test_trap_17_dynamic_checklist_without_overlap_is_as_the_sdk() -> None:
    """One row per range and ticked option, options by their hash, whatever their order in the ontology."""
    labels = row_with(
        [],
        [
            action("dyn-list", ["e2", "e1"], [[0, 3], [10, 12]]),
            action("dyn-list", ["e3"], [[5, 6]]),
            action("dyn-list", [], [[0, 1]]),
        ],
    )

    model = [
        (tick.feature_node_hash, None, start, end)
        for answers, start, end in spans(sdk.load(EDITOR, labels), "dyn-list")
        for tick in answers
    ]
    found = rows(normalise(EDITOR, labels), "attribute_answer", *SPAN_COLUMNS)
    assert found == model
    assert found == [
        ("e1", None, 0, 3),
        ("e2", None, 0, 3),
        ("e1", None, 10, 12),
        ("e2", None, 10, 12),
        ("e3", None, 5, 6),
    ]


def test_trap_18_options_are_hashes_and_names_live_in_the_ontology() -> None:
    """An answer row names the option's hash; its label and value are in ontology_option."""
    labels = row_with([answer("radio", ["r2"])])

    picked = model_answer(sdk.load(EDITOR, labels), "radio")
    (record,) = rows(normalise(EDITOR, labels), "attribute_answer")
    assert record["option_feature_hash"] == picked.feature_node_hash
    assert record["answer_text"] is None
