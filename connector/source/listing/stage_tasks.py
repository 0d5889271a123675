"""Reads the tasks of one workflow stage, raw: what `stage.get_tasks()` of the SDK would list."""

from connector.errors import ConnectorError, ErrorKind
from connector.source.connection.connection import Connection
from connector.source.listing.projects import checked_project_hash


def list_stage_tasks(connection: Connection, project_hash: str, stage_uuid: str) -> list[object]:
    """All tasks that are in a stage now, over all pages; any may be malformed.

    Raises:
        ConnectorError: of any kind of `failures.translate`; SOURCE_CONTENT if an answer is not a list of tasks, or
            the pages never end.
    """
    project_hash = checked_project_hash(project_hash)
    path = f"projects/{project_hash}/workflow/stages/{stage_uuid}/tasks"
    doing = f"reading the tasks of stage {stage_uuid} of project {project_hash}"
    parameters: dict[str, str] = {}
    tokens_seen: set[str] = set()
    tasks: list[object] = []
    while True:
        page = connection.get(path, parameters, doing=doing)
        results = page.get("results") if isinstance(page, dict) else None
        if not isinstance(page, dict) or not isinstance(results, list):
            raise _unexpected(stage_uuid)
        tasks.extend(results)
        token = page.get("nextPageToken")
        if not token:
            return tasks
        if not isinstance(token, str) or token in tokens_seen:
            raise _unexpected(stage_uuid)
        tokens_seen.add(token)
        parameters["pageToken"] = token


def _unexpected(stage_uuid: str) -> ConnectorError:
    return ConnectorError(
        ErrorKind.SOURCE_CONTENT,
        f"The tasks of stage {stage_uuid} came in a form that this release does not know.",
        remedy="Labels are synced all the same; upgrade encord-sync to have the tasks too.",
    )
