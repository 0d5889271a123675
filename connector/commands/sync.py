"""`encord-sync sync`: brings the warehouse up to date with what Encord holds now."""

from pathlib import Path
from typing import Any

import click

from connector.commands.exit_codes import EXIT_CODES
from connector.commands.options import SYNC_OPTIONS, report_for, settings_of, with_settings


@click.command(epilog=EXIT_CODES, short_help="Bring the warehouse up to what Encord holds now.")
@with_settings(*SYNC_OPTIONS)
def sync(config: Path | None, **flags: Any) -> None:  # noqa: ANN401 - click hands over what the options declare
    """Bring the warehouse up to what Encord holds now.

    Lists every label row of each project, on all branches; fetches only those that changed since the last run; replaces
    their rows, a bundle at a time, in one transaction each; marks what is gone as deleted; and prints a receipt.
    Nothing is ever written to Encord. Creates the warehouse on first use. Safe to kill and to run again.

    One sync a warehouse (on PostgreSQL a project, in a lake a project or --shard of one) at a time: a second one waits
    for --wait SECONDS, or ends with exit code 8 and says who is at it. With --publish, readers get a copy of each run
    that succeeded, and are never locked out.

    \b
    Examples:
      encord-sync sync --ssh-key-file ~/.ssh/encord --project 0a1b…
      encord-sync sync --config /etc/encord-sync.toml --all-projects --quiet
      encord-sync sync --config /etc/encord-sync.toml --wait 600 \\
        --publish /srv/labels/labels.duckdb --publish-keep 2
    """
    from connector.process.interruption import interruption_on_signals
    from connector.sync.run import run_sync

    settings = settings_of(config, flags)
    report = report_for(settings)
    try:
        with interruption_on_signals() as interruption:
            run = run_sync(settings, report, interruption)
    finally:
        report.close()
    raise SystemExit(run.exit_code)
