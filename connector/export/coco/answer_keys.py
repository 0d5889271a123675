"""Answers of objects in COCO annotations: one flat dict, with a key for each attribute or option of a checklist.

The form is the SDK's (CocoExporter.get_flat_classifications): nested attributes are left out, an unanswered attribute
is None, an option that is not ticked is False. Dynamic answers differ from the SDK, which looks them up by the image's
id instead of the frame's number, and in the first label row only.
"""

from bisect import bisect_right
from collections.abc import Iterable
from typing import Any

from connector.load.questions.coco_rows import PictureAttribute, PictureClass

Flat = dict[str, Any]


class ObjectAnswers:
    """The answers of the objects of a bundle of label rows."""

    def __init__(self, classes: Iterable[PictureClass], answers: Iterable[tuple[Any, ...]]) -> None:
        """Takes rows of `PictureRows.answers`."""
        self._attributes = {of_class.feature_hash: of_class.attributes for of_class in classes}
        self._kinds = {
            attribute.feature_hash: attribute for of_class in self._attributes.values() for attribute in of_class
        }
        self._static: dict[tuple[str, str], dict[str, list[Any]]] = {}
        self._dynamic: dict[tuple[str, str], dict[tuple[str, str, Any], _Ranges]] = {}
        for label_hash, object_hash, space_id, attribute_hash, answer, number, first, last in answers:
            attribute = self._kinds.get(attribute_hash)
            if attribute is None:
                continue
            value = number if attribute.answer_type == "numeric" else answer
            owner = (label_hash, object_hash)
            if first is None:
                self._static.setdefault(owner, {}).setdefault(attribute_hash, []).append(value)
            else:
                # Ranges of one answer do not overlap, but those of two options of a checklist may.
                option = value if attribute.answer_type == "checklist" else None
                ranges = self._dynamic.setdefault(owner, {}).setdefault((attribute_hash, space_id, option), _Ranges())
                ranges.add(first, last, value)
        for of_object in self._dynamic.values():
            for ranges in of_object.values():
                ranges.sort()

    def on_frame(self, label_hash: str, object_hash: str, feature_hash: str, space_id: str, frame: int) -> Flat:
        """The answers of an object on a frame: the static ones, and the dynamic ones that apply there."""
        owner = (label_hash, object_hash)
        held: dict[str, list[Any]] = dict(self._static.get(owner, {}))
        for (attribute_hash, of_space, _), ranges in self._dynamic.get(owner, {}).items():
            # An answer on root applies to every part.
            if of_space in (space_id, "root"):
                held[attribute_hash] = held.get(attribute_hash, []) + ranges.at(frame)
        flat: Flat = {}
        for attribute in self._attributes.get(feature_hash, ()):
            _add(flat, attribute, held.get(attribute.feature_hash, []))
        return flat


def _add(flat: Flat, attribute: PictureAttribute, values: list[Any]) -> None:
    """Adds an attribute. If two have the same name, an answer wins over none."""
    if attribute.answer_type == "checklist":
        for option in attribute.options:
            flat[option] = option in values or flat.get(option) or False
        return
    value = values[-1] if values else None
    if value is not None or attribute.name not in flat:
        flat[attribute.name] = value


class _Ranges:
    """Disjoint ranges of frames, each with a value."""

    __slots__ = ("_ranges", "_starts")

    def __init__(self) -> None:
        self._ranges: list[tuple[int, int, Any]] = []
        self._starts: list[int] = []

    def add(self, first: int, last: int, value: object) -> None:
        self._ranges.append((first, last, value))

    def sort(self) -> None:
        self._ranges.sort(key=lambda entry: entry[0])
        self._starts = [first for first, _, _ in self._ranges]

    def at(self, frame: int) -> list[Any]:
        """The value of the range that holds the frame; empty if none does."""
        place = bisect_right(self._starts, frame) - 1
        if place < 0 or frame > self._ranges[place][1]:
            return []
        return [self._ranges[place][2]]
