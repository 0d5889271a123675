"""Answers written straight into the raw row, as editors write them and the SDK's own `set_answer` would not."""

from collections.abc import Iterator
from typing import Any

from hypothesis import strategies as st

from tests.parity.perturbations_geometry import frame_objects
from tests.parity.raw_rows import GeneratedRow
from tests.parity.strategies_answers import NUMBERS, TEXTS

Raw = dict[str, Any]


def answer_anywhere(draw: st.DrawFn, row: GeneratedRow, labels: Raw) -> None:
    """Static attributes answered wherever they hang: below options not chosen, below dynamic radios (trap 15)."""
    for object_hash, attributes in _attributes_of_objects(row, labels):
        holder = labels["object_answers"].get(object_hash)
        if holder is not None:
            _answer_some(draw, holder["classifications"], _static(attributes))
    classes = {part["featureNodeHash"]: part["attributes"] for part in row.editor["classifications"]}
    for answer in labels["classification_answers"].values():
        _answer_some(draw, answer["classifications"], _static(classes.get(answer["featureHash"], [])))


def answer_on_ranges(draw: st.DrawFn, row: GeneratedRow, labels: Raw) -> None:
    """Dynamic attributes answered over any ranges of the row, of any object that has them (traps 13 and 16)."""
    last = 12 if row.entry["data_type"] in {"DICOM", "SCENE", "GROUP"} else int(row.entry["number_of_frames"]) - 1
    bounds = st.lists(st.integers(min_value=0, max_value=max(0, last)), min_size=2, max_size=2)
    for object_hash, attributes in _attributes_of_objects(row, labels):
        actions: list[Raw] = []
        _answer_some(draw, actions, [attribute for attribute in attributes if attribute["dynamic"]] * 3)
        for action in actions:
            ranges = draw(st.lists(bounds, min_size=1, max_size=3))
            action.update(dynamic=True, range=[sorted(part) for part in ranges], shouldPropagate=False)
        if actions:
            holder = {"objectHash": object_hash, "actions": []}
            labels["object_actions"].setdefault(object_hash, holder)["actions"].extend(actions)


def _attributes_of_objects(row: GeneratedRow, labels: Raw) -> Iterator[tuple[str, list[Raw]]]:
    """Every object of the row, with the attributes of its class: the class of its first frame."""
    classes = {part["featureNodeHash"]: part["attributes"] for part in row.editor["objects"]}
    found: dict[str, str] = {}
    for raw in [*frame_objects(labels), *labels["object_answers"].values()]:
        if "featureHash" in raw:
            found.setdefault(raw["objectHash"], raw["featureHash"])
    for object_hash, feature_hash in found.items():
        yield object_hash, classes[feature_hash]


def _static(attributes: list[Raw]) -> list[Raw]:
    found: list[Raw] = []
    for attribute in attributes:
        if not attribute["dynamic"]:
            found.append(attribute)
        for option in attribute.get("options", []):
            found.extend(_static(option.get("options", [])))
    return found


def _answer_some(draw: st.DrawFn, answers: list[Raw], attributes: list[Raw]) -> None:
    for attribute in attributes:
        if draw(st.booleans()):
            place = draw(st.integers(min_value=0, max_value=len(answers)))
            answers.insert(
                place,
                {
                    "name": attribute["name"],
                    "value": "stale_value",
                    "featureHash": attribute["featureNodeHash"],
                    "answers": draw(_answers(attribute)),
                    "manualAnnotation": draw(st.booleans()),
                },
            )


def _answers(attribute: Raw) -> st.SearchStrategy[Any]:
    if attribute["type"] == "text":
        return TEXTS
    if attribute["type"] == "numeric":
        return NUMBERS
    options = [
        {"name": option["label"], "value": option["value"], "featureHash": option["featureNodeHash"]}
        for option in attribute["options"]
    ]
    chosen = st.sampled_from(options)
    return st.lists(chosen, min_size=1, max_size=1) if attribute["type"] == "radio" else st.lists(chosen, max_size=3)
