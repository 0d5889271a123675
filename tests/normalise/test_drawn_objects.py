"""Objects read straight into records: the very geometry that reading their dicts gives, or left to that."""

from typing import Any

import msgspec
import orjson
import pytest

from connector.geometry.shapes import SHAPE_READERS
from connector.normalise.label_rows.drawn_frames import DrawnFrame, decode_frame

JOINT = {"x": 0.1, "y": 1, "name": "hip", "color": "#fff", "value": "hip", "featureHash": "f"}
SEEN = {**JOINT, "visibility": "visible"}
POINTS = {"0": {"x": 0.25, "y": 0.5}, "1": {"x": 1, "y": 0}, "2": {"x": 0.125, "y": 0.0625}}
CORNER = {"x": 0.1, "y": 0.2, "w": 0.3, "h": 0.4}

QUICK: list[tuple[str, str, Any]] = [
    ("bounding_box", "boundingBox", CORNER),
    ("bounding_box", "boundingBox", {"x": 0, "y": 0, "w": 1, "h": 1}),
    ("rotatable_bounding_box", "rotatableBoundingBox", {**CORNER, "theta": 33.5}),
    ("rotatable_bounding_box", "rotatableBoundingBox", {**CORNER, "theta": 0}),
    ("polygon", "polygon", POINTS),
    ("polygon", "polygon", list(POINTS.values())),
    ("polygon", "polygons", [[[0.1, 0.1, 0.2, 0.1, 0.2, 0.2]], [[0, 0, 1, 0, 1, 1], [0.1, 0.1, 0.2, 0.1, 0.2, 0.2]]]),
    ("polyline", "polyline", POINTS),
    ("polyline", "polyline", {"10": {"x": 1, "y": 1}, "9": {"x": 0.5, "y": 0.5}}),
    ("point", "point", {"0": {"x": 0.3, "y": 1}}),
    ("point", "point", [{"x": 0.3, "y": 0.4}]),
    ("skeleton", "skeleton", {"0": SEEN, "1": {**SEEN, "x": 0.9, "visibility": "occluded"}}),
    ("skeleton", "skeleton", {"1": SEEN, "0": {**SEEN, "x": 0.9}}),
    ("skeleton", "skeleton", {"0": JOINT}),
    ("skeleton", "skeleton", {"0": {**SEEN, "occluded": True}, "1": {**JOINT, "invisible": False}}),
    ("skeleton", "skeleton", {"0": {**SEEN, "name": None}}),
    ("skeleton", "skeleton", [SEEN, JOINT]),
    ("skeleton", "skeleton", {}),
    ("circle", "circle", {"x": 0.5, "y": 0.5, "r": 0.1}),
    ("circle", "circle", {"theta": 20, "stretch": 2, "r": 0.1, "y": 0.5, "x": 0}),
    ("ellipse", "ellipse", {"x": 0.5, "y": 0.5, "rx": 0.1, "ry": 1}),
    ("ellipse", "ellipse", {"x": 0.5, "y": 0.5, "rx": 0.1, "ry": 0.2, "theta": 7.25}),
    ("bitmask", "bitmask", {"top": 0, "left": 0, "width": 3, "height": 2, "rleString": "123"}),
    ("cuboid_2d", "cuboid_2d", {"front": [0.1, 0.1, 0.2, 0.1, 0.2, 0.2, 0.1, 0.2], "offset": {"x": 0.1, "y": 0.1}}),
    ("cuboid", "cuboid", {"position": [1, 2, 3], "orientation": [0, 0, 0.5], "size": [1, 1, 1]}),
]
LONG: list[tuple[str, str, Any]] = [
    ("polyline", "polyline", {"0": {"x": 1, "y": 2, "z": 3}, "1": {"x": 1, "y": 2, "z": 3.5}}),
    ("point", "point", {"0": {"x": 1, "y": 2, "z": 3}}),
    ("circle", "circle", {"x": 0.5, "y": 0.5, "r": 0.1, "theta": None}),
    ("circle", "circle", {"x": "0.5", "y": 0.5, "r": 0.1}),
    ("ellipse", "ellipse", {"x": 0.5, "y": 0.5, "rx": 0.1}),
    ("rotatable_bounding_box", "rotatableBoundingBox", CORNER),
    ("point", "point", {}),
    ("polygon", "polygon", {}),
    ("point", "circle", {"x": 0.5, "y": 0.5, "r": 0.1}),
    ("skeleton", "point", {"0": {"x": 0.3, "y": 0.4}}),
    ("blob", "blob", {"x": 1}),
]


def drawn(shape: str, key: str, geometry: object) -> tuple[object, dict[str, Any]]:
    """The frame as it is decoded, and its only object as a dict."""
    item = {"objectHash": "o", "featureHash": "f", "shape": shape, key: geometry}
    return decode_frame(msgspec.Raw(orjson.dumps({"objects": [item], "classifications": []}))), item


@pytest.mark.parametrize(("width", "height"), [(1920, 1080), (None, None)])
@pytest.mark.parametrize(("shape", "key", "geometry"), QUICK)
def test_a_record_gives_the_geometry_of_its_dict(
    shape: str, key: str, geometry: object, width: int | None, height: int | None
) -> None:
    frame, item = drawn(shape, key, geometry)
    assert isinstance(frame, DrawnFrame)
    assert frame.geometries(width, height) == [SHAPE_READERS[shape](item, width, height)]
    assert frame.as_dicts() == [item]


@pytest.mark.parametrize(("shape", "key", "geometry"), LONG)
def test_what_no_record_fits_is_left_to_the_dicts(shape: str, key: str, geometry: object) -> None:
    frame, item = drawn(shape, key, geometry)
    if isinstance(frame, DrawnFrame):
        assert frame.geometries(1920, 1080) is None
        assert frame.as_dicts() == [item]
    else:
        assert frame == {"objects": [item], "classifications": []}
