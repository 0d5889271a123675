"""Frames decoded straight into records: the quick form of the hot path, for frames that hold drawn objects only.

Records take half the time of dicts to decode, and names, colours and values (stale copies of the ontology's) are not
read. Whatever is not of the usual form is decoded as plain JSON instead, and read as ever: that a frame came the
quick way is never seen in its rows.
"""

from collections.abc import Callable
from typing import Any

import msgspec
import orjson
from msgspec import UNSET, Raw, UnsetType

from connector.normalise.shapes import SHAPE_READERS, Geometry, Number, in_order, polygon_of, polyline_of

_NOTHING = Raw()
_EMPTY = frozenset({b"", b"null", b"[]", b"{}"})
"""What a frame without classifications or facts of its own has in their place, if anything."""


class _Box(msgspec.Struct, gc=False):
    x: float
    y: float
    w: float
    h: float


class _Point(msgspec.Struct, gc=False):
    x: float | int
    y: float | int
    z: float | int | UnsetType = UNSET


class DrawnObject(msgspec.Struct, gc=False, rename="camel"):
    """One object on one frame, fields as in Encord's JSON; of a shape other than a box the geometry is still JSON.

    A value of another type does not fit, and neither does an event of a continuous scene: such a frame is not read the
    quick way.
    """

    object_hash: str
    feature_hash: str
    shape: str
    object_number: int | None = None
    confidence: float | None = None
    manual_annotation: bool | None = None
    created_at: str | None = None
    created_by: str | None = None
    last_edited_at: str | None = None
    last_edited_by: str | None = None
    is_deleted: bool | None = None
    event: None = None
    interpolate: None = None
    bounding_box: _Box | None = None
    rotatable_bounding_box: Raw = _NOTHING
    polygon: Raw = _NOTHING
    polygons: list[list[list[float | int]]] | None = None
    polyline: dict[str, _Point] | list[_Point] | None = None
    point: Raw = _NOTHING
    skeleton: Raw = _NOTHING
    bitmask: Raw = _NOTHING
    circle: Raw = _NOTHING
    ellipse: Raw = _NOTHING
    cuboid_2d: Raw = msgspec.field(default=_NOTHING, name="cuboid_2d")
    cuboid: Raw = _NOTHING

    def facts(self) -> dict[str, Any]:
        """What an object's instance takes from its first frame, under the keys of Encord's JSON."""
        return {"featureHash": self.feature_hash, "shape": self.shape, "objectNumber": self.object_number}


class _Frame(msgspec.Struct, gc=False):
    objects: list[DrawnObject]
    classifications: Raw = _NOTHING
    metadata: Raw = _NOTHING


_DECODER = msgspec.json.Decoder(_Frame)


class DrawnFrame:
    """The objects of one frame.

    Attributes:
        objects: in their order.
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

    def geometries(self, width: Number, height: Number) -> list[Geometry] | None:
        """The geometry columns of each object; None if one is of no known shape, or cannot be read.

        Args:
            width: of the frame, in pixels.
            height: of the frame, in pixels.
        """
        found: list[Geometry] = []
        for item in self.objects:
            box = item.bounding_box
            if box is not None and item.shape == "bounding_box":
                x, y, box_width, box_height = box.x, box.y, box.w, box.h
                found.append((x, y, box_width, box_height, None, x, y, x + box_width, y + box_height, None))
                continue
            try:
                found.append(_geometry(item, width, height))
            except (KeyError, IndexError, TypeError, ValueError, AttributeError, msgspec.DecodeError):
                return None
        return found


_POINTS: msgspec.json.Decoder[dict[str, _Point] | list[_Point]]
_POINTS = msgspec.json.Decoder(dict[str, _Point] | list[_Point])


def _geometry(item: DrawnObject, width: Number, height: Number) -> Geometry:
    """The geometry columns of an object that is no box; raises what the readers of shapes raise."""
    shape = item.shape
    if shape == "polygon":
        if item.polygons:
            return polygon_of(item.polygons)
        points = in_order(_POINTS.decode(item.polygon))
        return polygon_of([[[edge for point in points for edge in (point.x, point.y)]]])
    if shape == "polyline" and item.polyline:
        points = in_order(item.polyline)
        if all(point.z is UNSET for point in points):
            return polyline_of([point.x for point in points], [point.y for point in points])
        raise ValueError("points in space")  # few, and read the long way
    key, name = _GEOMETRY_FIELDS[shape]
    return SHAPE_READERS[shape]({key: orjson.loads(memoryview(getattr(item, name)))}, width, height)


_GEOMETRY_FIELDS: dict[str, tuple[str, str]] = {
    "rotatable_bounding_box": ("rotatableBoundingBox", "rotatable_bounding_box"),
    **{shape: (shape, shape) for shape in ("point", "skeleton", "bitmask", "circle", "ellipse", "cuboid_2d", "cuboid")},
}
"""Shape → the key of its geometry in Encord's JSON, and the field of `DrawnObject`."""


def decode_frame(json: Raw) -> object:
    """A frame's JSON: a `DrawnFrame` if it is of the usual form, otherwise what plain decoding makes of it.

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
"""See `decode_frame`."""
