"""Objects on frames → object_annotation: the hot path.

One pass over the frame objects appends to one list a column; what is the same for a whole frame or space is filled in
afterwards. Geometry that cannot be read is kept as raw JSON and warned of.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from connector.normalise.object_instances import add_object_instance
from connector.normalise.row_context import RowContext
from connector.normalise.shapes import NO_GEOMETRY, SHAPE_READERS, Geometry, Number, raw_geometry

FrameObjects = tuple[int, Sequence[Mapping[str, Any]], Number, Number]
"""Frame, its objects, its width and height in pixels."""

UNREADABLE = (KeyError, IndexError, TypeError, ValueError, AttributeError)
"""What the readers of shapes raise on geometry that is not of its form."""


@dataclass(slots=True)
class FrameKeys:
    """Which frames of a space are filled, to find an object that is twice on one."""

    hashes: dict[int, set[str]]

    def without_repeats(
        self, context: RowContext, frame: int, objects: Sequence[Mapping[str, Any]]
    ) -> Sequence[Mapping[str, Any]]:
        """The objects less those that the frame has already; the first occurrence stays."""
        hashes = {item["objectHash"] for item in objects}
        known = self.hashes.get(frame)
        if known is None and len(hashes) == len(objects):
            self.hashes[frame] = hashes
            return objects
        known = self.hashes.setdefault(frame, set())
        kept = []
        for item in objects:
            if item["objectHash"] in known:
                context.warnings.add(f"object twice on frame {frame}, the first kept: {item['objectHash']}")
            else:
                known.add(item["objectHash"])
                kept.append(item)
        return kept


def add_frame_objects(
    context: RowContext, space_id: str, frames: Iterable[FrameObjects], keys: FrameKeys | None = None
) -> None:
    """Append the annotations of a space, frame by frame, and the instances that are new.

    Args:
        context: the label row.
        space_id: root, or the part that the frames belong to.
        frames: see `FrameObjects`; in any order.
        keys: what earlier calls put on the same space.

    Raises:
        KeyError, TypeError: An object has no hash or class, or is no dict.
    """
    columns = context.columns.object_annotation.columns
    instances, timestamps = context.instances, context.timestamps
    keys = FrameKeys({}) if keys is None else keys
    object_hash_of, frame_of = columns["object_hash"], columns["frame"]
    add_x, add_y = columns["x"].append, columns["y"].append
    add_width, add_height = columns["width"].append, columns["height"].append
    add_rotation, add_geometry = columns["rotation"].append, columns["geometry"].append
    add_x_min, add_y_min = columns["x_min"].append, columns["y_min"].append
    add_x_max, add_y_max = columns["x_max"].append, columns["y_max"].append
    add_confidence, add_manual = columns["confidence"].append, columns["is_manual"].append
    add_created_at, add_created_by = columns["created_at"].append, columns["created_by"].append
    add_edited_at, add_edited_by = columns["last_edited_at"].append, columns["last_edited_by"].append
    add_deleted = columns["is_deleted"].append
    readers = SHAPE_READERS
    start = len(object_hash_of)

    for frame, objects, width, height in frames:
        if not objects:
            continue
        objects = keys.without_repeats(context, frame, objects)
        for item in objects:
            object_hash = item["objectHash"]
            if object_hash not in instances:
                add_object_instance(context, object_hash, item)
            reader = readers.get(item.get("shape", ""))
            try:
                geometry = reader(item, width, height) if reader is not None else None
            except UNREADABLE:
                geometry = None
            if geometry is None:
                geometry = _other_geometry(context, item, width, height)
            x, y, box_width, box_height, rotation, x_min, y_min, x_max, y_max, shape_json = geometry
            add_x(x)
            add_y(y)
            add_width(box_width)
            add_height(box_height)
            add_rotation(rotation)
            add_x_min(x_min)
            add_y_min(y_min)
            add_x_max(x_max)
            add_y_max(y_max)
            add_geometry(shape_json)
            get = item.get
            add_confidence(get("confidence"))
            add_manual(get("manualAnnotation"))
            add_created_at(timestamps[get("createdAt")])
            add_created_by(get("createdBy"))
            add_edited_at(timestamps[get("lastEditedAt")])
            add_edited_by(get("lastEditedBy"))
            add_deleted(get("isDeleted"))
            object_hash_of.append(object_hash)
        frame_of.extend([frame] * len(objects))
        if context.is_event_based:
            columns["event"].extend([item.get("event") or "upsert" for item in objects])
            columns["interpolation"].extend([_interpolation(item) for item in objects])

    count = len(object_hash_of) - start
    columns["label_hash"].extend([context.label_hash] * count)
    columns["space_id"].extend([space_id] * count)
    if not context.is_event_based:
        columns["event"].extend([None] * count)
        columns["interpolation"].extend([None] * count)


def _interpolation(item: Mapping[str, Any]) -> str | None:
    """How an event moves on to the next one; None where it holds, which Encord may also write as a word."""
    mode: str | None = item.get("interpolate")
    return None if mode == "hold" or item.get("event") == "delete" else mode


def _other_geometry(context: RowContext, item: Mapping[str, Any], width: Number, height: Number) -> Geometry:
    """The geometry of an object whose shape is not named, not known, or not of its form."""
    if context.is_event_based and item.get("event") == "delete":
        return NO_GEOMETRY  # a delete says that the object ends; it may come without a shape
    shape = item.get("shape")
    ontology_class = context.ontology.objects.get(item["featureHash"])
    if shape is None and ontology_class is not None:
        shape = ontology_class.shape
        reader = SHAPE_READERS.get(shape or "")
        if reader is not None:
            try:
                return reader(item, width, height)
            except UNREADABLE:
                pass
    if shape in SHAPE_READERS:
        context.warnings.add(f"unreadable {shape} of object {item['objectHash']}")
    else:
        context.warnings.add(f"unknown shape: {shape}")
    return raw_geometry(item)
