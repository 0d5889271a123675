"""`encord-sync check`: key, region, projects, versions and warehouse, one line each."""

from pathlib import Path
from typing import Any

import click

from connector.commands.exit_codes import EXIT_CODES
from connector.commands.options import (
    KEY_OPTIONS,
    OUTPUT_OPTIONS,
    PROJECT_OPTIONS,
    WAREHOUSE_OPTIONS,
    settings_of,
    with_settings,
)


@click.command(epilog=EXIT_CODES, short_help="Check key, projects, versions and warehouse.")
@with_settings(*KEY_OPTIONS, *PROJECT_OPTIONS, *WAREHOUSE_OPTIONS, *OUTPUT_OPTIONS)
def check(config: Path | None, **flags: Any) -> None:  # noqa: ANN401 - click hands over what the options declare
    """Check key, region, projects, versions and warehouse; one line each, and how to put right what is wrong.

    Reads from Encord and from the warehouse, writes to neither.
    """
    from connector.runs.checks import run_checks

    raise SystemExit(run_checks(settings_of(config, flags)))
