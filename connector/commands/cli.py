"""The command `encord-sync`: parse, call, print. A command imports what it needs when it runs: help stays quick."""

import io
import logging
import os
import sys
from pathlib import Path
from typing import Any, Literal

import click

from connector import __version__
from connector.commands.exit_codes import EXIT_CODES
from connector.commands.export import export
from connector.commands.load import load
from connector.commands.options import (
    FETCH_OPTIONS,
    KEY_OPTIONS,
    OUTPUT_OPTIONS,
    PROJECT_OPTIONS,
    PUBLISH_OPTIONS,
    SYNC_OPTIONS,
    WAIT_OPTIONS,
    WAREHOUSE_OPTIONS,
    given,
    report_for,
    require_text,
    with_settings,
)
from connector.config import Settings, load_settings
from connector.credentials import without_credentials
from connector.errors import ConnectorError, ErrorKind, ExitCode
from connector.runs.printing import print_line, print_lines, print_traceback

_NOT_WELL = "the last run, or the last run of a project, did not succeed"
_DIFFERS = "the warehouse differs from Encord, or something could not be compared"


class _Commands(click.Group):
    """The commands; one that is broken off ends with its own exit code, where click says "Aborted!" and 1."""

    def invoke(self, ctx: click.Context) -> object:
        """Run the command that was asked for."""
        try:
            return super().invoke(ctx)
        except click.UsageError as error:
            # It quotes what it does not understand: an argument, which may be a warehouse's URL without its option.
            raise click.UsageError(without_credentials(error.format_message()), error.ctx) from None
        except KeyboardInterrupt:
            print_line("encord-sync: broken off; the transaction in flight was rolled back.", sys.stderr)
            raise SystemExit(ExitCode.INTERRUPTED) from None


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110})
@click.version_option(__version__, prog_name="encord-sync")
def application() -> None:
    """Sync Encord labels, all branches, into SQL tables and views; fetch only what changed.

    \b
    Try it:        encord-sync demo
    Your project:  encord-sync check --ssh-key-file KEY --project HASH
                   encord-sync sync --ssh-key-file KEY --project HASH

    Every option can also stand in a TOML file (--config) or in the environment (ENCORD_SYNC_…); a flag wins over the
    environment, the environment over the file.
    """


def _settings(config: Path | None, flags: dict[str, Any]) -> Settings:
    return load_settings(given(flags), os.environ, config)


@application.command(epilog=EXIT_CODES, short_help="Bring the warehouse up to what Encord holds now.")
@with_settings(*SYNC_OPTIONS)
def sync(config: Path | None, **flags: Any) -> None:  # noqa: ANN401 - click hands over what the options declare
    """Bring the warehouse up to what Encord holds now.

    Lists every label row of each project, on all branches; fetches only those that changed since the last run; replaces
    their rows, a bundle at a time, in one transaction each; marks what is gone as deleted; and prints a receipt.
    Nothing is ever written to Encord. Creates the warehouse on first use. Safe to kill and to run again.

    One sync a warehouse (on PostgreSQL: a warehouse and project) at a time: a second one waits for --wait SECONDS, or
    ends with exit code 8 and says who is at it. With --publish, readers get a copy of each run that succeeded, and are
    never locked out.

    \b
    Examples:
      encord-sync sync --ssh-key-file ~/.ssh/encord --project 0a1b…
      encord-sync sync --config /etc/encord-sync.toml --all-projects --quiet
      encord-sync sync --config /etc/encord-sync.toml --wait 600 \\
        --publish /srv/labels/labels.duckdb --publish-keep 2
    """
    from connector.process.interruption import interruption_on_signals
    from connector.sync.run import run_sync

    settings = _settings(config, flags)
    report = report_for(settings)
    try:
        with interruption_on_signals() as interruption:
            run = run_sync(settings, report, interruption)
    finally:
        report.close()
    raise SystemExit(run.exit_code)


@application.command(epilog=EXIT_CODES, short_help="Check key, projects, versions and warehouse.")
@with_settings(*KEY_OPTIONS, *PROJECT_OPTIONS, *WAREHOUSE_OPTIONS, *OUTPUT_OPTIONS)
def check(config: Path | None, **flags: Any) -> None:  # noqa: ANN401 - click hands over what the options declare
    """Check key, region, projects, versions and warehouse; one line each, with the way to mend what is wrong.

    Reads from Encord and from the warehouse, writes to neither.
    """
    from connector.commands.check import run_checks

    raise SystemExit(run_checks(_settings(config, flags)))


@application.command(
    epilog=EXIT_CODES.replace("finished, but some label rows failed (encord-sync status names them)", _DIFFERS),
    short_help="Compare the warehouse with what Encord holds.",
)
@click.option("--sample", type=click.IntRange(min=1), metavar="N", help="Compare the labels of N label rows a project.")
@click.option("--all", "is_all", is_flag=True, help="Compare the labels of every label row; the default.")
@click.option("--seed", type=int, metavar="N", help="With --sample: the same seed chooses the same label rows again.")
@with_settings(*KEY_OPTIONS, *PROJECT_OPTIONS, *WAREHOUSE_OPTIONS, *FETCH_OPTIONS, *WAIT_OPTIONS, *OUTPUT_OPTIONS)
def verify(
    config: Path | None,
    sample: int | None,
    is_all: bool,
    seed: int | None,
    **flags: Any,  # noqa: ANN401 - click hands over what the options declare
) -> None:
    """Compare the warehouse with what Encord holds now, and name every difference. Writes to neither.

    Lists each project again and compares what the listing, the project and its ontology say. Fetches the labels again,
    makes their rows in memory, and compares them with the warehouse, table by table: a row too many, a row too few, a
    single number that is another one. Also finds rows that belong to no label row.

    A label row that was edited in Encord since the last sync is told as "not synced yet": it is no difference. Other
    facts of the listing (stage, priority, title, …) carry no time stamp in Encord, so run it after a sync. It downloads
    as much as a first sync; on a big project look at a sample, another one each time.

    The warehouse is opened read-only and must not be synced meanwhile (a DuckDB file cannot be). Text is not printed,
    only how long it is, because it may be a label's; --verbose prints it. With --log-format json there is one line a
    difference: kind (changed, missing, surplus, doubled), table, label_hash, key, column, encord, warehouse.

    \b
    Examples:
      encord-sync verify --config /etc/encord-sync.toml --sample 200
      encord-sync verify --ssh-key-file ~/.ssh/encord --project 0a1b… --verbose
    """
    from connector.commands.verify import run_verify, sample_of
    from connector.process.interruption import interruption_on_signals

    settings = _settings(config, flags)
    chosen = sample_of(sample, seed, is_all=is_all)
    report = report_for(settings)
    try:
        with interruption_on_signals() as interruption:
            exit_code = run_verify(settings, chosen, report, interruption)
    finally:
        report.close()
    raise SystemExit(exit_code)


@application.command(
    epilog=EXIT_CODES.replace("finished, but some label rows failed (encord-sync status names them)", _NOT_WELL),
    short_help="Show what the warehouse holds.",
)
@with_settings(*WAREHOUSE_OPTIONS, *OUTPUT_OPTIONS)
def status(config: Path | None, **flags: Any) -> None:  # noqa: ANN401 - click hands over what the options declare
    """Show what the warehouse holds: last run, freshness, rows and failures of each project.

    Reads the warehouse only; Encord is not asked. With --log-format json one JSON object a project. Ends with exit code
    7 if the last run, or the last run of a project, did not succeed: a monitor need not read what it prints.
    """
    from connector.commands.status import print_status

    raise SystemExit(print_status(_settings(config, flags)))


@application.command(epilog=EXIT_CODES, short_help="Give readers a copy of the last run.")
@with_settings(*WAREHOUSE_OPTIONS, *PUBLISH_OPTIONS, *WAIT_OPTIONS, *OUTPUT_OPTIONS)
def publish(config: Path | None, **flags: Any) -> None:  # noqa: ANN401 - click hands over what the options declare
    """Give readers a copy of what the last run left, if that run succeeded. `sync --publish` does it by itself.

    A DuckDB file can be opened by nobody else while a sync writes to it, and not be synced while somebody has it open.
    A published copy is free of that: it is compact, read-only, opens in DuckDB 1.2.2 and newer, and is replaced in one
    step. Who has the earlier copy open keeps it; table publication says which run a copy holds.

    PATH is a DuckDB file, or a folder for one of the warehouse's name. --publish-format parquet writes a folder
    labels-parquet beside labels.duckdb: a folder a run with one Parquet file a table and a manifest.json, and a link
    `current` to the newest.

    \b
    Examples:
      encord-sync publish --publish /srv/labels/labels.duckdb
      encord-sync publish --config /etc/encord-sync.toml --publish-format parquet
    """
    from connector.process.interruption import Interruption
    from connector.runs.publishing import run_publish

    settings = _settings(config, flags)
    run_publish(settings, report_for(settings), Interruption())


@application.command(epilog=EXIT_CODES, short_help="Bring an older warehouse up to this release.")
@with_settings(*WAREHOUSE_OPTIONS, *WAIT_OPTIONS, *OUTPUT_OPTIONS)
def migrate(config: Path | None, **flags: Any) -> None:  # noqa: ANN401 - click hands over what the options declare
    """Bring the tables and views of an existing warehouse up to this release. Rows stay.

    A warehouse that does not exist yet is created, empty. Running it again changes nothing. Matched objects of
    consensus are brought in step with this release's rules, and with thresholds that you edited (table
    consensus_threshold), as the next sync would.
    """
    from connector.load.locks.lock_holder import LockHolder
    from connector.process.interruption import Interruption
    from connector.runs.held_warehouse import holding_warehouse, matches_by_new_rules, opened_warehouse

    settings = _settings(config, flags).model_copy(update={"migrate": True})
    holder = LockHolder.this_process("migrate")
    with holding_warehouse(settings, holder, report_for(settings), Interruption()) as (locks, patience):
        warehouse = opened_warehouse(settings, locks, patience)
        try:
            refreshed = matches_by_new_rules(warehouse, locks, patience)
        finally:
            warehouse.close()
    print_line(f"{settings.shown_warehouse} is at revision {warehouse.schema_version}.")
    if refreshed:
        print_line(f"Objects of consensus were matched anew, projects: {refreshed}.")


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


application.add_command(export)
application.add_command(load)


def main() -> None:
    """Run the command; every failure ends in one message and its exit code."""
    is_debugged = "--debug" in sys.argv
    # Lines of libraries' own, such as psycopg's of a cut connection, are for --debug; what they mean, a message says.
    logging.lastResort = logging.NullHandler()
    try:
        require_text(sys.argv[1:])
        raise SystemExit(application(standalone_mode=False))
    except click.ClickException as error:
        message = io.StringIO()
        error.show(message)
        print_lines(message.getvalue(), sys.stderr)
        raise SystemExit(error.exit_code) from None
    except click.Abort:
        raise SystemExit(ExitCode.INTERRUPTED) from None
    except ConnectorError as error:
        if is_debugged:
            print_traceback()
        else:
            print_line(f"encord-sync: {error}", sys.stderr)
        raise SystemExit(error.kind.exit_code) from None
    except Exception as error:  # noqa: BLE001 - the boundary: an unforeseen error must print no label text and no key
        if is_debugged:
            print_traceback()
        else:
            print_line(
                f"encord-sync: internal error ({type(error).__name__}). "
                "Run again with --debug for the traceback, and report it.",
                sys.stderr,
            )
        raise SystemExit(ErrorKind.INTERNAL.exit_code) from None
