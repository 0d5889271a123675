"""Corners of boxes and shapes as well-known text: the same text on both engines, and what shapely makes of it."""

import json
from typing import Any

import pytest
import shapely
from shapely.affinity import rotate

from connector.geometry.pixel_shapes import semi_axes
from connector.load import Warehouse
from tests.views.herd import add_data_unit, add_label_row, add_object, add_project, asked

WIDTH, HEIGHT = 200, 100
NO_BOX: dict[str, Any] = {"x": None, "y": None, "width": None, "height": None}


@pytest.fixture
def herd(warehouse: Warehouse) -> Warehouse:
    """A video whose frames are twice as wide as high, and one of unknown size; opened as `one` and `two`."""
    add_project(warehouse)
    add_data_unit(warehouse, "video", "video", width=WIDTH, height=HEIGHT, frame_count=50)
    add_data_unit(warehouse, "sizeless", "video", frame_count=50)
    add_label_row(warehouse, "one")
    add_label_row(warehouse, "two", data_hash="sizeless")
    return warehouse


CORNERS = ("top_left", "top_right", "bottom_right", "bottom_left")


def corners(herd: Warehouse, object_hash: str, unit: str = "") -> list[tuple[Any, Any]]:
    names = ", ".join(f"{corner}_x{unit}, {corner}_y{unit}" for corner in CORNERS)
    [row] = asked(herd, f"SELECT {names} FROM object_corners_on_frame WHERE object_hash = '{object_hash}'")
    return list(zip(row[::2], row[1::2], strict=True))


def test_corners_of_boxes(herd: Warehouse) -> None:
    box: dict[str, Any] = {"x": 0.25, "y": 0.25, "width": 0.5, "height": 0.25}
    for theta in (0.0, 90.0, 30.0, 301.7):
        add_object(herd, "one", f"turned-{theta:.0f}", [0], rotation=theta, **box)
    add_object(herd, "one", "upright", [0], **box)
    add_object(herd, "one", "circle", [0], **{**NO_BOX, "x": 0.5, "y": 0.5}, geometry='{"x":0.5,"y":0.5,"r":0.1}')
    upright = [(50.0, 25.0), (150.0, 25.0), (150.0, 50.0), (50.0, 50.0)]
    assert corners(herd, "upright") == [(0.25, 0.25), (0.75, 0.25), (0.75, 0.5), (0.25, 0.5)]
    assert corners(herd, "upright", "_pixels") == corners(herd, "turned-0", "_pixels") == upright
    # A quarter clockwise about (100, 37.5), y pointing down: what was the top left is the top right.
    assert corners(herd, "turned-90", "_pixels") == [
        pytest.approx(corner) for corner in ((112.5, -12.5), (112.5, 87.5), (87.5, 87.5), (87.5, -12.5))
    ]
    for theta in (30.0, 301.7):
        # With y down, the rotation that shapely draws anticlockwise with y up goes clockwise.
        expected = list(rotate(shapely.Polygon(upright), theta, origin=(100, 37.5)).exterior.coords)[:4]
        found = corners(herd, f"turned-{theta:.0f}", "_pixels")
        assert found == [pytest.approx(corner) for corner in expected]
        assert corners(herd, f"turned-{theta:.0f}") == [pytest.approx((x / WIDTH, y / HEIGHT)) for x, y in expected]
    assert corners(herd, "circle") == [(None, None)] * 4


def test_a_rotated_box_on_a_frame_of_unknown_size_has_no_corners(herd: Warehouse) -> None:
    add_object(herd, "two", "turned", [0], rotation=30.0)
    add_object(herd, "two", "upright", [0], rotation=0.0, x=0.5, y=0.25, width=0.25, height=0.5)
    assert corners(herd, "turned") == [(None, None)] * 4
    assert corners(herd, "upright") == [(0.5, 0.25), (0.75, 0.25), (0.75, 0.75), (0.5, 0.75)]
    assert corners(herd, "upright", "_pixels") == [(None, None)] * 4
    query = "SELECT object_hash, wkt, wkt_pixels FROM object_wkt_on_frame"
    assert asked(herd, query) == [("upright", "POLYGON((0.5 0.25,0.75 0.25,0.75 0.75,0.5 0.75,0.5 0.25))", None)]


RING, HOLE = [0.1, 0.1, 0.9, 0.1, 0.9, 0.9], [0.5, 0.2, 0.8, 0.2, 0.8, 0.5, 0.7, 2**-20]
SHAPES: dict[str, tuple[object, str, str | None]] = {
    "ring": (
        [[RING]],
        "POLYGON((0.1 0.1,0.9 0.1,0.9 0.9,0.1 0.1))",
        "POLYGON((20 10,180 10,180 90,20 10))",
    ),
    "hole": (
        [[RING, HOLE]],
        "POLYGON((0.1 0.1,0.9 0.1,0.9 0.9,0.1 0.1),(0.5 0.2,0.8 0.2,0.8 0.5,0.7 9.5367431640625e-07,0.5 0.2))",
        "POLYGON((20 10,180 10,180 90,20 10),(100 20,160 20,160 50,140 9.5367431640625e-05,100 20))",
    ),
    "parts": (
        [[[0, 0, 1.0, 0, 1, 0.5]], [RING, RING]],
        "MULTIPOLYGON(((0 0,1 0,1 0.5,0 0)),((0.1 0.1,0.9 0.1,0.9 0.9,0.1 0.1),(0.1 0.1,0.9 0.1,0.9 0.9,0.1 0.1)))",
        "MULTIPOLYGON(((0 0,200 0,200 50,0 0)),((20 10,180 10,180 90,20 10),(20 10,180 10,180 90,20 10)))",
    ),
    "line": (
        [[0.0, 0.5], [0.25, 1.0], [-0.1, 2.5]],
        "LINESTRING(0 0.5,0.25 1,-0.1 2.5)",
        "LINESTRING(0 50,50 100,-20 250)",
    ),
    "line in space": ([[1.5, 2.0, -3.25], [10.0, 0.0, 0.5]], "LINESTRING Z(1.5 2 -3.25,10 0 0.5)", None),
    "point in space": ([1.5, 2.0, -3.25], "POINT Z(1.5 2 -3.25)", None),
    "skeleton": (
        [
            {"x": 0.1, "y": 0.2, "name": "[[[1,2]]]"},
            {"x": 0.9, "y": 0.9, "visibility": "invisible"},
            {"x": 0.25, "y": 1, "visibility": "occluded"},
        ],
        "MULTIPOINT((0.1 0.2),(0.25 1))",
        "MULTIPOINT((20 20),(50 100))",
    ),
    "cuboid": (
        {"front": [0, 0, 0.5, 0, 0.5, 0.5, 0, 0.5], "offset": {"x": 0.25, "y": 0.125}},
        (
            "MULTILINESTRING((0 0,0.5 0,0.5 0.5,0 0.5,0 0),(0.25 0.125,0.75 0.125,0.75 0.625,0.25 0.625,0.25 0.125),"
            "(0 0,0.25 0.125),(0.5 0,0.75 0.125),(0.5 0.5,0.75 0.625),(0 0.5,0.25 0.625))"
        ),
        (
            "MULTILINESTRING((0 0,100 0,100 50,0 50,0 0),(50 12.5,150 12.5,150 62.5,50 62.5,50 12.5),"
            "(0 0,50 12.5),(100 0,150 12.5),(100 50,150 62.5),(0 50,50 62.5))"
        ),
    ),
    "cuboid with a vanishing point": (
        {"front": [0, 0, 0.5, 0, 0.5, 1, 0, 1], "vanishing_point": {"x": 1, "y": 0.5}, "scale_ratio": 0.5},
        (
            "MULTILINESTRING((0 0,0.5 0,0.5 1,0 1,0 0),(0.5 0.25,0.75 0.25,0.75 0.75,0.5 0.75,0.5 0.25),"
            "(0 0,0.5 0.25),(0.5 0,0.75 0.25),(0.5 1,0.75 0.75),(0 1,0.5 0.75))"
        ),
        (
            "MULTILINESTRING((0 0,100 0,100 100,0 100,0 0),(100 25,150 25,150 75,100 75,100 25),"
            "(0 0,100 25),(100 0,150 25),(100 100,150 75),(0 100,100 75))"
        ),
    ),
}
UNSAYABLE: dict[str, object] = {
    "two corners": [[[0.1, 0.1, 0.9, 0.1]]],
    "a hole of one": [[RING, [0.5, 0.5]]],
    "half a point": [[[*RING, 0.5]]],
    "one point of a line": [[0.1, 0.2]],
    "no point": [],
    "skeleton that nobody saw": [{"x": 0.1, "y": 0.2, "visibility": "invisible"}],
    "skeleton of words": [{"x": "a", "y": 0.2}],
    "circle of a word": {"x": 0.1, "y": 0.2, "r": "a"},
    "cuboid of a triangle": {"front": [0, 0, 1, 0, 1, 1], "offset": {"x": 0.25, "y": 0.125}},
    "cuboid in space": {"position": [1, 2, 3], "orientation": [0, 0, 0], "size": [1, 1, 1]},
    "bitmask": {"top": 0, "left": 0, "width": 9, "height": 9, "rle": "[[[0,1]]]"},
    "not a number": [[["a", 1]]],
}


def test_shapes_as_well_known_text(herd: Warehouse) -> None:
    for name, (geometry, _, _) in SHAPES.items():
        add_object(herd, "one", name, [3], **NO_BOX, geometry=json.dumps(geometry, separators=(",", ":")))
    for name, geometry in UNSAYABLE.items():
        add_object(herd, "one", name, [3], **NO_BOX, geometry=json.dumps(geometry, separators=(",", ":")))
    add_object(herd, "one", "nothing", [3], **NO_BOX)
    add_object(herd, "one", "point", [3], **{**NO_BOX, "x": 0.125, "y": 1.0})
    add_object(herd, "one", "box", [3], x=0.0, y=0.25, width=0.5, height=0.75)
    add_object(herd, "one", "turned", [3], x=0.25, y=0.25, width=0.5, height=0.25, rotation=30.0)
    rows = asked(herd, "SELECT object_hash, wkt, wkt_pixels FROM object_wkt_on_frame WHERE frame = 3")
    found = {name: (wkt, wkt_pixels) for name, wkt, wkt_pixels in rows}
    turned = [shapely.from_wkt(wkt) for wkt in found.pop("turned")]
    for shape, unit in zip(turned, ("", "_pixels"), strict=True):
        assert list(shape.exterior.coords)[:4] == corners(herd, "turned", unit)
    assert found == {
        **{name: (wkt, wkt_pixels) for name, (_, wkt, wkt_pixels) in SHAPES.items()},
        "point": ("POINT(0.125 1)", "POINT(25 100)"),
        "box": ("POLYGON((0 0.25,0.5 0.25,0.5 1,0 1,0 0.25))", "POLYGON((0 25,100 25,100 100,0 100,0 25))"),
    }
    for wkt, wkt_pixels in found.values():
        in_shares, in_pixels = (shapely.from_wkt(text) for text in (wkt, wkt_pixels))
        assert shapely.get_num_coordinates(in_shares) > 0
        if in_pixels is not None:
            scaled = shapely.transform(in_shares, lambda points: points * (WIDTH, HEIGHT))
            assert shapely.equals_exact(scaled, in_pixels, tolerance=1e-9)
    query = "SELECT wkt_pixels FROM object_wkt_on_frame WHERE data_title = 'video.file' AND frame IN (3, 4)"
    assert len(asked(herd, query)) == len(found) + 1


ROUND: dict[str, dict[str, float]] = {
    "circle": {"x": 0.5, "y": 0.5, "r": 0.1},
    "stretched": {"x": 0.5, "y": 0.5, "r": 0.1, "stretch": 2.5, "theta": 30.0},
    "ellipse": {"x": 0.25, "y": 0.75, "rx": 0.1, "ry": 0.3},
    "turned": {"x": 0.25, "y": 0.75, "rx": 0.1, "ry": 0.3, "theta": 301.5},
}


def test_circles_and_ellipses_are_polygons_of_64_corners_on_their_line(herd: Warehouse) -> None:
    for name, geometry in ROUND.items():
        columns = {**NO_BOX, "x": geometry["x"], "y": geometry["y"], "rotation": geometry.get("theta")}
        for label_hash, object_hash in (("one", name), ("two", f"{name} of unknown size")):
            add_object(
                herd, label_hash, object_hash, [3], **columns, geometry=json.dumps(geometry, separators=(",", ":"))
            )
    rows = asked(herd, "SELECT object_hash, wkt, wkt_pixels FROM object_wkt_on_frame")
    assert {name for name, *_ in rows} == ROUND.keys()
    for name, wkt, wkt_pixels in rows:
        geometry = ROUND[name]
        along, across = semi_axes("circle" if "r" in geometry else "ellipse", geometry, WIDTH, HEIGHT)
        shape = shapely.from_wkt(wkt_pixels)
        assert shapely.get_num_coordinates(shape) == 65
        # With y down, the rotation that shapely draws anticlockwise with y up goes clockwise.
        upright = shapely.affinity.scale(shapely.Point(0, 0).buffer(1, quad_segs=16), along, across)
        turned = rotate(upright, geometry.get("theta", 0.0), origin=(0, 0))
        expected = shapely.affinity.translate(turned, geometry["x"] * WIDTH, geometry["y"] * HEIGHT)
        assert shapely.hausdorff_distance(shape, expected) < 1e-6
        scaled = shapely.transform(shapely.from_wkt(wkt), lambda points: points * (WIDTH, HEIGHT))
        assert shapely.equals_exact(scaled, shape, tolerance=1e-9)
