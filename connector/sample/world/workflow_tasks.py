"""The tasks of workflow stages, derived from where the label rows are; and what was done with them."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from connector.sample.world.clock import api_time, read_time
from connector.sample.world.project_state import ProjectState
from connector.sample.world.sample_label_row import SampleLabelRow

Json = dict[str, Any]


def stage_tasks(project: ProjectState, stage_uuid: str, parameters: Mapping[str, list[str]]) -> list[Json]:
    """The tasks of a stage, as `stage.get_tasks()` lists them, filtered by data unit, title and person."""
    stage = next((each for each in project.record["workflow"]["stages"] if each["uuid"] == stage_uuid), None)
    if stage is None:
        return []
    by_unit: dict[str, list[SampleLabelRow]] = {}
    for row in project.rows.values():
        if (row.metadata.get("workflow_graph_node") or {}).get("uuid") == stage_uuid:
            by_unit.setdefault(row.data_hash, []).append(row)
    tasks = [_task(project, stage["stageType"], rows) for rows in by_unit.values()]
    wanted, title = parameters.get("dataHashes"), parameters.get("dataTitleContains", [""])[0]
    emails = parameters.get("userEmails")
    return [
        task
        for task in tasks
        if (wanted is None or task["dataHash"] in wanted)
        and title in task["dataTitle"]
        and (emails is None or any(part.get("assignee") in emails for part in (task, *task.get("subtasks", ()))))
    ]


def task_action(project_hash: str, row: SampleLabelRow, action_type: str, email: str, acted_at: datetime) -> Json:
    """One thing done with the task of a label row, in the stage that it is in now."""
    return {
        "timestamp": api_time(acted_at),
        "actionType": action_type,
        "projectUuid": project_hash,
        "workflowStageUuid": row.metadata["workflow_graph_node"]["uuid"],
        "taskUuid": row.metadata["task_uuid"],
        "dataUnitUuid": row.data_hash,
        "actorEmail": email,
    }


def _task(project: ProjectState, stage_type: str, rows: list[SampleLabelRow]) -> Json:
    first = next((row for row in rows if row.branch_name == "main"), rows[0])
    task = _basics(project, first)
    branches = [row for row in rows if row.branch_name != "main"]
    match stage_type:
        case "CONSENSUS_ANNOTATION":
            return {**task, "subtasks": [_annotation(project, row) for row in branches]}
        case "CONSENSUS_REVIEW":
            options = [
                {
                    "annotator": _annotator(project, row)[0],
                    "labelBranchName": row.branch_name,
                    "labelHash": row.label_hash,
                }
                for row in branches
            ]
            return {**task, **_assignment(first), "options": options}
        case "ANNOTATION":
            return _annotation(project, first)
        case "REVIEW":
            return {**task, **_assignment(first)}
        case _:
            return task


def _basics(project: ProjectState, row: SampleLabelRow) -> Json:
    created, edited = row.metadata.get("created_at"), row.metadata.get("last_edited_at")
    return {
        "uuid": row.metadata["task_uuid"],
        "createdAt": api_time(read_time(created)) if created else project.record["createdAt"],
        "updatedAt": api_time(read_time(edited)) if edited else project.record["createdAt"],
        "dataHash": row.data_hash,
        "dataTitle": row.metadata["data_title"],
    }


def _assignment(row: SampleLabelRow) -> Json:
    email = row.metadata.get("assigned_user_email")
    return {"status": "ASSIGNED" if email else "NEW", "assignee": email}


def _annotation(project: ProjectState, row: SampleLabelRow) -> Json:
    task = {**_basics(project, row), **_assignment(row), "labelBranchName": row.branch_name}
    if row.branch_name != "main":
        email, is_submitted = _annotator(project, row)
        task |= {"assignee": email, "status": "COMPLETED" if is_submitted else "ASSIGNED"}
    return task


def _annotator(project: ProjectState, row: SampleLabelRow) -> tuple[str, bool]:
    known = project.branch_annotators.get((row.data_hash, row.branch_name))
    return known or (str(row.metadata.get("assigned_user_email") or ""), False)
