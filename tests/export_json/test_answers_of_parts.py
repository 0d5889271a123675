"""Dynamic answers on parts of a data group: what the export writes comes to the same rows again."""

from typing import Any

import pytest

from tests.export_json.round_trip import exported
from tests.export_json.sdk_comparison import assert_same_model
from tests.parity.comparison import normalised_facts
from tests.parity.test_declared_differences import EDITOR, VIDEO_SPACE, action, cow, group_row

FRONT, BACK = {"spaceId": "front"}, {"spaceId": "back"}


def group(*actions: dict[str, Any], parts: tuple[str, ...]) -> tuple[dict[str, Any], dict[str, Any]]:
    """A cow on frame 0 of some parts of a data group of two."""
    entry, labels = group_row(front=VIDEO_SPACE, back=VIDEO_SPACE)
    for name in parts:
        labels["spaces"][name]["labels"] = {"0": {"objects": [cow()], "classifications": []}}
    labels["object_answers"] = {"cow": {"objectHash": "cow", "classifications": []}}
    labels["object_actions"] = {"cow": {"objectHash": "cow", "actions": list(actions)}}
    return entry, labels


@pytest.mark.parametrize("parts", [("front", "back"), ("front",)])
def test_answers_that_name_no_part_name_none_again(parts: tuple[str, ...]) -> None:
    notes = [action("NOTE", "far", [0, 1]), action("NOTE", "near", [2, 2], [4, 5])]
    entry, labels = group(*notes, action("SHOWN", [{"featureHash": "left"}], [0, 3]), parts=parts)
    [again] = exported([(entry, labels)], EDITOR)
    written = again["object_actions"]["cow"]["actions"]
    assert len(written) == 3
    assert not any("spaceId" in each for each in written)
    assert_same_model(entry, labels, again, EDITOR)
    assert normalised_facts([(entry, again)], EDITOR) == normalised_facts([(entry, labels)], EDITOR)


@pytest.mark.parametrize(
    ("actions", "parts"),
    [
        ([action("NOTE", "far", [0, 1], **FRONT), action("NOTE", "near", [0, 1], **BACK)], ("front", "back")),
        ([action("NOTE", "far", [0, 1], **FRONT)], ("front", "back")),
        ([action("NOTE", "far", [0, 9]), action("NOTE", "near", [3, 5], **FRONT)], ("front", "back")),
        ([action("NOTE", "far", [0, 1], **BACK)], ("front",)),
        ([action("SHOWN", [{"featureHash": "left"}], [0, 9]), action("NOTE", "a", [1, 1], **BACK)], ("front", "back")),
    ],
)
def test_answers_of_one_part_stay_on_it(actions: list[dict[str, Any]], parts: tuple[str, ...]) -> None:
    entry, labels = group(*actions, parts=parts)
    [again] = exported([(entry, labels)], EDITOR)
    assert normalised_facts([(entry, again)], EDITOR) == normalised_facts([(entry, labels)], EDITOR)
