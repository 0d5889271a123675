"""Tables that label rows fill. A label row's rows in here are always replaced together, in one transaction."""

import sqlalchemy as sa

from connector.load.tables.declaration import (
    FLAG,
    INSTANT,
    INTEGER,
    JSON_TEXT,
    METADATA,
    NUMBER,
    TEXT,
    index,
    key,
    optional,
    reference,
    required,
)

data_frame = sa.Table(
    "data_frame",
    METADATA,
    key("project_hash", TEXT),
    key("data_hash", TEXT),
    key("frame", INTEGER),
    optional("image_hash", TEXT),
    optional("title", TEXT),
    optional("width", INTEGER),
    optional("height", INTEGER),
    optional("file_type", TEXT),
    optional("dicom_instance_uid", TEXT),
    optional("dicom_frame_number", INTEGER),
    reference("project_hash data_hash", "data_unit"),
    comment="One row a frame that has facts of its own: images of a group, slices of a DICOM series.",
)

data_space = sa.Table(
    "data_space",
    METADATA,
    key("label_hash", TEXT),
    key("space_id", TEXT),
    optional("space_type", TEXT),
    optional("layout_key", TEXT),
    optional("file_name", TEXT),
    optional("stream_id", TEXT),
    optional("event_index", INTEGER),
    optional("width", INTEGER),
    optional("height", INTEGER),
    optional("frame_count", INTEGER),
    optional("frames_per_second", NUMBER),
    optional("duration_seconds", NUMBER),
    comment="One row a part (space) of a data group's or scene's label row.",
)

object_instance = sa.Table(
    "object_instance",
    METADATA,
    key("label_hash", TEXT),
    key("object_hash", TEXT),
    required("feature_hash", TEXT),
    optional("object_number", INTEGER),
    optional("shape", TEXT),
    optional("created_at", INSTANT),
    optional("created_by", TEXT),
    optional("last_edited_at", INSTANT),
    optional("last_edited_by", TEXT),
    optional("confidence", NUMBER),
    optional("is_manual", FLAG),
    comment="One row an object instance of a label row: the thing that keeps its identity over frames.",
)

object_annotation = sa.Table(
    "object_annotation",
    METADATA,
    key("label_hash", TEXT),
    key("object_hash", TEXT),
    key("space_id", TEXT),
    key("frame", INTEGER),
    optional("x", NUMBER),
    optional("y", NUMBER),
    optional("width", NUMBER),
    optional("height", NUMBER),
    optional("rotation", NUMBER),
    optional("x_min", NUMBER),
    optional("y_min", NUMBER),
    optional("x_max", NUMBER),
    optional("y_max", NUMBER),
    optional("geometry", JSON_TEXT),
    optional("confidence", NUMBER),
    optional("is_manual", FLAG),
    optional("created_at", INSTANT),
    optional("created_by", TEXT),
    optional("last_edited_at", INSTANT),
    optional("last_edited_by", TEXT),
    optional("is_deleted", FLAG),
    optional("event", TEXT),
    optional("interpolation", TEXT),
    reference("label_hash object_hash", "object_instance"),
    # A track is a range of the primary key; frames of one label row, and of all of them, are a range of these.
    index("ix_object_annotation_label_row_frame", "label_hash frame"),
    index("ix_object_annotation_frame", "frame"),
    comment="One row an object on a frame.",
)

object_range = sa.Table(
    "object_range",
    METADATA,
    key("label_hash", TEXT),
    key("object_hash", TEXT),
    key("space_id", TEXT),
    key("position", INTEGER),
    optional("range_start", INTEGER),
    optional("range_end", INTEGER),
    required("range_unit", TEXT),
    optional("start_xpath", TEXT),
    optional("start_offset", INTEGER),
    optional("end_xpath", TEXT),
    optional("end_offset", INTEGER),
    reference("label_hash object_hash", "object_instance"),
    comment="One row a range of an object that is placed on ranges: audio, text, HTML, time series, point clouds.",
)

classification_instance = sa.Table(
    "classification_instance",
    METADATA,
    key("label_hash", TEXT),
    key("classification_hash", TEXT),
    required("feature_hash", TEXT),
    optional("confidence", NUMBER),
    optional("is_manual", FLAG),
    optional("created_at", INSTANT),
    optional("created_by", TEXT),
    optional("last_edited_at", INSTANT),
    optional("last_edited_by", TEXT),
    comment="One row a classification instance of a label row: a question answered.",
)

classification_range = sa.Table(
    "classification_range",
    METADATA,
    key("label_hash", TEXT),
    key("classification_hash", TEXT),
    key("space_id", TEXT),
    key("position", INTEGER),
    optional("frame_start", INTEGER),
    optional("frame_end", INTEGER),
    required("range_unit", TEXT),
    reference("label_hash classification_hash", "classification_instance"),
    comment="One row a range of frames that a classification holds for; ranges stay ranges.",
)

attribute_answer = sa.Table(
    "attribute_answer",
    METADATA,
    key("label_hash", TEXT),
    key("owner_kind", TEXT),
    key("owner_hash", TEXT),
    key("space_id", TEXT),
    key("attribute_feature_hash", TEXT),
    key("position", INTEGER),
    optional("option_feature_hash", TEXT),
    optional("answer_text", TEXT),
    optional("answer_number", NUMBER),
    optional("frame_start", INTEGER),
    optional("frame_end", INTEGER),
    comment="One row an answer; for a checklist one row a ticked option; for a dynamic attribute one row a range too.",
)

frame_number = sa.Table(
    "frame_number",
    METADATA,
    key("frame", INTEGER),
    comment="Every frame number there is: joining ranges to it lets a view show frames without expanding all of them.",
)
