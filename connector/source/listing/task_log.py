"""Reads what was done with a project's tasks, raw: what `project.get_task_actions()` of the SDK would list."""

from collections.abc import Iterator
from datetime import UTC, datetime

from connector.errors import ConnectorError, ErrorKind
from connector.source.connection.connection import Connection
from connector.source.listing.projects import checked_project_hash


def list_task_actions(
    connection: Connection, project_hash: str, after: datetime, before: datetime
) -> Iterator[list[object]]:
    """The actions of a period of time, a page at a time, in no reliable order; any may be malformed.

    Args:
        connection: to Encord.
        project_hash: the project.
        after: the beginning, inclusive, by Encord's clock.
        before: the end, exclusive; Encord requires one.

    Raises:
        ConnectorError: of any kind of `failures.translate`; SOURCE_CONTENT if an answer is not a list of actions, or
            the pages never end.
    """
    project_hash = checked_project_hash(project_hash)
    parameters = {"projectUuid": project_hash, "after": _written(after), "before": _written(before)}
    tokens_seen: set[str] = set()
    while True:
        page = connection.get("analytics/task-actions", parameters, doing=f"reading task actions of {project_hash}")
        results = page.get("results") if isinstance(page, dict) else None
        if not isinstance(page, dict) or not isinstance(results, list):
            raise _unexpected(project_hash)
        yield results
        token = page.get("nextPageToken")
        if not token:
            return
        if not isinstance(token, str) or token in tokens_seen:
            raise _unexpected(project_hash)
        tokens_seen.add(token)
        parameters["pageToken"] = token


def _written(moment: datetime) -> str:
    return moment.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="microseconds") + "Z"


def _unexpected(project_hash: str) -> ConnectorError:
    return ConnectorError(
        ErrorKind.SOURCE_CONTENT,
        f"The task actions of project {project_hash} came in a form that this release does not know.",
        remedy="Labels are synced all the same; upgrade encord-sync to have the actions too.",
    )
