"""Masks against pycocotools: the string, the area and the box of random masks and polygons, wherever they lie."""

from typing import Any

import numpy as np
import orjson
import pytest
from pycocotools import mask as coco_mask

from connector.export.coco import column_masks
from connector.export.coco.column_masks import area, bitmask_strips, bounds, frame_runs, polygon_strips
from connector.export.coco.segmentations import coco_shape
from connector.geometry.run_lengths import encoded_runs
from tests.export_coco.run_length_code import all_set, coded
from tests.export_coco.sdk_exporter import within
from tests.memory_peak import memory_peak

pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation doesn't accept a copy:DeprecationWarning")
"""pycocotools was built for an older numpy."""


def test_random_masks_at_random_places() -> None:
    source = np.random.default_rng(7)
    for _ in range(400):
        height, width = source.integers(1, 30, 2).tolist()
        pixels = source.random((height, width)) < source.choice([0, 0.1, 0.5, 0.9, 1])
        frame_height, frame_width = source.integers(1, 40, 2).tolist()
        left, top = source.integers(-5, 20, 2).tolist()
        # Cut the frame out of a plane that is large enough on all sides.
        plane = np.zeros((100, 100), dtype=np.uint8)
        plane[10 + top : 10 + top + height, 10 + left : 10 + left + width] = pixels
        frame = plane[10 : 10 + frame_height, 10 : 10 + frame_width]
        runs = frame_runs([(pixels, left, top)], frame_width, frame_height)
        expected = coco_mask.encode(np.asfortranarray(frame))
        assert encoded_runs(runs.tolist()) == expected["counts"].decode()
        assert runs.sum() == frame.size
        assert area(runs) == coco_mask.area(expected)
        assert bounds(runs, frame_height) == tuple(coco_mask.toBbox(expected))


def test_random_polygons_cover_the_pixels_whose_centre_they_hold() -> None:
    source = np.random.default_rng(7)
    width, height = 60, 40
    columns, rows = np.meshgrid(np.arange(width) + 0.5, np.arange(height) + 0.5)
    for _ in range(150):
        outer = [(float(x), float(y)) for x, y in source.random((source.integers(3, 9), 2)) * [80, 60] - 10]
        hole = [(float(x), float(y)) for x, y in source.random((4, 2)) * [40, 30]]
        second = [(float(x), float(y)) for x, y in source.random((3, 2)) * [60, 40]]
        found = np.zeros((height, width), dtype=np.bool_)
        for pixels, left, top in polygon_strips([[outer, hole], [second]], width, height):
            found[top : top + pixels.shape[0], left : left + pixels.shape[1]] = pixels
        closed = [[*ring, ring[0]] for ring in (outer, hole, second)]
        expected = within(closed[0], columns, rows) & ~within(closed[1], columns, rows)
        expected |= within(closed[2], columns, rows)
        assert (found == expected).all()


def test_the_area_of_a_mask_is_that_of_its_polygon() -> None:
    """On a circle of a thousand pixels' radius they differ by less than a part in ten thousand."""
    angles = np.linspace(0, 2 * np.pi, 720, endpoint=False)
    ring = [(1200 + 1000 * float(np.cos(angle)), 1100 + 1000 * float(np.sin(angle))) for angle in angles]
    strips = list(polygon_strips([[ring]], 4000, 3000))
    assert len(strips) > 1
    polygon = 720 / 2 * 1000**2 * np.sin(2 * np.pi / 720)
    assert sum(pixels.sum() for pixels, _, _ in strips) == pytest.approx(polygon, rel=1e-4)


def test_a_polygon_outside_of_the_frame_covers_nothing() -> None:
    runs = frame_runs(polygon_strips([[[(-30.0, -30.0), (-10.0, -30.0), (-10.0, -10.0)]]], 20, 10), 20, 10)
    assert (runs.tolist(), area(runs), bounds(runs, 10)) == ([200], 0, (0.0, 0.0, 0.0, 0.0))


def test_a_bitmask_of_several_strips_is_the_same_mask(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(column_masks, "STRIP_PIXELS", 40)
    source = np.random.default_rng(7)
    for _ in range(100):
        height, width = source.integers(1, 30, 2).tolist()
        pixels = source.random((height, width)) < source.choice([0, 0.1, 0.5, 0.9, 1])
        left, top = source.integers(-5, 6, 2).tolist()
        plane = np.zeros((60, 60), dtype=np.uint8)
        plane[10 + top : 10 + top + height, 10 + left : 10 + left + width] = pixels
        expected = coco_mask.encode(np.asfortranarray(plane[10:40, 10:40]))
        geometry = {"top": top, "left": left, "width": width, "height": height, "rle": coded(pixels)}
        runs = frame_runs(bitmask_strips(geometry, 30, 30), 30, 30)
        assert encoded_runs(runs.tolist()) == expected["counts"].decode()


def drawn(shape: str, geometry: object) -> dict[str, Any]:
    return {"ontology_shape": shape, "geometry": orjson.dumps(geometry).decode()}


def mask_of(width: int, height: int) -> dict[str, Any]:
    return {"top": 0, "left": 0, "width": width, "height": height, "rle": all_set(width * height)}


LARGE = 1 << 13


def zigzag(corners: int) -> list[float]:
    """A ring that goes from one side of the frame to the other at each corner."""
    return [edge for corner in range(corners) for edge in (corner % 2, corner / corners)]


SHAPES = {
    "a mask of a large frame": (drawn("bitmask", mask_of(LARGE, LARGE)), LARGE, LARGE, 1.0),
    "a polygon with a hole": (
        drawn("polygon", [[[0, 0, 1, 0, 1, 1], [0.6, 0.1, 0.9, 0.1, 0.9, 0.4]]]),
        LARGE,
        LARGE,
        0.455,
    ),
    "a polygon beyond the frame": (
        drawn("polygon", [[[-9e9, -9e9, 9e9, -9e9, 9e9, 9e9, -9e9, 9e9]], [[0, 0, 1, 1]]]),
        500,
        400,
        1.0,
    ),
    "a ring with many edges": (drawn("polygon", [[zigzag(4_000)], [[0, 0, 0, 0]]]), 4_000, 100, None),
    "one column of a hundred million": (drawn("bitmask", mask_of(1, 10**8)), 640, 480, 0.0),
    "a mask of a million by a million": (drawn("bitmask", mask_of(10**6, 10**6)), 640, 480, 0.0),
    "the same on a frame that says so too": (drawn("bitmask", mask_of(10**6, 10**6)), 10**6, 10**6, 0.0),
    "a polygon on such a frame": (drawn("polygon", [[[0, 0, 1, 0, 1, 1]], [[0, 0, 1, 1, 0, 1]]]), 10**6, 10**6, 0.0),
    "on a frame that no number holds": (
        drawn("polygon", [[[0, 0, 1, 0, 1, 1]], [[0, 0, 1, 1, 0, 1]]]),
        2**62,
        2**62,
        0.0,
    ),
    "a circle without end": (drawn("circle", {"x": 0.5, "y": 0.5, "r": 1e308}), 640, 480, 0.0),
}


@pytest.mark.parametrize("name", SHAPES)
def test_no_shape_takes_memory_by_what_it_says_of_its_size(name: str) -> None:
    """Those that are larger than their frame, or than any mask that is made, are none (an area of 0 here)."""
    row, width, height, share = SHAPES[name]
    with memory_peak() as peak:
        found = coco_shape(row, width, height)
    assert peak() < 60_000_000
    if share == 0.0:
        assert found is None
    else:
        assert found is not None
        assert share is None or found.area == pytest.approx(share * width * height, rel=1e-3)
