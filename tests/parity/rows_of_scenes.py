"""Generates label rows of scenes: pictures and point clouds in spaces, and continuous ones made of events."""

from encord.objects import ClassificationInstance, LabelRowV2, ObjectInstance, Shape
from encord.objects.frames import Range
from hypothesis import strategies as st

from tests.parity.drawn_metadata import AUTHORSHIPS
from tests.parity.raw_rows import GeneratedRow, Raw, Size, empty_labels, listing_entry, written
from tests.parity.rows_on_frames import place_classifications, place_object
from tests.parity.rows_on_spaces import HEIGHT, WIDTH, place_on_spaces
from tests.parity.sdk_row import AnySpace, load_sdk_row
from tests.parity.strategies_answers import answers_to, set_static_answers
from tests.parity.strategies_geometry import coordinates_of
from tests.parity.strategies_ontology import editors, feature_hash

EVENT_SHAPES = ("bounding_box", "rotatable_bounding_box", "point", "circle", "ellipse", "polyline", "cuboid")
"""Shapes that a continuous scene can hold."""
INTERPOLATED = {Shape.POINT, Shape.CUBOID}
FRAMES = 6


@st.composite
def rows_of_scenes(draw: st.DrawFn) -> GeneratedRow:
    """A scene of frames: cuboids on the row itself, flat shapes in its pictures, segmentations in its point clouds."""
    spaces = {f"cam-{n}": _scene_space("scene_image", "camera", n) for n in range(draw(st.integers(0, 2)))}
    spaces |= {f"lidar/{n}.pcd": _scene_space("point_cloud", "lidar", n) for n in range(draw(st.integers(0, 2)))}
    editor = draw(editors(("cuboid", "bounding_box", "polygon", "segmentation", "polyline")))
    entry = listing_entry("scene", frames=FRAMES, spaces=spaces)
    row = load_sdk_row(entry, empty_labels(entry), editor)
    if spaces:
        place_on_spaces(draw, row, row.get_spaces())
    for number, object_class in enumerate(row.ontology_structure.objects, 1000):
        if object_class.shape == Shape.CUBOID:
            cuboid = ObjectInstance(object_class, object_hash=feature_hash(number))
            place_object(draw, row, cuboid, [Size(WIDTH, HEIGHT)] * FRAMES)
    if not any(space.get_classification_instances() for space in row.get_spaces()):
        place_classifications(draw, row, FRAMES)
    return written(row, entry, editor)


def _scene_space(space_type: str, stream: str, number: int) -> Raw:
    info = {"stream_id": stream, "event_index": number, "uri": f"{stream}/{number}.bin"}
    if space_type == "point_cloud":
        return {"space_type": space_type, "scene_info": info, "labels": {"objects": [], "classifications": []}}
    size = {"width": WIDTH, "height": HEIGHT} if number else {}
    return {"space_type": space_type, "scene_info": info | {"start_frame": number * 2}, "labels": {}, **size}


@st.composite
def rows_of_events(draw: st.DrawFn) -> GeneratedRow:
    """A continuous scene: objects as events on a line of nanoseconds, point clouds and time series beside them."""
    editor = draw(editors((*EVENT_SHAPES, "segmentation", "time_range")))
    entry = listing_entry("scene", frames=0)
    row = load_sdk_row(entry, empty_labels(entry, scene={"isContinuous": True}), editor)
    numbers = iter(range(1000, 2000))
    for object_class in row.ontology_structure.objects:
        if object_class.shape.value in EVENT_SHAPES:
            for _ in range(draw(st.integers(min_value=0, max_value=2))):
                _place_events(draw, row, ObjectInstance(object_class, object_hash=feature_hash(next(numbers))))
    for classification in row.ontology_structure.classifications:
        if draw(st.booleans()):
            placed = ClassificationInstance(
                classification, classification_hash=feature_hash(next(numbers)), range_only=True
            )
            start = draw(st.integers(min_value=0, max_value=10**12))
            span = Range(start, start + draw(st.integers(min_value=0, max_value=10**10)))
            placed.set_for_frames(span, **draw(AUTHORSHIPS))
            set_static_answers(draw, placed)
            row.add_classification_instance(placed)
    place_on_spaces(draw, row, _inferred_spaces(draw, row))
    return written(row, entry, editor)


def _inferred_spaces(draw: st.DrawFn, row: LabelRowV2) -> list[AnySpace]:
    """Spaces that no metadata names: point clouds as `stream@nanoseconds`, time series by any other id."""
    spaces: list[AnySpace] = [row.get_space(id="lidar@1500000000", type_="point_cloud")]
    if draw(st.booleans()):
        spaces.append(row.get_space(id="/imu/speed", type_="time_series"))
    return spaces


def _place_events(draw: st.DrawFn, row: LabelRowV2, instance: ObjectInstance) -> None:
    instance.object_number = draw(st.none() | st.integers(min_value=0, max_value=99))
    row.add_object_instance(instance)
    moments = sorted(draw(st.sets(st.integers(min_value=0, max_value=10**12), min_size=2, max_size=5)))
    for moment in moments[:-1]:
        present = bool(instance.get_events()) and instance.get_events()[-1].kind == "upsert"
        if present and draw(st.booleans()):
            instance.delete_event(moment)
        else:
            coordinates = draw(coordinates_of(instance.ontology_item.shape, WIDTH, HEIGHT))
            mode = draw(st.sampled_from([None, "linear"])) if instance.ontology_item.shape in INTERPOLATED else None
            instance.upsert_event(coordinates, moment, interpolation=mode, **draw(AUTHORSHIPS))  # type: ignore[arg-type]  # typed for 3-D only, takes every event shape
    instance.delete_event(moments[-1])
    set_static_answers(draw, instance)
    for attribute in instance.ontology_item.attributes:
        if attribute.dynamic and draw(st.booleans()):
            instance.set_answer(
                draw(answers_to(attribute)), attribute, frames=draw(st.sampled_from(instance.get_ranges()))
            )
