"""The project that files are loaded into, and its ontology: Encord's if it is stored, a given one, or one found."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import orjson

from connector.errors import ConnectorError, ErrorKind
from connector.export.label_rows.encord_dict import ontology_structure
from connector.label_files.label_row_file import LabelRowFile
from connector.label_files.ontology_of_labels import OntologyOfLabels
from connector.load import ARROW_SCHEMAS, Warehouse
from connector.load.questions.known_project import known_project
from connector.normalise.listing.ontology_changes import ontology_change
from connector.normalise.listing.project_tables import project_tables
from connector.normalise.ontology import Ontology
from connector.runs.report import Report
from connector.source.answers.json_parts import json_problem
from connector.text_files import read_text

_UNREADABLE = (KeyError, IndexError, TypeError, ValueError, AttributeError, RecursionError)
"""What reading a label row raises if it breaks Encord's format; loading that label row reports it."""


def read_ontology_file(path: Path) -> dict[str, Any]:
    """An ontology structure: what `ontology.structure.to_dict()` of the SDK writes, or an answer that holds it.

    Raises:
        ConnectorError: CONFIGURATION, if the file cannot be read or holds no ontology structure.
    """
    text = read_text(path, "The ontology file").encode()
    try:
        content = orjson.loads(text)
        structure = content.get("editor") or content.get("structure") or content
        if not isinstance(structure["objects"], list) or not isinstance(structure["classifications"], list):
            raise TypeError("objects and classifications are lists")
        Ontology.from_structure(structure)
    except (*_UNREADABLE, ConnectorError) as error:
        reason = "it holds no ontology structure"
        if isinstance(error, orjson.JSONDecodeError):
            reason = str(json_problem(text))
        raise ConnectorError(
            ErrorKind.CONFIGURATION,
            f"The ontology file {path} cannot be used: {reason}.",
            remedy="Write it with json.dump(project.ontology_structure.to_dict(), file), or leave --ontology out.",
        ) from error
    return dict(structure)


def file_project(
    warehouse: Warehouse,
    project_hash: str,
    title: str | None,
    ontology: dict[str, Any] | None,
    files: Iterable[LabelRowFile],
    report: Report,
) -> tuple[str, Ontology]:
    """Makes sure that the warehouse has the project and the ontology of its labels.

    Args:
        warehouse: the warehouse.
        project_hash: the project.
        title: its title, if the warehouse does not know it from Encord.
        ontology: the structure of its ontology, if it was given.
        files: what is to be loaded; read once here if neither Encord nor the user says what the ontology is.
        report: is told where the ontology comes from.

    Returns:
        The project's title, or hash, and its ontology.

    Raises:
        ConnectorError: CONFIGURATION, if a sync found the project gone.
    """
    known = known_project(warehouse, project_hash)
    if known is not None and known.is_deleted:
        raise ConnectorError(
            ErrorKind.CONFIGURATION,
            f"A sync found project {project_hash} deleted.",
            remedy="To keep labels of it, load the files into another warehouse.",
        )
    stored = warehouse.ontology(project_hash)
    if known is not None and known.is_from_encord:
        report.event("ontology_from_encord", "The ontology is the one last synced from Encord.", level="debug")
        return known.title or project_hash, Ontology.from_structure(ontology_structure(stored))
    if ontology is None:
        report.event(
            "ontology_from_labels",
            "The ontology is put together from the labels: names and classes are right, but not which option opens a"
            " nested question. Give --ontology FILE for the real one; a sync from Encord brings it as well.",
            level="warning",
        )
        found = OntologyOfLabels(ontology_structure(stored))
        for file in files:
            _take_all(found, file)
        ontology = found.structure()
    title = title or (known.title if known else None)
    tables = project_tables({"projectHash": project_hash, "title": title}, {"editor": ontology}, ARROW_SCHEMAS)
    warehouse.upsert_metadata(project_hash, tables, ontology_change(stored, tables))
    return title or project_hash, Ontology.from_structure(ontology)


def _take_all(found: OntologyOfLabels, file: LabelRowFile) -> None:
    for raw in file.rows:
        try:
            found.take(file.body.decode(raw))
        except _UNREADABLE:
            continue
