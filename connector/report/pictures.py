"""The pictures under contested frames, out of a folder of videos and images; what is missing is told by data unit."""

import base64
from collections.abc import Sequence
from itertools import groupby
from typing import NamedTuple

from connector.errors import ConnectorError
from connector.export.frames.decoding import require_frames_extra
from connector.export.frames.media_folder import MediaFolder
from connector.export.frames.small_picture import small_jpeg
from connector.load.questions.frame_files import FrameFile, frame_file
from connector.report.asking import Asking
from connector.report.contested import ContestedFrame
from connector.report.overlay import shown_part
from connector.report.shown import listed
from connector.runs.report import Report

_BEFORE = "data:image/jpeg;base64,"


class WantedPicture(NamedTuple):
    """A picture to look for.

    Attributes:
        place: the place of its frame in the list of contested frames.
        file: what shows the frame.
        part: left, top, right and bottom of what the page shows, as shares of the frame.
    """

    place: int
    file: FrameFile
    part: tuple[float, float, float, float]


def wanted_pictures(ask: Asking, frames: Sequence[ContestedFrame]) -> list[WantedPicture]:
    """What to look for in the folder, so that the warehouse can be closed before any video is decoded."""
    wanted = []
    for place, frame in enumerate(frames):
        if frame.size is not None:
            width, height = frame.size
            left, top, right, bottom = shown_part(frame.shapes, frame.size)
            part = (left / width, top / height, right / width, bottom / height)
            file = frame_file(ask.session, ask.project_hash, *frame.place, frame.size)
            wanted.append(WantedPicture(place, file, part))
    return wanted


def pictures(
    wanted: Sequence[WantedPicture], shared_names: set[str], files: MediaFolder, room: int, report: Report
) -> dict[int, str]:
    """Data URIs by the place of their frame in the list of contested frames.

    Args:
        wanted: what to look for.
        shared_names: titles that do not say which file is meant.
        files: the videos and images.
        room: how many characters all of them may have together.
        report: hears of each data unit without a picture.
    """
    try:
        require_frames_extra()
    except ConnectorError as error:
        units = {each.file.video.data_hash: each.file.video.data_title for each in wanted}
        if units:
            _tell(report, listed(units.values()), str(error), *units)
        return {}
    found: dict[int, str] = {}
    waiting = len(wanted)
    for _, group in groupby(sorted(wanted, key=_of_file), key=lambda each: _of_file(each)[:-1]):
        of_file = {each.file.frame: each for each in group}
        [first, *_] = of_file.values()
        named = f"{first.file.video.data_title} ({first.file.video.data_hash})"
        try:
            for number, image in files.pictures([each.file for each in of_file.values()], shared_names):
                each = of_file[number]
                share = max(0, room // waiting - len(_BEFORE))
                jpeg = small_jpeg(image, each.part, share // 4 * 3)
                waiting -= 1
                if jpeg is None:
                    _tell(report, named, f"the page has no room for frame {number:,}.", first.file.video.data_hash)
                    continue
                found[each.place] = _BEFORE + base64.b64encode(jpeg).decode()
                room -= len(found[each.place])
        except ConnectorError as error:
            _tell(report, named, error.message, first.file.video.data_hash)
    return found


def _of_file(wanted: WantedPicture) -> tuple[str, str, int, int]:
    """Sorts by file, and then by frame: each image has a file of its own, a video has one for all its frames."""
    file = wanted.file
    return file.video.data_hash, file.video.space_id, file.frame if file.kind == "image" else 0, file.frame


def _tell(report: Report, named: str, why: str, *data_hashes: str) -> None:
    report.event(
        "picture_missing",
        f"The page has no picture of {named}: {why}",
        level="warning",
        data_hashes=list(data_hashes),
    )
