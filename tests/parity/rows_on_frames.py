"""Generates label rows of frames, images, slices and pages, with objects and classifications on the row itself."""

from collections.abc import Sequence
from typing import Any

from encord.objects import ClassificationInstance, LabelRowV2, ObjectInstance, Shape
from hypothesis import strategies as st

from tests.parity.drawn_metadata import AUTHORSHIPS
from tests.parity.raw_rows import (
    SIZES,
    GeneratedRow,
    Raw,
    Size,
    empty_labels,
    images_of_group,
    listing_entry,
    written,
)
from tests.parity.sdk_row import AnyAttribute, load_sdk_row
from tests.parity.strategies_answers import Answer, set_dynamic_answers, set_static_answers
from tests.parity.strategies_geometry import coordinates_of
from tests.parity.strategies_ontology import editors, feature_hash

FLAT_SHAPES = (
    "bounding_box",
    "rotatable_bounding_box",
    "polygon",
    "polyline",
    "point",
    "skeleton",
    "bitmask",
    "circle",
    "ellipse",
    "cuboid_2d",
)
SHAPES: dict[str, tuple[str, ...]] = {
    **dict.fromkeys(("video", "image", "img_group", "dicom", "nifti"), FLAT_SHAPES),
    # Bitmasks are checked against the frame's size, which pages and scenes do not have.
    "pdf": tuple(shape for shape in FLAT_SHAPES if shape != "bitmask"),
    "scene": ("cuboid", "point", "polyline"),
}


@st.composite
def rows_on_frames(draw: st.DrawFn, data_type: str, shapes: tuple[str, ...] | None = None) -> GeneratedRow:
    """A label row of frames: video, image, img_group, dicom, nifti, pdf or scene; of all its shapes, or of some."""
    editor = draw(editors(shapes or SHAPES[data_type]))
    frames = 1 if data_type == "image" else draw(st.integers(min_value=1, max_value=12))
    sizes = draw(st.lists(SIZES, min_size=frames, max_size=frames)) if data_type == "img_group" else [draw(SIZES)]
    entry, labels = empty_row(data_type, frames, sizes)
    row = load_sdk_row(entry, labels, editor)
    sizes = sizes if data_type == "img_group" else sizes * frames
    numbers = iter(range(1000, 2000))
    for number, object_class in enumerate(row.ontology_structure.objects):
        for _ in range(draw(st.integers(min_value=int(number == 0), max_value=2))):
            instance = ObjectInstance(object_class, object_hash=feature_hash(next(numbers)))
            place_object(draw, row, instance, sizes)
    place_classifications(draw, row, frames)
    generated = written(row, entry, editor)
    if data_type == "dicom":
        _add_slices(generated.labels, sizes)
    return generated


def empty_row(data_type: str, frames: int, sizes: Sequence[Size]) -> tuple[Raw, Raw]:
    """The listing entry and the empty label row of a data unit of frames."""
    if data_type == "img_group":
        listed, units = images_of_group(sizes)
        entry = listing_entry(data_type, frames=frames, images=listed)
        return entry, empty_labels(entry, units)
    size = None if data_type in {"pdf", "scene"} else sizes[0]
    entry = listing_entry(data_type, frames=frames, size=size)
    return entry, empty_labels(entry)


def place_object(draw: st.DrawFn, row: LabelRowV2, instance: ObjectInstance, sizes: Sequence[Size]) -> None:
    """Puts an object on some frames, with other coordinates on each, and answers its attributes."""
    instance.object_number = draw(st.none() | st.integers(min_value=0, max_value=99))
    frames = sorted(draw(st.sets(st.integers(min_value=0, max_value=len(sizes) - 1), min_size=1, max_size=4)))
    for frame in frames:
        coordinates = draw(coordinates_of(Shape(instance.ontology_item.shape), *sizes[frame]))
        instance.set_for_frames(coordinates, frame, **draw(AUTHORSHIPS))
    set_static_answers(draw, instance)

    def set_answer(answer: Answer, attribute: AnyAttribute, on: list[int]) -> None:
        instance.set_answer(answer, attribute, frames=on)

    set_dynamic_answers(draw, instance, frames, set_answer)
    row.add_object_instance(instance)


def place_classifications(draw: st.DrawFn, row: LabelRowV2, frames: int) -> None:
    """Puts instances of each classification class on frames of their own, global ones on the whole row."""
    numbers = iter(range(5000, 6000))
    for classification in row.ontology_structure.classifications:
        owner = draw(st.lists(st.sampled_from([None, 0, 1]), min_size=frames, max_size=frames))
        for which in (0, 1):
            on = [frame for frame, holder in enumerate(owner) if holder == which]
            if not on or (classification.is_global and which):
                continue
            instance = ClassificationInstance(classification, classification_hash=feature_hash(next(numbers)))
            # The SDK expands ranges itself; a global class keeps them although they mean nothing.
            authorship: Any = draw(AUTHORSHIPS)
            instance.set_for_frames(on, **authorship)
            set_static_answers(draw, instance)
            row.add_classification_instance(instance)


def _add_slices(labels: Raw, sizes: Sequence[Size]) -> None:
    """A DICOM row lists every slice, labelled or not, with its metadata; the SDK's writer leaves that out."""
    for unit in labels["data_units"].values():
        for frame, size in enumerate(sizes):
            blob = unit["labels"].setdefault(str(frame), {"objects": [], "classifications": []})
            blob["metadata"] = {
                "dicom_instance_uid": f"1.2.840.{frame}",
                "multiframe_frame_number": frame,
                "file_uri": f"{frame}.dcm",
                "width": size.width,
                "height": size.height,
            }
