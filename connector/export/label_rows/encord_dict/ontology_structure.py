"""The ontology tables of a project → the structure that `ontology.structure.to_dict()` of the SDK writes."""

from collections.abc import Mapping, Sequence
from typing import Any

import pyarrow as pa

from connector.export.label_rows.encord_dict.records import JsonObject, records

_Rows = dict[str, list[Mapping[str, Any]]]

_CLASS = ("feature_hash", "kind", "uid", "name", "color", "shape", "is_global", "is_archived", "position")
_ATTRIBUTE = (
    "feature_hash",
    "class_feature_hash",
    "parent_option_hash",
    "name",
    "answer_type",
    "is_dynamic",
    "is_required",
    "is_archived",
    "position",
)
_OPTION = ("feature_hash", "attribute_feature_hash", "label", "option_value", "is_archived", "position")


def ontology_structure(tables: Mapping[str, pa.Table]) -> JsonObject:
    """The structure, with its attributes and options nested as they are.

    What the tables do not have is left out: skeleton templates, descriptions, hot keys, relations.

    Args:
        tables: ontology_class, ontology_attribute and ontology_option of one project.
    """
    attributes: _Rows = {}
    for attribute in _sorted(tables["ontology_attribute"], _ATTRIBUTE):
        attributes.setdefault(attribute["parent_option_hash"] or attribute["class_feature_hash"], []).append(attribute)
    options: _Rows = {}
    for option in _sorted(tables["ontology_option"], _OPTION):
        options.setdefault(option["attribute_feature_hash"], []).append(option)
    structure: JsonObject = {"objects": [], "classifications": [], "skeleton_templates": []}
    for item in _sorted(tables["ontology_class"], _CLASS):
        is_object = item["kind"] == "object"
        number = str(item["position"] + 1 if item["uid"] is None else item["uid"])
        part: JsonObject = {"id": number, "featureNodeHash": item["feature_hash"]}
        if is_object:
            part |= {"name": item["name"], "color": item["color"], "shape": item["shape"], "required": False}
        elif item["is_global"]:
            part["level"] = "global"
        part["archived"] = item["is_archived"]
        part["attributes"] = _attributes(attributes.get(item["feature_hash"], ()), number, attributes, options)
        structure["objects" if is_object else "classifications"].append(part)
    return structure


def _sorted(table: pa.Table, names: Sequence[str]) -> list[Mapping[str, Any]]:
    rows: list[Mapping[str, Any]] = [dict(zip(names, row, strict=True)) for row in records(table, *names)]
    return sorted(rows, key=lambda row: int(row["position"]))


def _attributes(
    given: Sequence[Mapping[str, Any]], parent_id: str, attributes: _Rows, options: _Rows
) -> list[JsonObject]:
    """Attributes of a class or option. Their ids are paths of positions, as in the editor."""
    found = []
    for place, item in enumerate(given, 1):
        part: JsonObject = {
            "id": f"{parent_id}.{place}",
            "name": item["name"],
            "type": item["answer_type"],
            "featureNodeHash": item["feature_hash"],
            "required": item["is_required"],
            "dynamic": item["is_dynamic"],
            "archived": item["is_archived"],
        }
        own = options.get(item["feature_hash"], [])
        if own or item["answer_type"] in {"radio", "checklist"}:
            part["options"] = [
                _option(option, f"{part['id']}.{number}", attributes, options) for number, option in enumerate(own, 1)
            ]
        found.append(part)
    return found


def _option(item: Mapping[str, Any], option_id: str, attributes: _Rows, options: _Rows) -> JsonObject:
    part: JsonObject = {
        "id": option_id,
        "label": item["label"],
        "value": item["option_value"],
        "featureNodeHash": item["feature_hash"],
        "archived": item["is_archived"],
    }
    if nested := attributes.get(item["feature_hash"]):
        part["options"] = _attributes(nested, option_id, attributes, options)
    return part
