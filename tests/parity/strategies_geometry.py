"""Hypothesis strategies for coordinates of every shape, as the SDK's own classes."""

import numpy as np
from encord.objects import Shape
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
    Visibility,
)
from hypothesis import strategies as st

from tests.parity.strategies_ontology import NAMES

FRACTIONS = st.one_of(st.floats(min_value=-0.5, max_value=1.5), st.sampled_from([0, 1, 0.1, 1 / 3, 5e-324]))
LENGTHS = st.one_of(st.floats(min_value=0, max_value=1.5), st.sampled_from([0, 1, 0.1, 1 / 3]))
METRES = st.one_of(st.floats(min_value=-1e6, max_value=1e6), st.integers(min_value=-9, max_value=9))
DEGREES = st.floats(min_value=-720, max_value=720)

POINTS = st.builds(PointCoordinate, x=FRACTIONS, y=FRACTIONS)
POINTS_3D = st.builds(PointCoordinate3D, x=METRES, y=METRES, z=METRES)
_RINGS = st.lists(POINTS, min_size=3, max_size=5)
_TRIPLES = st.tuples(METRES, METRES, METRES)
_JOINTS = st.builds(
    SkeletonCoordinate,
    x=FRACTIONS,
    y=FRACTIONS,
    name=NAMES,
    color=st.none() | st.just("#00FF00"),
    value=st.none() | NAMES,
    feature_hash=st.none() | st.just("aB+/12=="),
    visibility=st.none() | st.sampled_from(list(Visibility)),
)


@st.composite
def _bitmasks(draw: st.DrawFn, width: int, height: int) -> BitmaskCoordinates:
    pixels = draw(st.lists(st.booleans(), min_size=width * height, max_size=width * height))
    return BitmaskCoordinates(np.array(pixels, dtype=bool).reshape(height, width))


def coordinates_of(shape: Shape, width: int, height: int) -> st.SearchStrategy[Coordinates]:
    """Coordinates of one shape on a frame of a given size in pixels.

    Raises:
        KeyError: The shape is placed on ranges and has no coordinates on frames.
    """
    strategies: dict[Shape, st.SearchStrategy[Coordinates]] = {
        Shape.BOUNDING_BOX: st.builds(
            BoundingBoxCoordinates, height=LENGTHS, width=LENGTHS, top_left_x=FRACTIONS, top_left_y=FRACTIONS
        ),
        Shape.ROTATABLE_BOUNDING_BOX: st.builds(
            RotatableBoundingBoxCoordinates,
            height=LENGTHS,
            width=LENGTHS,
            top_left_x=FRACTIONS,
            top_left_y=FRACTIONS,
            theta=DEGREES,
        ),
        Shape.POLYGON: st.builds(
            PolygonCoordinates, polygons=st.lists(st.lists(_RINGS, min_size=1, max_size=2), min_size=1, max_size=2)
        ),
        Shape.POLYLINE: st.builds(
            PolylineCoordinates, values=st.one_of(st.lists(POINTS, max_size=4), st.lists(POINTS_3D, max_size=4))
        ),
        Shape.POINT: POINTS | POINTS_3D,
        Shape.SKELETON: st.builds(SkeletonCoordinates, values=st.lists(_JOINTS, min_size=1, max_size=3), name=NAMES),
        Shape.BITMASK: _bitmasks(width, height),
        Shape.CIRCLE: st.builds(
            CircleCoordinates,
            center_x=FRACTIONS,
            center_y=FRACTIONS,
            radius=LENGTHS,
            stretch=LENGTHS,
            theta=DEGREES,
        ),
        Shape.ELLIPSE: st.builds(
            EllipseCoordinates, center_x=FRACTIONS, center_y=FRACTIONS, rx=LENGTHS, ry=LENGTHS, theta=DEGREES
        ),
        Shape.CUBOID: st.builds(CuboidCoordinates, position=_TRIPLES, orientation=_TRIPLES, size=_TRIPLES),
        Shape.CUBOID_2D: st.builds(
            Cuboid2DPerspectiveCoordinates, front=_RINGS, vanishing_point=POINTS, scale_ratio=FRACTIONS
        )
        | st.builds(Cuboid2DIsometricCoordinates, front=_RINGS, offset=POINTS),
    }
    return strategies[shape]
