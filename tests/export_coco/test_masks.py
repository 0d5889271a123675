"""Masks against pycocotools: the string, the area and the box of random masks and polygons, wherever they lie."""

import numpy as np
import pytest
from pycocotools import mask as coco_mask

from connector.export.coco_masks import area, bounds, frame_runs, polygon_mask, run_text
from tests.export_coco.sdk_exporter import within

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
        runs = frame_runs(pixels, left, top, frame_width, frame_height)
        expected = coco_mask.encode(np.asfortranarray(frame))
        assert run_text(runs) == expected["counts"].decode()
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
        pixels, left, top = polygon_mask([[outer, hole], [second]], width, height)
        found = np.zeros((height, width), dtype=np.bool_)
        found[top : top + pixels.shape[0], left : left + pixels.shape[1]] = pixels
        closed = [[*ring, ring[0]] for ring in (outer, hole, second)]
        expected = within(closed[0], columns, rows) & ~within(closed[1], columns, rows)
        expected |= within(closed[2], columns, rows)
        assert (found == expected).all()


def test_the_area_of_a_mask_is_that_of_its_polygon() -> None:
    """On a circle of a thousand pixels' radius they differ by less than a part in ten thousand."""
    angles = np.linspace(0, 2 * np.pi, 720, endpoint=False)
    ring = [(1200 + 1000 * float(np.cos(angle)), 1100 + 1000 * float(np.sin(angle))) for angle in angles]
    pixels, _, _ = polygon_mask([[ring]], 4000, 3000)
    polygon = 720 / 2 * 1000**2 * np.sin(2 * np.pi / 720)
    assert pixels.sum() == pytest.approx(polygon, rel=1e-4)


def test_a_polygon_outside_of_the_frame_covers_nothing() -> None:
    pixels, left, top = polygon_mask([[[(-30.0, -30.0), (-10.0, -30.0), (-10.0, -10.0)]]], 20, 10)
    runs = frame_runs(pixels, left, top, 20, 10)
    assert (runs.tolist(), area(runs), bounds(runs, 10)) == ([200], 0, (0.0, 0.0, 0.0, 0.0))
