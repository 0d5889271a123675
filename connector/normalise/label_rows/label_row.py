"""One raw label row → its rows in every table: which part of the dict holds what, by data type."""

from collections.abc import Iterator, Mapping
from typing import Any, Protocol, runtime_checkable

from connector.normalise.data_frames import add_dicom_frames, add_image_frames
from connector.normalise.data_types import RANGE_UNITS
from connector.normalise.label_rows.classifications import LegacyClassifications, add_classifications, collect_legacy
from connector.normalise.label_rows.drawn_frames import DrawnFrame, FrameDecoder, FrameObjects, decode_frame
from connector.normalise.label_rows.frames import FrameKeys, add_frame_objects
from connector.normalise.label_rows.object_instances import add_object_answers
from connector.normalise.label_rows.range_objects import add_root_range_objects
from connector.normalise.label_rows.row_context import ROOT, RowContext
from connector.normalise.label_rows.scenes import is_frame_key, scene_spaces
from connector.normalise.label_rows.spaces import add_spaces, merged_spaces

_FRAME_TYPES = frozenset({"video", "dicom", "nifti", "pdf", "scene"})
_IMAGE_TYPES = frozenset({"image", "img_group"})
_TYPES_WITHOUT_ROOT_LABELS = frozenset({"group", "dicom_study"})
_TYPES_WITHOUT_KNOWN_END = frozenset({"dicom", "scene", "audio", "plain_text", "time_series"})


def read_label_row(context: RowContext, project_hash: str, *, with_frames: bool) -> None:
    """Append everything that a label row holds to the columns.

    Args:
        context: the label row, which is not changed.
        project_hash: the project, for data_frame.
        with_frames: whether to describe the frames of the data unit (once for each data unit is enough).

    Raises:
        KeyError, IndexError, TypeError, ValueError, AttributeError: the label row's structure cannot be read. Then the
            columns are uneven, and the caller rolls them back.
    """
    data_type = context.data_type
    data_units = context.part("data_units")
    scene = context.part("scene") if data_type == "scene" else {}
    context.is_event_based = bool(scene.get("isContinuous"))
    legacy: LegacyClassifications = {}
    root_keys = FrameKeys({})
    spaces = merged_spaces(context)
    for unit in data_units.values():
        labels = unit.get("labels") or {}
        if data_type in RANGE_UNITS:
            is_html = unit.get("data_type") == "text/html"
            add_root_range_objects(context, RANGE_UNITS[data_type], is_html=is_html)
        elif data_type not in _TYPES_WITHOUT_ROOT_LABELS:
            add_frame_objects(context, ROOT, _unit_frames(context, unit, labels, legacy), root_keys)
        if data_type == "scene":
            spaces = scene_spaces(context, spaces, labels)
    if with_frames:
        _add_data_frames(context, project_hash, data_units)
    add_spaces(context, spaces, legacy, root_keys)
    add_object_answers(context)
    space_types = {space_id: str(info.get("space_type")) for space_id, info in spaces.items()}
    add_classifications(context, space_types, legacy)
    if context.is_event_based:
        _warn_of_endless_objects(context)
    _warn_of_frames_beyond_the_end(context, root_keys)


@runtime_checkable
class RawFrames(Protocol):
    """Frames that are still JSON: each is decoded when it is reached, by the decoder that the reader gives."""

    def read(self, decode: FrameDecoder) -> Iterator[tuple[str, Any]]:
        """Key and value of each frame."""


def _unit_frames(
    context: RowContext, unit: Mapping[str, Any], labels: Mapping[str, Any], legacy: LegacyClassifications
) -> Iterator[FrameObjects]:
    """The frames of a data unit; the frame of an image is its place in the sequence."""
    data_type = context.data_type
    # The images of a group differ in size, and the listing has the size of only one of them.
    listed = {} if data_type == "img_group" else context.entry
    width = unit.get("width") or listed.get("width")
    height = unit.get("height") or listed.get("height")
    if data_type not in _IMAGE_TYPES and data_type not in _FRAME_TYPES:
        context.warnings.add(f"unknown data type: {data_type}")
    if data_type in _IMAGE_TYPES or (data_type not in _FRAME_TYPES and isinstance(labels.get("objects"), list)):
        frame = int(unit["data_sequence"])
        if labels.get("classifications"):
            collect_legacy(legacy, ROOT, frame, labels["classifications"])
        yield frame, labels.get("objects") or (), width, height
        return
    only_frame_keys = data_type == "scene"
    frames = labels.read(decode_frame) if isinstance(labels, RawFrames) and not only_frame_keys else labels.items()
    for key, blob in frames:
        if isinstance(blob, DrawnFrame):
            yield int(key), blob, width, height
            continue
        if blob == [] or (only_frame_keys and not is_frame_key(key)):
            continue  # an image without labels is an empty list, which Encord also sends elsewhere
        frame = int(key)
        classifications = blob.get("classifications")
        if classifications:
            collect_legacy(legacy, ROOT, frame, classifications)
        objects = blob.get("objects")
        if objects:
            metadata = blob.get("metadata")
            if metadata and metadata.get("width") and metadata.get("height"):
                yield frame, objects, metadata["width"], metadata["height"]
            else:
                yield frame, objects, width, height


def _add_data_frames(context: RowContext, project_hash: str, data_units: Mapping[str, Any]) -> None:
    rows = context.columns.data_frame
    data_hash = context.entry.get("data_hash") or context.labels["data_hash"]
    if context.data_type == "img_group":
        add_image_frames(rows, project_hash, data_hash, data_units)
    elif context.data_type == "dicom":
        for unit in data_units.values():
            add_dicom_frames(rows, project_hash, data_hash, unit.get("labels") or {})


def _warn_of_endless_objects(context: RowContext) -> None:
    """Warns of objects of a continuous scene that do not end with a delete: the SDK cannot load such a label row."""
    for object_hash, (_, event) in context.last_events.items():
        if event != "delete":
            context.warnings.add(f"object of a continuous scene without an end: {object_hash}")


def _warn_of_frames_beyond_the_end(context: RowContext, root_keys: FrameKeys) -> None:
    frame_count = context.entry.get("number_of_frames")
    if not frame_count or not root_keys.hashes or context.data_type in _TYPES_WITHOUT_KNOWN_END:
        return
    if beyond := root_keys.count_beyond(frame_count):
        context.warnings.add(f"objects on frames beyond the {frame_count} that the listing counts", beyond)
    if beyond := context.answers_beyond_the_end:
        context.warnings.add(f"answers on frames beyond the {frame_count} that the listing counts", beyond)
