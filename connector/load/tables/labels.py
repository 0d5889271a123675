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

LABEL_HASH = "The label row."
OBJECT_HASH = "The object instance, case-sensitive; unique only within its label row (consensus copies objects)."
SPACE_ID = "root, or the part of the data group or scene (data_space) that it lies on."
CREATED_AT = "When it was created; NULL if Encord does not say."
CREATED_BY = "Who created it (e-mail)."
LAST_EDITED_AT = "When it was last edited in the editor; NULL if Encord does not say."
LAST_EDITED_BY = "Who last edited it (e-mail)."
CONFIDENCE = "Confidence of a model, 0 to 1; NULL if Encord does not say."
IS_MANUAL = "True if a person drew it, false if a model did; NULL if Encord does not say."

data_frame = sa.Table(
    "data_frame",
    METADATA,
    key("project_hash", TEXT, "The project."),
    key("data_hash", TEXT, "The data unit."),
    key("frame", INTEGER, "Frame, image or slice number, from 0."),
    optional("image_hash", TEXT, "The image's own id, in image groups."),
    optional("title", TEXT, "The image's own title, in image groups."),
    optional("width", INTEGER, "Its own width, pixels."),
    optional("height", INTEGER, "Its own height, pixels."),
    optional("file_type", TEXT, "Its own media type."),
    optional("dicom_instance_uid", TEXT, "SOP instance UID of a DICOM slice."),
    optional("dicom_frame_number", INTEGER, "Frame within a multi-frame DICOM instance."),
    reference("project_hash data_hash", "data_unit"),
    comment="One row a frame that has facts of its own: images of a group, slices of a DICOM series.",
)

data_space = sa.Table(
    "data_space",
    METADATA,
    key("label_hash", TEXT, LABEL_HASH),
    key("space_id", TEXT, "The part's id within the data group or scene."),
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

object_instance = sa.Table(
    "object_instance",
    METADATA,
    key("label_hash", TEXT, LABEL_HASH),
    key("object_hash", TEXT, OBJECT_HASH),
    required("feature_hash", TEXT, "Its class (ontology_class)."),
    optional("object_number", INTEGER, "The running number that the editor shows."),
    optional("shape", TEXT, "The shape that it is drawn in, such as bounding_box."),
    optional("created_at", INSTANT, "Objects on ranges only (audio, text, …): " + CREATED_AT),
    optional("created_by", TEXT, "Objects on ranges only: " + CREATED_BY),
    optional("last_edited_at", INSTANT, "Objects on ranges only: " + LAST_EDITED_AT),
    optional("last_edited_by", TEXT, "Objects on ranges only: " + LAST_EDITED_BY),
    optional("confidence", NUMBER, "Objects on ranges only: " + CONFIDENCE),
    optional("is_manual", FLAG, "Objects on ranges only: " + IS_MANUAL),
    comment="One row an object instance of a label row: the thing that keeps its identity over frames.",
)

object_annotation = sa.Table(
    "object_annotation",
    METADATA,
    key("label_hash", TEXT, LABEL_HASH),
    key("object_hash", TEXT, OBJECT_HASH),
    key("space_id", TEXT, SPACE_ID),
    key("frame", INTEGER, "Frame from 0; image, slice or page number; nanoseconds in continuous scenes."),
    optional("x", NUMBER, "Left edge of a box, centre of a circle or ellipse, or the point; 0 to 1 of the width."),
    optional("y", NUMBER, "Top edge of a box, centre of a circle or ellipse, or the point; 0 to 1 of the height."),
    optional("width", NUMBER, "Width of a box or rotatable box, 0 to 1 of the frame's width."),
    optional("height", NUMBER, "Height of a box or rotatable box, 0 to 1 of the frame's height."),
    optional("rotation", NUMBER, "Rotation about the centre, degrees clockwise, where the shape has one."),
    optional("x_min", NUMBER, "Left edge of the extent of any drawn 2-D shape, 0 to 1 of the width."),
    optional("y_min", NUMBER, "Top edge of the extent, 0 to 1 of the height."),
    optional("x_max", NUMBER, "Right edge of the extent, 0 to 1 of the width."),
    optional("y_max", NUMBER, "Bottom edge of the extent, 0 to 1 of the height."),
    optional("geometry", JSON_TEXT, "The shape as JSON, one form a shape; NULL where the columns above say it all."),
    optional("confidence", NUMBER, CONFIDENCE),
    optional("is_manual", FLAG, IS_MANUAL),
    optional("created_at", INSTANT, CREATED_AT),
    optional("created_by", TEXT, CREATED_BY),
    optional("last_edited_at", INSTANT, LAST_EDITED_AT),
    optional("last_edited_by", TEXT, LAST_EDITED_BY),
    optional("is_deleted", FLAG, "True where Encord marks it deleted and still serves it."),
    optional("event", TEXT, "upsert or delete in continuous scenes; NULL elsewhere."),
    optional("interpolation", TEXT, "linear where the shape moves towards its next event; NULL elsewhere."),
    reference("label_hash object_hash", "object_instance"),
    # A track is a range of the primary key; frames of one label row, and of all of them, are a range of these.
    index("ix_object_annotation_label_row_frame", "label_hash frame"),
    index("ix_object_annotation_frame", "frame"),
    comment="One row an object on a frame.",
)

object_range = sa.Table(
    "object_range",
    METADATA,
    key("label_hash", TEXT, LABEL_HASH),
    key("object_hash", TEXT, OBJECT_HASH),
    key("space_id", TEXT, SPACE_ID),
    key("position", INTEGER, "The range's place among the object's ranges, from 0."),
    optional("range_start", INTEGER, "First unit of the range, inclusive; NULL for HTML."),
    optional("range_end", INTEGER, "Last unit of the range, inclusive; NULL for HTML."),
    required(
        "range_unit", TEXT, "millisecond, character, html, point (index in a point cloud), or axis (time series)."
    ),
    optional("start_xpath", TEXT, "HTML: the node that it starts in."),
    optional("start_offset", INTEGER, "HTML: characters into that node."),
    optional("end_xpath", TEXT, "HTML: the node that it ends in."),
    optional("end_offset", INTEGER, "HTML: characters into that node."),
    reference("label_hash object_hash", "object_instance"),
    comment="One row a range of an object that is placed on ranges: audio, text, HTML, time series, point clouds.",
)

classification_instance = sa.Table(
    "classification_instance",
    METADATA,
    key("label_hash", TEXT, LABEL_HASH),
    key("classification_hash", TEXT, "The classification instance, case-sensitive; unique within its label row."),
    required("feature_hash", TEXT, "Its class (ontology_class)."),
    optional("confidence", NUMBER, CONFIDENCE),
    optional("is_manual", FLAG, IS_MANUAL),
    optional("created_at", INSTANT, CREATED_AT),
    optional("created_by", TEXT, CREATED_BY),
    optional("last_edited_at", INSTANT, LAST_EDITED_AT),
    optional("last_edited_by", TEXT, LAST_EDITED_BY),
    comment="One row a classification instance of a label row: a question answered.",
)

classification_range = sa.Table(
    "classification_range",
    METADATA,
    key("label_hash", TEXT, LABEL_HASH),
    key("classification_hash", TEXT, "The classification instance."),
    key("space_id", TEXT, SPACE_ID),
    key("position", INTEGER, "The range's place among the classification's ranges, from 0."),
    optional("frame_start", INTEGER, "First frame (or unit) that it holds for; NULL where it holds for the whole."),
    optional(
        "frame_end", INTEGER, "Last frame (or unit) that it holds for, inclusive; NULL where it holds for the whole."
    ),
    required("range_unit", TEXT, "frame, whole (the whole data unit or part), millisecond, character, nanosecond, …"),
    reference("label_hash classification_hash", "classification_instance"),
    comment="One row a range of frames that a classification holds for; ranges stay ranges.",
)

attribute_answer = sa.Table(
    "attribute_answer",
    METADATA,
    key("label_hash", TEXT, LABEL_HASH),
    key("owner_kind", TEXT, "object or classification."),
    key("owner_hash", TEXT, "The object instance or classification instance that is described."),
    key("space_id", TEXT, "root, or the part of a data group that a dynamic answer is limited to."),
    key("attribute_feature_hash", TEXT, "The attribute (ontology_attribute)."),
    key("position", INTEGER, "The row's place among the attribute's answers, from 0."),
    optional("option_feature_hash", TEXT, "The option ticked; NULL for text and numeric answers."),
    optional("answer_text", TEXT, "A text answer, or a numeric one in its one canonical form; NULL for options."),
    optional("answer_number", NUMBER, "A numeric answer."),
    optional("frame_start", INTEGER, "First frame that a dynamic answer holds for; NULL for a static one."),
    optional("frame_end", INTEGER, "Last frame that a dynamic answer holds for, inclusive; NULL for a static one."),
    comment="One row an answer; for a checklist one row a ticked option; for a dynamic attribute one row a range too.",
)

frame_number = sa.Table(
    "frame_number",
    METADATA,
    key("frame", INTEGER, "0, 1, 2, … up to the longest data unit."),
    comment="Every frame number there is: joining ranges to it lets a view show frames without expanding all of them.",
)
