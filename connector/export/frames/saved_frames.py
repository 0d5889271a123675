"""`export frames`: the labelled frames of a local video as images, and a manifest that says what is on each.

    OUT/videos/<data_hash>/<frame>.png      (with jpg, these are the file names of `export coco`)
    OUT/videos/<data_hash>/manifest.jsonl   one line per image: its frame, time, file, data unit and labels

First it reads the labels, in one transaction, into a file next to the images, and then closes the warehouse, because
decoding a long video must not keep a sync waiting.
"""

import tempfile
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

import orjson

from connector.errors import ConnectorError, ErrorKind
from connector.export.frames.chosen_video import FramesWanted, ImageFormat, chosen_video
from connector.export.frames.decoding import DecodedFrame, VideoFile, require_frames_extra
from connector.export.frames.drawing import Canvas
from connector.export.frames.fitting_file import has_other_aspect, other_frame_count
from connector.export.frames.manifest import Manifest
from connector.export.out_folder import folder_within
from connector.export.whole_file import whole_file
from connector.load.contract.session import Session
from connector.load.questions.frame_labels import (
    Label,
    LabelledVideo,
    labelled_frames,
    labels_of_frames,
)
from connector.load.questions.reading import open_for_reading
from connector.load.questions.user_condition import checked_condition
from connector.process.interruption import Interruption
from connector.runs.report import Report

_SAVE_OPTIONS: dict[ImageFormat, dict[str, Any]] = {
    # PNG's own default takes far longer and saves little space.
    "png": {"format": "PNG", "compress_level": 3},
    "jpg": {"format": "JPEG", "quality": 95, "subsampling": 0},
}


@dataclass(frozen=True, slots=True)
class FramesSaved:
    """What was saved: the manifest's path, images, labels on them, and images that the decoder calls damaged."""

    manifest: Path
    images: int
    labels: int
    damaged: int


def save_frames(
    warehouse: str, schema: str | None, wanted: FramesWanted, report: Report, interruption: Interruption
) -> FramesSaved:
    """Save the labelled frames of a video. Images with the same names are replaced.

    Args:
        warehouse: its URL; opened read-only, and closed before the video is decoded.
        schema: the schema of its tables, if not the default one.
        wanted: what to save.
        report: where warnings go.
        interruption: checked after each image.

    Raises:
        ConnectorError: CONFIGURATION, if the extra is not installed, the file is not a video or not the one that was
            labelled, the condition cannot be used, or a link leads out of the folder; SOURCE_CONTENT, if the video's id
            cannot be the name of a folder; WAREHOUSE, if the labels cannot be read. Then no manifest is written.
    """
    require_frames_extra()
    condition = checked_condition(wanted.where)
    file = VideoFile(wanted.video, ignore_edit_list=wanted.ignore_edit_list)
    try:
        wanted.out.mkdir(parents=True, exist_ok=True)
        # Nameless, so that a run that is killed leaves nothing behind.
        with tempfile.TemporaryFile(dir=wanted.out) as spool:
            with open_for_reading(warehouse, schema, wanted.as_of) as session:
                video = chosen_video(session, wanted)
                parts = [] if video.space_id == "root" else [video.space_id]
                folder = folder_within(wanted.out, "videos", video.data_hash, *parts)
                frames = _spool_labels(session, video, wanted.branch, condition, file.frame_count, spool)
            _check_frame_count(file, video, frames, wanted, report)
            spool.seek(0)
            return _save(file, video, frames, spool, folder, wanted, report, interruption)
    except OSError as error:
        raise ConnectorError(
            ErrorKind.CONFIGURATION,
            f"{wanted.out} cannot be written: {error.strerror}.",
            remedy="Check --out, its rights and the room on its disk.",
        ) from error


def _spool_labels(
    session: Session, video: LabelledVideo, branch: str, condition: str, frame_count: int, spool: IO[bytes]
) -> list[int]:
    """Writes one line of labels for each frame, and returns the frames.

    If frames beyond `frame_count` have labels, one of them is among those returned.
    """
    with session.transaction():
        frames = labelled_frames(session, video, branch, condition, frame_count + 1)
        if not frames:
            raise ConnectorError(
                ErrorKind.CONFIGURATION,
                f"No frame of {video.data_title} ({video.data_hash}), branch {branch}, has a label that fits.",
                remedy="Check --where and --branch; label_on_frame shows what there is.",
            )
        for frame, labels in labels_of_frames(session, video, branch, condition, frames):
            spool.write(orjson.dumps([frame, labels], option=orjson.OPT_APPEND_NEWLINE | orjson.OPT_UTC_Z))
    return frames


def _check_frame_count(
    file: VideoFile, video: LabelledVideo, frames: list[int], wanted: FramesWanted, report: Report
) -> None:
    """Refuses a file that is not the one that was labelled, because its frame numbers may mean other pictures."""
    text = other_frame_count(file, video, frames[-1])
    if not text:
        return
    if not wanted.accept_frame_count:
        raise ConnectorError(
            ErrorKind.CONFIGURATION,
            f"{text}: the same number may be another picture.",
            remedy="Give the file that was uploaded to Encord, try --ignore-edit-list if it was cut without"
            " re-encoding, or say --accept-frame-count after a look at some images.",
        )
    report.event(
        "frame_count_differs",
        f"{text}; accepted.",
        level="warning",
        data_hash=video.data_hash,
        frames_of_file=file.frame_count,
        frames_of_encord=video.frame_count,
    )


def _save(
    file: VideoFile,
    video: LabelledVideo,
    frames: list[int],
    spool: IO[bytes],
    folder: Path,
    wanted: FramesWanted,
    report: Report,
    interruption: Interruption,
) -> FramesSaved:
    folder.mkdir(parents=True, exist_ok=True)
    not_drawn: Counter[str] = Counter()
    labels_saved = damaged = 0
    size_checked = False
    with Manifest(folder, wanted.out) as manifest:
        for decoded, labels in _with_labels(file.frames(frames), spool):
            interruption.check()
            if not size_checked:
                _check_aspect(decoded, file, video, report)
                size_checked = True
            size = decoded.image.size
            if wanted.draw:
                canvas = Canvas(decoded.image, (video.width or size[0], video.height or size[1]))
                canvas.draw(labels)
                not_drawn.update(canvas.not_drawn)
            path = folder / f"{decoded.number}.{wanted.image_format}"
            with whole_file(path) as image:
                decoded.image.save(image, **_SAVE_OPTIONS[wanted.image_format])
            damaged += decoded.is_damaged
            labels_saved += len(labels)
            manifest.add(
                path,
                {
                    "frame": decoded.number,
                    "seconds": decoded.seconds,
                    "image_width": size[0],
                    "image_height": size[1],
                    "is_damaged": decoded.is_damaged,
                    "project_hash": video.project_hash,
                    "project_title": video.project_title,
                    "data_hash": video.data_hash,
                    "data_title": video.data_title,
                    "space_id": video.space_id,
                    "branch": wanted.branch,
                    "labels": labels,
                },
            )
    _tell(report, video, not_drawn, damaged)
    return FramesSaved(manifest.path, len(frames), labels_saved, damaged)


def _with_labels(frames: Iterator[DecodedFrame], spool: IO[bytes]) -> Iterator[tuple[DecodedFrame, list[Label]]]:
    for frame in frames:
        number, labels = orjson.loads(spool.readline())
        if number != frame.number:
            raise AssertionError(f"labels of frame {number} beside frame {frame.number}")
        yield frame, labels


def _check_aspect(decoded: DecodedFrame, file: VideoFile, video: LabelledVideo, report: Report) -> None:
    """Warns of a copy with another aspect ratio: a smaller one is fine, but not a turned or squeezed one."""
    if has_other_aspect(decoded.image.size, video):
        width, height = decoded.image.size
        report.event(
            "frame_size_differs",
            f"{file.path} has frames of {width}x{height}, but Encord has {video.width}x{video.height} for"
            f" {video.data_title}: labels will not lie where they were drawn. Is it turned, or cropped?",
            level="warning",
            data_hash=video.data_hash,
        )


def _tell(report: Report, video: LabelledVideo, not_drawn: Counter[str], damaged: int) -> None:
    if not_drawn:
        shapes = ", ".join(f"{shape} ({count:,})" for shape, count in sorted(not_drawn.items()))
        report.event(
            "labels_not_drawn",
            f"Not drawn, because they are no shapes in the picture: {shapes}. They are in the manifest.",
            level="warning",
            data_hash=video.data_hash,
            shapes=dict(not_drawn),
        )
    if damaged:
        report.event(
            "damaged_frames",
            f"The decoder calls {damaged:,} of the saved frames damaged; the manifest says which (is_damaged).",
            level="warning",
            data_hash=video.data_hash,
            frames=damaged,
        )
