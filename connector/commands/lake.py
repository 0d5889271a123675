"""`encord-sync lake`: upkeep of a lake of Iceberg tables, and SQL to read it with."""

import datetime
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


@click.group(short_help="Maintain a lake of Iceberg tables, or print SQL to read it with.")
def lake() -> None:
    """What only a lake of Iceberg tables needs: upkeep, and SQL to read it with."""


@lake.command(epilog=EXIT_CODES, short_help="Delete old versions and make many small files few.")
@click.option(
    "--grace-hours",
    type=click.FloatRange(min=0),
    default=24.0,
    show_default=True,
    help="Nothing replaced later than this goes; it must be longer than the longest query.",
)
@with_settings(*WAREHOUSE_OPTIONS, *WAIT_OPTIONS, *OUTPUT_OPTIONS)
def maintain(config: Path | None, grace_hours: float, **flags: Any) -> None:  # noqa: ANN401 - what the options declare
    """Delete rows that no label row names any more, make many small files few, and delete files that nothing names.

    Runs beside syncs: a project that is being written is left for next time. Run it once a day.
    """
    from connector.process.interruption import interruption_on_signals
    from connector.runs.lake_upkeep import maintain_lake

    settings = settings_of(config, flags)
    with interruption_on_signals() as interruption:
        grace = datetime.timedelta(hours=grace_hours)
        print_line(maintain_lake(settings, grace, report_for(settings), interruption))


@lake.command(epilog=EXIT_CODES, short_help="Print SQL that shows a lake in DuckDB or Spark.")
@click.option(
    "--dialect",
    type=click.Choice(["duckdb", "spark"]),
    default="duckdb",
    show_default=True,
    help="duckdb: views over the files of the last commit. spark: views over the catalog's tables, which stay valid.",
)
@with_settings(*WAREHOUSE_OPTIONS)
def views(config: Path | None, dialect: str, **flags: Any) -> None:  # noqa: ANN401 - what the options declare
    """Print SQL that makes the lake's tables and views in another engine.

    For DuckDB over the files of the last commit, so print it again after a sync. For Spark in the lake's catalog, over
    its tables: the views stay valid; run the script again to renew what it stores, and after an upgrade.

    \b
    Examples:
      encord-sync lake views --warehouse iceberg:///lake > lake.sql && duckdb -init lake.sql
      encord-sync lake views --warehouse iceberg://team/encord --dialect spark > lake.sql && spark-sql -f lake.sql
    """
    from connector.runs.lake_upkeep import script_for_duckdb, script_for_spark

    script = script_for_spark if dialect == "spark" else script_for_duckdb
    print_lines(script(settings_of(config, flags)), sys.stdout)
