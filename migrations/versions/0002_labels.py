"""Creates the tables that label rows fill.

Revision ID: 0002, after 0001
"""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

TEXT = sa.String()
INTEGER = sa.BigInteger()
NUMBER: sa.Double[float] = sa.Double()
FLAG = sa.Boolean()
INSTANT = sa.DateTime(timezone=True)

# Keys, references and the indexes that the views need: on PostgreSQL only, see connector/load/tables/declaration.py.
PRIMARY_KEYS = {
    "data_frame": ["project_hash", "data_hash", "frame"],
    "data_space": ["label_hash", "space_id"],
    "object_instance": ["label_hash", "object_hash"],
    "object_annotation": ["label_hash", "object_hash", "space_id", "frame"],
    "object_range": ["label_hash", "object_hash", "space_id", "position"],
    "classification_instance": ["label_hash", "classification_hash"],
    "classification_range": ["label_hash", "classification_hash", "space_id", "position"],
    "attribute_answer": ["label_hash", "owner_kind", "owner_hash", "space_id", "attribute_feature_hash", "position"],
    "frame_number": ["frame"],
}
REFERENCES: list[tuple[str, str, list[str]]] = [
    ("data_frame", "data_unit", ["project_hash", "data_hash"]),
    ("object_annotation", "object_instance", ["label_hash", "object_hash"]),
    ("object_range", "object_instance", ["label_hash", "object_hash"]),
    ("classification_range", "classification_instance", ["label_hash", "classification_hash"]),
]
INDEXES = [
    ("ix_object_annotation_label_row_frame", "object_annotation", ["label_hash", "frame"]),
    ("ix_object_annotation_frame", "object_annotation", ["frame"]),
]


def required(name: str, column_type: sa.types.TypeEngine[Any], comment: str) -> sa.Column[Any]:
    return sa.Column(name, column_type, nullable=False, comment=comment)


def optional(name: str, column_type: sa.types.TypeEngine[Any], comment: str) -> sa.Column[Any]:
    return sa.Column(name, column_type, nullable=True, comment=comment)


def upgrade() -> None:
    op.create_table(
        "data_frame",
        required("project_hash", TEXT, "The project."),
        required("data_hash", TEXT, "The data unit."),
        required("frame", INTEGER, "Frame, image or slice number, from 0."),
        optional("image_hash", TEXT, "The image's own id, in image groups."),
        optional("title", TEXT, "The image's own title, in image groups."),
        optional("width", INTEGER, "Its own width, pixels."),
        optional("height", INTEGER, "Its own height, pixels."),
        optional("file_type", TEXT, "Its own media type."),
        optional("dicom_instance_uid", TEXT, "SOP instance UID of a DICOM slice."),
        optional("dicom_frame_number", INTEGER, "Frame within a multi-frame DICOM instance."),
        comment="One row a frame that has facts of its own: images of a group, slices of a DICOM series.",
    )
    op.create_table(
        "data_space",
        required("label_hash", TEXT, "The label row."),
        required("space_id", TEXT, "The part's id within the data group or scene."),
        optional("space_type", TEXT, "video, image, audio, text, point_cloud, …"),
        optional("layout_key", TEXT, "Its place in the data group's layout."),
        optional("file_name", TEXT, "Its file name."),
        optional("stream_id", TEXT, "Its stream in a scene."),
        optional("event_index", INTEGER, "Its event in a scene."),
        optional("width", INTEGER, "Width, pixels."),
        optional("height", INTEGER, "Height, pixels."),
        optional("frame_count", INTEGER, "Number of frames."),
        optional("frames_per_second", NUMBER, "Frame rate."),
        optional("duration_seconds", NUMBER, "Duration, seconds."),
        comment="One row a part (space) of a data group's or scene's label row.",
    )
    op.create_table(
        "object_instance",
        required("label_hash", TEXT, "The label row."),
        required(
            "object_hash",
            TEXT,
            "The object instance, case-sensitive; unique only within its label row (consensus copies objects).",
        ),
        required("feature_hash", TEXT, "Its class (ontology_class)."),
        optional("object_number", INTEGER, "The running number that the editor shows."),
        optional("shape", TEXT, "The shape that it is drawn in, such as bounding_box."),
        optional(
            "created_at",
            INSTANT,
            "Objects on ranges only (audio, text, …): When it was created; NULL if Encord does not say.",
        ),
        optional("created_by", TEXT, "Objects on ranges only: Who created it (e-mail)."),
        optional(
            "last_edited_at",
            INSTANT,
            "Objects on ranges only: When it was last edited in the editor; NULL if Encord does not say.",
        ),
        optional("last_edited_by", TEXT, "Objects on ranges only: Who last edited it (e-mail)."),
        optional(
            "confidence",
            NUMBER,
            "Objects on ranges only: Confidence of a model, 0 to 1; NULL if Encord does not say.",
        ),
        optional(
            "is_manual",
            FLAG,
            "Objects on ranges only: True if a person drew it, false if a model did; NULL if Encord does not say.",
        ),
        comment="One row an object instance of a label row: the thing that keeps its identity over frames.",
    )
    op.create_table(
        "object_annotation",
        required("label_hash", TEXT, "The label row."),
        required(
            "object_hash",
            TEXT,
            "The object instance, case-sensitive; unique only within its label row (consensus copies objects).",
        ),
        required("space_id", TEXT, "root, or the part of the data group or scene (data_space) that it lies on."),
        required("frame", INTEGER, "Frame from 0; image, slice or page number; nanoseconds in continuous scenes."),
        optional("x", NUMBER, "Left edge of a box, centre of a circle or ellipse, or the point; 0 to 1 of the width."),
        optional("y", NUMBER, "Top edge of a box, centre of a circle or ellipse, or the point; 0 to 1 of the height."),
        optional("width", NUMBER, "Width of a box or rotatable box, 0 to 1 of the frame's width."),
        optional("height", NUMBER, "Height of a box or rotatable box, 0 to 1 of the frame's height."),
        optional("rotation", NUMBER, "Rotation about the centre, degrees clockwise, where the shape has one."),
        optional("x_min", NUMBER, "Left edge of the extent of any drawn 2-D shape, 0 to 1 of the width."),
        optional("y_min", NUMBER, "Top edge of the extent, 0 to 1 of the height."),
        optional("x_max", NUMBER, "Right edge of the extent, 0 to 1 of the width."),
        optional("y_max", NUMBER, "Bottom edge of the extent, 0 to 1 of the height."),
        optional("geometry", TEXT, "The shape as JSON, one form a shape; NULL where the columns above say it all."),
        optional("confidence", NUMBER, "Confidence of a model, 0 to 1; NULL if Encord does not say."),
        optional("is_manual", FLAG, "True if a person drew it, false if a model did; NULL if Encord does not say."),
        optional("created_at", INSTANT, "When it was created; NULL if Encord does not say."),
        optional("created_by", TEXT, "Who created it (e-mail)."),
        optional("last_edited_at", INSTANT, "When it was last edited in the editor; NULL if Encord does not say."),
        optional("last_edited_by", TEXT, "Who last edited it (e-mail)."),
        optional("is_deleted", FLAG, "True where Encord marks it deleted and still serves it."),
        optional("event", TEXT, "upsert or delete in continuous scenes; NULL elsewhere."),
        optional("interpolation", TEXT, "linear where the shape moves towards its next event; NULL elsewhere."),
        comment="One row an object on a frame.",
    )
    op.create_table(
        "object_range",
        required("label_hash", TEXT, "The label row."),
        required(
            "object_hash",
            TEXT,
            "The object instance, case-sensitive; unique only within its label row (consensus copies objects).",
        ),
        required("space_id", TEXT, "root, or the part of the data group or scene (data_space) that it lies on."),
        required("position", INTEGER, "The range's place among the object's ranges, from 0."),
        optional("range_start", INTEGER, "First unit of the range, inclusive; NULL for HTML."),
        optional("range_end", INTEGER, "Last unit of the range, inclusive; NULL for HTML."),
        required(
            "range_unit",
            TEXT,
            "millisecond, character, html, point (index in a point cloud), or axis (time series).",
        ),
        optional("start_xpath", TEXT, "HTML: the node that it starts in."),
        optional("start_offset", INTEGER, "HTML: characters into that node."),
        optional("end_xpath", TEXT, "HTML: the node that it ends in."),
        optional("end_offset", INTEGER, "HTML: characters into that node."),
        comment="One row a range of an object that is placed on ranges: audio, text, HTML, time series, point clouds.",
    )
    op.create_table(
        "classification_instance",
        required("label_hash", TEXT, "The label row."),
        required(
            "classification_hash",
            TEXT,
            "The classification instance, case-sensitive; unique within its label row.",
        ),
        required("feature_hash", TEXT, "Its class (ontology_class)."),
        optional("confidence", NUMBER, "Confidence of a model, 0 to 1; NULL if Encord does not say."),
        optional("is_manual", FLAG, "True if a person drew it, false if a model did; NULL if Encord does not say."),
        optional("created_at", INSTANT, "When it was created; NULL if Encord does not say."),
        optional("created_by", TEXT, "Who created it (e-mail)."),
        optional("last_edited_at", INSTANT, "When it was last edited in the editor; NULL if Encord does not say."),
        optional("last_edited_by", TEXT, "Who last edited it (e-mail)."),
        comment="One row a classification instance of a label row: a question answered.",
    )
    op.create_table(
        "classification_range",
        required("label_hash", TEXT, "The label row."),
        required("classification_hash", TEXT, "The classification instance."),
        required("space_id", TEXT, "root, or the part of the data group or scene (data_space) that it lies on."),
        required("position", INTEGER, "The range's place among the classification's ranges, from 0."),
        optional("frame_start", INTEGER, "First frame (or unit) that it holds for; NULL where it holds for the whole."),
        optional(
            "frame_end",
            INTEGER,
            "Last frame (or unit) that it holds for, inclusive; NULL where it holds for the whole.",
        ),
        required(
            "range_unit",
            TEXT,
            "frame, whole (the whole data unit or part), millisecond, character, nanosecond, …",
        ),
        comment="One row a range of frames that a classification holds for; ranges stay ranges.",
    )
    op.create_table(
        "attribute_answer",
        required("label_hash", TEXT, "The label row."),
        required("owner_kind", TEXT, "object or classification."),
        required("owner_hash", TEXT, "The object instance or classification instance that is described."),
        required("space_id", TEXT, "root, or the part of a data group that a dynamic answer is limited to."),
        required("attribute_feature_hash", TEXT, "The attribute (ontology_attribute)."),
        required("position", INTEGER, "The row's place among the attribute's answers, from 0."),
        optional("option_feature_hash", TEXT, "The option ticked; NULL for text and numeric answers."),
        optional("answer_text", TEXT, "A text answer, or a numeric one in its one canonical form; NULL for options."),
        optional("answer_number", NUMBER, "A numeric answer."),
        optional("frame_start", INTEGER, "First frame that a dynamic answer holds for; NULL for a static one."),
        optional("frame_end", INTEGER, "Last frame that a dynamic answer holds for, inclusive; NULL for a static one."),
        comment=(
            "One row an answer; for a checklist one row a ticked option; for a dynamic attribute one row a range too."
        ),
    )
    op.create_table(
        "frame_number",
        required("frame", INTEGER, "0, 1, 2, … up to the longest data unit."),
        comment=(
            "Every frame number there is: joining ranges to it lets a view show frames without expanding all of them."
        ),
    )
    if op.get_context().dialect.name == "postgresql":
        declare_keys()


def declare_keys() -> None:
    for table, columns in PRIMARY_KEYS.items():
        op.create_primary_key(f"pk_{table}", table, columns)
    for table, referred, columns in REFERENCES:
        op.create_foreign_key(f"fk_{table}_{referred}", table, referred, columns, columns)
    for name, table, columns in INDEXES:
        op.create_index(name, table, columns)


def downgrade() -> None:
    for table in reversed(PRIMARY_KEYS):
        op.drop_table(table)
