"""Bitmasks of some frames ahead: where the pixels of many lie is worked out at once, which is several times as quick.

What cannot be read ahead is read when its turn comes, and so is every error: this holds answers, and decides nothing.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from connector.geometry.mask_runs import PixelExtent, pixel_extents
from connector.geometry.run_lengths import LARGEST_SIDE
from connector.normalise.label_rows.drawn_frames import DrawnFrame, FrameObjects

_CHARACTERS_AHEAD = 1 << 16
"""Of run lengths: to read more at once gains nothing."""
_FRAMES_AHEAD = 100

_Mask = tuple[str, int, int]
"""Run lengths, width and height."""


class MaskExtents:
    """The boxes around the set pixels of bitmasks."""

    def __init__(self) -> None:
        self._known: dict[_Mask, PixelExtent | ValueError | None] = {}

    def of(self, rle: str, width: int, height: int) -> PixelExtent | None:
        """See `connector.geometry.shapes.PixelExtentOf`."""
        mask = (rle, width, height)
        found = self._known[mask] if mask in self._known else pixel_extents([mask])[0]
        if isinstance(found, ValueError):
            raise found
        return found

    def ahead(self, frames: Iterable[FrameObjects]) -> Iterator[FrameObjects]:
        """The frames, each after its bitmasks were read."""
        waiting: list[FrameObjects] = []
        masks: set[_Mask] = set()
        characters = 0
        for frame in frames:
            found = _masks_of(frame[1])
            if not found and not waiting:
                yield frame  # most projects draw no bitmasks, though they have a class for them
                continue
            waiting.append(frame)
            masks.update(found)
            characters += sum(len(rle) for rle, _, _ in found)
            if characters >= _CHARACTERS_AHEAD or len(waiting) == _FRAMES_AHEAD:
                yield from self._read(waiting, masks)
                waiting, masks, characters = [], set(), 0
        yield from self._read(waiting, masks)

    def _read(self, waiting: list[FrameObjects], masks: set[_Mask]) -> list[FrameObjects]:
        self._known = dict(zip(masks, pixel_extents(list(masks)), strict=True)) if masks else {}
        return waiting


def _masks_of(objects: Sequence[Mapping[str, Any]] | DrawnFrame) -> list[_Mask]:
    """The bitmasks of a frame that are of their form, and of a size that one can have."""
    given: list[tuple[Any, Any, Any]]
    if isinstance(objects, DrawnFrame):
        given = [(mask.rle_string, mask.width, mask.height) for mask in objects.bitmasks()]
    else:
        masks = [item["bitmask"] for item in objects or () if type(item) is dict and "bitmask" in item]
        given = [(mask.get("rleString"), mask.get("width"), mask.get("height")) for mask in masks if type(mask) is dict]
    return [mask for mask in given if _is_readable(*mask)]


def _is_readable(rle: object, width: object, height: object) -> bool:
    return (
        type(rle) is str
        and type(width) is int
        and type(height) is int
        and 0 < width <= LARGEST_SIDE
        and 0 < height <= LARGEST_SIDE
    )
