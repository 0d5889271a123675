"""Rows of object_annotation → frame objects: the hot path."""

import pyarrow as pa

from connector.export.label_rows.encord_dict.label_contents import LabelContents
from connector.export.label_rows.encord_dict.records import JsonObject, records
from connector.export.label_rows.encord_dict.shape_dicts import drawn_shape

FrameObjects = dict[str, dict[int, list[JsonObject]]]
"""Space → frame → its objects."""


def frame_objects(table: pa.Table, contents: LabelContents) -> FrameObjects:
    """The objects on the frames of one label row, in the order of the table.

    Args:
        table: object_annotation of one label row.
        contents: the label row.
    """
    found: FrameObjects = {}
    times = contents.times
    labelled = {instance.object_hash: contents.labelled(instance) for instance in contents.objects.values()}
    shapes = {instance.object_hash: instance.shape for instance in contents.objects.values()}
    for (
        object_hash,
        space_id,
        frame,
        x,
        y,
        width,
        height,
        rotation,
        geometry,
        confidence,
        is_manual,
        created_at,
        created_by,
        last_edited_at,
        last_edited_by,
        is_deleted,
        event,
        interpolation,
    ) in records(
        table,
        "object_hash",
        "space_id",
        "frame",
        "x",
        "y",
        "width",
        "height",
        "rotation",
        "geometry",
        "confidence",
        "is_manual",
        "created_at",
        "created_by",
        "last_edited_at",
        "last_edited_by",
        "is_deleted",
        "event",
        "interpolation",
    ):
        shape, coordinates = drawn_shape(x, y, width, height, rotation, geometry, shapes.get(object_hash))
        item: JsonObject = {**labelled.get(object_hash, {}), "objectHash": object_hash, "shape": shape}
        if created_at is not None:
            item["createdAt"] = times[created_at]
        if created_by is not None:
            item["createdBy"] = created_by
        if confidence is not None:
            item["confidence"] = confidence
        if is_manual is not None:
            item["manualAnnotation"] = is_manual
        if last_edited_at is not None:
            item["lastEditedAt"] = times[last_edited_at]
        if last_edited_by is not None:
            item["lastEditedBy"] = last_edited_by
        if is_deleted is not None:
            item["isDeleted"] = is_deleted
        if event is not None:
            item["event"] = event
        if interpolation is not None:
            item["interpolate"] = interpolation
        item.update(coordinates)
        found.setdefault(space_id, {}).setdefault(frame, []).append(item)
    return found


def label_blob(objects: list[JsonObject] | None) -> JsonObject:
    """The value of a frame's key. As in the SDK, classifications are only in classification_answers."""
    return {"objects": objects or [], "classifications": []}
