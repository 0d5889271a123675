"""Everything that the SDK's object model says of a label row, as facts."""

from encord.constants.enums import DataType
from encord.objects import LabelRowV2
from encord.objects.spaces.types import SceneMetadata

from tests.parity.facts import Facts, empty_facts, exact
from tests.parity.oracle_answers import add_classification_answers, add_object_answers
from tests.parity.oracle_classifications import add_classification_facts
from tests.parity.oracle_objects import add_object_facts
from tests.parity.raw_index import Raw


def sdk_facts(row: LabelRowV2, labels: Raw) -> Facts:
    """The facts of a loaded label row.

    Args:
        row: The label row in the SDK's object model.
        labels: The raw dict that it was loaded from: says what was given and what the SDK made up.
    """
    facts = empty_facts()
    for instance in add_object_facts(row, labels, facts).values():
        add_object_answers(instance, _spaces_of(row, instance.object_hash), labels, facts)
    for classification in add_classification_facts(row, labels, facts).values():
        add_classification_answers(classification, facts)
    _add_spaces(row, facts)
    _add_frames(row, facts)
    facts["row"][()] = {
        "label_hash": row.label_hash,
        "is_event_based": row.is_event_based,
        "object_count": len(facts["object"]),
        "annotation_count": len(facts["annotation"]),
        "classification_count": len(facts["classification"]),
        "labels_last_edited_at": exact(row.last_edited_at),
    }
    return facts


def _spaces_of(row: LabelRowV2, object_hash: str) -> list[str]:
    """The spaces on which the SDK gives the dynamic answers of an object that say no space.

    It gives them to the object on the label row itself; if there is none, to the one that its parts have in common.
    """
    if any(instance.object_hash == object_hash for instance in row.get_object_instances()):
        return ["root"]
    return [
        space.space_id
        for space in row.get_spaces()
        if any(instance.object_hash == object_hash for instance in space.get_object_instances())
    ]


def _add_spaces(row: LabelRowV2, facts: Facts) -> None:
    for space in row.get_spaces():
        scene = space.metadata if isinstance(space.metadata, SceneMetadata) else None
        facts["space"][space.space_id] = {
            "layout_key": space.metadata.layout_key,
            "file_name": space.metadata.file_name,
            "stream_id": None if scene is None else scene.stream_id,
            "event_index": None if scene is None else scene.event_index,
        }


def _add_frames(row: LabelRowV2, facts: Facts) -> None:
    """What single frames have of their own: the images of a group, the slices of a series."""
    if row.data_type == DataType.IMG_GROUP:
        for view in row.get_frame_views():
            facts["frame"][view.frame] = {
                "image_hash": view.image_hash,
                "title": view.image_title,
                "width": view.width,
                "height": view.height,
                "file_type": view.file_type,
                "dicom_instance_uid": None,
                "dicom_frame_number": None,
            }
    elif row.data_type == DataType.DICOM:
        for view in row.get_frame_views():
            if view.metadata is not None:
                facts["frame"][view.frame] = {
                    "image_hash": None,
                    "title": None,
                    "width": view.metadata.width,
                    "height": view.metadata.height,
                    "file_type": None,
                    "dicom_instance_uid": view.metadata.dicom_instance_uid,
                    "dicom_frame_number": view.metadata.multiframe_frame_number,
                }
