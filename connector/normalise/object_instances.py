"""Object instances: one row for the thing that keeps its identity over frames, ranges and spaces, and its answers."""

from collections.abc import Mapping
from typing import Any

from connector.normalise.answers import AnswerReader
from connector.normalise.row_context import RowContext

_NO_METADATA = (None, None, None, None, None, None)


def add_object_instance(
    context: RowContext,
    object_hash: str,
    item: Mapping[str, Any],
    metadata: tuple[Any, ...] = _NO_METADATA,
) -> None:
    """Add the row of an object that is met for the first time, and its answers.

    Args:
        context: the label row.
        object_hash: the object, not yet in `context.instances`.
        item: its first frame object or, for objects on ranges, its answer entry.
        metadata: created_at … is_manual of objects on ranges; frame objects have theirs on each frame.

    Raises:
        KeyError: The item names no class.
    """
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
    answers = answer.get("classifications")
    actions = (context.part("object_actions").get(object_hash) or {}).get("actions")
    if ontology_class is None:
        context.warnings.add(f"class that the ontology does not have: {feature_hash}")
    elif shape != ontology_class.shape and ontology_class.shape is not None:
        context.warnings.add(f"object drawn as {shape} of a class of shape {ontology_class.shape}: {feature_hash}")
    if not answers and not actions:
        return
    if ontology_class is None:
        context.warnings.add(f"answers left out, for the ontology does not have the class: {feature_hash}")
        return
    reader = AnswerReader(ontology_class, is_object=True, warnings=context.warnings)
    if answers:
        reader.read(answers)
    if actions:
        reader.read(actions)
    context.add_answers(reader, object_hash)
