"""What label-row dicts repeat from the ontology: names, colours, texts of options, and the order of attributes."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from connector.export.label_rows.encord_dict.records import JsonObject


@dataclass(frozen=True, slots=True)
class OntologyNames:
    """Names by feature hash.

    Attributes:
        classes: object class → the keys name, color and value of its frame objects.
        shapes: object class → its shape.
        attributes: class → attribute hash → the keys name and value of its answers, in the SDK's order: an attribute,
            then what each of its options opens.
        attribute_names: attribute hash → the same keys, for an attribute that several classes share, which the tables
            keep with the first of them.
        options: option hash → the keys name, value and featureHash of an answer that ticks it.
        option_places: option hash → a number that sorts the options of an attribute.
    """

    classes: dict[str, JsonObject] = field(default_factory=dict)
    shapes: dict[str, str | None] = field(default_factory=dict)
    attributes: dict[str, dict[str, JsonObject]] = field(default_factory=dict)
    attribute_names: dict[str, JsonObject] = field(default_factory=dict)
    options: dict[str, JsonObject] = field(default_factory=dict)
    option_places: dict[str, int] = field(default_factory=dict)

    @classmethod
    def from_structure(cls, structure: Mapping[str, Any]) -> "OntologyNames":
        """Read a structure as `ontology_structure` makes it."""
        names = cls()
        for item in structure["objects"]:
            feature_hash = item["featureNodeHash"]
            names.classes[feature_hash] = _named(item["name"]) | {"color": item["color"]}
            names.shapes[feature_hash] = item["shape"]
        for item in (*structure["objects"], *structure["classifications"]):
            names.attributes[item["featureNodeHash"]] = own = dict(names._walk(item["attributes"]))
            names.attribute_names.update(own)
        return names

    def _walk(self, attributes: Sequence[Mapping[str, Any]]) -> Iterator[tuple[str, JsonObject]]:
        for attribute in attributes:
            yield attribute["featureNodeHash"], _named(attribute["name"])
            for option in attribute.get("options", ()):
                self.option_places.setdefault(option["featureNodeHash"], len(self.option_places))
                self.options[option["featureNodeHash"]] = {
                    "name": option["label"],
                    "value": option["value"],
                    "featureHash": option["featureNodeHash"],
                }
                yield from self._walk(option.get("options", ()))

    def option(self, feature_hash: str) -> JsonObject:
        """The answer that ticks an option; only its hash if the ontology no longer has it."""
        return dict(self.options.get(feature_hash) or {"featureHash": feature_hash})


def _named(name: str | None) -> JsonObject:
    # The value of a class or attribute is its name in snake case, as the SDK makes it.
    return {} if name is None else {"name": name, "value": name.lower().replace(" ", "_")}
