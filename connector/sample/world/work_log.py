"""What the server tells of the work: task actions, time spent, issues and the editor's log; each list may be edited."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from connector.sample.world.clock import read_time
from connector.sample.world.project_state import ProjectState

Json = dict[str, Any]
Parameters = Mapping[str, list[str]]

LONGEST_EDITOR_LOG = timedelta(days=30)


class RequestRefusedError(ValueError):
    """The request lacks a parameter that Encord requires, or has one that it does not accept."""


def task_actions(project: ProjectState, parameters: Parameters) -> list[Json]:
    """What was done with tasks from `after` until before `before`, as `project.get_task_actions()` lists it.

    Raises:
        RequestRefusedError: without project or period.
    """
    filters = {
        "actorEmails": "actorEmail",
        "eventTypes": "actionType",
        "workflowStageUuids": "workflowStageUuid",
        "dataUnitUuids": "dataUnitUuid",
    }
    _required(parameters, "projectUuid")
    return _within(project.task_actions, "timestamp", parameters, ("after", "before"), filters)


def time_spent(project: ProjectState, parameters: Parameters) -> list[Json]:
    """How long people worked on what, a day at a time, as `project.list_time_spent()` lists it.

    Raises:
        RequestRefusedError: without project or beginning.
    """
    _required(parameters, "projectUuid")
    return _within(
        project.time_spent,
        "periodStartTime",
        {"before": ["9999-12-31T00:00:00Z"], **parameters},
        ("after", "before"),
        {"userEmails": "userEmail", "dataUuids": "dataUuid"},
    )


def issues(project: ProjectState, parameters: Parameters) -> list[Json]:
    """The issues of a data unit, as `task.issues.list()` lists them.

    Raises:
        RequestRefusedError: without a data unit.
    """
    data_hash = _required(parameters, "dataUnitId")
    return [issue for issue in project.issues if issue["dataUuid"] == data_hash]


def editor_logs(project: ProjectState, parameters: Parameters) -> list[Json]:
    """What was done in the editor, as `project.get_editor_logs()` lists it.

    Raises:
        RequestRefusedError: without a period, or with one of more than 30 days.
    """
    start, end = (read_time(_required(parameters, name)) for name in ("startTime", "endTime"))
    if end - start > LONGEST_EDITOR_LOG:
        raise RequestRefusedError("the time range is longer than 30 days")
    filters = {"action": "action", "actorUserEmail": "actorUserEmail", "dataUnitId": "dataUnitId"}
    return _within(project.editor_logs, "timestamp", parameters, ("startTime", "endTime"), filters)


def _within(
    entries: list[Json], field: str, parameters: Parameters, ends: tuple[str, str], filters: Mapping[str, str]
) -> list[Json]:
    after, before = (read_time(_required(parameters, name)) for name in ends)
    wanted = {of_entry: parameters[name] for name, of_entry in filters.items() if name in parameters}
    return [
        entry
        for entry in entries
        if after <= read_time(entry[field]) < before
        and all(entry[of_entry] in values for of_entry, values in wanted.items())
    ]


def _required(parameters: Parameters, name: str) -> str:
    try:
        return parameters[name][0]
    except KeyError:
        raise RequestRefusedError(f"{name} is required") from None
