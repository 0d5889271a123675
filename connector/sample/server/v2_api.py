"""The v2 API: plain JSON under `/v2/public/`, in camel case, with lists in pages."""

from collections.abc import Iterable, Mapping
from typing import Any

from connector.sample.server.http_answers import Answer, v2_answer, v2_error
from connector.sample.server.listing_filters import like_pattern
from connector.sample.server.request_log import ParsedRequest
from connector.sample.world.clock import read_time
from connector.sample.world.project_state import ProjectState
from connector.sample.world.work_log import RequestRefusedError, editor_logs, issues, task_actions, time_spent
from connector.sample.world.workflow_tasks import stage_tasks
from connector.sample.world.world import SampleWorld

OF_THE_WORK = {"task_actions": task_actions, "time_spent": time_spent, "issues": issues, "editor_logs": editor_logs}
"""Kind of request → what answers it."""


def answer_v2(world: SampleWorld, request: ParsedRequest) -> Answer:
    """Answer one read of the v2 API; every other method is refused, and an unknown path is not found."""
    record = request.record
    if record.is_write:
        return v2_error(403, "this key may only read")
    match record.kind:
        case "projects":
            chosen = [project_record(project) for project in world if _is_listed(project.record, request.parameters)]
            return _page(world, chosen, request)
        case "ontology":
            wanted = request.path_parts["ontology"]
            for project in world:
                if project.record["ontologyHash"] == wanted:
                    return v2_answer(project.ontology)
            return v2_error(404, f"no ontology {wanted}")
        case "storage_items":
            items = [
                project.storage_items[uid] for project in world for uid in record.uids if uid in project.storage_items
            ]
            return v2_answer({"results": items})
        case "unknown":
            return v2_error(404, f"nothing at {record.path}")
    named = world.projects.get(record.project_hash or "")
    if named is None:
        return v2_error(404, f"no project {record.project_hash}")
    return _project_answer(world, named, request)


def _project_answer(world: SampleWorld, project: ProjectState, request: ParsedRequest) -> Answer:
    match request.record.kind:
        case "project":
            return v2_answer(project_record(project))
        case "branches":
            return _page(world, [{"name": name} for name in project.branch_names], request)
        case "users":
            return _page(world, project.users, request)
        case "tasks":
            return _page(world, stage_tasks(project, request.path_parts["stage"], request.parameters), request)
        case kind if kind in OF_THE_WORK:
            try:
                return _page(world, OF_THE_WORK[kind](project, request.parameters), request)
            except RequestRefusedError as error:
                return v2_error(400, str(error))
        case _:
            return v2_answer({"labels": _classifications(project, request)})


def project_record(project: ProjectState) -> dict[str, Any]:
    """The project as the API answers it; the ontology is empty here, because it has a request of its own."""
    return {"editorOntology": {}, **project.record}


def _is_listed(record: Mapping[str, Any], parameters: Mapping[str, list[str]]) -> bool:
    def given(name: str) -> str | None:
        return parameters.get(name, [None])[0]

    for field, name in (("title", "title"), ("description", "desc")):
        text = str(record.get(field, ""))
        exact, like = given(f"{name}Eq"), given(f"{name}Like")
        if (exact is not None and text != exact) or (like is not None and not like_pattern(like).fullmatch(text)):
            return False
    for field, name in (("createdAt", "created"), ("lastEditedAt", "edited")):
        moment = read_time(record[field])
        before, after = given(f"{name}Before"), given(f"{name}After")
        if (before and moment >= read_time(before)) or (after and moment <= read_time(after)):
            return False
    return True


def _page(world: SampleWorld, results: list[dict[str, Any]], request: ParsedRequest) -> Answer:
    start = int(request.parameters.get("pageToken", ["0"])[0])
    end = start + world.page_size
    following = str(end) if end < len(results) else None
    return v2_answer({"results": results[start:end], "nextPageToken": following})


def _classifications(project: ProjectState, request: ParsedRequest) -> list[dict[str, Any]]:
    rows: Iterable[Any] = (project.find_row(uid) for uid in request.record.uids)
    branch = request.values.get("branchName", "main")
    return [
        {
            "labelUuid": row.label_hash,
            "dataUuid": row.data_hash,
            "dataTitle": row.metadata["data_title"],
            "branchName": row.branch_name,
            "classificationAnswers": row.labels.get("classification_answers", {}),
        }
        for row in rows
        if row is not None and row.branch_name == branch
    ]
