"""`encord-sync report`: one HTML page about a project, from the warehouse alone."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

from connector.commands.exit_codes import EXIT_CODES
from connector.commands.options import OUTPUT_OPTIONS, WAREHOUSE_OPTIONS, report_for, settings_of, with_settings


@click.command("report", epilog=EXIT_CODES, short_help="Write one HTML page about a project's labels and work.")
@click.option("--project", metavar="HASH", help="The project, where the warehouse has several.")
@click.option(
    "--out",
    type=click.Path(path_type=Path, dir_okay=False),
    default=Path("report.html"),
    show_default=True,
    help="File to write.",
)
@click.option(
    "--units",
    type=click.IntRange(min=1),
    default=200,
    show_default=True,
    help="Data units in consensus to compare: the last edited ones.",
)
@click.option(
    "--since",
    type=click.DateTime(["%Y-%m-%d"]),
    metavar="DATE",
    help="First day of the changes to show, in UTC. Default: 30 days ago.",
)
@click.option("--anonymous", is_flag=True, help="Letters for people, and numbers for titles.")
@click.option(
    "--video-dir",
    type=click.Path(path_type=Path, file_okay=False),
    metavar="FOLDER",
    help="Folder of the videos and images, for a picture under the most contested frames.",
)
@with_settings(*WAREHOUSE_OPTIONS, *OUTPUT_OPTIONS)
def report_page(
    config: Path | None,
    project: str | None,
    out: Path,
    units: int,
    since: datetime | None,
    anonymous: bool,
    video_dir: Path | None,
    **flags: Any,  # noqa: ANN401 - click hands over what the options declare
) -> None:
    """Write one HTML page about a project: progress, throughput, labels, changes, agreement of annotators.

    From the warehouse alone; Encord is not asked. The page needs no network and no script: mail it, print it, keep it.
    docs/report.md says what it shows.

    \b
    Examples:
      encord-sync report --warehouse duckdb:///labels.duckdb --out report.html
      encord-sync report --anonymous --out for-everybody.html
      encord-sync report --video-dir videos
    """
    from connector.report.page import PageWanted, write_page

    wanted = PageWanted(project, since and since.replace(tzinfo=UTC), units, anonymous, video_dir)
    settings = settings_of(config, flags)
    report = report_for(settings)
    try:
        write_page(settings.warehouse, settings.db_schema, wanted, out, report)
    finally:
        report.close()
