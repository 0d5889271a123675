"""`encord-sync publish`: gives readers a copy of the last run."""

from pathlib import Path
from typing import Any

import click

from connector.commands.exit_codes import EXIT_CODES
from connector.commands.options import (
    OUTPUT_OPTIONS,
    PUBLISH_OPTIONS,
    WAIT_OPTIONS,
    WAREHOUSE_OPTIONS,
    report_for,
    settings_of,
    with_settings,
)


@click.command(epilog=EXIT_CODES, short_help="Give readers a copy of the last run.")
@with_settings(*WAREHOUSE_OPTIONS, *PUBLISH_OPTIONS, *WAIT_OPTIONS, *OUTPUT_OPTIONS)
def publish(config: Path | None, **flags: Any) -> None:  # noqa: ANN401 - click hands over what the options declare
    """Give readers a copy of what the last run left, if that run succeeded. `sync --publish` does it by itself.

    Nobody else can open a DuckDB file while a sync writes to it, and it cannot be synced while somebody has it open. A
    published copy avoids this: it is compact, read-only, opens in DuckDB 1.2.2 and newer, and is replaced in one step.
    Readers that have the earlier copy open keep it; table publication says which run a copy holds.

    PATH is a DuckDB file, or a folder for one of the warehouse's name. --publish-format parquet writes a folder
    labels-parquet next to labels.duckdb: a folder for each run, with one Parquet file per table and a README.md, and
    a link `current` to the newest.

    \b
    Examples:
      encord-sync publish --publish /srv/labels/labels.duckdb
      encord-sync publish --config /etc/encord-sync.toml --publish-format parquet
    """
    from connector.process.interruption import Interruption
    from connector.runs.publishing import run_publish

    settings = settings_of(config, flags)
    run_publish(settings, report_for(settings), Interruption())
