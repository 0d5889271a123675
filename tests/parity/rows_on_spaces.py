"""Generates label rows whose labels lie in spaces: data groups, multilayer images and time series with a root space."""

from collections.abc import Sequence

from encord.objects import ClassificationInstance, LabelRowV2, ObjectInstance, Shape
from encord.objects.spaces.html_space import HTMLSpace
from encord.objects.spaces.image_space import ImageSpace
from encord.objects.spaces.multiframe_space.multiframe_space import MultiFrameSpace
from encord.objects.spaces.range_space.audio_space import AudioSpace
from encord.objects.spaces.range_space.point_cloud_space import PointCloudFileSpace
from encord.objects.spaces.range_space.range_space import RangeSpace
from hypothesis import strategies as st

from tests.parity.drawn_metadata import AUTHORSHIPS
from tests.parity.raw_rows import GeneratedRow, Raw, empty_labels, listing_entry, written
from tests.parity.rows_on_frames import FLAT_SHAPES
from tests.parity.rows_on_ranges import HTML_RANGES, ranges
from tests.parity.sdk_row import AnyAttribute, AnySpace, load_sdk_row
from tests.parity.strategies_answers import Answer, set_dynamic_answers, set_static_answers
from tests.parity.strategies_geometry import coordinates_of
from tests.parity.strategies_ontology import editors, feature_hash

WIDTH, HEIGHT, FRAMES = 5, 4, 6

SPACE_FACTS: dict[str, Raw] = {
    "video": {"number_of_frames": FRAMES, "width": WIDTH, "height": HEIGHT, "data_duration": 0.24, "data_fps": 25.0},
    "image": {"width": WIDTH, "height": HEIGHT},
    "image_sequence": {
        "number_of_frames": FRAMES,
        "width": WIDTH,
        "height": HEIGHT,
        "frames": [
            {"data_uuid": str(n), "data_type": "image/png", "data_sequence": n, "data_link": "l", "data_title": str(n)}
            for n in range(FRAMES)
        ],
    },
    "audio": {"duration_ms": 100},
    "time_series": {},
    "text": {},
    "html": {},
    "medical_file": {"number_of_frames": FRAMES, "width": WIDTH, "height": HEIGHT},
    "medical_stack": {
        "frames": [
            {"width": WIDTH, "height": HEIGHT, "instance_uid": f"1.2.{n}", "file_name": f"{n}.dcm"}
            for n in range(FRAMES)
        ]
    },
    "pdf": {"number_of_pages": FRAMES},
}

RANGED = {"audio": ("audio",) * 4, "time_series": ("time_range",) * 4, "text": ("text",) * 4, "html": ("text",) * 4}
"""Shapes for spaces with ranges, repeated so that they are drawn about as often as flat ones."""


@st.composite
def rows_of_groups(draw: st.DrawFn) -> GeneratedRow:
    """A label row of a data group: several spaces of any type, objects on one or more of them."""
    kinds = draw(st.lists(st.sampled_from(sorted(SPACE_FACTS)), min_size=1, max_size=4))
    spaces = {f"space-{number}": _listed(kind, number) for number, kind in enumerate(kinds)}
    editor = draw(editors([shape for kind in kinds for shape in RANGED.get(kind, FLAT_SHAPES[:: len(kinds)])]))
    return _row_in_spaces(draw, listing_entry("group", frames=1, spaces=spaces), editor)


@st.composite
def rows_with_root_space(draw: st.DrawFn) -> GeneratedRow:
    """A multilayer image or a time series, whose root layer is a space of its own (`root`)."""
    kind = draw(st.sampled_from(["image", "time_series"]))
    space = {"space_type": kind, "root_info": {"file_name": "root.bin"}, **SPACE_FACTS[kind], "labels": {}}
    editor = draw(editors(FLAT_SHAPES if kind == "image" else ("time_range",)))
    return _row_in_spaces(draw, listing_entry(kind, frames=1, spaces={"root": space}), editor)


def _listed(kind: str, number: int) -> Raw:
    child = {"layout_key": f"layout-{number}", "file_name": f"{number}.{kind}", "data_link": None}
    return {"space_type": kind, "child_info": child, **SPACE_FACTS[kind], "labels": {}}


def _row_in_spaces(draw: st.DrawFn, entry: Raw, editor: Raw) -> GeneratedRow:
    row = load_sdk_row(entry, empty_labels(entry), editor)
    place_on_spaces(draw, row, row.get_spaces())
    return written(row, entry, editor)


def place_on_spaces(draw: st.DrawFn, row: LabelRowV2, spaces: Sequence[AnySpace]) -> None:
    """Puts objects and classifications on spaces; each of them on one space or on several of a kind."""
    numbers = iter(range(7000, 8000))
    for object_class in row.ontology_structure.objects:
        fitting = [space for space in spaces if _fits(space, object_class.shape)]
        for _ in range(draw(st.integers(min_value=0, max_value=2)) if fitting else 0):
            first = draw(st.sampled_from(fitting))
            chosen = [space for space in fitting if space is first or (_alike(space, first) and draw(st.booleans()))]
            instance = ObjectInstance(object_class, object_hash=feature_hash(next(numbers)))
            instance.object_number = draw(st.none() | st.integers(min_value=0, max_value=99))
            place_object_on_spaces(draw, instance, chosen)
    for classification in row.ontology_structure.classifications:
        # The SDK writes classifications of point clouds, but does not read them: see test_declared_differences.
        fitting = [space for space in spaces if not isinstance(space, PointCloudFileSpace)]
        if not fitting:
            continue
        if draw(st.booleans()):
            first = draw(st.sampled_from(fitting))
            chosen = [space for space in fitting if space is first or (_alike(space, first) and draw(st.booleans()))]
            placed = ClassificationInstance(classification, classification_hash=feature_hash(next(numbers)))
            set_static_answers(draw, placed)
            for space in chosen:
                _put_classification(draw, placed, space)


def _alike(space: AnySpace, other: AnySpace) -> bool:
    kinds = (MultiFrameSpace, ImageSpace, HTMLSpace, RangeSpace)
    return any(isinstance(space, kind) and isinstance(other, kind) for kind in kinds)


def _fits(space: AnySpace, shape: Shape) -> bool:
    if isinstance(space, HTMLSpace):
        return shape == Shape.TEXT
    if isinstance(space, RangeSpace):
        wanted = {"AudioSpace": Shape.AUDIO, "TextSpace": Shape.TEXT, "TimeSeriesSpace": Shape.TIME_RANGE}
        return shape == wanted.get(type(space).__name__, Shape.SEGMENTATION)
    if shape == Shape.BITMASK:
        return type(space).__name__ != "PdfSpace" and (not isinstance(space, ImageSpace) or space._width is not None)
    return shape.value in FLAT_SHAPES


def place_object_on_spaces(draw: st.DrawFn, instance: ObjectInstance, spaces: Sequence[AnySpace]) -> None:
    """Puts one object on each of some spaces of a kind, and answers its attributes."""
    set_static_answers(draw, instance)
    frames_by_space: list[tuple[MultiFrameSpace, list[int]]] = []
    for space in spaces:
        if isinstance(space, MultiFrameSpace):
            frames = sorted(draw(st.sets(st.integers(min_value=0, max_value=FRAMES - 1), min_size=1, max_size=3)))
            for frame in frames:
                shape = draw(coordinates_of(instance.ontology_item.shape, WIDTH, HEIGHT))
                space.put_object_instance(instance, frame, shape, **draw(AUTHORSHIPS))  # type: ignore[arg-type]  # no 3-D shape is drawn here
            frames_by_space.append((space, frames))
        elif isinstance(space, ImageSpace):
            shape = draw(coordinates_of(instance.ontology_item.shape, WIDTH, HEIGHT))
            space.put_object_instance(instance, shape, **draw(AUTHORSHIPS))  # type: ignore[arg-type]  # the same
        elif isinstance(space, HTMLSpace):
            space.put_object_instance(instance, draw(HTML_RANGES), **draw(AUTHORSHIPS))
        elif isinstance(space, RangeSpace):
            longest = 99 if isinstance(space, AudioSpace) else 60
            space.put_object_instance(instance, draw(ranges(longest)), on_overlap="merge", **draw(AUTHORSHIPS))
    for on_space, frames in frames_by_space:

        def set_answer(
            answer: Answer, attribute: AnyAttribute, on: list[int], where: MultiFrameSpace = on_space
        ) -> None:
            where.set_dynamic_answer(instance, on, answer, attribute)

        set_dynamic_answers(draw, instance, frames, set_answer)


def _put_classification(draw: st.DrawFn, instance: ClassificationInstance, space: AnySpace) -> None:
    if isinstance(space, MultiFrameSpace):
        frames = sorted(draw(st.sets(st.integers(min_value=0, max_value=FRAMES - 1), min_size=1)))
        space.put_classification_instance(instance, None if instance.is_global() else frames, **draw(AUTHORSHIPS))
    else:
        space.put_classification_instance(instance, **draw(AUTHORSHIPS))
