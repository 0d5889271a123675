"""`encord-sync plan`: the syncs that a scheduler should start."""

from pathlib import Path
from typing import Any, Literal

import click

from connector.commands.exit_codes import EXIT_CODES
from connector.commands.options import (
    KEY_OPTIONS,
    OUTPUT_OPTIONS,
    PROJECT_OPTIONS,
    given,
    report_for,
    settings_of,
    with_settings,
)


@click.command(epilog=EXIT_CODES, short_help="Print the syncs that workers should run.")
@click.option(
    "--label-rows-per-shard",
    type=click.IntRange(min=1),
    default=10_000,
    show_default=True,
    metavar="N",
    help="A project with more label rows is shared out among several workers.",
)
@click.option(
    "--format",
    "form",
    type=click.Choice(("text", "json")),
    default="text",
    show_default=True,
    help="text: one command a line; json: one document with counts and commands.",
)
@with_settings(*KEY_OPTIONS, *PROJECT_OPTIONS, *OUTPUT_OPTIONS)
def plan(
    config: Path | None,
    label_rows_per_shard: int,
    form: Literal["text", "json"],
    **flags: Any,  # noqa: ANN401 - click hands over what the options declare
) -> None:
    """Print the syncs that workers should run, one for each project, and several for a large one.

    Lists the projects and their label rows. Fetches no label, asks no warehouse and writes nothing. The commands repeat
    --config, --ssh-key-file and --domain as they were given; all else the workers take from that file and from their
    environment, as any sync does. A project of more than --label-rows-per-shard label rows is shared out, which needs a
    lake (--warehouse iceberg://…).

    \b
    Examples:
      encord-sync plan --config encord-sync.toml --all-projects | parallel --jobs 4
      encord-sync plan --config encord-sync.toml --all-projects --format json
    """
    from connector.runs.worker_plan import plan_workers, print_plan

    settings = settings_of(config, flags)
    chosen = given(flags)
    handed_on = [] if config is None else ["--config", str(config)]
    for option in KEY_OPTIONS:
        if option in chosen:
            handed_on += [f"--{option.replace('_', '-')}", str(chosen[option])]
    report = report_for(settings, is_output_taken=True)
    print_plan(plan_workers(settings, handed_on, label_rows_per_shard, report), is_json=form == "json")
