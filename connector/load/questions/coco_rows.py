"""What `export coco` reads: classes and their attributes, label rows, and their annotations, bundle by bundle."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

import pyarrow as pa

from connector.load.contract.session import Session
from connector.load.contract.statements import sql
from connector.load.questions.user_condition import condition_errors

_AMONG = "IN (SELECT unnest(string_to_array($hashes, chr(10))))"
"""Among the hashes of a text with one on each line: nothing can be staged in a warehouse that is opened for reading."""

IN_PICTURES = "('image', 'img_group', 'video', 'dicom', 'nifti', 'group')"
"""Data types that hold pictures, or parts that do (data groups)."""

_LABEL_ROWS = """
SELECT label_hash, data_hash, data_title, data_type, branch_name, frame_count, frame_width, frame_height,
    annotation_count
FROM current_label_row
WHERE project_hash = $project_hash AND branch_name = $branch AND label_hash IS NOT NULL AND data_type IN {in_pictures}
    AND {condition}
"""

_ANNOTATIONS = """
SELECT label_hash, data_hash, space_id, frame, object_hash, feature_hash, ontology_shape, x, y, width, height, rotation,
    geometry, is_manual, frame_width, frame_height
FROM object_on_frame
WHERE project_hash = $project_hash AND label_hash {among}
"""

_ANSWERS = """
SELECT label_hash, owner_hash, space_id, attribute_feature_hash, attribute_answer, answer_number, frame_start, frame_end
FROM named_answer
WHERE project_hash = $project_hash AND label_hash {among} AND owner_kind = 'object' AND depth = 0
ORDER BY label_hash, owner_hash, attribute_feature_hash, answer_position
"""

# As in the SDK, a classification without ranges (one of the whole video) makes no images of its own.
_CLASSIFIED = """
SELECT DISTINCT label_hash, space_id, frame_start, frame_end FROM classification_range
WHERE label_hash {among} AND range_unit = 'frame'
"""

_SPACES = """
SELECT label_hash, space_id, space_type, file_name, width, height, frame_count FROM data_space
WHERE label_hash {among}
"""

_FRAMES = """
SELECT data_hash, frame, image_hash, title, width, height, dicom_instance_uid, dicom_frame_number FROM data_frame
WHERE project_hash = $project_hash AND data_hash {among}
"""

_CLASSES = """
SELECT feature_hash, COALESCE(name, feature_hash), COALESCE(shape, '') FROM ontology_class
WHERE project_hash = $project_hash AND kind = 'object' AND COALESCE(shape, '') NOT IN ('audio', 'text')
ORDER BY position, feature_hash
"""

_ATTRIBUTES = """
SELECT a.class_feature_hash, a.feature_hash, COALESCE(a.name, a.feature_hash), a.answer_type, a.is_dynamic,
    COALESCE(o.label, o.option_value)
FROM ontology_attribute AS a
LEFT JOIN ontology_option AS o
    ON o.project_hash = a.project_hash AND o.attribute_feature_hash = a.feature_hash AND o.is_archived = FALSE
WHERE a.project_hash = $project_hash AND a.depth = 0 AND a.is_archived = FALSE
ORDER BY a.class_feature_hash, a.position, a.feature_hash, o.position
"""

ANNOTATION_SCHEMA = pa.schema(
    [
        *((name, pa.string()) for name in ("label_hash", "data_hash", "space_id")),
        ("frame", pa.int64()),
        *((name, pa.string()) for name in ("object_hash", "feature_hash", "ontology_shape")),
        *((name, pa.float64()) for name in ("x", "y", "width", "height", "rotation")),
        ("geometry", pa.string()),
        ("is_manual", pa.bool_()),
        ("frame_width", pa.int64()),
        ("frame_height", pa.int64()),
    ]
)
_ORDER = ("data_hash", "space_id", "frame", "label_hash", "object_hash")


@dataclass(frozen=True, slots=True)
class PictureLabelRow:
    """A label row of a data unit that holds pictures; sizes are in pixels, or None if unknown."""

    label_hash: str
    data_hash: str
    data_title: str
    data_type: str
    branch_name: str
    frame_count: int | None
    width: int | None
    height: int | None
    annotation_count: int | None


@dataclass(frozen=True, slots=True)
class PictureAttribute:
    """A top-level attribute of a class; `options` are the labels of a checklist's or radio's options."""

    feature_hash: str
    name: str
    answer_type: str
    is_dynamic: bool
    options: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PictureClass:
    """An object class of the ontology."""

    feature_hash: str
    name: str
    shape: str
    attributes: list[PictureAttribute] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class PictureRows:
    """The rows that belong to a bundle of label rows.

    Attributes:
        annotations: ANNOTATION_SCHEMA, sorted by data unit, space, frame, label row and object.
        answers: label_hash, object_hash, space_id, attribute, answer, number, first and last frame (None if static).
        classified: label_hash, space_id, first and last frame of each range of a classification.
        spaces: label_hash, space_id, space_type, file_name, width, height, frame_count of each part of a data group.
        frames: data_hash, frame, image_hash, title, width, height, dicom_instance_uid, dicom_frame_number.
    """

    annotations: pa.Table
    answers: Sequence[tuple[Any, ...]]
    classified: Sequence[tuple[Any, ...]]
    spaces: Sequence[tuple[Any, ...]]
    frames: Sequence[tuple[Any, ...]]


def projects(session: Session) -> list[tuple[str, str]]:
    """Hash and title of each project that is not tombstoned. Call all of these functions in a transaction."""
    rows = session.rows("SELECT project_hash, title FROM project WHERE deleted_at IS NULL ORDER BY title, project_hash")
    return [(project_hash, title or project_hash) for project_hash, title in rows]


def branch_names(session: Session, project_hash: str) -> list[str]:
    """The branches that a project's label rows are on."""
    query = "SELECT DISTINCT branch_name FROM current_label_row WHERE project_hash = $project_hash ORDER BY branch_name"
    return [name for (name,) in session.rows(query, project_hash=project_hash)]


def classes(session: Session, project_hash: str) -> list[PictureClass]:
    """The object classes that can be in a picture, with their attributes, all in the ontology's order."""
    found = {row[0]: PictureClass(*row) for row in session.rows(_CLASSES, project_hash=project_hash)}
    attributes: dict[tuple[str, str], tuple[str, str, bool, list[str]]] = {}
    for of_class, feature_hash, name, answer_type, is_dynamic, option in session.rows(
        _ATTRIBUTES, project_hash=project_hash
    ):
        entry = attributes.setdefault((of_class, feature_hash), (name, answer_type, is_dynamic, []))
        if option is not None:
            entry[3].append(option)
    for (of_class, feature_hash), (name, answer_type, is_dynamic, options) in attributes.items():
        if of_class in found:
            found[of_class].attributes.append(
                PictureAttribute(feature_hash, name, answer_type, is_dynamic, tuple(options))
            )
    return list(found.values())


def label_rows(session: Session, project_hash: str, branch: str, condition: str) -> list[PictureLabelRow]:
    """The opened label rows of a branch whose data units hold pictures, by title.

    Args:
        session: in a transaction.
        project_hash: the project.
        branch: the branch's name.
        condition: from `checked_condition`, over the columns of current_label_row.

    Raises:
        ConnectorError: CONFIGURATION, if the condition is not SQL over those columns.
    """
    query = sql(_LABEL_ROWS, in_pictures=IN_PICTURES, condition=condition)
    with condition_errors(session):
        rows = session.rows(query, project_hash=project_hash, branch=branch)
    return in_order(PictureLabelRow(*row) for row in rows)


def in_order(rows: Iterable[PictureLabelRow]) -> list[PictureLabelRow]:
    """Sorts by title, data unit and branch; in Python, because engines sort text by different rules."""
    return sorted(rows, key=lambda row: (row.data_title, row.data_hash, row.branch_name))


def picture_rows(session: Session, project_hash: str, rows: Collection[PictureLabelRow]) -> PictureRows:
    """Everything that belongs to some label rows; in a transaction."""
    hashes = "\n".join(row.label_hash for row in rows)
    scope = {"project_hash": project_hash, "hashes": hashes}
    annotations = session.table(sql(_ANNOTATIONS, among=_AMONG), ANNOTATION_SCHEMA, **scope)
    return PictureRows(
        annotations=annotations.sort_by([(name, "ascending") for name in _ORDER]),
        answers=session.rows(sql(_ANSWERS, among=_AMONG), **scope),
        classified=session.rows(sql(_CLASSIFIED, among=_AMONG), hashes=hashes),
        spaces=session.rows(sql(_SPACES, among=_AMONG), hashes=hashes),
        frames=session.rows(
            sql(_FRAMES, among=_AMONG),
            project_hash=project_hash,
            hashes="\n".join({row.data_hash: None for row in rows}),
        ),
    )
