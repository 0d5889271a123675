"""One drawn shape → the geometry columns of an annotation, exact as Encord gives them.

The forms are those of the Encord SDK 0.1.211; the canonical JSON of each shape is stated at its function.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

import orjson

from connector.geometry import extents
from connector.geometry.mask_runs import PixelExtent, pixel_extent
from connector.geometry.run_lengths import require_size

Json = Any
"""A JSON value of whatever form Encord sent."""

Number = float | None
Geometry = tuple[Number, Number, Number, Number, Number, Number, Number, Number, Number, str | None]
"""x, y, width, height, rotation, x_min, y_min, x_max, y_max, geometry (JSON text)."""

NO_GEOMETRY: Geometry = (None, None, None, None, None, None, None, None, None, None)

_VISIBILITY_FLAGS = dict.fromkeys(("invisible", "occluded", "selfOccluded", "visible"))
_BITMASK_KEYS = {"top": "top", "left": "left", "width": "width", "height": "height", "rle": "rleString"}
_SKELETON_KEYS = (
    ("x", "x"),
    ("y", "y"),
    ("name", "name"),
    ("color", "color"),
    ("value", "value"),
    ("feature_hash", "featureHash"),
)
_CUBOID_2D_KEYS = {
    "front": "front",
    "vanishing_point": "vanishingPoint",
    "scale_ratio": "scaleRatio",
    "offset": "offset",
}


def to_json(value: object) -> str:
    """Compact JSON; floats keep every bit."""
    return orjson.dumps(value).decode()


def _only_extent(extent: extents.Extent, geometry: object) -> Geometry:
    return (None, None, None, None, None, *extent, to_json(geometry))


_PLACES = [str(place) for place in range(1_000)]


Point = TypeVar("Point")


def in_order(points: Mapping[str, Point] | Sequence[Point]) -> Sequence[Point]:
    """Points of `{"0": …, "1": …}`, keys sorted as integers, or of a list."""
    if not isinstance(points, Mapping):
        return points
    keys = list(points)
    # Encord writes them in order: to see that takes a tenth of the time that sorting takes.
    return list(points.values()) if keys == _PLACES[: len(keys)] else [points[key] for key in sorted(keys, key=int)]


def bounding_box(item: Mapping[str, Any], _width: Number, _height: Number) -> Geometry:
    """Columns only."""
    box = item["boundingBox"]
    x, y, width, height = box["x"], box["y"], box["w"], box["h"]
    return x, y, width, height, None, x, y, x + width, y + height, None


def rotatable_bounding_box(item: Mapping[str, Any], width: Number, height: Number) -> Geometry:
    """Columns only; x and y are the corner before the turn."""
    box = item["rotatableBoundingBox"]
    edges = (box["x"], box["y"], box["w"], box["h"])
    return (*edges, box["theta"], *extents.of_turned_box(edges, box["theta"], width, height), None)


def polygon(item: Mapping[str, Any], _width: Number, _height: Number) -> Geometry:
    """`[[ring, hole…] part…]`, a ring being `[x0, y0, x1, y1, …]`; `polygons` wins over `polygon`."""
    parts = item.get("polygons")
    if parts:
        return polygon_of(parts)
    points = in_order(item["polygon"])
    return polygon_of([[[edge for point in points for edge in (point["x"], point["y"])]]])


def polygon_of(parts: Sequence[Sequence[Sequence[float]]]) -> Geometry:
    """The geometry of a polygon's parts; see `polygon`."""
    if len(parts) == 1:
        outer = parts[0][0]
        xs, ys = outer[0::2], outer[1::2]
    else:
        xs = [x for part in parts for x in part[0][0::2]]
        ys = [y for part in parts for y in part[0][1::2]]
    if not xs or len(xs) != len(ys):
        raise ValueError("a ring without points")
    return (None, None, None, None, None, min(xs), min(ys), max(xs), max(ys), to_json(parts))


def polyline(item: Mapping[str, Any], _width: Number, _height: Number) -> Geometry:
    """`[[x, y], …]`, or `[[x, y, z], …]` and no extent."""
    points = in_order(item["polyline"])
    depths = sum("z" in point for point in points)
    if depths and depths != len(points):
        raise ValueError("a polyline half in 2-D, half in 3-D")
    if depths:
        return _only_extent(extents.UNKNOWN, [[point["x"], point["y"], point["z"]] for point in points])
    return polyline_of([point["x"] for point in points], [point["y"] for point in points])


def polyline_of(xs: Sequence[float], ys: Sequence[float]) -> Geometry:
    """The geometry of a line through points; see `polyline`."""
    return _only_extent(extents.of_points(xs, ys), list(zip(xs, ys, strict=True)))


def point(item: Mapping[str, Any], _width: Number, _height: Number) -> Geometry:
    """Columns only; a 3-D point is `[x, y, z]` and nothing else, for its numbers are not shares of a frame."""
    place = in_order(item["point"])[0]
    x, y = place["x"], place["y"]
    if "z" in place:
        return _only_extent(extents.UNKNOWN, [x, y, place["z"]])
    return x, y, None, None, None, x, y, x, y, None


def skeleton(item: Mapping[str, Any], _width: Number, _height: Number) -> Geometry:
    """A list of its points in the dict's order, each with the keys that are given."""
    raw = item["skeleton"]
    points = []
    for joint in raw.values() if isinstance(raw, dict) else raw:
        get = joint.get
        entry = {name: get(key) for name, key in _SKELETON_KEYS}
        if None in entry.values():
            entry = {name: value for name, value in entry.items() if value is not None}
        visibility = get("visibility")
        if not _VISIBILITY_FLAGS.keys().isdisjoint(joint):
            visibility = next((flag for flag in _VISIBILITY_FLAGS if get(flag)), visibility)
        if visibility is not None:
            entry["visibility"] = visibility
        points.append(entry)
    return skeleton_of(points)


def skeleton_of(points: Sequence[Mapping[str, Any]]) -> Geometry:
    """The geometry of a skeleton's points, as they are to be written; see `skeleton`."""
    return _only_extent(extents.of_points([entry["x"] for entry in points], [entry["y"] for entry in points]), points)


PixelExtentOf = Callable[[str, int, int], PixelExtent | None]
"""Run lengths, width and height of a mask → the box around its set pixels. See `pixel_extent`."""


def bitmask(
    item: Mapping[str, Any], width: Number, height: Number, pixel_extent_of: PixelExtentOf = pixel_extent
) -> Geometry:
    """`{"top", "left", "width", "height", "rle"}`, no larger than its frame; the extent is that of the set pixels."""
    raw = item["bitmask"]
    return bitmask_of({name: raw[key] for name, key in _BITMASK_KEYS.items()}, width, height, pixel_extent_of)


def bitmask_of(mask: Mapping[str, Any], width: Number, height: Number, pixel_extent_of: PixelExtentOf) -> Geometry:
    """The geometry of a bitmask; see `bitmask`."""
    top, left = mask["top"], mask["left"]
    require_size(mask["width"], mask["height"], width, height)
    pixels = pixel_extent_of(mask["rle"], mask["width"], mask["height"]) if mask["width"] else None
    if not (width and height) and top == 0 and left == 0:
        width, height = mask["width"], mask["height"]  # a mask from corner to corner is as large as its frame
    if pixels is None or not width or not height:
        return _only_extent(extents.UNKNOWN, mask)
    extent = (
        (left + pixels[0]) / width,
        (top + pixels[1]) / height,
        (left + pixels[2]) / width,
        (top + pixels[3]) / height,
    )
    return _only_extent(extent, mask)


def circle(item: Mapping[str, Any], width: Number, height: Number) -> Geometry:
    """`{"x", "y", "r", "stretch", "theta"}`, keys as given; x, y is the centre, r is in frame widths."""
    raw = item["circle"]
    return circle_of({name: raw[name] for name in ("x", "y", "r", "stretch", "theta") if name in raw}, width, height)


def circle_of(given: Mapping[str, float], width: Number, height: Number) -> Geometry:
    """The geometry of a circle; see `circle`."""
    x, y, radius = given["x"], given["y"], given["r"]
    extent = extents.UNKNOWN
    if width and height:
        semi_axes = (radius * width, radius * width * given.get("stretch", 1.0))
        extent = extents.of_ellipse((x, y), semi_axes, given.get("theta", 0.0), width, height)
    return x, y, None, None, given.get("theta"), *extent, to_json(given)


def ellipse(item: Mapping[str, Any], width: Number, height: Number) -> Geometry:
    """`{"x", "y", "rx", "ry", "theta"}`, keys as given; x, y is the centre."""
    raw = item["ellipse"]
    return ellipse_of({name: raw[name] for name in ("x", "y", "rx", "ry", "theta") if name in raw}, width, height)


def ellipse_of(given: Mapping[str, float], width: Number, height: Number) -> Geometry:
    """The geometry of an ellipse; see `ellipse`."""
    x, y, rx, ry = given["x"], given["y"], given["rx"], given["ry"]
    extent = extents.UNKNOWN
    if width and height:
        extent = extents.of_ellipse((x, y), (rx * width, ry * height), given.get("theta", 0.0), width, height)
    return x, y, None, None, given.get("theta"), *extent, to_json(given)


def cuboid_2d(item: Mapping[str, Any], _width: Number, _height: Number) -> Geometry:
    """`{"front", "vanishing_point", "scale_ratio"}` or `{"front", "offset"}`; the extent holds the back face, too."""
    raw = item["cuboid_2d"]
    given = {name: raw[key] for name, key in _CUBOID_2D_KEYS.items() if raw.get(key) is not None}
    xs, ys = list(given["front"][0::2]), list(given["front"][1::2])
    if "vanishing_point" in given:
        vanishing, ratio = given["vanishing_point"], given["scale_ratio"]
        xs += [vanishing["x"] + ratio * (x - vanishing["x"]) for x in xs]
        ys += [vanishing["y"] + ratio * (y - vanishing["y"]) for y in ys]
    else:
        xs += [x + given["offset"]["x"] for x in xs]
        ys += [y + given["offset"]["y"] for y in ys]
    return _only_extent(extents.of_points(xs, ys), given)


def cuboid(item: Mapping[str, Any], _width: Number, _height: Number) -> Geometry:
    """`{"position", "orientation", "size"}`, in the scene's units and radians; no extent."""
    raw = item["cuboid"]
    given = {name: raw[name] for name in ("position", "orientation", "size")}
    return _only_extent(extents.UNKNOWN, given)


ShapeReader = Callable[[Mapping[str, Any], Number, Number], Geometry]

SHAPE_READERS: dict[str, ShapeReader] = {
    "bounding_box": bounding_box,
    "rotatable_bounding_box": rotatable_bounding_box,
    "polygon": polygon,
    "polyline": polyline,
    "point": point,
    "skeleton": skeleton,
    "bitmask": bitmask,
    "circle": circle,
    "ellipse": ellipse,
    "cuboid_2d": cuboid_2d,
    "cuboid": cuboid,
}
"""The shapes known here. Each reader takes the frame object and the frame's width and height in pixels, and raises
KeyError, IndexError, TypeError, ValueError or AttributeError where the geometry is not of its form."""

_ANNOTATION_KEYS = frozenset(
    {
        "name",
        "color",
        "shape",
        "value",
        "objectHash",
        "featureHash",
        "createdAt",
        "createdBy",
        "lastEditedAt",
        "lastEditedBy",
        "confidence",
        "manualAnnotation",
        "isDeleted",
        "reviews",
        "objectNumber",
        "event",
        "interpolate",
    }
)


def raw_geometry(item: Mapping[str, Any]) -> Geometry:
    """A shape that cannot be read: what it was given as, under Encord's own keys, in no column but `geometry`."""
    return _only_extent(extents.UNKNOWN, {key: value for key, value in item.items() if key not in _ANNOTATION_KEYS})
