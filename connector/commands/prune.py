"""`encord-sync prune`: deletes old rows about runs, tasks and failures that nothing needs any more."""

import datetime
import re
from pathlib import Path
from typing import Any

import click

from connector.commands.exit_codes import EXIT_CODES
from connector.commands.options import (
    OUTPUT_OPTIONS,
    WAIT_OPTIONS,
    WAREHOUSE_OPTIONS,
    report_for,
    settings_of,
    with_settings,
)

_AGE = re.compile(r"([0-9]{1,5})([dw])")
_DAYS = {"d": 1, "w": 7}
_MOST_DAYS = 36_500


def _age(context: click.Context, parameter: click.Parameter, text: str) -> datetime.timedelta:  # noqa: ARG001 - click's
    """An age such as 400d or 52w: whole days or weeks, at least one day and at most a hundred years."""
    found = _AGE.fullmatch(text)
    days = int(found[1]) * _DAYS[found[2]] if found else 0
    if not 1 <= days <= _MOST_DAYS:
        raise click.BadParameter("it takes days or weeks, at least 1d, such as 400d or 52w.")
    return datetime.timedelta(days=days)


@click.command(epilog=EXIT_CODES, short_help="Delete old rows about runs, tasks and failures.")
@click.option(
    "--older-than", "age", callback=_age, required=True, metavar="AGE", help="How old: days or weeks, 400d, 52w."
)
@click.option("--apply", "is_applied", is_flag=True, help="Delete; without it, only say what would be deleted.")
@with_settings(*WAREHOUSE_OPTIONS, *WAIT_OPTIONS, *OUTPUT_OPTIONS)
def prune(
    config: Path | None,
    age: datetime.timedelta,
    is_applied: bool,
    **flags: Any,  # noqa: ANN401 - click hands over what the options declare
) -> None:
    """Delete old rows about runs, tasks and failures. Without --apply it only says how many, table by table.

    Labels stay, and so does what the next sync or `status` needs: the last runs of each project, the last one that
    succeeded among them. A later sync fetches nothing again.

    Runs beside syncs: a project that is being written is left for next time. Running it again changes nothing. In a
    lake `encord-sync lake maintain` then frees the space.

    \b
    Examples:
      encord-sync prune --older-than 400d --warehouse duckdb:///labels.duckdb
      encord-sync prune --older-than 400d --warehouse duckdb:///labels.duckdb --apply
    """
    from connector.process.interruption import interruption_on_signals
    from connector.runs.prune_run import run_prune

    settings = settings_of(config, flags)
    report = report_for(settings)
    with interruption_on_signals() as interruption:
        run_prune(settings, age, report, interruption, is_applied=is_applied)
