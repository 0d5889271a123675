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

from encord.constants.enums import DataType
from encord.objects import ClassificationInstance, LabelRowV2, ObjectInstance, Option
from encord.objects.coordinates import BoundingBoxCoordinates
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
                elif space_id == "root":
                    found = instance.get_answer(attribute, filter_frame=frame)
                    assert isinstance(found, list)
                    answers = [part.answer for part in found if isinstance(part, AnswerForFrames)]
                else:
                    answers = []
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
