"""`encord-sync status`: what the warehouse holds, project by project, as text or as one JSON object a project."""

import dataclasses
import datetime
import sys
from collections.abc import Iterator

from connector.config import Settings
from connector.errors import ExitCode
from connector.load.questions.project_status import ProjectStatus, WarehouseStatus, read_status
from connector.runs.printing import json_line, print_line

_SHOWN_FAILURES = 20


def print_status(settings: Settings) -> ExitCode:
    """Print the status of the warehouse that the settings name.

    Returns:
        OK; PARTIAL if the last run of a project, or of all, did not succeed. The labels are then not up to date.

    Raises:
        ConnectorError: if it cannot be opened, is locked, or is of another release.
    """
    status = read_status(settings.warehouse, settings.db_schema)
    _print(status, settings)
    if status.is_well:
        return ExitCode.OK
    if (run := status.last_run) and run.outcome != "succeeded":
        text = f"encord-sync: the last run ({run.run_id}, {_moment(run.started_at)}) {run.outcome}. {run.message or ''}"
        print_line(text.rstrip(), sys.stderr)
    return ExitCode.PARTIAL


def _print(status: WarehouseStatus, settings: Settings) -> None:
    if settings.log_format == "json":
        for project in status.projects:
            failures = [
                {"label_hash": label_hash, "kind": kind, "message": message}
                for project_hash, label_hash, kind, message in status.failures
                if project_hash == project.project_hash
            ]
            line = {**dataclasses.asdict(project), "failed_label_rows": failures}
            sys.stdout.write(json_line(line, sys.stdout.encoding) + "\n")
        return
    _print_text(status, settings)


def _print_text(status: WarehouseStatus, settings: Settings) -> None:
    print_line(f"{settings.shown_warehouse}, revision {status.schema_version}, projects: {len(status.projects)}")
    for project in status.projects:
        print_line("")
        print_line(f"{project.title or 'unknown title'}  {project.project_hash}")
        for name, text in _lines(project):
            _print_fact(name, text)
        failures = [failure for failure in status.failures if failure[0] == project.project_hash]
        for _, label_hash, kind, message in failures[:_SHOWN_FAILURES]:
            _print_fact("failed", f"{label_hash} ({kind}): {message}")
        if len(failures) > _SHOWN_FAILURES:
            _print_fact("", f"… and {len(failures) - _SHOWN_FAILURES} more in table sync_failure")


def _print_fact(name: str, text: str) -> None:
    print_line(f"  {name:<13} {text}", hang=16)


def _lines(project: ProjectStatus) -> Iterator[tuple[str, str]]:
    if project.deleted_at:
        yield "deleted", _moment(project.deleted_at)
    if project.run_id:
        yield "last run", f"{project.outcome} {_moment(project.ended_at or project.started_at)} ({project.run_id})"
        if project.message:
            yield "", project.message
    yield "last success", _moment(project.last_success)
    yield "newest edit", _moment(project.newest_edit)
    parts = f"{project.synced:,} synced, {project.unopened:,} not opened yet; {project.deleted:,} deleted"
    yield "label rows", f"{project.label_rows:,}: {parts}"
    objects = f"{project.objects:,} objects, {project.annotations:,} annotations (objects on frames)"
    yield "holds", f"{objects}, {project.classifications:,} classifications"
    yield "failures", f"{project.failures:,}"


def _moment(moment: datetime.datetime | None) -> str:
    return f"{moment.astimezone(datetime.UTC):%Y-%m-%d %H:%M:%S}Z" if moment else "never"
