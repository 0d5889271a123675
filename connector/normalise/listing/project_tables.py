"""A project and its ontology, from the raw answers of the API → the tables known before any label is fetched."""

from collections.abc import Mapping, Sequence
from typing import Any

import pyarrow as pa

from connector.normalise.columns import ColumnBuffer
from connector.normalise.ontology import (
    UNREADABLE_STRUCTURE,
    dicts,
    is_global_classification,
    structure_hash,
    unreadable_structure,
    walk_attributes,
)
from connector.normalise.timestamps import TimestampCache

_OF_THE_WAREHOUSE = "pseudonym_check"
"""The column of project that says how its rows are kept, and not what Encord says."""
PROJECT_TABLES = ("project", "workflow_stage", "ontology_class", "ontology_attribute", "ontology_option")


def project_tables(
    project: Mapping[str, Any], ontology: Mapping[str, Any], schemas: Mapping[str, pa.Schema]
) -> dict[str, pa.Table]:
    """The tables of one project.

    If a class, attribute or option hash comes twice, the first one counts, as in the SDK's look-up: it is a key of the
    tables and must be unique.

    Args:
        project: answer of `GET projects/{hash}`, camelCase.
        ontology: answer of `GET ontologies/{hash}`, camelCase, with the structure under `editor`.
        schemas: table name → Arrow schema.

    Returns:
        project (one row; without pseudonym_check), workflow_stage, ontology_class, ontology_attribute, ontology_option.

    Raises:
        ConnectorError: SOURCE_CONTENT, if the project, a stage, class, attribute or option has no hash, or a value
            does not have its column's type.
    """
    try:
        return _read(project, ontology, schemas)
    except (*UNREADABLE_STRUCTURE, pa.ArrowException) as error:
        raise unreadable_structure(f"project {project.get('projectHash')} or its ontology", error) from error


def _read(
    project: Mapping[str, Any], ontology: Mapping[str, Any], schemas: Mapping[str, pa.Schema]
) -> dict[str, pa.Table]:
    known = {**schemas, "project": pa.schema(each for each in schemas["project"] if each.name != _OF_THE_WAREHOUSE)}
    buffers = {name: ColumnBuffer(name, known[name]) for name in PROJECT_TABLES}
    project_hash = project["projectHash"]
    editor = ontology.get("editor") or {}
    _add_project(buffers["project"], project, ontology, editor)
    for position, stage in enumerate(dicts(project.get("workflow") or {}, "stages")):
        buffers["workflow_stage"].add(project_hash, stage["uuid"], stage.get("stageType"), stage.get("title"), position)
    _Structure(project_hash, buffers).add(editor)
    return {name: buffer.to_arrow() for name, buffer in buffers.items()}


def _add_project(
    rows: ColumnBuffer, project: Mapping[str, Any], ontology: Mapping[str, Any], editor: Mapping[str, Any]
) -> None:
    times = TimestampCache()
    rows.add(
        project["projectHash"],
        project.get("title"),
        project.get("description"),
        project.get("projectType"),
        project.get("status"),
        project.get("ontologyHash") or ontology.get("ontologyUuid"),
        ontology.get("title"),
        structure_hash(editor),
        times[ontology.get("lastEditedAt")],
        times[project.get("createdAt")],
        times[project.get("lastEditedAt")],
        None,
    )


def _class_number(item: Mapping[str, Any]) -> int | None:
    number = str(item.get("id") or "")
    return int(number) if number.isdigit() else None


class _Structure:
    """Walks an ontology's structure into its three tables."""

    def __init__(self, project_hash: str, buffers: Mapping[str, ColumnBuffer]) -> None:
        self._project_hash = project_hash
        self._classes = buffers["ontology_class"]
        self._attributes = buffers["ontology_attribute"]
        self._options = buffers["ontology_option"]
        self._known: set[tuple[str, str]] = set()

    def _is_new(self, kind: str, feature_hash: str) -> bool:
        if (kind, feature_hash) in self._known:
            return False
        self._known.add((kind, feature_hash))
        return True

    def add(self, editor: Mapping[str, Any]) -> None:
        for kind, key in (("object", "objects"), ("classification", "classifications")):
            for position, item in enumerate(dicts(editor, key)):
                if self._is_new("class", item["featureNodeHash"]):
                    self._add_class(kind, position, item)

    def _add_class(self, kind: str, position: int, item: Mapping[str, Any]) -> None:
        feature_hash = item["featureNodeHash"]
        attributes = dicts(item, "attributes")
        is_object = kind == "object"
        name = item.get("name") if is_object or not attributes else attributes[0].get("name")
        self._classes.add(
            self._project_hash,
            feature_hash,
            kind,
            _class_number(item),
            name,
            item.get("color") if is_object else None,
            item.get("shape") if is_object else None,
            not is_object and is_global_classification(item),
            bool(item.get("archived")),
            position,
        )
        for raw in walk_attributes(attributes):
            attribute_hash = raw.item["featureNodeHash"]
            if not self._is_new("attribute", attribute_hash):
                continue
            self._attributes.add(
                self._project_hash,
                attribute_hash,
                feature_hash,
                raw.parent_option,
                raw.depth,
                raw.item.get("name"),
                str(raw.item.get("type")),
                bool(raw.item.get("dynamic")),
                bool(raw.item.get("required")),
                bool(raw.item.get("archived")),
                raw.position,
            )
            self._add_options(attribute_hash, dicts(raw.item, "options"))

    def _add_options(self, attribute_hash: str, options: Sequence[Mapping[str, Any]]) -> None:
        for position, option in enumerate(options):
            if self._is_new("option", option["featureNodeHash"]):
                self._options.add(
                    self._project_hash,
                    option["featureNodeHash"],
                    attribute_hash,
                    option.get("label"),
                    option.get("value"),
                    bool(option.get("archived")),
                    position,
                )
