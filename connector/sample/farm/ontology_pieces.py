"""Builds an ontology from classes, attributes and options in a few words; ids and feature hashes come afterwards."""

import random
from typing import Any

from connector.sample.world.label_pen import snake
from connector.sample.world.randomness import feature_hash_like

Json = dict[str, Any]
Option = str | tuple[str, list[Json]]


def object_class(name: str, shape: str, color: str, *attributes: Json) -> Json:
    """An object class."""
    return {"name": name, "shape": shape, "color": color, "attributes": list(attributes)}


def classification(question: Json, *, is_global: bool = False) -> Json:
    """A classification that asks one question, about frame ranges or the whole file."""
    return {"attributes": [question]} | ({"level": "global"} if is_global else {})


def radio(name: str, *options: Option, dynamic: bool = False) -> Json:
    """A question with one answer; an option may carry questions of its own."""
    return {"name": name, "type": "radio", "dynamic": dynamic, "options": [_option(option) for option in options]}


def checklist(name: str, *options: str, dynamic: bool = False) -> Json:
    """A question with any number of answers."""
    return {"name": name, "type": "checklist", "dynamic": dynamic, "options": [_option(option) for option in options]}


def text(name: str, *, dynamic: bool = False) -> Json:
    """A question answered in words."""
    return {"name": name, "type": "text", "dynamic": dynamic}


def numeric(name: str, *, dynamic: bool = False) -> Json:
    """A question answered with a number."""
    return {"name": name, "type": "numeric", "dynamic": dynamic}


def editor_structure(objects: list[Json], classifications: list[Json], source: random.Random) -> Json:
    """The ontology as Encord keeps it: every piece with its id, feature hash and flags."""
    for siblings in (objects, classifications):
        for position, item in enumerate(siblings, start=1):
            _complete(item, str(position), source)
    return {"objects": objects, "classifications": classifications, "skeleton_templates": []}


def _option(option: Option) -> Json:
    label, nested = (option, []) if isinstance(option, str) else option
    return {"label": label, "value": snake(label), **({"options": nested} if nested else {})}


def _complete(node: Json, identifier: str, source: random.Random) -> None:
    node |= {"id": identifier, "featureNodeHash": feature_hash_like(source), "archived": False}
    if "label" not in node:
        node["required"] = False
    for name in ("attributes", "options"):
        for position, child in enumerate(node.get(name, ()), start=1):
            _complete(child, f"{identifier}.{position}", source)


class OntologyNames:
    """Finds the pieces of an ontology by name, for code that draws labels."""

    def __init__(self, editor: Json) -> None:
        self._items = {item["name"]: item for item in editor["objects"]}
        self._items |= {item["attributes"][0]["name"]: item for item in editor["classifications"]}

    def item(self, name: str) -> Json:
        """The object class with this name, or the classification that asks this question."""
        found: Json = self._items[name]
        return found

    def attribute(self, item_name: str, *path: str) -> Json:
        """An attribute of a class: its name or, for nested ones, attribute, option, attribute, … in turn."""
        node = self._items[item_name]
        for step, name in enumerate(path):
            children = node["attributes"] if step == 0 else node["options"]
            node = next(child for child in children if name in {child.get("label"), child.get("name")})
        found: Json = node
        return found

    def question(self, name: str) -> Json:
        """The question of a classification."""
        found: Json = self._items[name]["attributes"][0]
        return found


def option_of(attribute: Json, label: str) -> Json:
    """The option of a radio or checklist with this label."""
    found: Json = next(option for option in attribute["options"] if option["label"] == label)
    return found
