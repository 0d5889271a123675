"""Decodes frames directly into records: the fast form of the hot path, for frames that hold only drawn objects.

It does not read names, colours and values, which are stale copies from the ontology. A frame without the usual form is
decoded as plain JSON instead, and read as before: the rows of a frame are the same in both ways.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import msgspec
import orjson
from msgspec import Raw

from connector.geometry.mask_runs import pixel_extent
from connector.geometry.shapes import Geometry, Number, PixelExtentOf
from connector.normalise.label_rows.drawn_objects import (
    NOTHING,
    Bitmask,
    DrawnObject,
    bitmask_geometry,
    geometry_of,
)

_EMPTY = frozenset({b"", b"null", b"[]", b"{}"})
"""What a frame without classifications or facts of its own may have in their place."""


class _Frame(msgspec.Struct, gc=False):
    objects: list[DrawnObject]
    classifications: Raw = NOTHING
    metadata: Raw = NOTHING


_DECODER = msgspec.json.Decoder(_Frame)


class DrawnFrame:
    """The objects of one frame.

    Attributes:
        objects: its objects, in their order.
    """

    __slots__ = ("_json", "objects")

    def __init__(self, objects: list[DrawnObject], json: Raw) -> None:
        self.objects = objects
        self._json = json

    def __len__(self) -> int:
        return len(self.objects)

    def as_dicts(self) -> list[dict[str, Any]]:
        """The objects as plain JSON.

        Raises:
            ValueError: the frame cannot be decoded.
        """
        objects: list[dict[str, Any]] = orjson.loads(memoryview(self._json))["objects"]
        return objects

    def bitmasks(self) -> list[Bitmask]:
        """The bitmasks among the objects."""
        return [item.bitmask for item in self.objects if item.bitmask is not None]

    def geometries(
        self, width: Number, height: Number, pixel_extent_of: PixelExtentOf = pixel_extent
    ) -> list[Geometry] | None:
        """The geometry columns of each object; None if one has no known shape, or cannot be read.

        Args:
            width: of the frame, in pixels.
            height: of the frame, in pixels.
            pixel_extent_of: tells where a bitmask's pixels lie.
        """
        found: list[Geometry] = []
        for item in self.objects:
            box = item.bounding_box
            if box is not None and item.shape == "bounding_box":
                x, y, box_width, box_height = box.x, box.y, box.w, box.h
                found.append((x, y, box_width, box_height, None, x, y, x + box_width, y + box_height, None))
                continue
            try:
                if item.shape == "bitmask":
                    found.append(bitmask_geometry(item, width, height, pixel_extent_of))
                else:
                    found.append(geometry_of(item, width, height))
            except (KeyError, IndexError, TypeError, ValueError, AttributeError, msgspec.DecodeError):
                return None
        return found


FrameObjects = tuple[int, Sequence[Mapping[str, Any]] | DrawnFrame, Number, Number]
"""Frame, its objects, its width and height in pixels."""


def decode_frame(json: Raw) -> object:
    """Decodes a frame: a `DrawnFrame` if it has the usual form, otherwise the plain JSON value.

    Raises:
        ValueError: it cannot be decoded.
    """
    try:
        frame = _DECODER.decode(json)
    except (msgspec.DecodeError, RecursionError):
        return orjson.loads(memoryview(json))
    if bytes(memoryview(frame.classifications)) in _EMPTY and bytes(memoryview(frame.metadata)) in _EMPTY:
        return DrawnFrame(frame.objects, json)
    return orjson.loads(memoryview(json))


FrameDecoder = Callable[[Raw], object]
"""Decodes the JSON of a frame, as `decode_frame` does."""
