"""Decodes objects of the usual form directly into records, and makes the geometry columns of each.

Records are much faster to decode than dicts. An object of another form does not fit: msgspec refuses it, and its frame
is read as plain JSON, which gives the same rows (see `connector.normalise.label_rows.drawn_frames`).
"""

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

import msgspec
import orjson
from msgspec import UNSET, Raw, UnsetType

from connector.geometry import extents
from connector.geometry.shapes import (
    SHAPE_READERS,
    Geometry,
    Number,
    PixelExtentOf,
    bitmask_of,
    circle_of,
    ellipse_of,
    in_order,
    polygon_of,
    polyline_of,
    skeleton_of,
)

NOTHING = Raw()
"""What a record holds for a part that was not given."""


class _Box(msgspec.Struct, gc=False):
    x: float
    y: float
    w: float
    h: float


class _TurnedBox(_Box, gc=False):
    theta: float


class _Point(msgspec.Struct, gc=False):
    x: float | int
    y: float | int
    z: float | int | UnsetType = UNSET


class _Circle(msgspec.Struct, gc=False):
    x: float | int
    y: float | int
    r: float | int
    stretch: float | int | UnsetType = UNSET
    theta: float | int | UnsetType = UNSET


class _Ellipse(msgspec.Struct, gc=False):
    x: float | int
    y: float | int
    rx: float | int
    ry: float | int
    theta: float | int | UnsetType = UNSET


class _Joint(msgspec.Struct, gc=False, rename="camel"):
    x: float | int
    y: float | int
    name: str
    color: str
    value: str
    feature_hash: str
    visibility: str
    # The older form has flags instead.
    visible: UnsetType = UNSET
    invisible: UnsetType = UNSET
    occluded: UnsetType = UNSET
    self_occluded: UnsetType = UNSET


class Bitmask(msgspec.Struct, gc=False, rename="camel"):
    """A bitmask, fields as in Encord's JSON."""

    top: int
    left: int
    width: int
    height: int
    rle_string: str


class DrawnObject(msgspec.Struct, gc=False, rename="camel"):
    """One object on one frame, with the fields of Encord's JSON; the geometry of some shapes is still JSON.

    A value of another type does not fit, nor does an event of a continuous scene.
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
    rotatable_bounding_box: _TurnedBox | None = None
    polygon: Raw = NOTHING
    polygons: list[list[list[float | int]]] | None = None
    polyline: dict[str, _Point] | list[_Point] | None = None
    point: dict[str, _Point] | list[_Point] | None = None
    skeleton: Raw = NOTHING
    bitmask: Bitmask | None = None
    circle: _Circle | None = None
    ellipse: _Ellipse | None = None
    cuboid_2d: Raw = msgspec.field(default=NOTHING, name="cuboid_2d")
    cuboid: Raw = NOTHING

    def facts(self) -> dict[str, Any]:
        """What an instance takes from the object's first frame, with the keys of Encord's JSON."""
        return {"featureHash": self.feature_hash, "shape": self.shape, "objectNumber": self.object_number}


_POINTS: msgspec.json.Decoder[dict[str, _Point] | list[_Point]]
_POINTS = msgspec.json.Decoder(dict[str, _Point] | list[_Point])
_JOINTS = msgspec.json.Decoder(dict[str, _Joint])


def geometry_of(item: DrawnObject, width: Number, height: Number) -> Geometry:
    """The geometry columns of an object.

    Args:
        item: the object.
        width: of its frame, in pixels.
        height: of its frame, in pixels.

    Raises:
        KeyError, IndexError, TypeError, ValueError, AttributeError, msgspec.DecodeError: it has no known shape, or
            cannot be read from its record.
    """
    return _READERS[item.shape](item, width, height)


Part = TypeVar("Part")


def _given(part: Part | None) -> Part:
    if part is None:
        raise ValueError("a shape without its geometry")
    return part


def _points(part: dict[str, _Point] | list[_Point] | None) -> Sequence[_Point]:
    if part is None:
        raise ValueError("a shape without its geometry")
    return in_order(part)


def _turned_box(item: DrawnObject, width: Number, height: Number) -> Geometry:
    box = _given(item.rotatable_bounding_box)
    edges = (box.x, box.y, box.w, box.h)
    return (*edges, box.theta, *extents.of_turned_box(edges, box.theta, width, height), None)


def _polygon(item: DrawnObject, _width: Number, _height: Number) -> Geometry:
    if item.polygons:
        return polygon_of(item.polygons)
    points = _points(_POINTS.decode(item.polygon))
    return polygon_of([[[edge for point in points for edge in (point.x, point.y)]]])


def _polyline(item: DrawnObject, _width: Number, _height: Number) -> Geometry:
    points = _points(item.polyline)
    if [point.z for point in points].count(UNSET) < len(points):
        raise ValueError("points in space")  # rare, and read as plain JSON
    return polyline_of([point.x for point in points], [point.y for point in points])


def _point(item: DrawnObject, _width: Number, _height: Number) -> Geometry:
    place = _points(item.point)[0]
    if place.z is not UNSET:
        raise ValueError("a point in space")  # as above
    return place.x, place.y, None, None, None, place.x, place.y, place.x, place.y, None


def _circle(item: DrawnObject, width: Number, height: Number) -> Geometry:
    circle = _given(item.circle)
    given = {"x": circle.x, "y": circle.y, "r": circle.r}
    if circle.stretch is not UNSET:
        given["stretch"] = circle.stretch
    if circle.theta is not UNSET:
        given["theta"] = circle.theta
    return circle_of(given, width, height)


def _ellipse(item: DrawnObject, width: Number, height: Number) -> Geometry:
    ellipse = _given(item.ellipse)
    given = {"x": ellipse.x, "y": ellipse.y, "rx": ellipse.rx, "ry": ellipse.ry}
    if ellipse.theta is not UNSET:
        given["theta"] = ellipse.theta
    return ellipse_of(given, width, height)


def _skeleton(item: DrawnObject, width: Number, height: Number) -> Geometry:
    try:
        joints = _JOINTS.decode(item.skeleton)
    except msgspec.DecodeError:
        # A joint lacks something, or describes its visibility with flags.
        return SHAPE_READERS["skeleton"]({"skeleton": orjson.loads(memoryview(item.skeleton))}, width, height)
    return skeleton_of(
        [
            {
                "x": joint.x,
                "y": joint.y,
                "name": joint.name,
                "color": joint.color,
                "value": joint.value,
                "feature_hash": joint.feature_hash,
                "visibility": joint.visibility,
            }
            for joint in joints.values()
        ]
    )


def bitmask_geometry(item: DrawnObject, width: Number, height: Number, pixel_extent_of: PixelExtentOf) -> Geometry:
    """As `geometry_of`, for a bitmask."""
    mask = _given(item.bitmask)
    given = {
        "top": mask.top,
        "left": mask.left,
        "width": mask.width,
        "height": mask.height,
        "rle": mask.rle_string,
    }
    return bitmask_of(given, width, height, pixel_extent_of)


def _cuboid_2d(item: DrawnObject, width: Number, height: Number) -> Geometry:
    return SHAPE_READERS["cuboid_2d"]({"cuboid_2d": orjson.loads(memoryview(item.cuboid_2d))}, width, height)


def _cuboid(item: DrawnObject, width: Number, height: Number) -> Geometry:
    return SHAPE_READERS["cuboid"]({"cuboid": orjson.loads(memoryview(item.cuboid))}, width, height)


_READERS: dict[str, Callable[[DrawnObject, Number, Number], Geometry]] = {
    "rotatable_bounding_box": _turned_box,
    "polygon": _polygon,
    "polyline": _polyline,
    "point": _point,
    "skeleton": _skeleton,
    "circle": _circle,
    "ellipse": _ellipse,
    "cuboid_2d": _cuboid_2d,
    "cuboid": _cuboid,
}
"""All shapes except bitmasks, which are read many at once, and the plain box. Most objects are boxes, so `DrawnFrame`
reads them itself and saves a call each."""
