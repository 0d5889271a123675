"""The SDK's coordinates in the tables' columns and canonical geometry (the forms that the table declarations word)."""

from collections.abc import Mapping
from typing import Any

from encord.objects.bitmask import BitmaskCoordinates
from encord.objects.coordinates import (
    BoundingBoxCoordinates,
    CircleCoordinates,
    Coordinates,
    Cuboid2DIsometricCoordinates,
    Cuboid2DPerspectiveCoordinates,
    CuboidCoordinates,
    EllipseCoordinates,
    PointCoordinate,
    PointCoordinate3D,
    PolygonCoordinates,
    PolylineCoordinates,
    RotatableBoundingBoxCoordinates,
    SkeletonCoordinate,
    SkeletonCoordinates,
)

from tests.parity.facts import exact

GEOMETRY_COLUMNS = ("x", "y", "width", "height", "rotation", "geometry")


def geometry_facts(coordinates: Coordinates, raw: Mapping[str, Any]) -> dict[str, object]:
    """The columns x, y, width, height, rotation and geometry that an annotation with these coordinates must have.

    Args:
        coordinates: What the SDK gives for the annotation.
        raw: The raw frame object: says which optional members a circle or ellipse was given.

    Raises:
        TypeError: A kind of coordinates that nobody has told this function of.
    """
    said = {
        **dict.fromkeys(GEOMETRY_COLUMNS),
        **_columns(coordinates, raw),
        "geometry": _geometry(coordinates, raw),
    }
    return {name: exact(value) for name, value in said.items()}


def _columns(coordinates: Coordinates, raw: Mapping[str, Any]) -> dict[str, object]:
    if isinstance(coordinates, BoundingBoxCoordinates | RotatableBoundingBoxCoordinates):
        box: dict[str, object] = {
            "x": coordinates.top_left_x,
            "y": coordinates.top_left_y,
            "width": coordinates.width,
            "height": coordinates.height,
        }
        return box | ({"rotation": coordinates.theta} if not isinstance(coordinates, BoundingBoxCoordinates) else {})
    if isinstance(coordinates, PointCoordinate):
        return {"x": coordinates.x, "y": coordinates.y}
    if isinstance(coordinates, CircleCoordinates | EllipseCoordinates):
        # Deliberate difference: a rotation that is not given is NULL; the SDK says 0.
        given = raw["circle" if isinstance(coordinates, CircleCoordinates) else "ellipse"].get("theta") is not None
        return {"x": coordinates.center_x, "y": coordinates.center_y, "rotation": coordinates.theta if given else None}
    return {}


def _geometry(coordinates: Coordinates, raw: Mapping[str, Any]) -> object:
    if isinstance(coordinates, BoundingBoxCoordinates | RotatableBoundingBoxCoordinates | PointCoordinate):
        return None
    if isinstance(coordinates, PolygonCoordinates):
        return [
            [[number for point in ring for number in (point.x, point.y)] for ring in part]
            for part in coordinates.polygons
        ]
    if isinstance(coordinates, PolylineCoordinates):
        return [_point(point) for point in coordinates.values]
    if isinstance(coordinates, PointCoordinate3D):
        return _point(coordinates)
    if isinstance(coordinates, SkeletonCoordinates):
        return [_joint(joint) for joint in coordinates.values]
    if isinstance(coordinates, BitmaskCoordinates):
        mask = coordinates.to_dict()
        return {"rle": mask["rleString"], **{name: mask[name] for name in ("top", "left", "width", "height")}}
    if isinstance(coordinates, CuboidCoordinates):
        return coordinates.to_dict()
    return _geometry_of_rarer_shape(coordinates, raw)


def _geometry_of_rarer_shape(coordinates: Coordinates, raw: Mapping[str, Any]) -> object:
    if isinstance(coordinates, CircleCoordinates):
        # Deliberate difference: `stretch` and `theta` are there only if given; the SDK fills them in.
        circle = {"x": coordinates.center_x, "y": coordinates.center_y, "r": coordinates.radius}
        optional = {"stretch": coordinates.stretch, "theta": coordinates.theta}
        return circle | {name: value for name, value in optional.items() if name in raw["circle"]}
    if isinstance(coordinates, EllipseCoordinates):
        ellipse = {"x": coordinates.center_x, "y": coordinates.center_y, "rx": coordinates.rx, "ry": coordinates.ry}
        return ellipse | ({"theta": coordinates.theta} if "theta" in raw["ellipse"] else {})
    if isinstance(coordinates, Cuboid2DPerspectiveCoordinates):
        return {
            "front": [number for point in coordinates.front for number in (point.x, point.y)],
            "vanishing_point": {"x": coordinates.vanishing_point.x, "y": coordinates.vanishing_point.y},
            "scale_ratio": coordinates.scale_ratio,
        }
    if isinstance(coordinates, Cuboid2DIsometricCoordinates):
        return {
            "front": [number for point in coordinates.front for number in (point.x, point.y)],
            "offset": {"x": coordinates.offset.x, "y": coordinates.offset.y},
        }
    raise TypeError(f"no canonical geometry for {type(coordinates).__name__}")


def _point(point: PointCoordinate | PointCoordinate3D) -> list[float]:
    return [point.x, point.y, point.z] if isinstance(point, PointCoordinate3D) else [point.x, point.y]


def _joint(joint: SkeletonCoordinate) -> dict[str, object]:
    members: dict[str, object] = {
        "x": joint.x,
        "y": joint.y,
        "name": joint.name,
        "color": joint.color,
        "value": joint.value,
        "feature_hash": joint.feature_hash,
        "visibility": None if joint.visibility is None else str(joint.visibility.value),
    }
    return {name: value for name, value in members.items() if value is not None}
