"""Encord's "Export Labels" page on the SDK's object model: what its scripts print, as rows, where they are right.

Where a script crashes or says something else than the labels do, this is the corrected logic:

* rows that nobody has opened are left out (initialising them would create them on the server);
* answers that are not one option (text, numbers, checklists, none) are told instead of raising AttributeError;
* an attribute is told for a frame that is asked for, a dynamic one with the answer on that frame;
* nested attributes are walked too: the page walks the top level only;
* labels in the parts of data groups are told (`get_spaces`), which the page never sees;
* a global classification is on all frames of its data unit, although its `get_annotations` is empty;
* audio, text and point-cloud segments have no frames: the page tells the first two as frame 0.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import shapely
from encord.constants.enums import DataType
from encord.objects import ClassificationInstance, LabelRowV2, ObjectInstance, Option
from encord.objects.coordinates import (
    BoundingBoxCoordinates,
    PointCoordinate,
    PolygonCoordinates,
    PolylineCoordinates,
)
from encord.objects.ontology_object_instance import AnswerForFrames
from encord.objects.spaces.multiframe_space.video_space import VideoSpace

Row = tuple[Any, ...]

WITHOUT_FRAMES = {DataType.AUDIO, DataType.PLAIN_TEXT, DataType.GROUP}


def objects(rows: Iterable[LabelRowV2]) -> Iterator[Row]:
    """Title, branch, space, frame, then the keys of the page's table, and the box of objects that are boxes."""
    for row in rows:
        for space_id, frame, instance, coordinates in _objects_on_frames(row):
            item = instance.ontology_item
            box: Row = (None, None, None, None)
            if isinstance(coordinates, BoundingBoxCoordinates):
                box = (coordinates.top_left_x, coordinates.top_left_y, coordinates.width, coordinates.height)
            where = (row.data_title, row.branch_name, space_id, frame)
            what = (instance.object_hash, instance.object_name, instance.feature_hash)
            yield *where, *what, item.uid, item.color, item.shape.value, *box


def classifications(rows: Iterable[LabelRowV2]) -> Iterator[Row]:
    """Title, branch, space, frame, hash, name, feature hash, answer, the answer's feature hash."""
    for row in rows:
        for space_id, frame, instance in _classifications_on_frames(row):
            answer, answer_hash = _classification_answer(instance.get_answer())
            where = (row.data_title, row.branch_name, space_id, frame)
            what = (instance.classification_hash, instance.classification_name, instance.feature_hash)
            yield *where, *what, answer, answer_hash


def attributes(rows: Iterable[LabelRowV2]) -> Iterator[Row]:
    """Title, branch, space, frame, object hash, attribute, its feature hash, answer, the answer's feature hash."""
    for row in rows:
        for space_id, frame, instance, _ in _objects_on_frames(row):
            where = (row.data_title, row.branch_name, space_id, frame, instance.object_hash)
            for attribute in _all_attributes(instance.ontology_item.attributes):
                if not attribute.dynamic:
                    answers = [instance.get_answer(attribute)]
                else:
                    found = instance.get_answer(attribute, filter_frame=frame)
                    assert isinstance(found, list)
                    answers = [part.answer for part in found if isinstance(part, AnswerForFrames)]
                for told in (told for answer in answers for told in _told(answer)):
                    yield *where, attribute.title, attribute.feature_node_hash, *told


def _objects_on_frames(row: LabelRowV2) -> Iterator[tuple[str, int, ObjectInstance, object]]:
    if row.data_type not in WITHOUT_FRAMES:
        for instance in row.get_object_instances():
            for annotation in instance.get_annotations():
                yield "root", annotation.frame, instance, annotation.coordinates
    for space in row.get_spaces():
        if isinstance(space, VideoSpace):
            for placed in space.get_annotations("object"):
                yield space.space_id, placed.frame, placed.object_instance, placed.coordinates


def _classifications_on_frames(row: LabelRowV2) -> Iterator[tuple[str, int, ClassificationInstance]]:
    if row.data_type not in WITHOUT_FRAMES:
        for instance in row.get_classification_instances():
            everywhere: Sequence[int] = range(row.number_of_frames) if instance.is_global() else ()
            for frame in (*everywhere, *(annotation.frame for annotation in instance.get_annotations())):
                yield "root", frame, instance
    for space in row.get_spaces():
        if isinstance(space, VideoSpace):
            for placed in space.get_annotations("classification"):
                yield space.space_id, placed.frame, placed.classification_instance


def _all_attributes(of_class: Iterable[Any]) -> Iterator[Any]:
    for attribute in of_class:
        yield attribute
        for option in attribute.options:
            yield from _all_attributes(option.attributes)


def _classification_answer(answer: object) -> tuple[object, str | None]:
    told = list(_told(answer))
    if not told:
        return None, None
    if isinstance(answer, list):
        return "; ".join(str(label) for label, _ in told), "; ".join(str(answer_hash) for _, answer_hash in told)
    return told[0]


def _told(answer: object) -> Iterator[tuple[object, str | None]]:
    """The label and feature hash of each option chosen; a text or number as it is; nothing for no answer."""
    if isinstance(answer, Option):
        yield answer.label, answer.feature_node_hash
    elif isinstance(answer, str | int | float):
        yield answer, None
    elif answer is not None:
        assert isinstance(answer, Iterable)
        for option in answer:
            yield from _told(option)


def answer_paths(rows: Iterable[LabelRowV2]) -> Iterator[Row]:
    """Title, branch, hash of object or classification, the answer's path, the answer, the frames of a dynamic one."""
    for row in rows:
        spaces = row.get_spaces()
        # What lies on several parts of a data group is told by each.
        objects_of = [row.get_object_instances(), *(space.get_object_instances() for space in spaces)]
        for instance in {each.object_hash: each for told in objects_of for each in told}.values():
            where = (row.data_title, row.branch_name, instance.object_hash)
            for path, attribute in _with_path(instance.ontology_item.attributes):
                yield from ((*where, path, *told) for told in _answers_with_frames(instance, attribute))
        answered = [row.get_classification_instances(), *(space.get_classification_instances() for space in spaces)]
        for one in {each.classification_hash: each for told in answered for each in told}.values():
            where = (row.data_title, row.branch_name, one.classification_hash)
            for path, attribute in _with_path(one.ontology_item.attributes):
                yield from ((*where, path, answer, None, None) for answer, _ in _told(one.get_answer(attribute)))


def _with_path(attributes: Iterable[Any], before: str = "") -> Iterator[tuple[str, Any]]:
    for attribute in attributes:
        path = before + attribute.title
        yield path, attribute
        for option in attribute.options:
            yield from _with_path(option.attributes, f"{path} > {option.label} > ")


def _answers_with_frames(instance: ObjectInstance, attribute: Any) -> Iterator[Row]:  # noqa: ANN401 - any kind of attribute
    found = instance.get_answer(attribute)
    if not attribute.dynamic:
        yield from ((answer, None, None) for answer, _ in _told(found))
        return
    assert isinstance(found, list)
    for part in found:
        assert isinstance(part, AnswerForFrames)
        for held in part.ranges:
            yield from ((answer, held.start, held.end) for answer, _ in _told(part.answer))


def pixel_boxes(rows: Iterable[LabelRowV2]) -> Iterator[Row]:
    """Title, branch, frame, object hash, and left, top, width and height of objects that are boxes, in pixels."""
    for row in rows:
        for space_id, frame, instance, coordinates in _objects_on_frames(row):
            if space_id == "root" and isinstance(coordinates, BoundingBoxCoordinates):
                assert row.width
                assert row.height
                # The page multiplies h by the width and w by the height, which is wrong for frames that are not square.
                across = (coordinates.top_left_x * row.width, coordinates.width * row.width)
                down = (coordinates.top_left_y * row.height, coordinates.height * row.height)
                where = (row.data_title, row.branch_name, frame, instance.object_hash)
                yield *where, across[0], down[0], across[1], down[1]


def outlines(rows: Iterable[LabelRowV2]) -> Iterator[tuple[Row, Any]]:
    """Title, branch, frame, object hash; and the shape in shares of the frame, of boxes, polygons, lines and points."""
    for row in rows:
        for space_id, frame, instance, shape in _objects_on_frames(row):
            where = (row.data_title, row.branch_name, space_id, frame, instance.object_hash)
            match shape:
                case BoundingBoxCoordinates(top_left_x=x, top_left_y=y, width=width, height=height):
                    yield where, shapely.box(x, y, x + width, y + height)
                case PolygonCoordinates():
                    rings = [[[(point.x, point.y) for point in ring] for ring in part] for part in shape.polygons]
                    parts = [shapely.Polygon(outer, holes) for outer, *holes in rings]
                    yield where, parts[0] if len(parts) == 1 else shapely.MultiPolygon(parts)
                case PolylineCoordinates(values=[*points]) if all(
                    isinstance(point, PointCoordinate) for point in points
                ):
                    yield where, shapely.LineString([(point.x, point.y) for point in points])
                case PointCoordinate(x=x, y=y):
                    yield where, shapely.Point(x, y)
