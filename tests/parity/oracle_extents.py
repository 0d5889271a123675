"""The box around a drawn shape, found from the SDK's coordinates by brute force: points on its outline, set pixels.

The SDK has no such thing; the tables compute it in closed form. Here the outline is walked in pixels, a thousand
steps around a round shape, and a mask is unpacked by the SDK itself.
"""

import math
from collections.abc import Iterable, Iterator

import numpy as np
from encord.objects.bitmask import BitmaskCoordinates
from encord.objects.coordinates import (
    BoundingBoxCoordinates,
    CircleCoordinates,
    Coordinates,
    Cuboid2DIsometricCoordinates,
    Cuboid2DPerspectiveCoordinates,
    EllipseCoordinates,
    PointCoordinate,
    PolygonCoordinates,
    PolylineCoordinates,
    RotatableBoundingBoxCoordinates,
    SkeletonCoordinates,
)

from tests.parity.raw_rows import Size

Extent = tuple[float, float, float, float]
Place = tuple[float, float]

STEPS = 1000


def extent_of(coordinates: Coordinates, size: Size) -> Extent | None:
    """Left, top, right and bottom, 0 to 1 of a frame; None for what is not drawn in two dimensions.

    Args:
        coordinates: The SDK's.
        size: The frame's, in pixels.
    """
    if isinstance(coordinates, BitmaskCoordinates):
        return _extent_of_mask(coordinates, size)
    return _around(_outline(coordinates, size))


def _around(places: Iterable[Place]) -> Extent | None:
    found = list(places)
    if not found:
        return None
    xs, ys = [x for x, _ in found], [y for _, y in found]
    return min(xs), min(ys), max(xs), max(ys)


def _extent_of_mask(mask: BitmaskCoordinates, size: Size) -> Extent | None:
    rows, columns = np.nonzero(np.array(mask))
    if not len(rows):
        return None
    return (
        float(columns.min() / size.width),
        float(rows.min() / size.height),
        float((columns.max() + 1) / size.width),
        float((rows.max() + 1) / size.height),
    )


def _outline(coordinates: Coordinates, size: Size) -> Iterator[Place]:
    if isinstance(coordinates, BoundingBoxCoordinates | RotatableBoundingBoxCoordinates):
        yield from _box(coordinates, size)
    elif isinstance(coordinates, CircleCoordinates):
        radius = coordinates.radius * size.width
        centre = coordinates.center_x, coordinates.center_y
        yield from _round(centre, radius, radius * coordinates.stretch, coordinates.theta, size)
    elif isinstance(coordinates, EllipseCoordinates):
        centre = coordinates.center_x, coordinates.center_y
        semi_axes = coordinates.rx * size.width, coordinates.ry * size.height
        yield from _round(centre, *semi_axes, coordinates.theta, size)
    elif isinstance(coordinates, PolygonCoordinates):
        for part in coordinates.polygons:
            yield from _flat(part[0])
    elif isinstance(coordinates, PolylineCoordinates):
        yield from _flat(coordinates.values)
    elif isinstance(coordinates, PointCoordinate):
        yield coordinates.x, coordinates.y
    elif isinstance(coordinates, SkeletonCoordinates):
        for joint in coordinates.values:
            yield joint.x, joint.y
    elif isinstance(coordinates, Cuboid2DPerspectiveCoordinates):
        yield from _flat(coordinates.front)
        vanishing, ratio = coordinates.vanishing_point, coordinates.scale_ratio
        for point in coordinates.front:
            # The back face lies on the lines to the vanishing point, `ratio` as far from it as the front.
            yield ratio * point.x + (1 - ratio) * vanishing.x, ratio * point.y + (1 - ratio) * vanishing.y
    elif isinstance(coordinates, Cuboid2DIsometricCoordinates):
        yield from _flat(coordinates.front)
        for point in coordinates.front:
            yield point.x + coordinates.offset.x, point.y + coordinates.offset.y


def _flat(points: Iterable[object]) -> Iterator[Place]:
    for point in points:
        if isinstance(point, PointCoordinate):
            yield point.x, point.y


def _box(box: BoundingBoxCoordinates | RotatableBoundingBoxCoordinates, size: Size) -> Iterator[Place]:
    theta = 0.0 if isinstance(box, BoundingBoxCoordinates) else box.theta
    centre = box.top_left_x + box.width / 2, box.top_left_y + box.height / 2
    for right in (-0.5, 0.5):
        for down in (-0.5, 0.5):
            yield _turned(centre, (right * box.width * size.width, down * box.height * size.height), theta, size)


def _round(centre: Place, along: float, across: float, theta: float, size: Size) -> Iterator[Place]:
    for step in range(STEPS):
        angle = 2 * math.pi * step / STEPS
        yield _turned(centre, (along * math.cos(angle), across * math.sin(angle)), theta, size)


def _turned(centre: Place, from_centre: Place, theta: float, size: Size) -> Place:
    """A place given in pixels from a centre, turned clockwise (y points down), as a share of the frame."""
    cosine, sine = math.cos(math.radians(theta)), math.sin(math.radians(theta))
    x = from_centre[0] * cosine - from_centre[1] * sine
    y = from_centre[0] * sine + from_centre[1] * cosine
    return centre[0] + x / size.width, centre[1] + y / size.height
