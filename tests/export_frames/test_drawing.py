"""What is drawn, pixel by pixel: outlines in the class's colour where the shape lies, and nothing where it does not."""

from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from PIL import Image

from connector.export.frames.drawing import Canvas
from connector.geometry.run_lengths import run_lengths
from tests.export_coco.run_length_code import all_set, coded
from tests.memory_peak import memory_peak

Pixels = npt.NDArray[np.uint8]

RED = "#FF0000"
SIZE = (200, 100)


def canvas_with(shape: str, label: dict[str, Any], labelled_size: tuple[int, int] | None = None) -> Canvas:
    canvas = Canvas(Image.new("RGB", SIZE, (0, 0, 0)), labelled_size)
    named = {"label_kind": "object", "object_name": "", "object_color": RED, "ontology_shape": shape}
    canvas.draw([{**named, **label}])
    return canvas


def redness(shape: str, label: dict[str, Any], labelled_size: tuple[int, int] | None = None) -> Pixels:
    """The red channel after drawing one label without a name on black; nothing else may be lit but joints."""
    canvas = canvas_with(shape, label, labelled_size)
    assert canvas.not_drawn == {}
    pixels: Pixels = np.asarray(canvas.image).copy()
    # The plate of the name, four pixels wide when empty, stands over the top left corner.
    return pixels[..., 0]


def lit(pixels: Pixels, *places: tuple[float, float]) -> list[bool]:
    """Whether there is an outline at x, y: within a pixel, because strokes are two wide."""
    return [bool((pixels[int(y) - 1 : int(y) + 2, int(x) - 1 : int(x) + 2] == 255).any()) for x, y in places]


def bright(pixels: Pixels) -> npt.NDArray[np.bool_]:
    """Where letters are: white but for their smoothed edges."""
    return np.asarray((pixels > 150).all(axis=2))


def test_a_box() -> None:
    pixels = redness("bounding_box", {"x": 0.5, "y": 0.5, "width": 0.25, "height": 0.3})
    assert lit(pixels, (100, 50), (150, 50), (150, 80), (100, 80), (125, 50), (150, 65)) == [True] * 6
    assert lit(pixels, (125, 65), (95, 85), (155, 45), (50, 25)) == [False] * 4


def test_a_turned_box_is_turned_clockwise_in_pixels() -> None:
    # 80 by 20 pixels about (100, 50), turned by a quarter: it stands upright, 20 wide and 80 high.
    label = {"x": 0.3, "y": 0.4, "width": 0.4, "height": 0.2, "rotation": 90.0}
    pixels = redness("rotatable_bounding_box", label)
    assert lit(pixels, (90, 50), (110, 50), (100, 10), (100, 90)) == [True] * 4
    assert lit(pixels, (65, 50), (135, 50), (100, 50)) == [False] * 3
    # By an eighth the right end goes down.
    pixels = redness("rotatable_bounding_box", {**label, "rotation": 45.0})
    down = 40 * np.cos(np.pi / 4)
    assert lit(pixels, (100 + down, 50 + down), (100 - down, 50 - down)) == [True, True]
    assert lit(pixels, (100 + down, 50 - down), (100 - down, 50 + down)) == [False, False]


def test_a_polygon_is_filled_but_for_its_holes() -> None:
    outer, hole = [0.1, 0.2, 0.9, 0.2, 0.9, 0.9, 0.1, 0.9], [0.4, 0.4, 0.6, 0.4, 0.6, 0.7, 0.4, 0.7]
    second = [0.45, 0.5, 0.55, 0.5, 0.55, 0.6, 0.45, 0.6]
    pixels = redness("polygon", {"geometry": [[outer, hole], [second]]})
    assert lit(pixels, (20, 55), (180, 55), (80, 55), (100, 40), (90, 55)) == [True] * 5
    assert 0 < pixels[30, 50] < 255, "filled, see-through"
    assert pixels[45, 85] == 0, "the hole is not"
    assert 0 < pixels[55, 100] < 255, "a part within the hole is"
    assert pixels[5, 100] == 0


def test_lines_points_and_skeletons() -> None:
    pixels = redness("polyline", {"geometry": [[0.1, 0.5], [0.5, 0.5], [0.5, 0.9]]})
    assert lit(pixels, (60, 50), (100, 70)) == [True, True]
    assert lit(pixels, (60, 70), (20, 90)) == [False, False], "not closed"
    assert lit(redness("point", {"x": 0.25, "y": 0.5}), (50, 50), (60, 50)) == [True, False]
    joints = [{"x": 0.25, "y": 0.5, "color": "#0000FF"}, {"x": 0.75, "y": 0.5}]
    image = np.asarray(canvas_with("skeleton", {"geometry": joints}).image)
    assert tuple(image[50, 50]) == (0, 0, 255)
    assert tuple(image[50, 150]) == (255, 0, 0)


def test_circles_are_round_in_pixels() -> None:
    pixels = redness("circle", {"geometry": {"x": 0.5, "y": 0.5, "r": 0.1}})
    assert lit(pixels, (120, 50), (80, 50), (100, 70), (100, 30), (114, 64)) == [True] * 5
    assert lit(pixels, (100, 60), (100, 50)) == [False, False]
    pixels = redness("circle", {"geometry": {"x": 0.5, "y": 0.5, "r": 0.1, "stretch": 2.0}})
    assert lit(pixels, (120, 50), (100, 90)) == [True, True]
    pixels = redness("ellipse", {"geometry": {"x": 0.5, "y": 0.5, "rx": 0.2, "ry": 0.1}})
    assert lit(pixels, (140, 50), (100, 60), (100, 40)) == [True] * 3
    pixels = redness("ellipse", {"geometry": {"x": 0.5, "y": 0.5, "rx": 0.2, "ry": 0.1, "theta": 90}})
    assert lit(pixels, (110, 50), (100, 90)) == [True, True]
    assert lit(pixels, (140, 50)) == [False]


def test_cuboids_with_an_offset_and_with_a_vanishing_point() -> None:
    front = [0.1, 0.2, 0.3, 0.2, 0.3, 0.6, 0.1, 0.6]
    pixels = redness("cuboid_2d", {"geometry": {"front": front, "offset": {"x": 0.2, "y": 0.1}}})
    assert lit(pixels, (20, 40), (60, 20), (60, 30), (100, 50), (80, 65)) == [True] * 5
    away = {"front": front, "vanishing_point": {"x": 0.9, "y": 0.4}, "scale_ratio": 0.5}
    pixels = redness("cuboid_2d", {"geometry": away})
    assert lit(pixels, (20, 40), (100, 40), (120, 50)) == [True] * 3


MASK = np.zeros((10, 40), dtype=bool)
MASK[2:8, 10:30] = True
MASK[4, 15] = False


def test_bitmasks_lie_where_they_were_drawn() -> None:
    code = coded(MASK)
    assert run_lengths(code).sum() <= MASK.size
    geometry = {"top": 50, "left": 100, "width": 40, "height": 10, "rle": code}
    pixels = redness("bitmask", {"geometry": geometry})
    area = pixels[50:60, 100:140] > 0
    assert (area[2:] == MASK[2:]).all(), "the rows above hold the plate of the name"
    assert pixels[65, 120] == 0
    # On a copy of half the size, the mask is half as large too.
    pixels = redness("bitmask", {"geometry": {**geometry, "top": 100, "left": 200}}, (400, 200))
    assert (pixels[51:54, 105:115] > 0).sum() >= 28
    assert (pixels[55:, :] > 0).sum() == 0


def test_names_stand_over_their_object_and_inside_the_picture() -> None:
    named = {"label_kind": "object", "object_name": "Cow", "object_color": RED, "ontology_shape": "bounding_box"}
    canvas = Canvas(Image.new("RGB", SIZE, (0, 0, 0)))
    canvas.draw([{**named, "x": 0.5, "y": 0.5, "width": 0.1, "height": 0.1}])
    pixels = np.asarray(canvas.image)
    plate = pixels[36:47, 101:120]
    assert (plate == (255, 0, 0)).all(axis=2).any(), "a plate in the class's colour"
    letters = bright(pixels).sum()
    assert letters > 15, "white letters on it"
    for corner in ((0.0, 0.0), (0.95, 0.0), (0.95, 0.95)):
        canvas = Canvas(Image.new("RGB", SIZE, (0, 0, 0)))
        canvas.draw([{**named, "x": corner[0], "y": corner[1], "width": 0.05, "height": 0.05}])
        whole = bright(np.asarray(canvas.image)).sum()
        assert whole == letters, "the whole name is within the picture"


def test_classifications_are_written_in_the_corner_one_below_the_other() -> None:
    def written(*labels: dict[str, Any]) -> Pixels:
        canvas = Canvas(Image.new("RGB", SIZE, (0, 90, 0)))
        canvas.draw([{"label_kind": "classification", **label} for label in labels])
        return np.asarray(canvas.image)

    one = written({"classification_name": "Light", "classification_answer": "Day"})
    two = written({"classification_name": "Light", "classification_answer": "Day"}, {"classification_name": "Note"})
    rows_of_one = np.flatnonzero(bright(one).any(axis=1))
    rows_of_two = np.flatnonzero(bright(two).any(axis=1))
    assert rows_of_one.min() < 12
    assert rows_of_two.max() > rows_of_one.max() + 8
    assert (one[80:, :, 1] == 90).all()


@pytest.mark.parametrize(
    ("shape", "label"),
    [
        ("cuboid", {"geometry": {"position": [1, 2, 3], "orientation": [0, 0, 0], "size": [1, 1, 1]}}),
        ("polyline", {"geometry": [[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]}),
        ("point", {"geometry": [1.0, 2.0, 3.0]}),
        ("polygon", {"geometry": {"polygon": "as it came, because it could not be read"}}),
        ("hologram", {}),
    ],
)
def test_what_is_no_shape_in_the_picture_is_counted(shape: str, label: dict[str, Any]) -> None:
    canvas = canvas_with(shape, label)
    assert canvas.not_drawn == {shape: 1}
    assert not np.asarray(canvas.image).any()


def test_an_unusual_colour_becomes_one_that_shows() -> None:
    canvas = Canvas(Image.new("RGB", SIZE, (0, 0, 0)))
    canvas.draw([{"label_kind": "object", "ontology_shape": "point", "x": 0.5, "y": 0.5, "object_color": "red"}])
    assert tuple(np.asarray(canvas.image)[50, 100]) == (255, 0, 255)


FAR = (1e6, 1e12, 1e300, -1e300, float("inf"), float("nan"))


@pytest.mark.parametrize("far", FAR)
def test_no_number_of_a_label_ends_the_drawing(far: float) -> None:
    shapes: list[tuple[str, dict[str, Any]]] = [
        ("bounding_box", {"x": far, "y": far, "width": 0.1, "height": 0.1}),
        ("bounding_box", {"x": 0, "y": 0, "width": far, "height": far}),
        ("rotatable_bounding_box", {"x": 0, "y": 0, "width": far, "height": far, "rotation": 30}),
        ("polygon", {"geometry": [[[0, 0, far, 0, far, far]]]}),
        ("polyline", {"geometry": [[0, 0], [far, far], [0, 0.5]]}),
        ("point", {"x": far, "y": far}),
        ("skeleton", {"geometry": [{"x": far, "y": far}]}),
        ("circle", {"geometry": {"x": 0.5, "y": 0.5, "r": far}}),
        ("ellipse", {"geometry": {"x": far, "y": 0.5, "rx": far, "ry": 0.1}}),
        ("cuboid_2d", {"geometry": {"front": [0, 0, far, 0, far, far, 0, far], "offset": {"x": far, "y": 0.1}}}),
        ("bitmask", {"geometry": {"top": far, "left": far, "width": 2, "height": 2, "rle": "04"}}),
    ]
    for shape, label in shapes:
        canvas_with(shape, {**label, "object_name": "Cow"})


@pytest.mark.parametrize("labelled_size", [None, (10**6, 10**6), (1, 1)])
def test_a_mask_that_says_it_is_huge_is_not_drawn(labelled_size: tuple[int, int] | None) -> None:
    geometry = {"top": 0, "left": 0, "width": 10**6, "height": 10**6, "rle": all_set(10**12)}
    with memory_peak() as peak:
        canvas = canvas_with("bitmask", {"geometry": geometry}, labelled_size)
    assert canvas.not_drawn == {"bitmask": 1}
    assert peak() < 10_000_000


def test_a_mask_of_a_large_frame_is_drawn_on_a_small_copy_without_its_pixels() -> None:
    """16,384 by 16,384 pixels, all set, in seven characters."""
    geometry = {"top": 0, "left": 0, "width": 1 << 14, "height": 1 << 14, "rle": all_set(1 << 28)}
    with memory_peak() as peak:
        canvas = canvas_with("bitmask", {"geometry": geometry}, (1 << 14, 1 << 14))
    assert canvas.not_drawn == {}
    assert peak() < 10_000_000
    assert (np.asarray(canvas.image)[50:, :, 0] > 0).all()


def test_of_a_long_text_the_beginning_is_drawn() -> None:
    canvas = Canvas(Image.new("RGB", SIZE, (0, 0, 0)))
    named = {"label_kind": "object", "object_color": RED, "ontology_shape": "point", "x": 0.5, "y": 0.5}
    with memory_peak() as peak:
        canvas.draw([{**named, "object_name": "x" * 1_000_000}])
        canvas.draw([{"label_kind": "classification", "classification_answer": "y" * 1_000_000}])
    assert peak() < 10_000_000
