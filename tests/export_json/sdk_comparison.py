"""Compares label rows as the SDK reads them: the one that Encord sent, and the one that the export wrote.

Twice: as the facts that the parity tests know, and as the whole of what the SDK itself writes of its object model.
"""

from collections.abc import Iterator, Mapping, Sequence
from copy import deepcopy
from typing import Any

import orjson

from tests.export_json.round_trip import exported
from tests.parity.facts import differences
from tests.parity.oracle import sdk_facts
from tests.parity.perturbations_geometry import frame_objects
from tests.parity.sdk_row import load_sdk_row

Raw = Mapping[str, Any]

_LONG_AGO = "Mon, 01 Jan 2001 00:00:00 UTC"
_UNORDERED = frozenset({"objects", "classifications", "actions", "answers"})
"""Lists whose order means nothing to the object model."""


def assert_round_trip(entry: Raw, labels: Raw, editor: Raw) -> None:
    """Fails with every difference between a label row and its export, as the SDK reads both.

    Raises:
        AssertionError: There is a difference.
    """
    [again] = exported([(entry, labels)], editor)
    assert_same_model(entry, labels, again, editor)


def assert_same_model(entry: Raw, labels: Raw, again: Raw, editor: Raw) -> None:
    """Fails with every difference between two dicts of one label row, as the SDK reads both.

    Raises:
        AssertionError: There is a difference.
    """
    found = differences(
        sdk_facts(load_sdk_row(entry, labels, editor), labels), sdk_facts(load_sdk_row(entry, again, editor), again)
    )
    if (labels.get("scene") or {}).get("isContinuous"):
        # A continuous scene has the channels that its answers name; one with answers of no class only is not kept.
        found = [line for line in found if not line.startswith("space ")]
    found += dict_differences(written_by_sdk(entry, labels, editor), written_by_sdk(entry, again, editor))
    text = {name: orjson.dumps(value).decode() for name, value in (("labels", labels), ("again", again))}
    assert not found, "\n".join([*found, *map(str, text.items()), f"entry = {entry}", f"editor = {editor}"])


def written_by_sdk(entry: Raw, labels: Raw, editor: Raw) -> dict[str, Any]:
    """What `to_encord_dict()` of the SDK writes of a label row, in comparable form.

    Where the row does not say who made a label and when, the SDK makes it up, another time on every run: a fixed time
    is put there instead, before the SDK reads it.
    """
    given = deepcopy(dict(labels))
    for holder in _holders_of_metadata(given):
        for key in ("createdAt", "lastEditedAt"):
            if holder.get(key) is None:
                holder[key] = _LONG_AGO
    written: dict[str, Any] = load_sdk_row(entry, given, editor).to_encord_dict()
    _leave_out_what_is_not_kept(written, editor)
    said: dict[str, Any] = comparable(written)
    return said


def _leave_out_what_is_not_kept(labels: dict[str, Any], editor: Raw) -> None:
    """Takes away what the README names as not kept, or as kept elsewhere."""
    del labels["created_at"]  # the listing's, which the perturbed rows contradict
    for unit in labels["data_units"].values():
        unit.pop("data_link", None)
    for drawn in frame_objects(labels):
        if drawn.get("interpolate") == "hold":
            del drawn["interpolate"]  # what goes without saying
    opened_by = {**_opened_by(editor["objects"]), **_opened_by(editor["classifications"])}
    for answer in (*labels["object_answers"].values(), *labels["classification_answers"].values()):
        answer["classifications"] = _that_count(answer["classifications"], opened_by, "classificationHash" in answer)
    # Dynamic checklists are compared as facts: where entries overlap the SDK loses part of what was ticked.
    attributes = (part for item in editor["objects"] for part in item.get("attributes") or ())
    checklists = {part["featureNodeHash"] for part in attributes if part["type"] == "checklist"}
    for holder in labels["object_actions"].values():
        holder["actions"] = [part for part in holder["actions"] if part["featureHash"] not in checklists]
    labels["object_actions"] = {name: holder for name, holder in labels["object_actions"].items() if holder["actions"]}
    global_classes = {item["featureNodeHash"] for item in editor["classifications"] if item.get("level") == "global"}
    for answer in labels["classification_answers"].values():
        if answer["featureHash"] in global_classes:
            answer["range"] = []  # it holds for the whole, whatever the range says


def _opened_by(items: Sequence[Raw]) -> dict[str, tuple[str, str]]:
    """Each nested attribute of an ontology, and the attribute and option that open it."""
    found: dict[str, tuple[str, str]] = {}
    waiting = [attribute for item in items for attribute in item.get("attributes") or ()]
    while waiting:
        attribute = waiting.pop()
        for option in attribute.get("options") or ():
            for nested in option.get("options") or ():
                found[nested["featureNodeHash"]] = (attribute["featureNodeHash"], option["featureNodeHash"])
                waiting.append(nested)
    return found


def _that_count(answers: Sequence[Raw], opened_by: Mapping[str, tuple[str, str]], of_class: bool) -> list[Raw]:
    """The answers that `get_answer` gives: None for an object's empty checklist and for what no option opens."""
    chosen = {
        (answer["featureHash"], option["featureHash"])
        for answer in answers
        for option in (answer["answers"] if isinstance(answer["answers"], list) else ())
    }

    def is_open(attribute: str) -> bool:
        parent = opened_by.get(attribute)
        return parent is None or (parent in chosen and is_open(parent[0]))

    return [part for part in answers if (of_class or part["answers"] != []) and is_open(part["featureHash"])]


def _holders_of_metadata(labels: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield from frame_objects(labels)
    yield from labels["classification_answers"].values()
    yield from (answer for answer in labels["object_answers"].values() if "featureHash" in answer)


def comparable(value: Any, key: str = "") -> Any:  # noqa: ANN401 - JSON values
    """A JSON value without nulls, numbers as doubles, lists without an order of meaning sorted."""
    if isinstance(value, dict):
        return {name: comparable(member, name) for name, member in value.items() if member is not None}
    if isinstance(value, list | tuple):
        members = [comparable(member) for member in value]
        return (
            sorted(members, key=lambda part: orjson.dumps(part, option=orjson.OPT_SORT_KEYS))
            if (key in _UNORDERED)
            else members
        )
    if isinstance(value, str):
        # U+0000 cannot be stored (connector.normalise.storable_text); words of the SDK are enums that are texts.
        return str(getattr(value, "value", value)).replace("\0", "\ufffd")
    is_flag = isinstance(value, bool) and key != "answers"  # a numeric answer may be true, which is 1
    if is_flag or not isinstance(value, int | float):
        return getattr(value, "value", value)
    return float(value).hex()


def dict_differences(expected: Any, actual: Any, path: str = "") -> list[str]:  # noqa: ANN401 - JSON values
    """Every place where two comparable values differ."""
    if isinstance(expected, dict) and isinstance(actual, dict):
        return [
            line
            for name in sorted(expected.keys() | actual.keys())
            for line in dict_differences(expected.get(name), actual.get(name), f"{path}/{name}")
        ]
    if isinstance(expected, list) and isinstance(actual, list) and len(expected) == len(actual):
        return [
            line
            for place, (one, other) in enumerate(zip(expected, actual, strict=True))
            for line in dict_differences(one, other, f"{path}[{place}]")
        ]
    return [] if expected == actual else [f"{path}: {expected!r} became {actual!r}"]
