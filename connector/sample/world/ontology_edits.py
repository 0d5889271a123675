"""Edits of the ontology: label rows do not move, but their meaning, or the labels that are served, may change."""

from collections.abc import Iterator
from typing import Any

from connector.sample.world.label_pen import snake
from connector.sample.world.project_state import ProjectState
from connector.sample.world.randomness import feature_hash_like

Json = dict[str, Any]


class OntologyEdits(ProjectState):
    """What the ontology editor can do; features are named by their feature hash, at any depth."""

    def node(self, feature_hash: str) -> Json:
        """The class, attribute or option with this feature hash.

        Raises:
            LookupError: There is none.
        """
        return self._place_of(feature_hash)[1]

    def features(self) -> list[Json]:
        """Every class, attribute and option."""
        return [node for _, node in _nodes(self.editor)]

    def rename_feature(self, feature_hash: str, name: str) -> None:
        """Rename a class or an attribute, or relabel an option; labels keep the copies of the old name."""
        with self.lock:
            node = self.node(feature_hash)
            if "label" in node:
                node["label"], node["value"] = name, snake(name)
            elif "shape" not in node and "type" not in node:
                node["attributes"][0]["name"] = name
            else:
                node["name"] = name
            self.touch_ontology()

    def recolour_class(self, feature_hash: str, color: str) -> None:
        """Give an object class another colour, such as `#AA00FF`."""
        with self.lock:
            self.node(feature_hash)["color"] = color
            self.touch_ontology()

    def add_class(self, name: str, shape: str, color: str = "#5C6BC0") -> str:
        """Add an object class; returns its feature hash."""
        with self.lock:
            feature_hash = feature_hash_like(self.random)
            objects = self.editor["objects"]
            objects.append(
                {
                    "id": str(1 + max((int(item["id"]) for item in objects), default=0)),
                    "name": name,
                    "color": color,
                    "shape": shape,
                    "featureNodeHash": feature_hash,
                    "required": False,
                    "archived": False,
                    "attributes": [],
                }
            )
            self.touch_ontology()
        return feature_hash

    def add_attribute(
        self,
        class_feature_hash: str,
        name: str,
        answer_type: str,
        options: tuple[str, ...] = (),
        *,
        dynamic: bool = False,
    ) -> str:
        """Add an attribute to an object class; returns its feature hash."""
        with self.lock:
            owner = self.node(class_feature_hash)
            attributes = owner.setdefault("attributes", [])
            attribute: Json = {
                "id": f"{owner['id']}.{len(attributes) + 1}",
                "name": name,
                "type": answer_type,
                "featureNodeHash": feature_hash_like(self.random),
                "required": False,
                "archived": False,
                "dynamic": dynamic,
            }
            if answer_type in {"radio", "checklist"}:
                attribute["options"] = []
            attributes.append(attribute)
            for option in options:
                self._append_option(attribute, option)
            self.touch_ontology()
        return str(attribute["featureNodeHash"])

    def add_option(self, attribute_feature_hash: str, label: str) -> str:
        """Add an option to a radio or checklist; returns its feature hash."""
        with self.lock:
            option = self._append_option(self.node(attribute_feature_hash), label)
            self.touch_ontology()
        return option

    def archive_feature(self, feature_hash: str) -> None:
        """Archive a class, attribute or option: its labels are not served any more."""
        self._set_archived(feature_hash, is_archived=True)

    def unarchive_feature(self, feature_hash: str) -> None:
        """Take a feature back from the archive: its labels are served again."""
        self._set_archived(feature_hash, is_archived=False)

    def set_dynamic(self, attribute_feature_hash: str, *, is_dynamic: bool) -> None:
        """Make an attribute dynamic or static; stored answers stay where they are."""
        with self.lock:
            self.node(attribute_feature_hash)["dynamic"] = is_dynamic
            self.touch_ontology()

    def set_shape(self, class_feature_hash: str, shape: str) -> None:
        """Give an object class another shape; drawn objects keep their shapes."""
        with self.lock:
            self.node(class_feature_hash)["shape"] = shape
            self.touch_ontology()

    def set_global(self, class_feature_hash: str, *, is_global: bool) -> None:
        """Let a classification apply to whole data units, or to frames."""
        with self.lock:
            self.node(class_feature_hash)["level"] = "global" if is_global else None
            self.touch_ontology()

    def reorder(self, feature_hash: str, place: int) -> None:
        """Move a class, attribute or option to another place among its siblings.

        Raises:
            LookupError: There is no such feature.
        """
        with self.lock:
            siblings, node = self._place_of(feature_hash)
            siblings.remove(node)
            siblings.insert(place, node)
            self.touch_ontology()

    def move_feature(self, feature_hash: str, parent_feature_hash: str) -> None:
        """Move an attribute to another class or option, or an option to another attribute, as the last one there.

        Raises:
            LookupError: There is no such feature.
            ValueError: The new parent is below it.
        """
        with self.lock:
            siblings, node = self._place_of(feature_hash)
            parent = self.node(parent_feature_hash)
            if any(below is parent for _, below in _nodes_of([node])):
                raise ValueError(f"{parent_feature_hash} lies below {feature_hash}")
            siblings.remove(node)
            is_class = "shape" in parent or ("type" not in parent and "label" not in parent)
            parent.setdefault("attributes" if is_class else "options", []).append(node)
            self.touch_ontology()

    def remove_feature(self, feature_hash: str) -> None:
        """Delete a class, attribute or option from the ontology; labels of it stay in the label rows.

        Raises:
            LookupError: There is none.
        """
        with self.lock:
            siblings, node = self._place_of(feature_hash)
            siblings.remove(node)
            self.touch_ontology()

    def _place_of(self, feature_hash: str) -> tuple[list[Json], Json]:
        for siblings, node in _nodes(self.editor):
            if node["featureNodeHash"] == feature_hash:
                return siblings, node
        raise LookupError(f"no feature {feature_hash} in the ontology of project {self.project_hash}")

    def _set_archived(self, feature_hash: str, *, is_archived: bool) -> None:
        with self.lock:
            self.node(feature_hash)["archived"] = is_archived
            self.touch_ontology()

    def _append_option(self, attribute: Json, label: str) -> str:
        options = attribute["options"]
        feature_hash = feature_hash_like(self.random)
        options.append(
            {
                "id": f"{attribute['id']}.{len(options) + 1}",
                "label": label,
                "value": snake(label),
                "featureNodeHash": feature_hash,
                "archived": False,
            }
        )
        return feature_hash


def _nodes(editor: Json) -> Iterator[tuple[list[Json], Json]]:
    """Every class, attribute and option, each with the list that holds it."""
    yield from _nodes_of(editor["objects"], editor["classifications"])


def _nodes_of(*lists: list[Json]) -> Iterator[tuple[list[Json], Json]]:
    waiting = list(lists)
    while waiting:
        siblings = waiting.pop()
        for node in siblings:
            yield siblings, node
            waiting += [node[name] for name in ("attributes", "options") if node.get(name)]
