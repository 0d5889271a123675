"""Classification instances, the frames and ranges that they are on, and their answers.

Today's label rows keep all of it in classification_answers. If a classification has no class or no range there, its
label row is from before 2026, and it is read from the lists on the frames. This is an extension: the SDK shows nothing
for it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from connector.geometry.ranges import Range, frames_to_ranges, merge_keeping_reversed, read_ranges
from connector.normalise.label_rows.answers import AnswerReader
from connector.normalise.label_rows.row_context import ROOT, RowContext
from connector.normalise.ontology import OntologyClass

Placement = tuple[str, int | None, int | None, str]
"""Space, first unit, last unit, unit."""

FRAME_SPACES = frozenset({"video", "image", "image_sequence", "medical_file", "medical_stack", "pdf", "scene_image"})
"""Kinds of spaces on which a classification is on frames; on other kinds it is on the whole space."""

_WHOLE = (-1, -1)
"""Represents the whole when ranges are compared: it overlaps only itself."""

_RANGE_DATA_UNITS = {"audio": "millisecond", "plain_text": "character", "time_series": "axis"}


@dataclass(slots=True)
class LegacyClassification:
    """A classification found on frames.

    Attributes:
        item: its entry on its lowest frame, whatever order the frames have in the dict.
        place: the space and frame of that entry.
        frames: space → the frames that it is on.
    """

    item: Mapping[str, Any]
    place: tuple[str, int]
    frames: dict[str, set[int]]


LegacyClassifications = dict[str, LegacyClassification]
"""Classification hash → what the frames say about that classification."""


def collect_legacy(
    found: LegacyClassifications, space_id: str, frame: int, entries: Sequence[Mapping[str, Any]]
) -> None:
    """Note the classifications that a frame lists.

    Raises:
        KeyError, TypeError: an entry has no hash.
    """
    for item in entries:
        place = (space_id, frame)
        legacy = found.setdefault(item["classificationHash"], LegacyClassification(item, place, {}))
        if place < legacy.place:
            legacy.item, legacy.place = item, place
        legacy.frames.setdefault(space_id, set()).add(frame)


def add_classifications(context: RowContext, space_types: Mapping[str, str], legacy: LegacyClassifications) -> None:
    """Append every classification of the label row.

    Args:
        context: the label row.
        space_types: space id → its kind, for all spaces of the label row.
        legacy: what the frames list, see `collect_legacy`.

    Raises:
        KeyError, TypeError, AttributeError: an entry has no hash, or is not a dict.
    """
    answers = context.part("classification_answers")
    spans: dict[tuple[str, str], list[Range]] = {}
    placed: set[str] = set()
    for answer in answers.values():
        feature_hash = answer.get("featureHash")
        if not feature_hash:
            continue
        ontology_class = context.ontology.classifications.get(feature_hash)
        placements = _placements(context, answer, ontology_class, space_types)
        if placements:
            placed.add(answer["classificationHash"])
            for space_id, start, end, _unit in placements:
                span = _WHOLE if start is None or end is None else (start, end)
                spans.setdefault((feature_hash, space_id), []).append(span)
            _add(context, answer, ontology_class, answer.get("classifications") or (), placements)
    _warn_of_overlaps(context, spans)
    for classification_hash, item in legacy.items():
        answer = answers.get(classification_hash) or {}
        if classification_hash in placed or (answer.get("featureHash") and answer.get("range") is not None):
            continue
        placements = [
            (space_id, start, end, "frame")
            for space_id, frames in item.frames.items()
            for start, end in frames_to_ranges(frames)
        ]
        if not answer:
            context.warnings.add(f"classification on frames without answers: {classification_hash}")
        ontology_class = context.ontology.classifications.get(item.item["featureHash"])
        _add(context, item.item, ontology_class, answer.get("classifications") or (), placements)


def _placements(
    context: RowContext,
    answer: Mapping[str, Any],
    ontology_class: OntologyClass | None,
    space_types: Mapping[str, str],
) -> list[Placement]:
    """Where a classification is; empty if it does not exist for the SDK."""
    is_global = ontology_class is not None and ontology_class.is_global
    spaces = {key: value for key, value in (answer.get("spaces") or {}).items() if key != ROOT}
    if spaces:
        placements: list[Placement] = []
        for space_id, placement in spaces.items():
            if space_id not in space_types:
                context.warnings.add(f"classification on a part that the label row does not have: {space_id}")
            raw = placement.get("range") if placement.get("type", "frame") == "frame" else None
            on_frames = space_types.get(space_id, "video") in FRAME_SPACES and not is_global
            placements += _ranges(context, answer, space_id, raw if on_frames else None, "frame") or [
                (space_id, None, None, "whole")
            ]
        return placements
    if is_global:
        return [(ROOT, None, None, "whole")]
    root_type = space_types.get(ROOT)
    unit = "nanosecond" if context.is_event_based else _RANGE_DATA_UNITS.get(context.data_type, "frame")
    placements = _ranges(context, answer, ROOT, answer.get("range"), unit)
    if not placements and (unit != "frame" or root_type is not None):
        return [(ROOT, None, None, "whole")]
    return placements


def _ranges(context: RowContext, answer: Mapping[str, Any], space_id: str, raw: object, unit: str) -> list[Placement]:
    pairs, unreadable = read_ranges(raw)
    merged, reversed_count = merge_keeping_reversed(pairs)
    if unreadable or reversed_count:
        text = f"unreadable or reversed range of classification {answer['classificationHash']}"
        context.warnings.add(text, unreadable + reversed_count)
    return [(space_id, start, end, unit) for start, end in merged]


def _warn_of_overlaps(context: RowContext, spans: Mapping[tuple[str, str], list[Range]]) -> None:
    """Warns of two instances of one class on a frame: the SDK cannot load them (or keeps the later one, on spaces)."""
    for (feature_hash, _), ranges in spans.items():
        ranges.sort()
        overlaps = sum(second[0] <= first[1] for first, second in pairwise(ranges))
        if overlaps:
            context.warnings.add(f"two classifications of one class on one frame: {feature_hash}", overlaps)


def _add(
    context: RowContext,
    item: Mapping[str, Any],
    ontology_class: OntologyClass | None,
    answers: Sequence[Mapping[str, Any]],
    placements: Sequence[Placement],
) -> None:
    classification_hash, feature_hash = item["classificationHash"], item["featureHash"]
    columns = context.columns
    created_at, created_by, last_edited_at, last_edited_by, confidence, is_manual = context.metadata(item)
    columns.classification_instance.add(
        context.label_hash,
        classification_hash,
        feature_hash,
        confidence,
        is_manual,
        created_at,
        created_by,
        last_edited_at,
        last_edited_by,
    )
    positions: dict[str, int] = {}
    for space_id, start, end, unit in placements:
        position = positions.get(space_id, 0)
        positions[space_id] = position + 1
        columns.classification_range.add(context.label_hash, classification_hash, space_id, position, start, end, unit)
    if ontology_class is None:
        context.warnings.add(f"class that the ontology does not have: {feature_hash}")
        if answers:
            context.warnings.add(f"answers left out, for the ontology does not have the class: {feature_hash}")
    elif answers:
        reader = AnswerReader(ontology_class, is_object=False, warnings=context.warnings)
        reader.read(answers)
        context.add_answers(reader, classification_hash)
    columns.hand_over_if_full()
