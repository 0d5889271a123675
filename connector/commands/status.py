"""`encord-sync status`: what the warehouse holds."""

from pathlib import Path
from typing import Any

import click

from connector.commands.exit_codes import exit_codes_with
from connector.commands.options import OUTPUT_OPTIONS, WAREHOUSE_OPTIONS, settings_of, with_settings


@click.command(
    epilog=exit_codes_with(7, "the last run, or the last run of a project, did not succeed"),
    short_help="Show what the warehouse holds.",
)
@with_settings(*WAREHOUSE_OPTIONS, *OUTPUT_OPTIONS)
def status(config: Path | None, **flags: Any) -> None:  # noqa: ANN401 - click hands over what the options declare
    """Show what the warehouse holds: last run, freshness, rows and failures of each project.

    Reads the warehouse only; Encord is not asked. With --log-format json one JSON object a project. Ends with exit code
    7 if the last run, or the last run of a project, did not succeed: a monitor need not read what it prints.
    """
    from connector.runs.shown_status import print_status

    raise SystemExit(print_status(settings_of(config, flags)))
