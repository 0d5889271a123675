"""Overlaps of shapes: equal to pycocotools on masks and boxes, to shapely's own ways on outlines, to geometry books."""

import json
import math
import random

import numpy as np
import pytest
import shapely
import shapely.affinity
from pycocotools import mask as coco

from connector.geometry.convex_overlaps import shared_areas
from tests.consensus.drawn_shapes import (
    HEIGHT,
    WIDTH,
    Pixels,
    Shape,
    bitmask,
    box,
    circle,
    ellipse,
    measured,
    polygon,
    turned_box,
)
from tests.export_coco.run_length_code import all_set
from tests.memory_peak import memory_peak


def in_pixels(x: float, y: float, width: float, height: float) -> shapely.Polygon:
    return shapely.box(x * WIDTH, y * HEIGHT, (x + width) * WIDTH, (y + height) * HEIGHT)


def iou_of(one: shapely.Geometry, other: shapely.Geometry) -> float:
    return float(one.intersection(other).area / one.union(other).area)


def blob(source: random.Random, corners: int) -> list[float]:
    """A closed outline that does not cross itself, 0 to 1: x0, y0, x1, y1 and so on."""
    x, y, ring = source.uniform(0.35, 0.65), source.uniform(0.35, 0.65), []
    for corner in range(corners):
        reach, angle = source.uniform(0.05, 0.35), math.tau * (corner + source.uniform(-0.3, 0.3)) / corners
        ring += [x + reach * math.cos(angle), y + reach * math.sin(angle)]
    return ring


def points(ring: list[float]) -> list[tuple[float, float]]:
    return [(x * WIDTH, y * HEIGHT) for x, y in zip(ring[0::2], ring[1::2], strict=True)]


def noise(source: np.random.Generator, rows: int, columns: int) -> Pixels:
    """Masks of every sort: noise, blobs, full, a few pixels."""
    density = source.choice([0.02, 0.3, 0.7, 1.0])
    pixels: Pixels = (source.random((rows, columns)) < density).astype(np.uint8)
    if source.random() < 0.5:
        top, left = source.integers(0, rows), source.integers(0, columns)
        pixels[top : top + rows // 2, left : left + columns // 2] = 1
    pixels[source.integers(0, rows), source.integers(0, columns)] = 1
    return pixels


def test_boxes_as_pycocotools_has_them() -> None:
    source = random.Random(1)
    boxes = [[source.uniform(0, 0.5), source.uniform(0, 0.5), source.uniform(0.1, 0.5), 0.4] for _ in range(80)]
    ones, others = boxes[:40], boxes[40:]
    found = measured(*((box(*one), turned_box(other, 0.0)) for one, other in zip(ones, others, strict=True)))
    # In pixels or not, the ratio of areas is the same.
    expected = [coco.iou([one], [other], [0])[0, 0] for one, other in zip(ones, others, strict=True)]
    assert found == pytest.approx(expected, abs=1e-12)


def test_masks_of_any_corner_and_width_as_pycocotools_has_them() -> None:
    source = np.random.default_rng(2)
    pairs: list[tuple[Shape, Shape]] = []
    expected = []
    for _ in range(150):
        shapes, full = [], []
        for _ in range(2):
            rows, columns = int(source.integers(1, 60)), int(source.integers(1, 100))
            top, left = int(source.integers(0, HEIGHT - rows + 1)), int(source.integers(0, WIDTH - columns + 1))
            pixels = noise(source, rows, columns)
            shapes.append(bitmask(pixels, top, left))
            frame = np.zeros((HEIGHT, WIDTH), dtype=np.uint8, order="F")
            frame[top : top + rows, left : left + columns] = pixels
            full.append(coco.encode(frame))
        pairs.append((shapes[0], shapes[1]))
        expected.append(coco.iou(full[:1], full[1:], [0])[0, 0])
    assert sum(value > 0 for value in expected) > 60
    assert measured(*pairs) == pytest.approx(expected, abs=1e-12)
    # Two masks lie on the same pixels whether or not the frame's size is known.
    assert measured(*pairs[:9], size=(None, None)) == measured(*pairs[:9])


def test_polygons_with_holes_as_shapely_has_them_one_by_one() -> None:
    source = random.Random(3)
    pairs, expected = [], []
    for _ in range(150):
        drawn, areas = [], []
        for _ in range(2):
            outline = blob(source, source.randint(3, 14))
            area = shapely.Polygon(points(outline))
            middle = area.representative_point()
            x, y, half = middle.x / WIDTH, middle.y / HEIGHT, source.uniform(0.001, 0.03)
            hole = [x - half, y - half, x + half, y - half, x + half, y + half]
            if area.contains(shapely.Polygon(points(hole))):
                drawn.append(polygon([outline, hole]))
                areas.append(area.difference(shapely.Polygon(points(hole))))
            else:
                drawn.append(polygon([outline]))
                areas.append(area)
        pairs.append((drawn[0], drawn[1]))
        expected.append(iou_of(*areas))
    assert sum(value > 0.1 for value in expected) > 80
    assert measured(*pairs) == pytest.approx(expected, abs=1e-9)
    # A polygon is as wide as its frame: the ratio is the same without the frame's size.
    assert measured(*pairs, size=(None, None)) == pytest.approx(expected, abs=1e-9)


def test_parts_of_a_polygon_may_overlap() -> None:
    source = random.Random(4)
    pairs, expected = [], []
    for _ in range(60):
        outlines = [[blob(source, 8) for _ in range(source.randint(2, 4))] for _ in range(2)]
        pairs.append((polygon(*([each] for each in outlines[0])), polygon(*([each] for each in outlines[1]))))
        areas = [shapely.union_all([shapely.Polygon(points(ring)) for ring in each]) for each in outlines]
        expected.append(iou_of(*areas))
    assert measured(*pairs) == pytest.approx(expected, abs=1e-9)


def test_an_outline_that_crosses_itself_is_what_it_encloses() -> None:
    bow_tie = polygon([[0.2, 0.2, 0.4, 0.4, 0.4, 0.2, 0.2, 0.4]])
    # Two triangles of a quarter of the square each.
    assert measured((bow_tie, box(0.2, 0.2, 0.2, 0.2))) == pytest.approx([0.5])
    # A thread and a doubled corner enclose nothing more.
    thread = polygon([[0.2, 0.2, 0.4, 0.2, 0.4, 0.2, 0.9, 0.2, 0.4, 0.2, 0.4, 0.4, 0.2, 0.4]])
    assert measured((thread, box(0.2, 0.2, 0.2, 0.2))) == pytest.approx([1.0])


def test_turned_boxes_as_shapely_turns_them() -> None:
    source = random.Random(5)
    pairs, expected = [], []
    for _ in range(100):
        edges = [[source.uniform(0.2, 0.5), source.uniform(0.2, 0.5), 0.3, 0.2] for _ in range(2)]
        degrees = [source.uniform(-180, 180), source.choice([0.0, 45.0, 90.0])]
        drawn = [turned_box(edge, angle) for edge, angle in zip(edges, degrees, strict=True)]
        # shapely turns against the clock where y points up; on a screen y points down.
        areas = [
            shapely.affinity.rotate(in_pixels(*edge), angle, origin="center")
            for edge, angle in zip(edges, degrees, strict=True)
        ]
        pairs.append((drawn[0], drawn[1]))
        expected.append(iou_of(*areas))
    assert measured(*pairs) == pytest.approx(expected, abs=1e-9)
    # By hand: a square and itself turned by an eighth share a regular octagon.
    side, octagon = 0.3 * HEIGHT, 2 * (math.sqrt(2) - 1) * (0.3 * HEIGHT) ** 2
    square = (0.2, 0.3, 0.3 * HEIGHT / WIDTH, 0.3)
    [found] = measured((box(*square), turned_box(square, 45.0)))
    assert found == pytest.approx(octagon / (2 * side**2 - octagon), abs=1e-9)


def test_circles_and_ellipses_as_geometry_books_have_them() -> None:
    pairs, expected = [], []
    for distance in (0.0, 0.02, 0.1, 0.17, 0.19):
        radius = 0.1
        apart = distance / (2 * radius)
        lens = 2 * math.acos(apart) - 2 * apart * math.sqrt(1 - apart**2)  # of circles of radius 1
        expected += [lens / (2 * math.pi - lens)] * 3
        pairs += [
            (circle(0.3, 0.5, radius), circle(0.3 + distance, 0.5, radius)),
            # Squeezed to half their height they share half as much of half as much.
            (circle(0.3, 0.5, radius, stretch=0.5), circle(0.3 + distance, 0.5, radius, stretch=0.5)),
            # Turned about a right angle, the other axis is the wide one.
            (
                ellipse(0.3, 0.5, 0.05, radius * WIDTH / HEIGHT, 90.0),
                ellipse(0.3 + distance, 0.5, 0.05, radius * WIDTH / HEIGHT, 90.0),
            ),
        ]
    assert measured(*pairs) == pytest.approx(expected, abs=1e-3)
    # The circle in its square.
    square = (0.5 - 0.1, 0.5 - 0.1 * WIDTH / HEIGHT, 0.2, 0.2 * WIDTH / HEIGHT)
    assert measured((circle(0.5, 0.5, 0.1), box(*square))) == pytest.approx([math.pi / 4], abs=1e-5)


def test_a_mask_and_an_outline_are_compared_square_by_square() -> None:
    source = np.random.default_rng(6)
    pairs, expected = [], []
    for number in range(25):
        pixels = noise(source, 30, 40)
        outline = blob(random.Random(number), 9)
        pairs.append((bitmask(pixels, 20, 50), polygon([outline])))
        rows, columns = np.nonzero(pixels)
        squares = shapely.box(columns + 50, rows + 20, columns + 51, rows + 21)
        expected.append(iou_of(shapely.union_all(squares), shapely.Polygon(points(outline))))
    assert max(expected) > 0.2
    assert measured(*pairs) == pytest.approx(expected, abs=1e-9)
    assert measured(*((other, one) for one, other in pairs)) == pytest.approx(expected, abs=1e-9)
    # Where the frame's size is not known nobody can say how large a polygon is in pixels.
    assert measured(pairs[0], size=(None, None)) == [None]


def test_a_mask_and_outlines_with_holes_parts_and_upright_edges() -> None:
    source = np.random.default_rng(10)
    holed = [[0.3, 0.2, 0.7, 0.2, 0.7, 0.8, 0.3, 0.8], [0.4, 0.3, 0.6, 0.35, 0.5, 0.7]]
    other_part = [[0.6, 0.1, 0.9, 0.1, 0.75, 0.5]]
    area = shapely.union_all(
        [shapely.Polygon(points(holed[0]), [points(holed[1])]), shapely.Polygon(points(other_part[0]))]
    )
    squeezed = (0.3, 0.3, 0.4 * HEIGHT / WIDTH, 0.2 * WIDTH / HEIGHT)  # its corners lie on no pixel
    outlines: list[tuple[Shape, shapely.Geometry]] = [
        (polygon(holed, other_part), area),
        (box(0.3, 0.3, 0.4, 0.4), in_pixels(0.3, 0.3, 0.4, 0.4)),
        *((turned_box(squeezed, angle), drawn_as(turned_box(squeezed, angle))) for angle in (90.0, 180.0, 270.0, 17.0)),
    ]
    pairs, expected = [], []
    for shape, area in outlines * 4:
        pixels = noise(source, 40, 70)
        rows, columns = np.nonzero(pixels)
        squares = shapely.union_all(shapely.box(columns + 45, rows + 25, columns + 46, rows + 26))
        pairs.append((bitmask(pixels, 25, 45), shape))
        expected.append(iou_of(squares, area))
    assert measured(*pairs) == pytest.approx(expected, abs=1e-9)


def drawn_as(shape: Shape) -> shapely.Polygon:
    """A turned box or an ellipse in pixels; the ellipse as a polygon of so many corners that the rest is not seen."""
    if shape["shape"] == "rotatable_bounding_box":
        area = in_pixels(shape["x"], shape["y"], shape["width"], shape["height"])
        return shapely.affinity.rotate(area, shape["rotation"], origin="center")
    given = json.loads(shape["geometry"])
    area = shapely.Point(0, 0).buffer(1, quad_segs=5_000)
    area = shapely.affinity.scale(area, given["rx"] * WIDTH, given["ry"] * HEIGHT, origin=(0, 0))
    area = shapely.affinity.rotate(area, given["theta"], origin=(0, 0))
    return shapely.affinity.translate(area, given["x"] * WIDTH, given["y"] * HEIGHT)


def test_convex_shapes_of_every_sort_as_shapely_has_them() -> None:
    source = random.Random(7)
    shapes: list[Shape] = []
    for _ in range(60):
        x, y, width, height = source.uniform(0.2, 0.5), source.uniform(0.2, 0.5), source.uniform(0.01, 0.4), 0.2
        degrees = source.choice([0.0, 90.0, 180.0, source.uniform(-360, 360)])
        shapes += [turned_box((x, y, width, height), degrees), ellipse(x, y, width, height, degrees)]
    pairs = [(one, source.choice(shapes)) for one in shapes for _ in range(3)]
    expected = [iou_of(drawn_as(one), drawn_as(other)) for one, other in pairs]
    assert sum(value > 0.1 for value in expected) > 120
    assert measured(*pairs) == pytest.approx(expected, abs=1e-3)
    boxes = [
        place for place, pair in enumerate(pairs) if {shape["shape"] for shape in pair} == {"rotatable_bounding_box"}
    ]
    found = measured(*pairs)
    assert [found[place] for place in boxes] == pytest.approx([expected[place] for place in boxes], abs=1e-9)


def test_convex_outlines_that_touch_or_lie_on_one_another_are_no_special_case() -> None:
    """Each of these pairs shares corners, edges or all of its outline, up to rounding."""
    source = np.random.default_rng(8)
    for corners in (3, 4, 9, 128):
        angles = np.sort(source.uniform(0, math.tau, (40, corners)), axis=1)
        ring = source.uniform(1, 50, (40, 1, 2)) * np.stack((np.cos(angles), np.sin(angles)), axis=-1) + 100
        edge = ring[:, :1] - ring[:, 1:2]
        for other in (ring, ring[:, ::-1], ring + edge, ring - edge / 3, ring * 1.0000001, ring + 1e-9, -ring + 200):
            expected = shapely.area(shapely.intersection(shapely.polygons(ring), shapely.polygons(other)))
            assert shared_areas(ring, other) == pytest.approx(expected, rel=1e-9, abs=1e-6)


def test_equal_shapes_overlap_by_one_exactly() -> None:
    """Whatever they are: rounding would put them in an order."""
    source = random.Random(9)
    shapes: list[Shape] = []
    for number in range(40):
        x, y = source.uniform(0.2, 0.5), source.uniform(0.2, 0.5)
        shapes += [turned_box((x, y, 0.3, 0.2), number * 7.3), circle(x, y, 0.1), ellipse(x, y, 0.1, 0.2, number * 3.1)]
        shapes.append(polygon([blob(source, 12)]))
    assert measured(*((shape, shape) for shape in shapes)) == [1.0] * len(shapes)


FULL = box(0.1, 0.1, 0.5, 0.5)


@pytest.mark.parametrize(
    "shape",
    [
        {"shape": "polygon", "geometry": None},
        {"shape": "polygon", "geometry": "no JSON"},
        {"shape": "polygon", "geometry": "{}"},
        {"shape": "polygon", "geometry": "7"},
        polygon([[0.1, 0.1, 0.2, 0.2]]),
        polygon([[0.1, 0.1, 0.2, 0.2, 0.3]]),
        polygon([[0.1, 0.1, 0.2, 0.2, 0.3, 0.3]]),
        polygon([[0.1, 0.1, 0.2, 1e308, 0.3, -1e308, 0.5, 1e308]]),
        {"shape": "polygon", "geometry": '[[["a", 1, 2, 3, 4, 5]]]'},
        {"shape": "bounding_box"},
        box(0.1, 0.1, 0.0, 0.2),
        turned_box((0.1, 0.1, 1e300, 1e300), 30.0),
        {"shape": "circle", "geometry": "{}"},
        circle(0.1, 0.1, 0.0),
        {"shape": "ellipse", "geometry": '{"x": "a"}'},
        {"shape": "bitmask", "geometry": "{}"},
        {"shape": "bitmask", "geometry": '{"top": 0, "left": 0, "width": 2, "height": 2, "rle": "0Z"}'},
        {"shape": "bitmask", "geometry": '{"top": 0.5, "left": 0, "width": 9, "height": 9, "rle": "11"}'},
        {"shape": "bitmask", "geometry": '{"top": 0, "left": 0, "width": 0, "height": 9, "rle": ""}'},
        {"shape": "skeleton", "geometry": "[]"},
        {"shape": None},
    ],
)
def test_what_is_not_of_its_form_is_not_measured_and_harms_nobody_else(shape: Shape) -> None:
    assert measured((shape, FULL), (FULL, shape), (shape, shape), (FULL, FULL)) == [None, None, None, 1.0]


def said(width: int, height: int) -> Shape:
    """A mask that says it is of that size, all set."""
    drawn = {"top": 0, "left": 0, "width": width, "height": height, "rle": all_set(width * height)}
    return {"shape": "bitmask", "geometry": json.dumps(drawn)}


@pytest.mark.parametrize("size", [(WIDTH, HEIGHT), (None, None), (10**6, 10**9)])
def test_a_mask_takes_no_memory_by_what_it_says_of_its_size(size: tuple[int | None, int | None]) -> None:
    huge = [said(1, 100_000_000), said(10**6, 10**6), said(100_000_000, 1)]
    square = np.ones((10, 10), dtype=np.uint8)
    with memory_peak() as peak:
        found = measured(*((mask, bitmask(square)) for mask in huge), (bitmask(square), bitmask(square)), size=size)
    assert found == [None, None, None, 1.0]
    assert peak() < 20_000_000


def test_masks_of_a_few_characters_are_not_all_held_as_rows() -> None:
    """Each is 60,000 rows, of a frame whose size is not known; all together they would be 290 MB."""
    tall = [said(1, 60_000 + number) for number in range(300)]
    with memory_peak() as peak:
        found = measured(*((mask, tall[0]) for mask in tall), size=(None, None))
    assert found == pytest.approx([60_000 / (60_000 + number) for number in range(300)])
    assert peak() < 120_000_000
