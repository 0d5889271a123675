"""Data units → COCO images: which frames become images, the names of their files, and their sizes.

The names are the SDK's (CocoExporter.get_images): images/<hash>.<ending>, videos/<hash>/<frame>.jpg,
dicom/<hash>/<instance>, nifti/<hash>/<frame>. Names of parts of data groups, on which the SDK fails, also have their
space_id.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from connector.geometry.ranges import Range, merge_ranges
from connector.load.questions.coco_rows import PictureLabelRow, PictureRows
from connector.load.writing.frame_numbers import LARGEST_FRAME_COUNT
from connector.normalise.ids import NAME

ROOT = "root"
_ENDING = re.compile(r"[0-9A-Za-z_-]{1,20}")
Place = tuple[str, int]
"""Space and frame within a data unit."""


@dataclass(frozen=True, slots=True)
class CocoImage:
    """An image without its id; `members` are COCO's members and the SDK's title."""

    width: int
    height: int
    members: dict[str, Any]


@dataclass(frozen=True, slots=True)
class _Part:
    """A data unit, or a part of a data group."""

    kind: str
    title: str
    width: int | None
    height: int | None
    frame_count: int | None


@dataclass(frozen=True, slots=True)
class _FrameFacts:
    image_hash: str | None
    title: str | None
    width: int | None
    height: int | None
    instance_uid: str | None
    instance_frame: int | None


_KIND_OF_SPACE = {
    "video": "video",
    "image": "image",
    "image_sequence": "img_group",
    "medical_file": "dicom",
    "medical_stack": "dicom",
}


class PictureIndex:
    """What a bundle of label rows says about its images."""

    def __init__(self, rows: PictureRows, image_format: str) -> None:
        self._format = image_format
        self._frames: dict[str, dict[int, _FrameFacts]] = defaultdict(dict)
        for data_hash, frame, *facts in rows.frames:
            self._frames[data_hash][int(frame)] = _FrameFacts(*facts)
        self._spaces: dict[str, dict[str, _Part]] = defaultdict(dict)
        for label_hash, space_id, space_type, file_name, width, height, frame_count in rows.spaces:
            kind = _KIND_OF_SPACE.get(space_type or "")
            if kind:
                self._spaces[label_hash][space_id] = _Part(kind, file_name or space_id, width, height, frame_count)
        self._classified: dict[str, list[tuple[str, int, int]]] = defaultdict(list)
        for label_hash, space_id, first, last in rows.classified:
            self._classified[label_hash].append((space_id, int(first), int(last)))

    def places(self, label_rows: Iterable[PictureLabelRow], annotated: Iterable[Place]) -> Iterator[Place]:
        """The frames of a data unit that become images: all of images and image groups, otherwise those with labels.

        They come one after another, sorted, because a classification may claim to be on any number of frames.
        """
        ranges: dict[str, list[Range]] = defaultdict(list)
        for space_id, frame in annotated:
            ranges[space_id].append((frame, frame))
        for row in label_rows:
            parts = self._parts(row)
            for space_id, part in parts.items():
                if part.kind == "image":
                    ranges[space_id].append((0, 0))
                elif part.kind == "img_group" and space_id == ROOT:
                    ranges[ROOT] += [(frame, frame) for frame in self._frames[row.data_hash]]
            for space_id, first, last in self._classified.get(row.label_hash, ()):
                if (part_of := parts.get(space_id)) is not None:
                    frame_count = LARGEST_FRAME_COUNT if part_of.frame_count is None else part_of.frame_count
                    ranges[space_id].append((first, min(last, frame_count - 1, LARGEST_FRAME_COUNT - 1)))
        for space_id in sorted(ranges):
            for first, last in merge_ranges(ranges[space_id]):
                for frame in range(first, last + 1):
                    yield space_id, frame

    def image(self, row: PictureLabelRow, place: Place) -> CocoImage | None:
        """The image of a frame; None if it is not a picture, its size is unknown, or its ids cannot name a file."""
        space_id, frame = place
        part = self._parts(row).get(space_id)
        if part is None:
            return None
        own = self._frames[row.data_hash].get(frame) if space_id == ROOT else None
        width = (own and own.width) or part.width
        height = (own and own.height) or part.height
        if not width or not height:
            return None
        where = (row.data_hash,) if space_id == ROOT else (row.data_hash, space_id)
        titled: dict[str, str] = {}
        if part.kind == "video":
            titled = {"video_title": part.title}
            names = ("videos", *where, f"{frame}.{self._format}")
        elif part.kind == "image":
            titled = {"image_title": part.title}
            names = ("images", *where[:-1], _with_ending(where[-1], part.title))
        elif part.kind == "img_group":
            title = (own and own.title) or part.title
            titled = {"image_title": title}
            if own is not None and own.image_hash:
                names = ("images", _with_ending(own.image_hash, title))
            else:
                names = ("images", *where, str(frame))
        elif part.kind == "dicom" and own is not None and own.instance_uid:
            numbered = () if own.instance_frame is None else (str(own.instance_frame),)
            names = ("dicom", *where, own.instance_uid, *numbered)
        else:
            names = (part.kind, *where, str(frame))
        if not all(map(NAME.is_one, names)):
            return None  # an older release stored it: it could lead out of the folder of images
        named = {**titled, "file_name": "/".join(names)}
        # The warehouse does not keep the address of the file, which is signed and expires.
        return CocoImage(width, height, {"coco_url": None, **named, "width": width, "height": height})

    def _parts(self, row: PictureLabelRow) -> dict[str, _Part]:
        if row.data_type == "group":
            return self._spaces.get(row.label_hash, {})
        return {ROOT: _Part(row.data_type, row.data_title, row.width, row.height, row.frame_count)}


def _with_ending(name: str, title: str) -> str:
    """A file name with the text after the last dot of a title (the whole title if it has no dot, as in the SDK).

    The text is left out if it cannot be the ending of a file name.
    """
    ending = title.rpartition(".")[2]
    return f"{name}.{ending}" if _ENDING.fullmatch(ending) else name


def units(label_rows: Iterable[PictureLabelRow]) -> Iterator[list[PictureLabelRow]]:
    """Groups sorted label rows by data unit."""
    unit: list[PictureLabelRow] = []
    for row in label_rows:
        if unit and unit[0].data_hash != row.data_hash:
            yield unit
            unit = []
        unit.append(row)
    if unit:
        yield unit
