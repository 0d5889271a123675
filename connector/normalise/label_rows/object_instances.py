"""Object instances: one row for each object, which keeps its identity over frames, ranges and spaces; its answers."""

from collections.abc import Mapping
from typing import Any

from connector.normalise.label_rows.answers import AnswerReader
from connector.normalise.label_rows.row_context import ROOT, RowContext

_NO_METADATA = (None, None, None, None, None, None)
_ON_ROOT = (ROOT,)


def place_object(
    context: RowContext,
    space_id: str,
    object_hash: str,
    item: Mapping[str, Any],
    metadata: tuple[Any, ...] = _NO_METADATA,
) -> None:
    """Note that an object is on a space, and add its row the first time it is found.

    Args:
        context: the label row.
        space_id: the space.
        object_hash: the object, not yet in `context.objects_on[space_id]`.
        item: its first frame object or, for objects on ranges, its answer entry.
        metadata: created_at … is_manual of objects on ranges; frame objects have their own on each frame.

    Raises:
        KeyError: the item names no class.
    """
    context.objects_on[space_id].add(object_hash)
    if object_hash in context.instances:
        return
    feature_hash = item["featureHash"]
    context.instances[object_hash] = feature_hash
    ontology_class = context.ontology.objects.get(feature_hash)
    answer = context.part("object_answers").get(object_hash) or {}
    number = answer.get("objectNumber")
    shape = item.get("shape")
    if shape is None and ontology_class is not None:
        shape = ontology_class.shape
    context.columns.object_instance.add(
        context.label_hash,
        object_hash,
        feature_hash,
        item.get("objectNumber") if number is None else number,
        shape,
        *metadata,
    )
    if ontology_class is None:
        context.warnings.add(f"class that the ontology does not have: {feature_hash}")
    elif shape != ontology_class.shape and ontology_class.shape is not None:
        context.warnings.add(f"object drawn as {shape} of a class of shape {ontology_class.shape}: {feature_hash}")


def add_object_answers(context: RowContext) -> None:
    """Add the answers of all objects, once every object is placed.

    A dynamic answer that names no space applies wherever its object is. If the object is on the label row itself, it
    applies there and not on parts, as in the SDK.

    Raises:
        KeyError, TypeError, AttributeError: an answer is malformed.
    """
    all_answers, all_actions = context.part("object_answers"), context.part("object_actions")
    parts = _parts_of_objects(context)
    on_root = context.objects_on[ROOT]
    for object_hash, feature_hash in context.instances.items():
        answers = (all_answers.get(object_hash) or {}).get("classifications")
        actions = (all_actions.get(object_hash) or {}).get("actions")
        if not answers and not actions:
            continue
        ontology_class = context.ontology.objects.get(feature_hash)
        if ontology_class is None:
            context.warnings.add(f"answers left out, for the ontology does not have the class: {feature_hash}")
            continue
        spaces = _ON_ROOT if object_hash in on_root else parts[object_hash]
        reader = AnswerReader(ontology_class, is_object=True, warnings=context.warnings, spaces=spaces)
        if answers:
            reader.read(answers)
        if actions:
            reader.read(actions)
        context.add_answers(reader, object_hash)
        context.columns.hand_over_if_full()


def _parts_of_objects(context: RowContext) -> dict[str, list[str]]:
    """Object hash → the parts of the data group or scene that the object is on."""
    parts: dict[str, list[str]] = {}
    for space_id, hashes in context.objects_on.items():
        if space_id != ROOT:
            for object_hash in hashes:
                parts.setdefault(object_hash, []).append(space_id)
    return parts
