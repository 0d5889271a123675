"""The command `encord-sync`: the groups of its commands, and the boundary where every failure becomes one message.

Each command is in the module named after it, and imports what it needs when it runs, so that help stays quick.
"""

import io
import logging
import sys

import click

from connector import __version__
from connector.commands.check import check
from connector.commands.demo import demo
from connector.commands.export.export_coco import export_coco
from connector.commands.export.export_frames import export_frames
from connector.commands.export.export_json import export_json
from connector.commands.lake import lake
from connector.commands.load import load
from connector.commands.mark import mark
from connector.commands.migrate import migrate
from connector.commands.options import require_text
from connector.commands.plan import plan
from connector.commands.prune import prune
from connector.commands.publish import publish
from connector.commands.report_page import report_page
from connector.commands.status import status
from connector.commands.sync import sync
from connector.commands.verify import verify
from connector.credentials import without_credentials
from connector.errors import ConnectorError, ErrorKind, ExitCode
from connector.runs.printing import print_line, print_lines, print_traceback


class _Commands(click.Group):
    """The commands; an interrupted one ends with an exit code of its own, and not with click's "Aborted!" and 1."""

    def invoke(self, ctx: click.Context) -> object:
        """Run the command that was asked for."""
        try:
            return super().invoke(ctx)
        except click.UsageError as error:
            # It quotes the argument that it does not understand, which may be a warehouse's URL without its option.
            raise click.UsageError(without_credentials(error.format_message()), error.ctx) from None
        except KeyboardInterrupt:
            print_line("encord-sync: interrupted; the transaction in flight was rolled back.", sys.stderr)
            raise SystemExit(ExitCode.INTERRUPTED) from None


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110})
@click.version_option(__version__, prog_name="encord-sync")
def application() -> None:
    """Sync Encord labels, all branches, into SQL tables and views; fetch only what changed.

    \b
    Try it:        encord-sync demo
    Your project:  encord-sync check --ssh-key-file KEY --project HASH
                   encord-sync sync --ssh-key-file KEY --project HASH

    Every option of sync can also stand in a TOML file (--config) or in the environment (ENCORD_SYNC_…); a flag wins
    over the environment, the environment over the file.
    """


@click.group(short_help="Write labels to files, from the warehouse alone.")
def export() -> None:
    """Write labels to files, from the warehouse alone: no key is needed, and Encord is not asked."""


for command in (export_coco, export_frames, export_json):
    export.add_command(command)
for command in (
    sync,
    check,
    status,
    verify,
    plan,
    publish,
    report_page,
    migrate,
    mark,
    prune,
    demo,
    export,
    load,
    lake,
):
    application.add_command(command)


def main() -> None:
    """Run the command; every failure ends in one message and its exit code."""
    is_debugged = "--debug" in sys.argv
    # Libraries' own lines, such as psycopg's about a lost connection, are for --debug; our messages say what they mean.
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
