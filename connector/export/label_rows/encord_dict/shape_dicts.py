"""The geometry columns of an annotation → the shape and its key in a frame object.

Each shape has a form of its own in the columns and in `geometry` (see geometry/shapes.py), so the form shows the
shape. Numbers are the stored doubles: bit for bit what Encord gave.
"""

from collections.abc import Sequence
from typing import Any

import orjson

from connector.export.label_rows.encord_dict.records import Json, JsonObject

Drawn = tuple[str | None, JsonObject]
"""The shape, and the keys of a frame object that hold its coordinates."""

_BITMASK_KEYS = {"top": "top", "left": "left", "width": "width", "height": "height", "rle": "rleString"}
_CUBOID_2D_KEYS = {
    "front": "front",
    "vanishing_point": "vanishingPoint",
    "scale_ratio": "scaleRatio",
    "offset": "offset",
}
_DICT_FORMS: tuple[tuple[str, frozenset[str], frozenset[str], dict[str, str]], ...] = (
    ("bitmask", frozenset(_BITMASK_KEYS), frozenset(_BITMASK_KEYS), _BITMASK_KEYS),
    ("circle", frozenset({"x", "y", "r"}), frozenset({"x", "y", "r", "stretch", "theta"}), {}),
    ("ellipse", frozenset({"x", "y", "rx", "ry"}), frozenset({"x", "y", "rx", "ry", "theta"}), {}),
    ("cuboid_2d", frozenset({"front"}), frozenset(_CUBOID_2D_KEYS), _CUBOID_2D_KEYS),
    ("cuboid", frozenset({"position", "orientation", "size"}), frozenset({"position", "orientation", "size"}), {}),
)
"""Shape, the keys that its form has, the keys that it may have, and Encord's names of those that differ."""


def drawn_shape(
    x: float | None,
    y: float | None,
    width: float | None,
    height: float | None,
    rotation: float | None,
    geometry: str | None,
    declared: str | None,
) -> Drawn:
    """What the columns of an annotation say.

    Args:
        x: column x; so on up to geometry.
        y: column y.
        width: column width.
        height: column height.
        rotation: column rotation.
        geometry: column geometry, JSON text.
        declared: the shape of the object instance, for annotations without a form: an event that ends an object, or a
            geometry that could not be read.

    Returns:
        The shape and its coordinates; a geometry that could not be read has the keys with which it came.
    """
    if geometry is not None:
        value = orjson.loads(geometry)
        return _of_list(value, declared) if isinstance(value, list) else _of_dict(value, declared)
    if x is None:
        return declared, {}
    if width is None:
        return "point", {"point": {"0": {"x": x, "y": y}}}
    box = {"h": height, "w": width, "x": x, "y": y}
    if rotation is None:
        return "bounding_box", {"boundingBox": box}
    return "rotatable_bounding_box", {"rotatableBoundingBox": {**box, "theta": rotation}}


def _of_dict(value: JsonObject, declared: str | None) -> Drawn:
    for shape, needed, allowed, names in _DICT_FORMS:
        if needed <= value.keys() <= allowed:
            return shape, {shape: {names.get(key, key): member for key, member in value.items()}}
    return declared, value


def _of_list(value: list[Any], declared: str | None) -> Drawn:
    first = value[0] if value else None
    if isinstance(first, dict) or (first is None and declared == "skeleton"):
        return "skeleton", {"skeleton": {str(place): _joint(joint) for place, joint in enumerate(value)}}
    if isinstance(first, list) and isinstance(first[0], list):
        ring = first[0]
        outer = {str(place // 2): {"x": ring[place], "y": ring[place + 1]} for place in range(0, len(ring), 2)}
        return "polygon", {"polygon": outer, "polygons": value}
    if isinstance(first, list) or first is None:
        return "polyline", {"polyline": {str(place): _point(point) for place, point in enumerate(value)}}
    return "point", {"point": {"0": _point(value)}}


def _point(numbers: Sequence[float]) -> JsonObject:
    return dict(zip("xyz", numbers, strict=False))


def _joint(joint: JsonObject) -> Json:
    return {"featureHash" if key == "feature_hash" else key: member for key, member in joint.items()}
