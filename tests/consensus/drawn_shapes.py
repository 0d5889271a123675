"""Pairs of shapes on a frame, as a measure of overlaps is given them, and how they are drawn."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
from pycocotools import mask as coco

from connector.geometry.overlap import measured_shapes
from connector.load.matching.pair_overlaps import SHAPE_SCHEMA

Pixels = npt.NDArray[np.uint8]
Shape = Mapping[str, Any]
"""Columns of object_annotation, and its shape."""

WIDTH, HEIGHT = 160, 90


def box(x: float, y: float, width: float, height: float) -> Shape:
    return {"shape": "bounding_box", "x": x, "y": y, "width": width, "height": height}


def turned_box(edges: Sequence[float], degrees: float) -> Shape:
    """A box (x, y, width, height), turned clockwise about its centre."""
    return {**box(*edges), "shape": "rotatable_bounding_box", "rotation": degrees}


def polygon(*parts: Sequence[Sequence[float]]) -> Shape:
    """Each part is its outline and its holes: x0, y0, x1, y1 and so on."""
    return {"shape": "polygon", "geometry": json.dumps(parts)}


def circle(x: float, y: float, radius: float, **more: float) -> Shape:
    return {"shape": "circle", "geometry": json.dumps({"x": x, "y": y, "r": radius, **more})}


def ellipse(x: float, y: float, rx: float, ry: float, degrees: float = 0.0) -> Shape:
    return {"shape": "ellipse", "geometry": json.dumps({"x": x, "y": y, "rx": rx, "ry": ry, "theta": degrees})}


def bitmask(pixels: Pixels, top: int = 0, left: int = 0) -> Shape:
    """Encord's run lengths go along rows: COCO's, of the mask turned on its side."""
    runs = coco.encode(np.asfortranarray(pixels.T))["counts"].decode()
    height, width = pixels.shape
    drawn = {"top": top, "left": left, "width": width, "height": height, "rle": runs}
    return {"shape": "bitmask", "geometry": json.dumps(drawn)}


def measured(*pairs: tuple[Shape, Shape], size: tuple[int | None, int | None] = (WIDTH, HEIGHT)) -> list[float | None]:
    """The overlap of each pair, on a frame of some pixels."""
    count = len(pairs)
    rows = [
        {**shape, "frame_width": size[0], "frame_height": size[1]}
        for pair in zip(*pairs, strict=True)
        for shape in pair
    ]
    shapes = measured_shapes(pa.Table.from_pylist(rows, schema=SHAPE_SCHEMA))
    found = shapes.iou(np.arange(count), np.arange(count, 2 * count))
    return [None if np.isnan(iou) else float(iou) for iou in found]
