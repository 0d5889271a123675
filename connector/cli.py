"""The command `encord-sync`: parse, call, print. A command imports what it needs when it runs: help stays quick."""

import os
import sys
import traceback
from pathlib import Path
from typing import Any, Literal

import click

from connector import __version__
from connector.commands.options import (
    KEY_OPTIONS,
    OUTPUT_OPTIONS,
    PROJECT_OPTIONS,
    SYNC_OPTIONS,
    WAREHOUSE_OPTIONS,
    given,
    report_for,
    with_settings,
)
from connector.config import Settings, load_settings
from connector.errors import ConnectorError, ErrorKind, ExitCode

_EXIT_CODES = """\b
Exit codes:
   0  all well
   2  configuration: an option, the key file or the configuration file
   3  authentication or permission
   4  Encord cannot be reached
   5  the warehouse's schema is older or newer than this release
   6  the warehouse cannot be opened or written
   7  finished, but some label rows failed (encord-sync status names them)
   8  another process holds the warehouse
  75  stopped by a signal after a clean commit
"""


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110})
@click.version_option(__version__, prog_name="encord-sync")
def application() -> None:
    """Sync Encord labels, all branches, into SQL tables and views; fetch only what changed.

    \b
    Try it:        encord-sync demo
    Your project:  encord-sync check --ssh-key-file KEY --project HASH
                   encord-sync sync  --ssh-key-file KEY --project HASH --warehouse duckdb:///labels.duckdb

    Every option can also stand in a TOML file (--config) or in the environment (ENCORD_SYNC_…); a flag wins over the
    environment, the environment over the file.
    """


def _settings(config: Path | None, flags: dict[str, Any]) -> Settings:
    return load_settings(given(flags), os.environ, config)


@application.command(epilog=_EXIT_CODES, short_help="Bring the warehouse up to what Encord holds now.")
@with_settings(*SYNC_OPTIONS)
def sync(config: Path | None, **flags: Any) -> None:  # noqa: ANN401 - click hands over what the options declare
    """Bring the warehouse up to what Encord holds now.

    Lists every label row of each project, on all branches; fetches only those that changed since the last run; replaces
    their rows, a bundle at a time, in one transaction each; marks what is gone as deleted; and prints a receipt.
    Nothing is ever written to Encord. Creates the warehouse on first use. Safe to kill and to run again.

    \b
    Examples:
      encord-sync sync --ssh-key-file ~/.ssh/encord --project 0a1b… --warehouse duckdb:///labels.duckdb
      encord-sync sync --config /etc/encord-sync.toml --all-projects --quiet
    """
    from connector.interruption import interruption_on_signals
    from connector.run import run_sync

    settings = _settings(config, flags)
    report = report_for(settings)
    try:
        with interruption_on_signals() as interruption:
            run = run_sync(settings, report, interruption)
    finally:
        report.close()
    raise SystemExit(run.exit_code)


@application.command(epilog=_EXIT_CODES, short_help="Check key, projects, versions and warehouse.")
@with_settings(*KEY_OPTIONS, *PROJECT_OPTIONS, *WAREHOUSE_OPTIONS, *OUTPUT_OPTIONS)
def check(config: Path | None, **flags: Any) -> None:  # noqa: ANN401 - click hands over what the options declare
    """Check key, region, projects, versions and warehouse; one line each, with the way to mend what is wrong.

    Reads from Encord and from the warehouse, writes to neither.
    """
    from connector.commands.check import run_checks

    raise SystemExit(run_checks(_settings(config, flags)))


@application.command(epilog=_EXIT_CODES, short_help="Show what the warehouse holds.")
@with_settings(*WAREHOUSE_OPTIONS, *OUTPUT_OPTIONS)
def status(config: Path | None, **flags: Any) -> None:  # noqa: ANN401 - click hands over what the options declare
    """Show what the warehouse holds: last run, freshness, rows and failures of each project.

    Reads the warehouse only; Encord is not asked. With --log-format json one JSON object a project.
    """
    from connector.commands.status import print_status

    print_status(_settings(config, flags))


@application.command(epilog=_EXIT_CODES, short_help="Bring an older warehouse up to this release.")
@with_settings(*WAREHOUSE_OPTIONS, *OUTPUT_OPTIONS)
def migrate(config: Path | None, **flags: Any) -> None:  # noqa: ANN401 - click hands over what the options declare
    """Bring the tables and views of an existing warehouse up to this release. Rows stay.

    A warehouse that does not exist yet is created, empty. Running it again changes nothing.
    """
    from connector.load import open_warehouse
    from connector.views import install

    settings = _settings(config, flags)
    warehouse = open_warehouse(settings.warehouse, settings.db_schema, migrate=True)
    try:
        with warehouse.connection() as connection:
            install(connection)
        click.echo(f"{settings.shown_warehouse} is at revision {warehouse.schema_version}.")
    finally:
        warehouse.close()


@application.command(short_help="Watch the main job on a sample project; needs no key.")
@click.option(
    "--size",
    type=click.Choice(["small", "medium", "large"]),
    default="small",
    show_default=True,
    help="About 5,000, 50,000 or 300,000 annotations.",
)
@click.option("--seed", type=int, default=7, show_default=True, help="Another seed, another project.")
@click.option(
    "--file",
    "path",
    type=click.Path(path_type=Path, dir_okay=False),
    default=Path("demo.duckdb"),
    show_default=True,
    help="DuckDB file to write; an earlier demo's file is replaced.",
)
def demo(size: Literal["small", "medium", "large"], seed: int, path: Path) -> None:
    """Watch the main job: sync a sample project from a built-in Encord server, edit labels, sync again, ask in SQL.

    Needs no key and no network: the server runs on this machine's loopback address for as long as the demo does. The
    real Encord SDK talks to it.
    """
    from connector.commands.demo import run_demo

    run_demo(size, seed, path)


def main() -> None:
    """Run the command; every failure ends in one message and its exit code."""
    debug = "--debug" in sys.argv
    try:
        application(standalone_mode=True)
    except ConnectorError as error:
        if debug:
            traceback.print_exc()
        else:
            click.echo(f"encord-sync: {error}", err=True)
        raise SystemExit(error.kind.exit_code) from None
    except KeyboardInterrupt:
        click.echo("encord-sync: broken off; the transaction in flight was rolled back.", err=True)
        raise SystemExit(ExitCode.INTERRUPTED) from None
    except Exception as error:  # noqa: BLE001 - the boundary: an unforeseen error must print no label text and no key
        if debug:
            traceback.print_exc()
        else:
            click.echo(
                f"encord-sync: internal error ({type(error).__name__}). "
                "Run again with --debug for the traceback, and report it.",
                err=True,
            )
        raise SystemExit(ErrorKind.INTERNAL.exit_code) from None
