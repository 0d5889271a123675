"""The classification instances of a label row as the SDK's object model gives them: classes, metadata, placement."""

from collections.abc import Mapping

from encord.constants.enums import DataType
from encord.objects import ClassificationInstance, LabelRowV2
from encord.objects.frames import Ranges, frames_to_ranges
from encord.objects.spaces.annotation.geometric_annotation import _FrameClassificationAnnotation
from encord.objects.spaces.image_space import ImageSpace

from tests.parity.facts import Facts
from tests.parity.raw_index import Raw, given_metadata
from tests.parity.sdk_row import AnySpace

ROOT = "root"
WHOLE: dict[str, object] = {"frame_start": None, "frame_end": None, "range_unit": "whole"}


def add_classification_facts(row: LabelRowV2, labels: Raw, facts: Facts) -> dict[str, ClassificationInstance]:
    """Adds the facts about classifications; returns the instance that stands for each classification hash.

    `get_annotations` of a classification is empty for whole files, global classes and continuous scenes (trap 20):
    `range_list` says where it lies.
    """
    answers: Mapping[str, Raw] = {
        str(answer["classificationHash"]): answer for answer in labels["classification_answers"].values()
    }
    representatives: dict[str, ClassificationInstance] = {}
    for instance in row.get_classification_instances():
        classification_hash = instance.classification_hash
        representatives[classification_hash] = instance
        facts["classification"][classification_hash] = {
            "feature_hash": instance.feature_hash,
            **given_metadata(instance, answers[classification_hash]),
        }
        facts["placement"][classification_hash, ROOT] = _root_placement(row, instance)
    for space in row.get_spaces():
        _add_space_placements(space, answers, facts, representatives)
    return representatives


def _root_placement(row: LabelRowV2, instance: ClassificationInstance) -> list[dict[str, object]]:
    if instance.is_global() or not instance.range_list:
        return [WHOLE]
    return _ranges(instance.range_list, _unit(row))


def _unit(row: LabelRowV2) -> str:
    if row.is_event_based:
        return "nanosecond"
    units = {DataType.AUDIO: "millisecond", DataType.PLAIN_TEXT: "character", DataType.TIME_SERIES: "axis"}
    return units.get(row.data_type, "frame")


def _ranges(ranges: Ranges, unit: str) -> list[dict[str, object]]:
    return [{"frame_start": part.start, "frame_end": part.end, "range_unit": unit} for part in ranges]


def _given_ranges(answer: Raw, space_id: str) -> object:
    return answer.get("range") if space_id == ROOT else answer["spaces"][space_id]["range"]


def _add_space_placements(
    space: AnySpace, answers: Mapping[str, Raw], facts: Facts, representatives: dict[str, ClassificationInstance]
) -> None:
    frames: dict[str, list[int]] = {}
    for annotation in space.get_annotations("classification"):
        instance = annotation.classification_instance
        classification_hash = instance.classification_hash
        representatives.setdefault(classification_hash, instance)
        facts["classification"].setdefault(
            classification_hash,
            {
                "feature_hash": instance.feature_hash,
                **given_metadata(annotation, answers[classification_hash]),
            },
        )
        if isinstance(annotation, _FrameClassificationAnnotation) or (
            # Deliberate difference: a picture is one frame, and a class placed on it lies on that frame. To the SDK
            # it is a class that holds for the whole space, of which it says that the frame is 0.
            isinstance(space, ImageSpace)
            and not instance.is_global()
            and _given_ranges(answers[classification_hash], space.space_id)
        ):
            frames.setdefault(classification_hash, []).append(annotation.frame)
        else:
            facts["placement"][classification_hash, space.space_id] = [WHOLE]
    for classification_hash, placed in frames.items():
        facts["placement"][classification_hash, space.space_id] = _ranges(frames_to_ranges(placed), "frame")
