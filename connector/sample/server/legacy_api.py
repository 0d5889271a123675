"""The older API: `POST /public` for a project, `POST /public/user` for a user, query type and method in the body."""

from typing import Any

import orjson

from connector.sample.server.http_answers import Answer, legacy_answer, legacy_error, legacy_list
from connector.sample.server.listing_filters import ListingRefusedError, list_label_rows
from connector.sample.server.request_log import ParsedRequest
from connector.sample.world.clock import read_time
from connector.sample.world.project_state import ProjectState
from connector.sample.world.world import SampleWorld


def answer_legacy(world: SampleWorld, request: ParsedRequest) -> Answer:
    """Answer one read of the older API; every query method but GET is refused."""
    record = request.record
    if record.is_write:
        return legacy_error("OPERATION_NOT_ALLOWED", 403)
    if record.kind == "legacy_projects":
        return legacy_answer(
            [{"user_role": project.record.get("userRole", 0), "project": _legacy_project(project)} for project in world]
        )
    project = world.projects.get(record.project_hash or "")
    if project is None:
        return legacy_error("RESOURCE_NOT_FOUND_ERROR", 404)
    payload: dict[str, Any] = request.values.get("payload") or {}
    match record.kind:
        case "listing":
            try:
                return legacy_list(list_label_rows(project, payload))
            except ListingRefusedError as error:
                return legacy_error("INVALID_ARGUMENTS_ERROR", 400, str(error))
        case "label_rows":
            return _label_rows(world, project, request, payload)
        case "legacy_project":
            return legacy_answer(_legacy_project(project))
        case _:
            return legacy_error("INVALID_ARGUMENTS_ERROR", 400, f"unknown query type {record.query_type}")


def _label_rows(world: SampleWorld, project: ProjectState, request: ParsedRequest, payload: dict[str, Any]) -> Answer:
    hidden = frozenset() if payload.get("include_archived") else project.hidden_features()
    # If several are asked for, they come in no particular order, and each only once, as the SDK's documentation says.
    wanted = list(dict.fromkeys(request.record.uids))
    rows = [(label_hash, row) for label_hash in wanted if (row := project.find_row(label_hash)) is not None]
    if len(rows) < len(wanted) and (world.is_multi_get_strict or not payload.get("multi_request")):
        return legacy_error("RESOURCE_NOT_FOUND_ERROR", 404)
    items = [(label_hash, _served(row.labels_json(hidden), payload, world)) for label_hash, row in rows]
    if not payload.get("multi_request"):
        return Answer(items=items[:1], prefix=b'{"status":200,"response":', suffix=b"}")
    world.answer_order.shuffle(items)
    return legacy_list(items)


def _served(labels_json: bytes, payload: dict[str, Any], world: SampleWorld) -> bytes:
    """The label row as requested: with signed links, without reviews, without features that are not wanted."""
    object_features = payload.get("include_object_feature_hashes")
    classification_features = payload.get("include_classification_feature_hashes")
    if not payload.get("get_signed_url") and object_features is None and classification_features is None:
        return labels_json
    labels = orjson.loads(labels_json)
    if payload.get("get_signed_url"):
        for unit in labels["data_units"].values():
            unit["data_link"] = f"https://storage.example.com/{unit['data_hash']}?signature={world.next_signature()}"
    _keep_features(labels, object_features, classification_features)
    return orjson.dumps(labels)


def _keep_features(labels: dict[str, Any], objects: list[str] | None, classifications: list[str] | None) -> None:
    for unit in labels["data_units"].values():
        content = unit.get("labels") or {}
        for blob in [content] if "objects" in content else content.values():
            if objects is not None:
                blob["objects"] = [thing for thing in blob["objects"] if thing["featureHash"] in objects]
    if classifications is not None:
        labels["classification_answers"] = {
            key: entry
            for key, entry in labels["classification_answers"].items()
            if entry.get("featureHash") in classifications
        }


def _legacy_project(project: ProjectState) -> dict[str, Any]:
    record = project.record
    return {
        "project_hash": project.project_hash,
        "title": record["title"],
        "description": record["description"],
        "created_at": _sql_time(record["createdAt"]),
        "last_edited_at": _sql_time(record["lastEditedAt"]),
        "ontology_hash": record["ontologyHash"],
        "editor_ontology": project.editor,
        "datasets": [],
        "label_rows": [],
    }


def _sql_time(moment: str) -> str:
    """A time in the older API's form for projects: as in SQL, in whole seconds."""
    return read_time(moment).strftime("%Y-%m-%d %H:%M:%S")
