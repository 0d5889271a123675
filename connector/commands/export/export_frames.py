"""`encord-sync export frames`: the labelled frames of a local video as images, with a manifest."""

from pathlib import Path
from typing import Any, Literal

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


@click.command("frames", epilog=EXIT_CODES, short_help="Save the labelled frames of a local video as images.")
@click.option(
    "--video", type=click.Path(path_type=Path), required=True, help="The video file, as it was uploaded to Encord."
)
@click.option("--out", type=click.Path(path_type=Path), required=True, help="Folder to save to; made if it is missing.")
@click.option(
    "--where",
    default="TRUE",
    metavar="SQL",
    help="Condition over the columns of view label_on_frame: which labels count. Default: all.",
)
@click.option("--branch", default="main", show_default=True, metavar="NAME", help="Branch of the labels; all for all.")
@click.option("--title", metavar="TEXT", help="The video's title in Encord. Default: the file's name.")
@click.option("--data-hash", metavar="HASH", help="The video's id in Encord, where its title is not its own.")
@click.option("--project", metavar="HASH", help="The project, where several have that video.")
@click.option("--draw", is_flag=True, help="Draw the labels on the images.")
@click.option(
    "--format",
    "image_format",
    type=click.Choice(["png", "jpg"]),
    default="png",
    show_default=True,
    help="png loses nothing; jpg (quality 95) takes a fifth of the room.",
)
@click.option(
    "--accept-frame-count", is_flag=True, help="Take a file with another number of frames than Encord counts."
)
@click.option(
    "--ignore-edit-list", is_flag=True, help="Count also the frames that the file's edit list cuts off (MP4, MOV)."
)
@as_of_option
@with_settings(*WAREHOUSE_OPTIONS, *OUTPUT_OPTIONS)
def export_frames(
    config: Path | None,
    video: Path,
    out: Path,
    where: str,
    branch: str,
    title: str | None,
    data_hash: str | None,
    project: str | None,
    draw: bool,
    image_format: Literal["png", "jpg"],
    accept_frame_count: bool,
    ignore_edit_list: bool,
    as_of: str | None,
    **flags: Any,  # noqa: ANN401 - click hands over what the options declare
) -> None:
    """Save exactly those frames of a local video that hold labels, as images, and a manifest of them.

    The frame number is the index of the decoded frame, so variable frame rates are right. A file with another number of
    frames than Encord counts is refused: it is not the file that was labelled. One pass over the file; labels are read
    first, and then the warehouse is closed. Needs pip install "encord-sync[frames]".

    \b
    Examples:
      encord-sync export frames --video barn.mp4 --out frames
      encord-sync export frames --video barn.mp4 --out frames --draw \\
        --where "object_name = 'Cow' AND frame < 500"
      encord-sync export frames --video barn.mp4 --out frames --format jpg \\
        --where "frame IN (10, 20, 30, 40)"
    """
    from connector.export.frames.chosen_video import FramesWanted
    from connector.export.frames.saved_frames import save_frames
    from connector.process.interruption import interruption_on_signals

    settings = settings_of(config, flags)
    report = report_for(settings)
    wanted = FramesWanted(
        video=video,
        out=out,
        where=where,
        branch=branch,
        title=title,
        data_hash=data_hash,
        project_hash=project,
        draw=draw,
        image_format=image_format,
        accept_frame_count=accept_frame_count,
        ignore_edit_list=ignore_edit_list,
        as_of=as_of,
    )
    try:
        with interruption_on_signals() as interruption:
            saved = save_frames(settings.warehouse, settings.db_schema, wanted, report, interruption)
    finally:
        report.close()
    report.event(
        "frames_saved",
        f"Saved {saved.images:,} frames with {saved.labels:,} labels; {saved.manifest} says what is on each.",
        images=saved.images,
        labels=saved.labels,
        damaged=saved.damaged,
        manifest=str(saved.manifest),
    )
