"""Objects on frames → object_annotation: the hot path.

Frames that were decoded into records are appended column by column, and what is the same for a whole space is filled in
afterwards. The objects of all other frames are appended one by one, as rows. Geometry that cannot be read is kept as
raw JSON, with a warning.
"""

from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import Any

from connector.geometry.run_lengths import MaskTooLargeError
from connector.geometry.shapes import NO_GEOMETRY, SHAPE_READERS, Geometry, Number, bitmask, raw_geometry
from connector.normalise.forms.shape_forms import shape_problem
from connector.normalise.label_rows.drawn_frames import DrawnFrame, FrameObjects
from connector.normalise.label_rows.object_instances import place_object
from connector.normalise.label_rows.row_context import ROOT, RowContext

_SEPARATOR = "\0"

UNREADABLE = (KeyError, IndexError, TypeError, ValueError, AttributeError)
"""What the readers of shapes raise if geometry does not have its form."""


@dataclass(slots=True)
class FrameKeys:
    """Which objects are on which frames of a space, to find an object that is on a frame twice.

    Attributes:
        hashes: frame → its object hashes in one text, which takes far less memory than a set of them.
    """

    hashes: dict[int, str]

    def without_repeats(
        self, context: RowContext, frame: int, objects: Sequence[Mapping[str, Any]]
    ) -> Sequence[Mapping[str, Any]]:
        """The objects without those that the frame has already; the first occurrence stays."""
        hashes = {item["objectHash"] for item in objects}
        text = self.hashes.get(frame)
        if text is None and len(hashes) == len(objects):
            self.hashes[frame] = _SEPARATOR.join(hashes)
            return objects
        known = set() if text is None else set(text.split(_SEPARATOR))
        kept = []
        for item in objects:
            if item["objectHash"] in known:
                context.warnings.add(f"object twice on frame {frame}, the first kept: {item['objectHash']}")
            else:
                known.add(item["objectHash"])
                kept.append(item)
        self.hashes[frame] = _SEPARATOR.join(known)
        return kept

    def fill(self, frame: int, hashes: AbstractSet[str]) -> None:
        """Note the objects of a frame that had none."""
        self.hashes[frame] = _SEPARATOR.join(hashes)

    def count_beyond(self, frame_count: int) -> int:
        """How many objects are on frames that are not among the first `frame_count`."""
        beyond = (text for frame, text in self.hashes.items() if not 0 <= frame < frame_count)
        return sum(len(text.split(_SEPARATOR)) for text in beyond)


def add_frame_objects(
    context: RowContext, space_id: str, frames: Iterable[FrameObjects], keys: FrameKeys | None = None
) -> None:
    """Append the annotations of a space, frame by frame, and the instances that are new.

    Args:
        context: the label row.
        space_id: root, or the part that the frames belong to.
        frames: the frames, in any order.
        keys: what earlier calls put on the same space.

    Raises:
        KeyError, TypeError: an object has no hash or class, or is not a dict.
    """
    bundle = context.columns
    rows, part_rows = bundle.object_annotation, bundle.part_rows
    keys = FrameKeys({}) if keys is None else keys
    drawn = 0  # annotations of drawn frames whose common columns are not filled in yet
    if context.ontology.has_bitmasks:
        frames = context.mask_extents.ahead(frames)
    for frame, objects, width, height in frames:
        if not objects:
            continue
        if isinstance(objects, DrawnFrame):
            if _add_drawn(context, keys, space_id, frame, objects, width, height):
                drawn += len(objects)
            else:
                _add_dicts(context, keys, space_id, frame, objects.as_dicts(), width, height)
        else:
            _add_dicts(context, keys, space_id, frame, objects, width, height)
        if len(rows) + drawn >= part_rows:
            _fill(context, space_id, drawn)
            drawn = 0
            bundle.hand_over()
    _fill(context, space_id, drawn)


def _add_dicts(
    context: RowContext,
    keys: FrameKeys,
    space_id: str,
    frame: int,
    objects: Sequence[Mapping[str, Any]],
    width: Number,
    height: Number,
) -> None:
    """Append the objects of a frame one by one."""
    label_hash, placed, timestamps = context.label_hash, context.objects_on[space_id], context.timestamps
    append = context.columns.object_annotation.append
    is_event_based = context.is_event_based
    event = interpolation = None
    for item in keys.without_repeats(context, frame, objects):
        get = item.get
        object_hash = item["objectHash"]
        if object_hash not in placed:
            place_object(context, space_id, object_hash, item)
        shape = get("shape", "")
        reader = SHAPE_READERS.get(shape)
        geometry: Geometry | None = None
        problem: Exception | None = None
        try:
            if shape == "bitmask":
                geometry = bitmask(item, width, height, context.mask_extents.of)
            elif reader is not None:
                geometry = reader(item, width, height)
        except UNREADABLE as error:
            problem = error
        if geometry is None:
            geometry = _other_geometry(context, item, width, height, problem)
        if is_event_based:
            event, interpolation = _event(context, space_id, frame, item)
        append(
            (
                label_hash,
                object_hash,
                space_id,
                frame,
                *geometry,
                get("confidence"),
                get("manualAnnotation"),
                timestamps[get("createdAt")],
                get("createdBy"),
                timestamps[get("lastEditedAt")],
                get("lastEditedBy"),
                get("isDeleted"),
                event,
                interpolation,
            )
        )


_GEOMETRY_COLUMNS = ("x", "y", "width", "height", "rotation", "x_min", "y_min", "x_max", "y_max", "geometry")


def _add_drawn(
    context: RowContext,
    keys: FrameKeys,
    space_id: str,
    frame: int,
    drawn: DrawnFrame,
    width: Number,
    height: Number,
) -> bool:
    """Append the objects of a frame column by column; false, and nothing is done, if it must be read as plain JSON."""
    objects = drawn.objects
    hashes = {item.object_hash for item in objects}
    if len(hashes) < len(objects) or frame in keys.hashes or context.is_event_based:
        return False
    geometries = drawn.geometries(width, height, context.mask_extents.of)
    if geometries is None:
        return False
    keys.fill(frame, hashes)
    placed, timestamps = context.objects_on[space_id], context.timestamps
    if not hashes <= placed:
        for item in objects:
            if item.object_hash not in placed:
                place_object(context, space_id, item.object_hash, item.facts())
    columns = context.columns.object_annotation.columns
    for name, values in zip(_GEOMETRY_COLUMNS, zip(*geometries, strict=True), strict=True):
        columns[name].extend(values)
    columns["confidence"].extend([item.confidence for item in objects])
    columns["is_manual"].extend([item.manual_annotation for item in objects])
    columns["created_at"].extend([timestamps[item.created_at] for item in objects])
    columns["created_by"].extend([item.created_by for item in objects])
    columns["last_edited_at"].extend([timestamps[item.last_edited_at] for item in objects])
    columns["last_edited_by"].extend([item.last_edited_by for item in objects])
    columns["is_deleted"].extend([item.is_deleted for item in objects])
    columns["object_hash"].extend([item.object_hash for item in objects])
    columns["frame"].extend([frame] * len(objects))
    return True


def _fill(context: RowContext, space_id: str, count: int) -> None:
    """Fill in the common columns of the last `count` annotations, all of which are from drawn frames."""
    if not count:
        return
    columns = context.columns.object_annotation.columns
    columns["label_hash"].extend([context.label_hash] * count)
    columns["space_id"].extend([space_id] * count)
    columns["event"].extend([None] * count)
    columns["interpolation"].extend([None] * count)


def _event(context: RowContext, space_id: str, frame: int, item: Mapping[str, Any]) -> tuple[str, str | None]:
    """What happens to an object of a continuous scene at one moment, and how it moves to the next one."""
    event = item.get("event") or "upsert"
    if space_id == ROOT:
        object_hash, last = item["objectHash"], context.last_events
        if frame >= last.get(object_hash, (frame, ""))[0]:
            last[object_hash] = (frame, event)
    return event, _interpolation(item)


def _interpolation(item: Mapping[str, Any]) -> str | None:
    """How an event moves to the next one; None if it stays, which Encord may also write as a word."""
    mode: str | None = item.get("interpolate")
    return None if mode == "hold" or item.get("event") == "delete" else mode


def _other_geometry(
    context: RowContext, item: Mapping[str, Any], width: Number, height: Number, problem: Exception | None
) -> Geometry:
    """The geometry of an object whose shape is not named, unknown, or malformed (which raised `problem`)."""
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
            except UNREADABLE as error:
                problem = error
    if isinstance(problem, MaskTooLargeError):
        context.warnings.add(f"bitmask larger than its frame, of object {item['objectHash']}")
    elif shape in SHAPE_READERS:
        context.warnings.add(f"unreadable {shape} of object {item['objectHash']}{shape_problem(item, shape)}")
    else:
        context.warnings.add(f"unknown shape: {shape}")
    return raw_geometry(item)
