"""The form of a label row and of its listing entry, as far as the readers rely on it.

It does not mention what no reader asks for, nor what Encord may add.
"""

from collections.abc import Mapping
from typing import Any

from connector.normalise.data_types import RANGE_UNITS
from connector.normalise.forms.expected_form import (
    ANYTHING,
    FLAG,
    IN_64_BITS,
    NUMBER,
    NUMERAL,
    TEXT,
    TIME,
    WHOLE,
    Depends,
    Each,
    Fields,
    Form,
    ListOf,
)

Json = Any

_METADATA: dict[str, Form] = {
    "createdAt": TIME,
    "createdBy": TEXT,
    "lastEditedAt": TIME,
    "lastEditedBy": TEXT,
    "confidence": NUMBER,
    "manualAnnotation": FLAG,
}
_OBJECT = Fields(
    {
        "objectHash": TEXT,
        "featureHash": TEXT,
        "objectNumber": WHOLE,
        "shape": TEXT,
        **_METADATA,
        "isDeleted": FLAG,
        "event": TEXT,
        "interpolate": TEXT,
        **dict.fromkeys(("boundingBox", "rotatableBoundingBox", "point", "circle", "ellipse"), IN_64_BITS),
    },
    needed=("objectHash", "featureHash"),
    owner=("objectHash", "object"),
)
_CLASSIFICATION = Fields(
    {"classificationHash": TEXT, "featureHash": TEXT, **_METADATA},
    needed=("classificationHash", "featureHash"),
    owner=("classificationHash", "classification"),
)
_FRAME = Fields(
    {
        "objects": ListOf(_OBJECT),
        "classifications": ListOf(_CLASSIFICATION),
        "metadata": Fields(
            {"width": WHOLE, "height": WHOLE, "dicom_instance_uid": TEXT, "multiframe_frame_number": WHOLE}
        ),
    }
)
_FRAME_OR_NOTHING = Depends(lambda blob: ANYTHING if blob == [] else _FRAME)
_FRAMES = Each(_FRAME_OR_NOTHING, NUMERAL)
_FRAMES_OF_SCENE = Each(_FRAME_OR_NOTHING)

_OPTION = Fields({"featureHash": TEXT}, needed=("featureHash",))
_ANSWER = Fields(
    {
        "featureHash": TEXT,
        "answers": Depends(lambda value: ListOf(_OPTION) if isinstance(value, list) else ANYTHING),
        "spaceId": TEXT,
        "range": IN_64_BITS,
    },
    needed=("featureHash", "answers"),
    owner=("featureHash", "answer to attribute"),
)
_NODE = Fields({"xpath": TEXT, "offset": WHOLE}, needed=("xpath", "offset"))
_NODES = Fields({"start": _NODE, "end": _NODE}, needed=("start", "end"))
_PLACEMENT = Fields(
    {"range": Depends(lambda value: ListOf(_NODES) if _is_of_objects(value) else IN_64_BITS), "type": TEXT}
)
_OBJECT_ANSWER = Fields(
    {
        "objectHash": TEXT,
        "featureHash": TEXT,
        "shape": TEXT,
        "objectNumber": WHOLE,
        **_METADATA,
        "classifications": ListOf(_ANSWER),
        "range": IN_64_BITS,
        "spaces": Each(_PLACEMENT),
        "range_html": ListOf(_NODES),
    },
    owner=("objectHash", "object"),
)
_OBJECT_ON_RANGES = Fields(_OBJECT_ANSWER.fields, needed=("objectHash", "featureHash"), owner=_OBJECT_ANSWER.owner)
_CLASSIFICATION_ANSWER = Fields(
    {
        "classificationHash": TEXT,
        "featureHash": TEXT,
        **_METADATA,
        "classifications": ListOf(_ANSWER),
        "range": IN_64_BITS,
        "spaces": Each(_PLACEMENT),
    },
    needed=("classificationHash",),
    owner=("classificationHash", "classification"),
)
_ACTIONS = Fields({"actions": ListOf(_ANSWER)}, owner=("objectHash", "object"))

_SPACE_FACTS: dict[str, Form] = {
    "space_type": TEXT,
    "width": WHOLE,
    "height": WHOLE,
    "number_of_frames": WHOLE,
    "number_of_pages": WHOLE,
    "data_fps": NUMBER,
    "data_duration": NUMBER,
    "duration_ms": NUMBER,
    "child_info": Fields({"layout_key": TEXT, "file_name": TEXT}),
    "root_info": Fields({"file_name": TEXT}),
    "scene_info": Fields({"stream_id": TEXT, "event_index": WHOLE}),
    "frames": ListOf(Fields({})),
}
_SPACES_WITH_ONE_FRAME = frozenset({"scene_image", "point_cloud"})
_SPACES_WITHOUT_FRAMES = frozenset({"audio", "text", "time_series", "html"})


def _is_of_objects(value: Json) -> bool:
    return isinstance(value, list) and any(isinstance(item, Mapping) for item in value)


def _space(space: Json) -> Form:
    kind = str(space.get("space_type")) if isinstance(space, Mapping) else None
    if kind in _SPACES_WITHOUT_FRAMES:
        return Fields({**_SPACE_FACTS, "labels": Fields({})})
    return Fields({**_SPACE_FACTS, "labels": _FRAME if kind in _SPACES_WITH_ONE_FRAME else _FRAMES})


def _unit(data_type: str) -> Form:
    facts: dict[str, Form] = {"data_sequence": NUMERAL}
    if data_type == "img_group":
        facts |= {"data_hash": TEXT, "data_title": TEXT, "width": WHOLE, "height": WHOLE, "data_type": TEXT}
    if data_type in {"image", "img_group"}:
        return Fields({**facts, "labels": _FRAME}, needed=("data_sequence",), owner=("data_hash", "image"))
    if data_type in RANGE_UNITS or data_type in {"group", "dicom_study"}:
        return Fields({"labels": Fields({})})
    return Fields({"labels": Depends(lambda labels: _labels(data_type, labels))})


def _labels(data_type: str, labels: Json) -> Form:
    if isinstance(labels, Mapping) and isinstance(labels.get("objects"), list):
        return _FRAME
    if data_type == "scene":
        return _FRAMES_OF_SCENE
    return _FRAMES


def label_row_form(data_type: str) -> Fields:
    """The form of a label row.

    Args:
        data_type: the kind of data, in lower case.
    """
    return Fields(
        {
            "last_edited_at": TIME,
            "data_hash": TEXT,
            "data_units": Each(_unit(data_type)),
            "spaces": Each(Depends(_space)),
            "scene": Fields({}),
            "object_answers": Each(_OBJECT_ON_RANGES if data_type in RANGE_UNITS else _OBJECT_ANSWER),
            "object_actions": Each(_ACTIONS),
            "classification_answers": Each(_CLASSIFICATION_ANSWER),
        }
    )


LISTING_ENTRY = Fields(
    {
        "label_hash": TEXT,
        "data_hash": TEXT,
        "branch_name": TEXT,
        "dataset_hash": TEXT,
        "dataset_title": TEXT,
        "data_title": TEXT,
        "data_type": TEXT,
        "created_at": TIME,
        "last_edited_at": TIME,
        "label_status": TEXT,
        "annotation_task_status": TEXT,
        "workflow_graph_node": Fields({"uuid": TEXT, "title": TEXT}),
        "task_uuid": TEXT,
        "priority": NUMBER,
        "assigned_user_email": TEXT,
        "last_actioned_by_user_email": TEXT,
        "is_valid": FLAG,
        "is_shadow_data": FLAG,
        "number_of_frames": WHOLE,
        "duration": NUMBER,
        "frames_per_second": NUMBER,
        "width": WHOLE,
        "height": WHOLE,
        "audio_codec": TEXT,
        "audio_sample_rate": WHOLE,
        "audio_bit_depth": WHOLE,
        "audio_num_channels": WHOLE,
        "group_hash": TEXT,
        "file_type": TEXT,
        "backing_item_uuid": TEXT,
        "spaces": Each(Fields(_SPACE_FACTS)),
    },
    needed=("data_hash", "branch_name", "dataset_hash", "dataset_title", "data_title", "data_type"),
)
"""The form of an entry of the listing."""
