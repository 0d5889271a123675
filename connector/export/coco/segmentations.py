"""A stored shape → its members in COCO: segmentation, area, bounding box, crowd, keypoints.

The forms are those of the Encord SDK's CocoExporter (encord/utilities/coco/exporter.py), bit for bit if it is right; if
it is not, the function here says so. `shape` is the ontology's; coordinates are pixels, not clipped to the frame.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from math import cos, hypot, pi, radians, sin
from typing import Any

import orjson
import shapely

from connector.export.coco import column_masks
from connector.geometry import pixel_shapes
from connector.geometry.pixel_shapes import Point, Ring
from connector.geometry.run_lengths import encoded_runs

Row = Mapping[str, Any]
"""An annotation as `connector.load.questions.coco_rows` reads it."""


@dataclass(frozen=True, slots=True)
class CocoShape:
    """The geometric members of a COCO annotation.

    Attributes:
        segmentation: a list of polygons `[x0, y0, x1, y1, …]` with three or more corners, or run lengths
            `{"size": [height, width], "counts"}`. pycocotools reads nothing else, and no empty list.
        bbox: left, top, width, height.
        is_crowd: whether the SDK marks it as a crowd, which it does for all run lengths.
        keypoints: `[x, y, visibility, …]`: 0 not in the picture, 1 hidden, 2 visible.
        keypoint_names: names of the points of a skeleton.
    """

    segmentation: list[list[float]] | dict[str, Any]
    area: float
    bbox: tuple[float, float, float, float]
    is_crowd: bool = False
    keypoints: list[float] | None = None
    keypoint_names: tuple[str, ...] = ()
    rotation: float | None = None


def coco_shape(row: Row, width: int, height: int) -> CocoShape | None:
    """The shape of an annotation on a frame of that size; None if it is not in the picture, or cannot be read."""
    try:
        return _SHAPES[row["ontology_shape"]](row, width, height)
    except (KeyError, IndexError, TypeError, ValueError, OverflowError):
        return None


def _flat(points: Sequence[Point]) -> list[float]:
    return [coordinate for point in points for coordinate in point]


def _bounds(points: Sequence[Point]) -> tuple[float, float, float, float]:
    xs, ys = [x for x, _ in points], [y for _, y in points]
    return min(xs), min(ys), max(xs) - min(xs), max(ys) - min(ys)


def _outline(ring: Ring, area: float, width: int, height: int) -> CocoShape:
    """A ring as a polygon; with fewer than three corners it has no area."""
    if len(ring) < 3:
        return _without_area([ring], width, height)
    return CocoShape([_flat(ring)], area, _bounds(ring))


def _without_area(lines: Sequence[Sequence[Point]], width: int, height: int) -> CocoShape:
    """Lines and single points, as polygons one pixel wide, because COCO has no lines, and no places without pixels.

    The SDK writes a line forwards and backwards, which covers no pixel, and forms that pycocotools cannot read. The box
    is that of the points, but at least one pixel wide and high: without a width it would overlap nothing, not even
    itself.
    """
    polygons = [_flat(ring) for line in lines for ring in pixel_shapes.strokes(line, width, height)]
    left, top, box_width, box_height = _bounds([point for line in lines for point in line])
    wide, high = max(box_width, 1.0), max(box_height, 1.0)
    bbox = (left - (wide - box_width) / 2, top - (high - box_height) / 2, wide, high)
    return CocoShape(polygons, 0.0, bbox)


def _keypoints(points: Sequence[Point], visibilities: Sequence[float], width: int, height: int) -> CocoShape:
    """Points as keypoints; their area is that of their box, because evaluations scale distances by it."""
    shape = _without_area([[point] for point in points], width, height)
    keypoints = [value for (x, y), visibility in zip(points, visibilities, strict=True) for value in (x, y, visibility)]
    return replace(shape, area=shape.bbox[2] * shape.bbox[3], keypoints=keypoints)


def _box(row: Row, width: int, height: int) -> CocoShape:
    box_width, box_height = row["width"] * width, row["height"] * height
    corners = pixel_shapes.box(row["x"], row["y"], row["width"], row["height"], width, height)
    return CocoShape([_flat(corners)], box_width * box_height, (*corners[0], box_width, box_height))


def _turned_box(row: Row, width: int, height: int) -> CocoShape:
    """The SDK writes the box before its rotation; here the corners are where they are drawn."""
    edges = (row["x"], row["y"], row["width"], row["height"])
    if row["rotation"] == 0:
        upright = _box(row, width, height)
        return CocoShape(upright.segmentation, upright.area, upright.bbox, rotation=0.0)
    corners = pixel_shapes.turned_box(*edges, row["rotation"], width, height)
    area = (row["width"] * width) * (row["height"] * height)
    return CocoShape([_flat(corners)], area, _bounds(corners), rotation=float(row["rotation"]))


def _polygon(row: Row, width: int, height: int) -> CocoShape:
    """One ring as a polygon; several parts or holes as run lengths.

    For those the SDK rounds corners towards zero, adds the outline to the pixels, and lets a hole cut other parts.
    """
    parts = pixel_shapes.parts(orjson.loads(row["geometry"]), width, height)
    if len(parts) == 1 and len(parts[0]) == 1:
        ring = parts[0][0]
        return _outline(ring, float(shapely.Polygon(ring).area) if len(ring) > 2 else 0.0, width, height)
    strips = column_masks.polygon_strips(parts, width, height)
    return _run_lengths(column_masks.frame_runs(strips, width, height), width, height)


def _bitmask(row: Row, width: int, height: int) -> CocoShape:
    """Run lengths of the whole frame; the SDK writes only the mask, and not where it is on the frame."""
    strips = column_masks.bitmask_strips(orjson.loads(row["geometry"]), width, height)
    return _run_lengths(column_masks.frame_runs(strips, width, height), width, height)


def _run_lengths(runs: column_masks.Runs, width: int, height: int) -> CocoShape:
    segmentation = {"size": [height, width], "counts": encoded_runs(runs.tolist())}
    return CocoShape(segmentation, float(column_masks.area(runs)), column_masks.bounds(runs, height), is_crowd=True)


def _polyline(row: Row, width: int, height: int) -> CocoShape | None:
    points = pixel_shapes.line(orjson.loads(row["geometry"]), width, height)
    return _without_area([points], width, height) if points else None


def _point(row: Row, width: int, height: int) -> CocoShape | None:
    if row["x"] is None:  # in 3-D
        return None
    return _keypoints([(row["x"] * width, row["y"] * height)], [2.0], width, height)


def _skeleton(row: Row, width: int, height: int) -> CocoShape:
    joints = orjson.loads(row["geometry"])
    points = [(joint["x"] * width, joint["y"] * height) for joint in joints]
    visibilities = [_VISIBILITY.get(joint.get("visibility"), 2.0) for joint in joints]
    names = tuple(str(joint.get("name", place)) for place, joint in enumerate(joints))
    return replace(_keypoints(points, visibilities, width, height), keypoint_names=names)


_VISIBILITY = {"invisible": 0.0, "occluded": 1.0, "selfOccluded": 1.0, "visible": 2.0}


def _round(row: Row, width: int, height: int) -> CocoShape:
    """A polygon for a circle or an ellipse; the SDK leaves them out."""
    geometry = orjson.loads(row["geometry"])
    along, across = pixel_shapes.semi_axes(row["ontology_shape"], geometry, width, height)
    ring = pixel_shapes.ellipse(row["ontology_shape"], geometry, width, height)
    theta = geometry.get("theta")
    turn = radians(theta or 0.0)
    reach_x, reach_y = hypot(along * cos(turn), across * sin(turn)), hypot(along * sin(turn), across * cos(turn))
    bbox = (geometry["x"] * width - reach_x, geometry["y"] * height - reach_y, 2 * reach_x, 2 * reach_y)
    return CocoShape([_flat(ring)], abs(pi * along * across), bbox, rotation=None if theta is None else float(theta))


def _cuboid(row: Row, width: int, height: int) -> CocoShape:
    """The outline of its two faces; the SDK leaves 2-D cuboids out."""
    front, back = pixel_shapes.cuboid_faces(orjson.loads(row["geometry"]), width, height)
    hull = shapely.MultiPoint([*front, *back]).convex_hull
    # All corners may be on one line, or in one point.
    outline = hull.exterior.coords[:-1] if hull.geom_type == "Polygon" else hull.coords
    corners = [(float(x), float(y)) for x, y in outline]
    return _outline(corners, float(hull.area), width, height)


_SHAPES: dict[str, Callable[[Row, int, int], CocoShape | None]] = {
    "bounding_box": _box,
    "rotatable_bounding_box": _turned_box,
    "polygon": _polygon,
    "polyline": _polyline,
    "bitmask": _bitmask,
    "point": _point,
    "skeleton": _skeleton,
    "circle": _round,
    "ellipse": _round,
    "cuboid_2d": _cuboid,
}
