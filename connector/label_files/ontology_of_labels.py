"""The smallest ontology that label rows fit: their classes, attributes and options, found in the labels themselves.

Labels name everything that they use. They do not name what nobody used, which option opens a nested attribute, or the
order of options. So all attributes are at the top level here, and options are in the order in which they were found.
The next sync through the API brings the real ontology.
"""

from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Any

from connector.normalise.ids import HASH, NotAnIdError

Json = dict[str, Any]


class OntologyOfLabels:
    """Collects the ontology of many label rows."""

    def __init__(self, structure: Mapping[str, Any] | None = None) -> None:
        """Begin with what is known already.

        Args:
            structure: an ontology structure, as `ontology.structure.to_dict()` of the SDK writes it.
        """
        given = structure or {}
        self._objects: dict[str, Json] = {item["featureNodeHash"]: item for item in given.get("objects") or ()}
        self._classifications: dict[str, Json] = {
            item["featureNodeHash"]: item for item in given.get("classifications") or ()
        }
        self._given = frozenset(self._classifications)
        self._attributes: dict[tuple[str, str], Json] = {}
        for item in (*self._objects.values(), *self._classifications.values()):
            for attribute in _nested(item["attributes"]):
                self._attributes[item["featureNodeHash"], attribute["featureNodeHash"]] = attribute
        self._answered: dict[tuple[str, str], int] = {}

    def take(self, labels: Mapping[str, Any]) -> None:
        """Take in one raw label-row dict.

        Raises:
            KeyError, TypeError, AttributeError, ValueError: it breaks Encord's format.
        """
        classes: dict[str, str] = {}
        for item in _frame_objects(labels):
            classes.setdefault(item["objectHash"], item["featureHash"])
            self._take_object_class(item)
        for answer in (labels.get("object_answers") or {}).values():
            if "featureHash" in answer:
                classes.setdefault(answer["objectHash"], answer["featureHash"])
                self._take_object_class(answer)
            self._take_answers(self._objects.get(classes.get(answer["objectHash"], "")), answer["classifications"])
        for action in (labels.get("object_actions") or {}).values():
            self._take_answers(
                self._objects.get(classes.get(action["objectHash"], "")), action["actions"], dynamic=True
            )
        for answer in (labels.get("classification_answers") or {}).values():
            self._take_classification(answer, _is_on_whole(labels, answer))
        for item in _frame_classifications(labels):
            self._take_classification({"classifications": (), **item}, is_on_whole=False)

    def structure(self) -> Json:
        """The ontology structure so far."""
        for feature_hash, item in self._classifications.items():
            if feature_hash not in self._given:
                # The question itself is answered wherever anything is; what an option opens is answered only sometimes.
                counts = {
                    part["featureNodeHash"]: self._answered[feature_hash, part["featureNodeHash"]]
                    for part in item["attributes"]
                }
                item["attributes"].sort(key=lambda part: -counts[part["featureNodeHash"]])
        return {
            "objects": list(self._objects.values()),
            "classifications": list(self._classifications.values()),
            "skeleton_templates": [],
        }

    def _take_object_class(self, item: Mapping[str, Any]) -> None:
        feature_hash = _checked(item["featureHash"])
        if feature_hash not in self._objects:
            self._objects[feature_hash] = {
                "id": str(len(self._objects) + 1),
                "name": item.get("name"),
                "color": item.get("color"),
                "shape": item.get("shape"),
                "featureNodeHash": feature_hash,
                "attributes": [],
            }

    def _take_classification(self, answer: Mapping[str, Any], is_on_whole: bool) -> None:
        feature_hash = answer.get("featureHash")
        if not feature_hash:
            return
        found = self._classifications.get(_checked(feature_hash))
        if found is None:
            found = self._classifications[feature_hash] = {
                "id": str(len(self._classifications) + 1),
                "featureNodeHash": feature_hash,
                "attributes": [],
                "level": "global",
            }
        if not is_on_whole:
            found.pop("level", None)  # a classification of the whole never names a frame
        # The SDK writes the question last, after what it opens.
        self._take_answers(found, list(reversed(answer.get("classifications") or ())))

    def _take_answers(self, owner: Json | None, entries: Sequence[Mapping[str, Any]], *, dynamic: bool = False) -> None:
        if owner is None:
            return
        by_attribute: dict[str, list[Mapping[str, Any]]] = {}
        for entry in entries:
            by_attribute.setdefault(_checked(entry["featureHash"]), []).append(entry)
        for feature_hash, group in by_attribute.items():
            place = (owner["featureNodeHash"], feature_hash)
            attribute = self._attributes.get(place)
            if attribute is None:
                attribute = self._attributes[place] = {
                    "id": f"{owner['id']}.{len(owner['attributes']) + 1}",
                    "name": group[0].get("name"),
                    "type": _answer_type(group[0]["answers"]),
                    "featureNodeHash": feature_hash,
                    "required": False,
                    "dynamic": dynamic,
                }
                owner["attributes"].append(attribute)
            self._answered[place] = self._answered.get(place, 0) + 1
            _take_options(attribute, group)


def _checked(feature_hash: str) -> str:
    """The feature hash, if it is valid: a single bad label row must not spoil the ontology of all."""
    if not HASH.is_one(feature_hash):
        raise NotAnIdError("feature_hash", HASH)
    return feature_hash


def _nested(attributes: Sequence[Json]) -> Iterator[Json]:
    for attribute in attributes:
        yield attribute
        for option in attribute.get("options") or ():
            yield from _nested(option.get("options") or ())


def _answer_type(answers: object) -> str:
    if isinstance(answers, str):
        return "text"
    return "radio" if isinstance(answers, list) else "numeric"


def _take_options(attribute: Json, group: Sequence[Mapping[str, Any]]) -> None:
    if attribute["type"] not in {"radio", "checklist"}:
        return
    options = attribute.setdefault("options", [])
    known = {option["featureNodeHash"] for option in options}
    for entry in group:
        for option in entry["answers"]:
            if _checked(option["featureHash"]) not in known:
                known.add(option["featureHash"])
                options.append(
                    {
                        "id": f"{attribute['id']}.{len(options) + 1}",
                        "label": option.get("name"),
                        "value": option.get("value"),
                        "featureNodeHash": option["featureHash"],
                    }
                )
    if _ticks_several(group, is_dynamic=attribute["dynamic"]):
        attribute["type"] = "checklist"


def _ticks_several(group: Sequence[Mapping[str, Any]], *, is_dynamic: bool) -> bool:
    """Whether several options are ticked at once, which only a checklist allows."""
    if any(len(entry["answers"]) > 1 for entry in group):
        return True
    ticked = [(tuple(option["featureHash"] for option in entry["answers"]), entry) for entry in group]
    if not is_dynamic:
        return len({options for options, _ in ticked if options}) > 1
    spans = sorted((start, end, options) for options, entry in ticked for start, end in entry["range"])
    return any(second[0] <= first[1] and second[2] != first[2] for first, second in pairwise(spans))


def _blobs(labels: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """Every dict of a label row that can hold objects or classifications."""
    for part in ("data_units", "spaces"):
        for holder in (labels.get(part) or {}).values():
            own = holder.get("labels") or {}
            if isinstance(own.get("objects"), list):
                yield own
            else:
                yield from (blob for blob in own.values() if isinstance(blob, Mapping))


def _frame_objects(labels: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    for blob in _blobs(labels):
        yield from blob.get("objects") or ()


def _frame_classifications(labels: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    for blob in _blobs(labels):
        yield from blob.get("classifications") or ()


def _is_on_whole(labels: Mapping[str, Any], answer: Mapping[str, Any]) -> bool:
    """Whether a classification of frames names no frame, which means that it applies to the whole."""
    on_frames = str(labels.get("data_type")).lower() not in {"audio", "plain_text", "time_series"}
    places = (answer.get("spaces") or {}).values()
    return on_frames and not answer.get("range") and not any(place.get("range") for place in places)
