"""Reads the tasks of one workflow stage, raw: what `stage.get_tasks()` of the SDK would list."""

from connector.source.connection.connection import Connection
from connector.source.listing.pages import list_pages
from connector.source.listing.projects import checked_project_hash


def list_stage_tasks(connection: Connection, project_hash: str, stage_uuid: str) -> list[object]:
    """All tasks that are in a stage now, over all pages; any may be malformed.

    Raises:
        ConnectorError: see `list_pages`.
    """
    path = f"projects/{checked_project_hash(project_hash)}/workflow/stages/{stage_uuid}/tasks"
    what = f"the tasks of stage {stage_uuid} of project {project_hash}"
    return [task for page in list_pages(connection, path, {}, what=what) for task in page]
