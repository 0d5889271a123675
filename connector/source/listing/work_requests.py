"""What is asked of Encord for each stream of the work: path and parameters, as the SDK sends them."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import NamedTuple

from connector.source.connection.connection import Connection
from connector.source.listing.pages import list_pages
from connector.source.listing.projects import checked_project_hash


class Asked(NamedTuple):
    """What of a stream is wanted, for streams that are read piece by piece.

    Attributes:
        after: the beginning of a period, inclusive, by Encord's clock.
        before: its end, exclusive.
        data_hash: the data unit.
    """

    after: datetime | None = None
    before: datetime | None = None
    data_hash: str = ""


_PATHS = {
    "task_actions": "analytics/task-actions",
    "time_spent": "analytics/time-spent",
    "issues": "projects/{project_hash}/issues",
    "project_users": "projects/{project_hash}/users",
    "editor_logs": "projects/{project_hash}/editor-logs",
}
"""Stream → path. In the SDK: `get_task_actions`, `list_time_spent`, `task.issues.list`, `list_users`,
`get_editor_logs`."""

_PERIOD = {"editor_logs": ("startTime", "endTime")}
"""Stream → the names of the period's ends, if they are not `after` and `before`."""


def list_work(connection: Connection, stream: str, project_hash: str, asked: Asked) -> Iterator[list[object]]:
    """The entries of a stream, a page at a time, in no reliable order; any may be malformed.

    Args:
        connection: to Encord.
        stream: its name.
        project_hash: the project.
        asked: which of its entries.

    Raises:
        ConnectorError: see `list_pages`.
    """
    project_hash = checked_project_hash(project_hash)
    path = _PATHS[stream].format(project_hash=project_hash)
    parameters = {} if "{" in _PATHS[stream] else {"projectUuid": project_hash}
    if asked.after is not None and asked.before is not None:
        names = _PERIOD.get(stream, ("after", "before"))
        parameters.update(zip(names, map(_written, (asked.after, asked.before)), strict=True))
    of_unit = ""
    if asked.data_hash:
        parameters["dataUnitId"] = asked.data_hash
        of_unit = f"data unit {asked.data_hash} of "
    what = f"{stream.replace('_', ' ')} of {of_unit}project {project_hash}"
    return list_pages(connection, path, parameters, what=what)


def _written(moment: datetime) -> str:
    return moment.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="microseconds") + "Z"
