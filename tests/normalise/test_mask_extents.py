"""Bitmasks read some frames ahead: the very rows that reading them one by one gives, errors where they belong."""

import random
from typing import Any

import msgspec
import orjson
import pytest

from connector.geometry.mask_runs import pixel_extent
from connector.geometry.run_lengths import encoded_runs
from connector.normalise.label_rows.drawn_frames import DrawnFrame, FrameObjects, decode_frame
from connector.normalise.label_rows.mask_extents import MaskExtents
from tests.normalise.rows import (
    Json,
    frame_object,
    frames,
    label_row,
    normalise,
    object_class,
    rows,
    structure,
    warnings,
)

WIDTH, HEIGHT = 60, 40


def drawn_mask(source: random.Random) -> Json:
    runs = [source.randint(0, 60) for _ in range(source.randint(0, 40))]
    return {"top": 0, "left": 0, "width": WIDTH, "height": HEIGHT, "rleString": encoded_runs(runs)}


BROKEN: list[tuple[Json, str]] = [
    ({"rleString": "é"}, "unreadable bitmask of object {}"),
    ({"rleString": "1O1O"}, "unreadable bitmask of object {}"),  # a negative run
    ({"rleString": encoded_runs([0, WIDTH * HEIGHT + 1])}, "unreadable bitmask of object {}"),
    ({"width": WIDTH + 1}, "bitmask larger than its frame, of object {}"),
    ({"width": 10**18}, "bitmask larger than its frame, of object {}"),
]


def frame_of(source: random.Random, number: int, *, is_drawn: bool) -> FrameObjects:
    items = [frame_object(f"object{place}", "c", "bitmask", {"bitmask": drawn_mask(source)}) for place in range(3)]
    objects: Any = decode_frame(msgspec.Raw(orjson.dumps({"objects": items}))) if is_drawn else items
    assert isinstance(objects, DrawnFrame) == is_drawn
    return number, objects, WIDTH, HEIGHT


@pytest.mark.parametrize("is_drawn", [True, False])
def test_frames_come_in_their_order_and_their_masks_are_as_read_one_by_one(is_drawn: bool) -> None:
    source = random.Random(1)
    given = [frame_of(source, number, is_drawn=is_drawn) for number in range(1_500)]
    given.insert(700, (-1, [], WIDTH, HEIGHT))
    masks = MaskExtents()
    passed = 0
    for frame, expected in zip(masks.ahead(iter(given)), given, strict=True):
        assert frame is expected
        for item in frame[1].as_dicts() if isinstance(frame[1], DrawnFrame) else frame[1]:
            mask = (item["bitmask"]["rleString"], WIDTH, HEIGHT)
            assert masks.of(*mask) == pixel_extent(*mask)
            passed += 1
    assert passed == 4_500
    with pytest.raises(ValueError, match="not the run lengths"):
        masks.of("é", WIDTH, HEIGHT)


@pytest.mark.parametrize(("problem", "warning"), BROKEN)
def test_a_broken_mask_among_many_harms_no_other(problem: Json, warning: str) -> None:
    source = random.Random(2)
    drawn = {f"object{number}": drawn_mask(source) for number in range(50)}
    drawn["object30"] |= problem
    editor = structure([object_class("c", "bitmask")])

    def normalised(names: list[str]) -> tuple[list[Any], list[str]]:
        items = {
            number: [frame_object(name, "c", "bitmask", {"bitmask": drawn[name]})] for number, name in enumerate(names)
        }
        labels = label_row(labels=frames(items))
        labels["data_units"]["unit-hash"] |= {"width": WIDTH, "height": HEIGHT}
        bundle = normalise(editor, labels)
        return rows(
            bundle, "object_annotation", "object_hash", "x_min", "y_min", "x_max", "y_max", "geometry"
        ), warnings(bundle)

    together = normalised(list(drawn))
    alone = [normalised([name]) for name in drawn]
    assert together[0] == [row for found, _ in alone for row in found]
    assert together[1] == [warning.format("object30")] == [text for _, texts in alone for text in texts]
