"""The objects of a label row as the SDK's object model gives them: instances, annotations on frames, ranges."""

from collections.abc import Iterator

from encord.common.range_manager import RangeManager
from encord.constants.enums import DataType
from encord.objects import LabelRowV2, ObjectInstance, Shape
from encord.objects.events import LabelUpsertEvent
from encord.objects.frames import Ranges
from encord.objects.html_node import HtmlRange
from encord.objects.spaces.html_space import HTMLSpace
from encord.objects.spaces.range_space.audio_space import AudioSpace
from encord.objects.spaces.range_space.point_cloud_space import PointCloudFileSpace
from encord.objects.spaces.range_space.range_space import RangeSpace
from encord.objects.spaces.range_space.text_space import TextSpace
from encord.objects.spaces.types import SceneMetadata

from tests.parity.facts import Facts
from tests.parity.oracle_geometry import geometry_facts
from tests.parity.raw_index import Raw, RawIndex, given_metadata
from tests.parity.sdk_row import AnySpace

ROOT = "root"


def add_object_facts(row: LabelRowV2, labels: Raw, facts: Facts) -> dict[str, ObjectInstance]:
    """Adds the facts about objects; returns the instance that stands for each object hash.

    An object that lies on several spaces is one object in the tables. In the SDK it is one instance on spaces with
    frames and one a space on spaces with ranges; the first one found stands for all.
    """
    index = RawIndex(labels)
    representatives: dict[str, ObjectInstance] = {}
    for instance in row.get_object_instances():
        representatives[instance.object_hash] = instance
        facts["object"][instance.object_hash] = _instance_facts(instance)
        if row.is_event_based:
            _add_event_facts(instance, index, facts)
        elif instance.is_range_only():
            _add_root_range_facts(row, instance, labels, facts)
        else:
            _add_annotation_facts(instance, index, facts)
    for space in row.get_spaces():
        for instance in space.get_object_instances():
            representatives.setdefault(instance.object_hash, instance)
            facts["object"].setdefault(instance.object_hash, _instance_facts(instance))
        _add_space_facts(space, index, facts)
    return representatives


def _instance_facts(instance: ObjectInstance) -> dict[str, object]:
    return {
        "feature_hash": instance.feature_hash,
        "object_number": instance.object_number,
        "shape": instance.ontology_item.shape.value,
    }


def _add_annotation_facts(instance: ObjectInstance, index: RawIndex, facts: Facts) -> None:
    for annotation in instance.get_annotations():
        raw = index.on_root[instance.object_hash, annotation.frame]
        facts["annotation"][instance.object_hash, ROOT, annotation.frame] = {
            **geometry_facts(annotation.coordinates, raw),
            **given_metadata(annotation, raw),
            "is_deleted": annotation.is_deleted,
            "event": None,
            "interpolation": None,
        }


def _add_event_facts(instance: ObjectInstance, index: RawIndex, facts: Facts) -> None:
    """Continuous scenes: a row of the tables is a stored event, deletes included (trap 10)."""
    for event in instance.get_events():
        raw = index.on_root[instance.object_hash, event.frame]
        # A delete has no coordinates in the SDK: nobody reads its placeholder geometry, so it is not compared.
        geometry = geometry_facts(event.coordinates, raw) if isinstance(event, LabelUpsertEvent) else {}
        facts["annotation"][instance.object_hash, ROOT, event.frame] = {
            **geometry,
            **given_metadata(event.metadata, raw),
            "is_deleted": event.metadata.is_deleted,
            "event": event.kind,
            # "hold" is the SDK's word for "not at all".
            "interpolation": "linear"
            if isinstance(event, LabelUpsertEvent) and event.interpolation != "hold"
            else None,
        }


def _add_root_range_facts(row: LabelRowV2, instance: ObjectInstance, labels: Raw, facts: Facts) -> None:
    annotation = instance.get_annotation(0)
    facts["object"][instance.object_hash] = {
        **_instance_facts(instance),
        **given_metadata(annotation, labels["object_answers"][instance.object_hash]),
    }
    if instance.range_html is not None:
        ranges = [_html(html_range) for html_range in instance.range_html]
    else:
        ranges = _plain(instance.range_list or [], _root_unit(row))
    if ranges:
        facts["range"][instance.object_hash, ROOT] = ranges


def _add_space_facts(space: AnySpace, index: RawIndex, facts: Facts) -> None:
    if not isinstance(space, RangeSpace | HTMLSpace):
        for annotation in space.get_annotations("object"):
            raw = index.in_space(annotation.object_hash, space.space_id, annotation.frame, tuple(_scene_keys(space)))
            facts["annotation"][annotation.object_hash, space.space_id, annotation.frame] = {
                **geometry_facts(annotation.coordinates, raw),
                **given_metadata(annotation, raw),
                # Deliberate difference: the SDK's spaces drop the flag; the tables keep what the raw dict says.
                "is_deleted": raw.get("isDeleted"),
                "event": None,
                "interpolation": None,
            }
        return
    for annotation in space.get_annotations("object"):
        instance = annotation.object_instance
        if isinstance(space, PointCloudFileSpace):
            raw = index.in_space(instance.object_hash, space.space_id, 0, (space.space_id,))
        else:
            raw = index.labels["object_answers"][instance.object_hash]
        facts["object"][instance.object_hash] = {
            **given_metadata(annotation, raw),
            # The object has one row, and what the first of its spaces says stands.
            **_as_members(facts["object"][instance.object_hash]),
        }
        if isinstance(space, HTMLSpace):
            ranges = [_html(part) for part in annotation.ranges if isinstance(part, HtmlRange)]
        else:
            ranges = _plain(space.get_object_ranges(instance), _space_unit(space))
        if ranges:
            facts["range"][instance.object_hash, space.space_id] = ranges


def _as_members(fact: object) -> dict[str, object]:
    if not isinstance(fact, dict):
        raise TypeError("facts about objects are dicts")
    return fact


def _scene_keys(space: AnySpace) -> Iterator[str]:
    """Where the labels of a picture of a scene lie: among the scene's own, under stream and frame (trap 9)."""
    if isinstance(space.metadata, SceneMetadata):
        if space.metadata.start_frame is not None:
            yield f"{space.metadata.stream_id}#{space.metadata.start_frame}"
        yield f"{space.metadata.stream_id}#{space.metadata.event_index}"


def _plain(ranges: Ranges, unit: str) -> list[dict[str, object]]:
    """Ranges sorted and merged as the SDK's own range manager does (trap 7)."""
    merged = RangeManager(list(ranges)).get_ranges()
    return [{"range_start": part.start, "range_end": part.end, "range_unit": unit} for part in merged]


def _html(html_range: HtmlRange) -> dict[str, object]:
    return {
        "range_unit": "html",
        "start_xpath": html_range.start.xpath,
        "start_offset": html_range.start.offset,
        "end_xpath": html_range.end.xpath,
        "end_offset": html_range.end.offset,
    }


def _root_unit(row: LabelRowV2) -> str:
    return {DataType.AUDIO: "millisecond", DataType.PLAIN_TEXT: "character"}.get(row.data_type, "axis")


def _space_unit(space: AnySpace) -> str:
    if isinstance(space, AudioSpace):
        return "millisecond"
    if isinstance(space, TextSpace):
        return "character"
    return "point" if isinstance(space, PointCloudFileSpace) else "axis"


RANGED_SHAPES = frozenset({Shape.AUDIO, Shape.TEXT, Shape.TIME_RANGE, Shape.SEGMENTATION})
"""Shapes placed on ranges: their metadata is on the object, not on annotations."""
