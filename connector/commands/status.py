"""`encord-sync status`: what the warehouse holds, project by project, as a table or as one JSON object a project."""

import dataclasses
import datetime
import sys

import orjson
from rich.console import Console
from rich.table import Table

from connector.config import Settings
from connector.load.status import ProjectStatus, WarehouseStatus, read_status

_SHOWN_FAILURES = 20


def print_status(settings: Settings) -> None:
    """Print the status of the warehouse that the settings name.

    Raises:
        ConnectorError: if it cannot be opened, is locked, or is of another release.
    """
    status = read_status(settings.warehouse, settings.db_schema)
    if settings.log_format == "json" or (settings.log_format == "auto" and not sys.stdout.isatty()):
        for project in status.projects:
            failures = [
                {"label_hash": label_hash, "kind": kind, "message": message}
                for project_hash, label_hash, kind, message in status.failures
                if project_hash == project.project_hash
            ]
            line = {**dataclasses.asdict(project), "failed_label_rows": failures}
            sys.stdout.write(orjson.dumps(line, option=orjson.OPT_UTC_Z).decode() + "\n")
        return
    _print_table(status, settings)


def _print_table(status: WarehouseStatus, settings: Settings) -> None:
    console = Console(highlight=False)
    table = Table(title=f"{settings.shown_warehouse}, revision {status.schema_version}", title_justify="left")
    for heading in ("project", "last run", "last success", "newest edit"):
        table.add_column(heading)
    for heading in ("label rows", "synced", "not opened", "objects", "annotations", "classifications", "failures"):
        table.add_column(heading, justify="right")
    for project in status.projects:
        counts = (
            project.label_rows,
            project.synced,
            project.unopened,
            project.objects,
            project.annotations,
            project.classifications,
            project.failures,
        )
        table.add_row(
            f"{project.title or '?'}{' (deleted)' if project.deleted_at else ''}\n{project.project_hash}",
            _last_run(project),
            _moment(project.last_success),
            _moment(project.newest_edit),
            *(f"{count:,}" for count in counts),
        )
    console.print(table)
    for project_hash, label_hash, kind, message in status.failures[:_SHOWN_FAILURES]:
        console.print(f"failed: {label_hash} of project {project_hash} ({kind}): {message}", markup=False)
    if len(status.failures) > _SHOWN_FAILURES:
        console.print(f"… and {len(status.failures) - _SHOWN_FAILURES} more in table sync_failure.")


def _last_run(project: ProjectStatus) -> str:
    if project.run_id is None:
        return "never"
    return f"{project.outcome}\n{_moment(project.ended_at or project.started_at)}"


def _moment(moment: datetime.datetime | None) -> str:
    return f"{moment.astimezone(datetime.UTC):%Y-%m-%d %H:%M:%S}Z" if moment else "-"
