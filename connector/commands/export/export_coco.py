"""`encord-sync export coco`: one branch of a project, or its consensus, as a COCO file."""

from pathlib import Path
from typing import Any

import click

from connector.commands.exit_codes import EXIT_CODES
from connector.commands.options import (
    OUTPUT_OPTIONS,
    WAREHOUSE_OPTIONS,
    as_of_option,
    report_for,
    settings_of,
    with_settings,
)


@click.command("coco", epilog=EXIT_CODES, short_help="Write the labels of a branch, or the consensus, as COCO.")
@click.option("--project", metavar="HASH", help="The project, where the warehouse has several.")
@click.option("--branch", default="main", show_default=True, metavar="NAME", help="The branch.")
@click.option(
    "--consensus",
    is_flag=True,
    help="Instead of a branch: main where consensus was reached, else what most annotators drew.",
)
@click.option(
    "--where",
    default="TRUE",
    metavar="SQL",
    help="Condition over the columns of view current_label_row: which label rows count. Default: all.",
)
@click.option(
    "--out",
    type=click.Path(path_type=Path, dir_okay=False),
    default=Path("coco.json"),
    show_default=True,
    help="File to write; - for standard output.",
)
@click.option(
    "--image-format",
    type=click.Choice(["jpg", "png"]),
    default="jpg",
    show_default=True,
    help="Ending of the file names of video frames, as `export frames --format` writes them.",
)
@click.option(
    "--never-crowd", is_flag=True, help="Mark bitmasks and polygons with holes iscrowd 0; the SDK marks them 1."
)
@as_of_option
@with_settings(*WAREHOUSE_OPTIONS, *OUTPUT_OPTIONS)
def export_coco(
    config: Path | None,
    project: str | None,
    branch: str,
    consensus: bool,
    where: str,
    out: Path,
    image_format: str,
    never_crowd: bool,
    as_of: str | None,
    **flags: Any,  # noqa: ANN401 - click hands over what the options declare
) -> None:
    """Write the labels of one branch, or the consensus, as a COCO file.

    The same images, annotations and categories as the Encord SDK's COCO export, from the warehouse alone;
    docs/export-coco.md lists what differs, and why. Label rows that nobody has opened are left out.

    \b
    Examples:
      encord-sync export coco --out coco.json --warehouse duckdb:///labels.duckdb
      encord-sync export coco --where "workflow_stage_title = 'Complete'"
      encord-sync export coco --out coco.json --consensus --never-crowd
    """
    from connector.export.coco.chosen_label_rows import CocoWanted
    from connector.export.coco.written_file import STANDARD_OUTPUT, write_coco
    from connector.process.interruption import interruption_on_signals

    settings = settings_of(config, flags)
    report = report_for(settings, is_output_taken=out == STANDARD_OUTPUT)
    wanted = CocoWanted(
        project_hash=project,
        branch=None if consensus else branch,
        where=where,
        image_format=image_format,
        never_crowd=never_crowd,
        as_of=as_of,
    )
    try:
        with interruption_on_signals() as interruption:
            write_coco(settings.warehouse, settings.db_schema, wanted, out, report, interruption)
    finally:
        report.close()
