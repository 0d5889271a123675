"""What `export frames` is asked for, and which video of the warehouse it means."""

import difflib
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from connector.errors import ConnectorError, ErrorKind
from connector.load.contract.session import Session
from connector.load.questions.frame_labels import LabelledVideo, video_titles, videos_of_data_hash, videos_of_title

ImageFormat = Literal["png", "jpg"]


@dataclass(frozen=True, slots=True)
class FramesWanted:
    """What to save.

    Attributes:
        video: the local file.
        out: the folder to save to; created if it is missing.
        where: SQL condition over the columns of label_on_frame that selects frames and labels.
        branch: a branch's name, or `all`.
        title: the data unit's title, if it is not the file's name.
        data_hash: the data unit, if its title is not unique.
        project_hash: the project, if several have that data unit.
        draw: whether to draw the labels on the images.
        accept_frame_count: whether to accept a file with another number of frames than Encord counts.
        ignore_edit_list: whether to count frames that the file's edit list cuts off.
        as_of: the moment whose labels are wanted: a time, or the name of a mark; None for the present.
    """

    video: Path
    out: Path
    where: str = "TRUE"
    branch: str = "main"
    title: str | None = None
    data_hash: str | None = None
    project_hash: str | None = None
    draw: bool = False
    image_format: ImageFormat = "png"
    accept_frame_count: bool = False
    ignore_edit_list: bool = False
    as_of: str | None = None


def chosen_video(session: Session, wanted: FramesWanted) -> LabelledVideo:
    """The one video of the warehouse to export.

    Raises:
        ConnectorError: CONFIGURATION, if there is none, or if there are several, which it names.
    """
    title = wanted.title or wanted.video.name
    if wanted.data_hash:
        what, found = f"the id {wanted.data_hash}", videos_of_data_hash(session, wanted.data_hash)
        if wanted.title:
            found = [video for video in found if video.data_title == wanted.title]
    else:
        what, found = f"the title {title}", videos_of_title(session, title)
    if wanted.project_hash:
        found = [video for video in found if video.project_hash == wanted.project_hash]
    if len(found) == 1:
        return found[0]
    if not found:
        close = difflib.get_close_matches(title, video_titles(session), n=3)
        hint = f" Did you mean {', '.join(close)}?" if close else ""
        raise ConnectorError(
            ErrorKind.CONFIGURATION,
            f"The warehouse has no video of {what}{' in that project' if wanted.project_hash else ''}.{hint}",
            remedy="Give its title in Encord as --title, or its id as --data-hash.",
        )
    places = "; ".join(f"--project {video.project_hash} --data-hash {video.data_hash}" for video in found[:5])
    raise ConnectorError(
        ErrorKind.CONFIGURATION,
        f"The warehouse has {len(found)} videos of {what}: {places}{' …' if len(found) > 5 else ''}.",
        remedy="Name the one that is meant; of a data group's parts give --title the part's file name.",
    )
