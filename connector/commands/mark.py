"""`encord-sync mark`: gives a moment of the labels a name."""

import sys
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
from connector.runs.printing import print_line, print_lines


@click.command(epilog=EXIT_CODES, short_help="Give a moment a name, so that its labels can be had again.")
@click.argument("name", required=False)
@click.option("--at", metavar="TIME", help="The moment, such as 2026-11-01T00:00Z. Default: now.")
@click.option("--note", metavar="TEXT", help="What the moment is to you.")
@click.option("--remove", is_flag=True, help="Take the name away; the labels of that moment may then be forgotten.")
@click.option("--list", "is_listing", is_flag=True, help="List the names instead.")
@with_settings(*WAREHOUSE_OPTIONS, *WAIT_OPTIONS, *OUTPUT_OPTIONS)
def mark(
    config: Path | None,
    name: str | None,
    at: str | None,
    note: str | None,
    remove: bool,
    is_listing: bool,
    **flags: Any,  # noqa: ANN401 - click hands over what the options declare
) -> None:
    """Give a moment a name, so that a training set can be named and made again, byte for byte.

    `export coco|json|frames --as-of NAME` writes the labels as they were at that moment, and pruning never forgets
    them. Table mark has the names; labels_as_of and the other functions take its marked_at.

    \b
    Examples:
      encord-sync mark training-2026-11 --note "first detector"
      encord-sync export coco --as-of training-2026-11 --out training.json
      encord-sync mark --list
    """
    from connector.process.interruption import Interruption
    from connector.runs.marking import mark_moment, remove_name, shown_marks

    if is_listing == (name is not None):
        raise click.UsageError("Give a NAME, or --list.")
    settings = settings_of(config, flags)
    report = report_for(settings)
    if is_listing or name is None:
        print_lines(shown_marks(settings) or "There are no marks.", sys.stdout)
    elif remove:
        remove_name(settings, name, report, Interruption())
        print_line(f"{name} is no longer a mark.")
    else:
        print_line(mark_moment(settings, name, at, note, report, Interruption()))
