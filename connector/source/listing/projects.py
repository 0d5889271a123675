"""Reads everything above the label rows: projects, one project's description, its ontology and its listing."""

import dataclasses
import uuid
from typing import Any

from connector.credentials import without_credentials
from connector.errors import ConnectorError, ErrorKind
from connector.source.answers.listed_entries import RawEntries
from connector.source.connection.connection import Connection
from connector.source.connection.events import EventName

LISTING_OPTIONS: dict[str, Any] = {
    "edited_before": None,
    "edited_after": None,
    "label_statuses": None,
    "shadow_data_state": None,
    "include_uninitialised_labels": True,
    "data_hashes": None,
    "label_hashes": None,
    "data_title_eq": None,
    "data_title_like": None,
    "workflow_graph_node_title_eq": None,
    "workflow_graph_node_title_like": None,
    "include_client_metadata": False,
    "include_images_data": False,
    "include_children": False,
    "include_workflow_graph_node": True,
    "include_all_label_branches": True,
    "branch_name": None,
    "client_metadata_as_signed_url": False,
}
"""One listing of everything, all branches and unopened data units too, without a filter: what is absent is gone."""


@dataclasses.dataclass(frozen=True, slots=True)
class ProjectSummary:
    """A project that the key may read."""

    project_hash: str
    title: str


@dataclasses.dataclass(frozen=True, slots=True)
class ProjectSnapshot:
    """A project at one moment, as Encord sent it.

    Attributes:
        project: answer to GET projects/{hash}, camelCase keys.
        ontology: answer to GET ontologies/{hash}; its structure is under `editor`.
        entries: the listing, with one entry for each data unit and branch, decoded each time it is asked for; any may
            be malformed.
    """

    project: dict[str, Any]
    ontology: dict[str, Any]
    entries: RawEntries


def list_projects(connection: Connection, title_eq: str | None, title_like: str | None) -> list[ProjectSummary]:
    """All projects that the key may read, over all pages.

    Raises:
        ConnectorError: of any kind of `failures.translate`; SOURCE_CONTENT if the pages never end.
    """
    filters = {"titleEq": title_eq, "titleLike": title_like}
    parameters = {name: value for name, value in filters.items() if value is not None}
    summaries: dict[str, ProjectSummary] = {}
    tokens_seen: set[str] = set()
    while True:
        page = connection.get("projects", parameters, doing="listing the projects")
        results = page.get("results") if isinstance(page, dict) else None
        if not isinstance(page, dict) or not isinstance(results, list):
            raise _unexpected("The list of projects")
        for entry in results:
            summary = _summary(entry)
            if summary is None:
                message = "An entry in the list of projects has no project hash; it is left out."
                connection.tell(EventName.ENTRY_SET_ASIDE, message)
            else:
                summaries.setdefault(summary.project_hash, summary)
        token = page.get("nextPageToken")
        if not token:
            return list(summaries.values())
        if not isinstance(token, str) or token in tokens_seen:
            raise _unexpected("The list of projects (its next page)")
        tokens_seen.add(token)
        parameters["pageToken"] = token


def take_snapshot(connection: Connection, project_hash: str, *, include_client_metadata: bool) -> ProjectSnapshot:
    """Read a project, its ontology and its listing: three requests.

    Raises:
        ConnectorError: CONFIGURATION if `project_hash` is not one; PERMISSION if it is unknown or closed to this key;
            SOURCE_CONTENT if an answer is not an object; other kinds of `failures.translate`.
    """
    project_hash = checked_project_hash(project_hash)
    project = _object(connection.get(f"projects/{project_hash}", doing=f"reading project {project_hash}"), "project")
    ontology_hash = project.get("ontologyHash")
    if not isinstance(ontology_hash, str) or not _is_uuid(ontology_hash):
        raise _unexpected(f"The project {project_hash} (its ontology)")
    doing = f"reading ontology {ontology_hash} of project {project_hash}"
    ontology = _object(connection.get(f"ontologies/{ontology_hash}", doing=doing), "ontology")
    payload = {**LISTING_OPTIONS, "include_client_metadata": include_client_metadata}
    entries = connection.list_entries(project_hash, payload, doing=f"listing the label rows of project {project_hash}")
    return ProjectSnapshot(project, ontology, entries)


def checked_project_hash(project_hash: str) -> str:
    """The project hash in Encord's spelling. It becomes part of an address, so anything else is refused.

    Raises:
        ConnectorError: CONFIGURATION, if it is not a UUID.
    """
    if not _is_uuid(project_hash):
        raise ConnectorError(
            ErrorKind.CONFIGURATION,
            f"{without_credentials(project_hash)[:80]!r} is not a project hash.",
            remedy="It looks like 01234567-89ab-cdef-0123-456789abcdef, and is in the project's address in the app.",
        )
    return str(uuid.UUID(project_hash.strip()))


def _is_uuid(text: str) -> bool:
    try:
        uuid.UUID(text.strip())
    except ValueError:
        return False
    return len(text.strip()) == 36


def _summary(entry: object) -> ProjectSummary | None:
    project_hash = entry.get("projectHash") if isinstance(entry, dict) else None
    if not isinstance(entry, dict) or not isinstance(project_hash, str):
        return None
    return ProjectSummary(project_hash, str(entry.get("title") or ""))


def _object(answer: object, what: str) -> dict[str, Any]:
    if not isinstance(answer, dict):
        raise _unexpected(f"The {what}")
    return answer


def _unexpected(what: str) -> ConnectorError:
    return ConnectorError(
        ErrorKind.SOURCE_CONTENT,
        f"{what} came in a form that this release does not know.",
        remedy="Check the domain; if it is right, upgrade encord-sync.",
    )
