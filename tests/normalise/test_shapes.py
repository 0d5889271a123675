"""Geometry columns of every shape, extents in pixel space, bitmasks against decoded pixels."""

import json
import random
from collections.abc import Sequence
from math import cos, pi, radians, sin

import numpy as np
import pytest
from encord.common.bitmask_operations import deserialise_bitmask, serialise_bitmask
from encord.common.bitmask_operations.bitmask_operations import _string_to_rle
from hypothesis import given, settings
from hypothesis import strategies as st

from connector.geometry.mask_runs import pixel_extent
from connector.geometry.run_lengths import encoded_runs, many_run_lengths, run_lengths, set_ranges
from tests.normalise.rows import (
    Json,
    frame_object,
    frames,
    label_row,
    listing_entry,
    normalise,
    object_class,
    rows,
    structure,
    warnings,
)

COLUMNS = ("x", "y", "width", "height", "rotation")
EXTENT = ("x_min", "y_min", "x_max", "y_max")


def drawn(shape: str, geometry: Json, width: object = 200, height: object = 100) -> Json:
    """The annotation row of one object on a frame of some size in pixels."""
    editor = structure([object_class("c", shape)])
    labels = label_row(labels=frames({0: [frame_object("obj1", "c", shape, geometry)]}))
    labels["data_units"]["unit-hash"] |= {"width": width, "height": height}
    bundle = normalise(editor, labels, entry=listing_entry(width=width, height=height))
    assert warnings(bundle) == []
    (record,) = rows(bundle, "object_annotation")
    assert isinstance(record, dict)
    return record


def values(record: Json, names: Sequence[str]) -> list[float | None]:
    return [record[name] for name in names]


def around(xs: Sequence[float], ys: Sequence[float]) -> list[float]:
    return [min(xs), min(ys), max(xs), max(ys)]


def turned(x: float, y: float, centre: tuple[float, float], theta: float, size: tuple[int, int]) -> tuple[float, float]:
    """A point turned clockwise on the screen about a centre, in pixel space; all 0 to 1."""
    across, down = (x - centre[0]) * size[0], (y - centre[1]) * size[1]
    angle = radians(theta)
    return (
        centre[0] + (across * cos(angle) - down * sin(angle)) / size[0],
        centre[1] + (across * sin(angle) + down * cos(angle)) / size[1],
    )


def test_bounding_box_is_columns_only() -> None:
    record = drawn("bounding_box", {"boundingBox": {"x": 0.1, "y": 0.2, "w": 0.3, "h": 0.95}})

    assert values(record, COLUMNS) == [0.1, 0.2, 0.3, 0.95, None]
    assert values(record, EXTENT) == [0.1, 0.2, 0.1 + 0.3, 0.2 + 0.95]
    assert record["geometry"] is None


@pytest.mark.parametrize("theta", [0, 30, 90, 200.5, -45])
def test_rotatable_box_turns_in_pixel_space(theta: float) -> None:
    box = {"x": 0.4, "y": 0.3, "w": 0.2, "h": 0.1, "theta": theta}
    record = drawn("rotatable_bounding_box", {"rotatableBoundingBox": box})

    assert values(record, COLUMNS) == [0.4, 0.3, 0.2, 0.1, theta]
    corners = [
        turned(x, y, (0.5, 0.35), theta, (200, 100)) for x, y in ((0.4, 0.3), (0.6, 0.3), (0.6, 0.4), (0.4, 0.4))
    ]
    assert values(record, EXTENT) == pytest.approx(around(*zip(*corners, strict=True)))
    assert record["geometry"] is None


@pytest.mark.parametrize(
    ("shape", "geometry", "semi_axes"),
    [
        ("circle", {"circle": {"x": 0.5, "y": 0.4, "r": 0.1}}, (20, 20)),
        ("circle", {"circle": {"x": 0.5, "y": 0.4, "r": 0.1, "stretch": 0.5, "theta": 30}}, (20, 10)),
        ("ellipse", {"ellipse": {"x": 0.5, "y": 0.4, "rx": 0.1, "ry": 0.3}}, (20, 30)),
        ("ellipse", {"ellipse": {"x": 0.5, "y": 0.4, "rx": 0.1, "ry": 0.3, "theta": 75}}, (20, 30)),
    ],
)
def test_round_shapes(shape: str, geometry: Json, semi_axes: tuple[int, int]) -> None:
    record = drawn(shape, geometry)
    given_keys = geometry[shape]

    rim = [
        turned(
            0.5 + semi_axes[0] * cos(angle) / 200,
            0.4 + semi_axes[1] * sin(angle) / 100,
            (0.5, 0.4),
            given_keys.get("theta", 0),
            (200, 100),
        )
        for angle in np.linspace(0, 2 * pi, 3600)
    ]
    assert values(record, EXTENT) == pytest.approx(around(*zip(*rim, strict=True)), abs=1e-6)
    assert values(record, COLUMNS) == [0.5, 0.4, None, None, given_keys.get("theta")]
    assert json.loads(record["geometry"]) == given_keys


@pytest.mark.parametrize(
    ("shape", "geometry"),
    [
        ("rotatable_bounding_box", {"rotatableBoundingBox": {"x": 0.4, "y": 0.3, "w": 0.2, "h": 0.1, "theta": 5}}),
        ("circle", {"circle": {"x": 0.5, "y": 0.4, "r": 0.1}}),
        ("ellipse", {"ellipse": {"x": 0.5, "y": 0.4, "rx": 0.1, "ry": 0.3}}),
    ],
)
def test_extent_is_unknown_without_the_frames_size(shape: str, geometry: Json) -> None:
    record = drawn(shape, geometry, None, None)

    assert values(record, EXTENT) == [None] * 4
    assert record["x"] is not None


def test_points() -> None:
    flat = drawn("point", {"point": {"0": {"x": 0.25, "y": 0.5}}})
    deep = drawn("point", {"point": {"0": {"x": 12.5, "y": -3.0, "z": 1.0}}})

    assert values(flat, (*COLUMNS, *EXTENT, "geometry")) == [0.25, 0.5, None, None, None, 0.25, 0.5, 0.25, 0.5, None]
    assert values(deep, (*COLUMNS, *EXTENT)) == [None] * 9
    assert deep["geometry"] == "[12.5,-3.0,1.0]"


def test_polylines() -> None:
    flat = drawn("polyline", {"polyline": {"10": {"x": 0.9, "y": 0.1}, "2": {"x": 0.1, "y": 0.4}}})
    deep = drawn("polyline", {"polyline": [{"x": 1, "y": 2, "z": 3}, {"x": 4, "y": 5, "z": 6.5}]})

    assert flat["geometry"] == "[[0.1,0.4],[0.9,0.1]]"
    assert values(flat, EXTENT) == [0.1, 0.1, 0.9, 0.4]
    assert deep["geometry"] == "[[1,2,3],[4,5,6.5]]"
    assert values(deep, EXTENT) == [None] * 4


def test_polygon_of_several_parts() -> None:
    parts = [[[0.1, 0.2, 0.3, 0.2, 0.3, 0.4]], [[0.5, 0.6, 0.7, 0.6, 0.7, 0.9], [0.6, 0.65, 0.65, 0.65, 0.65, 0.7]]]
    record = drawn("polygon", {"polygon": {"0": {"x": 0, "y": 0}}, "polygons": parts})

    assert json.loads(record["geometry"]) == parts
    assert values(record, EXTENT) == [0.1, 0.2, 0.7, 0.9]


def test_geometry_keeps_floats_bit_for_bit() -> None:
    number = 0.1 + 0.2
    record = drawn("polygon", {"polygon": [{"x": number, "y": 1e-17}, {"x": 1 / 3, "y": 5e-324}, {"x": 1, "y": 1}]})

    assert json.loads(record["geometry"]) == [[[number, 1e-17, 1 / 3, 5e-324, 1, 1]]]


def test_skeleton_in_dict_order() -> None:
    joints = {
        "1": {
            "x": 0.5,
            "y": 0.6,
            "name": "knee",
            "color": "#fff",
            "value": "knee",
            "featureHash": "k",
            "visible": True,
        },
        "0": {"x": 0.4, "y": 0.7, "name": "hip", "color": None, "visibility": "selfOccluded"},
        "2": {"x": 0.6, "y": 0.2, "name": "toe", "invisible": True, "visible": True},
    }
    record = drawn("skeleton", {"skeleton": joints})

    assert json.loads(record["geometry"]) == [
        {
            "x": 0.5,
            "y": 0.6,
            "name": "knee",
            "color": "#fff",
            "value": "knee",
            "feature_hash": "k",
            "visibility": "visible",
        },
        {"x": 0.4, "y": 0.7, "name": "hip", "visibility": "selfOccluded"},
        {"x": 0.6, "y": 0.2, "name": "toe", "visibility": "invisible"},
    ]
    assert values(record, EXTENT) == [0.4, 0.2, 0.6, 0.7]


@pytest.mark.parametrize(
    ("raw", "canonical", "extent"),
    [
        (
            {"front": [0.1, 0.1, 0.3, 0.1, 0.3, 0.3], "offset": {"x": 0.2, "y": -0.05}},
            {"front": [0.1, 0.1, 0.3, 0.1, 0.3, 0.3], "offset": {"x": 0.2, "y": -0.05}},
            [0.1, 0.05, 0.5, 0.3],
        ),
        (
            {"front": [0.2, 0.2, 0.4, 0.2, 0.4, 0.4], "vanishingPoint": {"x": 0.8, "y": 0.2}, "scaleRatio": 0.5},
            {"front": [0.2, 0.2, 0.4, 0.2, 0.4, 0.4], "vanishing_point": {"x": 0.8, "y": 0.2}, "scale_ratio": 0.5},
            [0.2, 0.2, 0.6, 0.4],
        ),
    ],
)
def test_cuboid_2d_extent_holds_the_back_face(raw: Json, canonical: Json, extent: list[float]) -> None:
    record = drawn("cuboid_2d", {"cuboid_2d": raw})

    assert json.loads(record["geometry"]) == canonical
    assert values(record, EXTENT) == pytest.approx(extent)


def test_cuboid() -> None:
    raw = {"position": [1, 2, 3.5], "orientation": [0, 0.1, 0], "size": [1, 1, 2]}

    assert json.loads(drawn("cuboid", {"cuboid": raw})["geometry"]) == raw


def test_bitmask_extent_is_of_the_set_pixels() -> None:
    mask = np.zeros((100, 200), dtype=np.bool_)
    mask[20:40, 50:90] = True
    rle = serialise_bitmask(mask.tobytes())
    record = drawn("bitmask", {"bitmask": {"top": 0, "left": 0, "width": 200, "height": 100, "rleString": rle}})

    assert json.loads(record["geometry"]) == {"top": 0, "left": 0, "width": 200, "height": 100, "rle": rle}
    assert values(record, EXTENT) == [0.25, 0.2, 0.45, 0.4]


def test_a_smaller_bitmask_is_measured_by_the_frame() -> None:
    """A mask of half the frame's size, in its corner, spans half the frame."""
    rle = serialise_bitmask(bytes([1] * 100 * 50))
    record = drawn("bitmask", {"bitmask": {"top": 0, "left": 0, "width": 100, "height": 50, "rleString": rle}})
    alone = drawn(
        "bitmask", {"bitmask": {"top": 0, "left": 0, "width": 100, "height": 50, "rleString": rle}}, None, None
    )

    assert values(record, EXTENT) == [0.0, 0.0, 0.5, 0.5]
    assert values(alone, EXTENT) == [0.0, 0.0, 1.0, 1.0]


def test_bitmask_with_an_offset_is_placed_on_its_frame() -> None:
    rle = serialise_bitmask(bytes([1, 1, 1, 1]))
    record = drawn("bitmask", {"bitmask": {"top": 10, "left": 20, "width": 2, "height": 2, "rleString": rle}})

    assert values(record, EXTENT) == [0.1, 0.1, 0.11, 0.12]


MASKS = st.tuples(st.integers(1, 12), st.integers(1, 12)).flatmap(
    lambda size: st.tuples(
        st.just(size), st.lists(st.booleans(), min_size=size[0] * size[1], max_size=size[0] * size[1])
    )
)


@given(MASKS)
@settings(max_examples=300, deadline=None)
def test_extent_of_runs_is_that_of_decoded_pixels(mask: tuple[tuple[int, int], list[bool]]) -> None:
    (width, height), pixels = mask
    text = serialise_bitmask(bytes(pixels))
    decoded = np.frombuffer(deserialise_bitmask(text, width * height), dtype=np.int8).reshape(height, width)
    down, across = np.nonzero(decoded)

    expected = None
    if down.size:
        expected = (int(across.min()), int(down.min()), int(across.max()) + 1, int(down.max()) + 1)
    assert pixel_extent(text, width, height) == expected
    set_indexes = [index for start, end in set_ranges(text) for index in range(start, end + 1)]
    assert set_indexes == np.flatnonzero(decoded).tolist()


def test_long_runs_survive() -> None:
    mask = bytes(3_000_000) + b"\x01" * 2_000_000 + bytes(5) + b"\x01"

    assert run_lengths(serialise_bitmask(mask)).tolist() == [3_000_000, 2_000_000, 5, 1]


@pytest.mark.parametrize("text", ["P", "o", "00oP", "ho1d0d5o"])
def test_run_lengths_cut_short_are_read_as_the_sdk_reads_them(text: str) -> None:
    assert run_lengths(text).tolist() == _string_to_rle(text)


@pytest.mark.parametrize("text", ["é", " ", "~~", "0" * 3 + "\x7f"])
def test_broken_run_lengths_raise(text: str) -> None:
    with pytest.raises(ValueError, match="run-length"):
        run_lengths(text)


def test_run_lengths_decoded_at_once_are_those_decoded_one_by_one() -> None:
    """As the SDK has them; strings that are not of the code harm nobody else."""
    source = random.Random(1)
    good = [encoded_runs([source.randrange(10 ** source.randint(1, 9)) for _ in range(length)]) for length in range(90)]
    bad = ["é", "~~", " ", "0" * 3 + "\x7f", "o" * 12 + "0", "1O1O", "0" + "ooooooooooo?" * 20, "00000@"]
    texts = good + bad
    source.shuffle(texts)
    found = many_run_lengths(texts)
    for place, text in enumerate(texts):
        assert found.is_code[place] == (text in good)
        pairs = found.pairs[found.offsets[place] : found.offsets[place + 1]].ravel()
        assert text in bad or pairs[: found.counts[place]].tolist() == _string_to_rle(text)


def test_a_broken_bitmask_is_kept_with_a_warning() -> None:
    raw = {"top": 0, "left": 0, "width": 2, "height": 2, "rleString": "é"}
    item = frame_object("obj1", "c", "bitmask", {"bitmask": raw})
    bundle = normalise(structure([object_class("c", "bitmask")]), label_row(labels=frames({0: [item]})))

    assert [json.loads(text) for text in rows(bundle, "object_annotation", "geometry")] == [{"bitmask": raw}]
    assert warnings(bundle) == ["unreadable bitmask of object obj1"]


SIZES = [(1, 100_000_000), (10**6, 10**6), (201, 100), (200, 101), (-1, 5)]


@pytest.mark.parametrize("is_frame_known", [True, False])
@pytest.mark.parametrize(("width", "height"), SIZES)
def test_a_bitmask_larger_than_its_frame_is_kept_as_sent_with_a_warning(
    width: int, height: int, is_frame_known: bool
) -> None:
    """The frame is 200 by 100; where it is not known, the stated maximum counts."""
    raw = {"top": 0, "left": 0, "width": width, "height": height, "rleString": "04"}
    item = frame_object("obj1", "c", "bitmask", {"bitmask": raw})
    other = frame_object("obj2", "c", "bitmask", {"bitmask": {**raw, "width": 2, "height": 2}})
    labels, entry = label_row(labels=frames({0: [item, other]})), listing_entry()
    if not is_frame_known:
        for facts in (entry, labels["data_units"]["unit-hash"]):
            facts["width"] = facts["height"] = None
    bundle = normalise(structure([object_class("c", "bitmask")]), labels, entry=entry)
    kept, read = rows(bundle, "object_annotation", "geometry", "x_min")
    if is_frame_known or max(width, height) > 65_535 or width < 0:
        assert (json.loads(kept[0]), kept[1]) == ({"bitmask": raw}, None)
        assert warnings(bundle) == ["bitmask larger than its frame, of object obj1"]
    else:
        assert (kept[1] is not None, warnings(bundle)) == (True, [])
    assert read[1] is not None


def test_runs_beyond_all_numbers_raise() -> None:
    with pytest.raises(ValueError, match="run-length"):
        run_lengths("0" + "ooooooooooo?" * 20)
