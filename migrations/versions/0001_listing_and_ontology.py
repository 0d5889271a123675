"""Creates what the project, its ontology and its listing fill.

Revision ID: 0001
"""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

TEXT = sa.String()
INTEGER = sa.BigInteger()
NUMBER: sa.Double[float] = sa.Double()
FLAG = sa.Boolean()
INSTANT = sa.DateTime(timezone=True)

# Keys, references and the indexes that the views need: on PostgreSQL only, see connector/load/tables/declaration.py.
PRIMARY_KEYS = {
    "project": ["project_hash"],
    "workflow_stage": ["project_hash", "stage_uuid"],
    "ontology_class": ["project_hash", "feature_hash"],
    "ontology_attribute": ["project_hash", "feature_hash"],
    "ontology_option": ["project_hash", "feature_hash"],
    "data_unit": ["project_hash", "data_hash"],
    "label_row": ["label_row_id"],
}
REFERENCES: list[tuple[str, str, list[str]]] = [
    ("workflow_stage", "project", ["project_hash"]),
    ("ontology_class", "project", ["project_hash"]),
    ("ontology_attribute", "project", ["project_hash"]),
    ("ontology_option", "project", ["project_hash"]),
    ("data_unit", "project", ["project_hash"]),
    ("label_row", "project", ["project_hash"]),
    ("label_row", "data_unit", ["project_hash", "data_hash"]),
]
INDEXES = [
    ("ix_label_row_label_hash", "label_row", ["label_hash"]),
    ("ix_label_row_data_unit", "label_row", ["project_hash", "data_hash"]),
]


def required(name: str, column_type: sa.types.TypeEngine[Any], comment: str) -> sa.Column[Any]:
    return sa.Column(name, column_type, nullable=False, comment=comment)


def optional(name: str, column_type: sa.types.TypeEngine[Any], comment: str) -> sa.Column[Any]:
    return sa.Column(name, column_type, nullable=True, comment=comment)


def upgrade() -> None:
    op.create_table(
        "project",
        required("project_hash", TEXT, "The project's id in Encord."),
        optional("title", TEXT, "Its title."),
        optional("description", TEXT, "Its description."),
        optional("project_type", TEXT, "workflow or manual_qa."),
        optional("status", TEXT, "Its status in Encord, as Encord words it."),
        optional("ontology_hash", TEXT, "The ontology that its labels are made with."),
        optional("ontology_title", TEXT, "The ontology's title."),
        optional("ontology_content_hash", TEXT, "Hash of the ontology's structure as last synced; tells an edit."),
        optional("ontology_last_edited_at", INSTANT, "When the ontology was last edited, by Encord's clock."),
        optional("created_at", INSTANT, "When the project was created."),
        optional("last_edited_at", INSTANT, "When the project itself was last edited (not its labels)."),
        optional(
            "deleted_at",
            INSTANT,
            "When a sync found it gone or no longer accessible, and was allowed to say so.",
        ),
        comment="One row a project.",
    )
    op.create_table(
        "workflow_stage",
        required("project_hash", TEXT, "The project."),
        required("stage_uuid", TEXT, "The stage's id; label_row.workflow_stage_uuid points here."),
        optional("stage_type", TEXT, "ANNOTATION, REVIEW, CONSENSUS_ANNOTATION, CONSENSUS_REVIEW, DONE, AGENT, …"),
        optional("title", TEXT, "The stage's title."),
        required("position", INTEGER, "Its place in the project's list of stages, from 0."),
        comment="One row a stage of a project's workflow.",
    )
    op.create_table(
        "ontology_class",
        required("project_hash", TEXT, "The project."),
        required("feature_hash", TEXT, "The class's id, case-sensitive, unique within its ontology."),
        required("kind", TEXT, "object or classification."),
        optional("uid", INTEGER, "The class's running number in the ontology (what the SDK calls ontology_item.uid)."),
        optional("name", TEXT, "The class's name; for a classification the title of its question."),
        optional("color", TEXT, "The colour of an object class, #RRGGBB; NULL for classifications."),
        optional("shape", TEXT, "The shape of an object class, such as bounding_box; NULL for classifications."),
        required("is_global", FLAG, "True for a classification that holds for a whole data unit."),
        required("is_archived", FLAG, "True for an archived class; Encord does not serve its labels."),
        required("position", INTEGER, "Its place among the ontology's classes of its kind, from 0."),
        comment="One row an object or classification class of a project's ontology.",
    )
    op.create_table(
        "ontology_attribute",
        required("project_hash", TEXT, "The project."),
        required("feature_hash", TEXT, "The attribute's id, case-sensitive."),
        required("class_feature_hash", TEXT, "The class that it belongs to, also where it is nested."),
        optional("parent_option_hash", TEXT, "For a nested attribute: the option that opens it. NULL at the top."),
        required("depth", INTEGER, "How deep it is nested; 0 at the top."),
        optional("name", TEXT, "Its name: the question."),
        required("answer_type", TEXT, "radio, checklist, text or numeric; another word if Encord adds one."),
        required("is_dynamic", FLAG, "True if the answer may differ from frame to frame."),
        required("is_required", FLAG, "True if the editor asks for an answer."),
        required("is_archived", FLAG, "True for an archived attribute."),
        required("position", INTEGER, "Its place among its siblings, from 0."),
        comment="One row an attribute (a question) of a class, nested ones too; a classification's question is one.",
    )
    op.create_table(
        "ontology_option",
        required("project_hash", TEXT, "The project."),
        required("feature_hash", TEXT, "The option's id, case-sensitive."),
        required("attribute_feature_hash", TEXT, "The radio or checklist attribute that it answers."),
        optional("label", TEXT, "The option's text as shown in the editor."),
        optional("option_value", TEXT, "The option's text as stored in label files."),
        required("is_archived", FLAG, "True for an archived option."),
        required("position", INTEGER, "Its place among the attribute's options, from 0."),
        comment="One row an option of a radio or checklist attribute.",
    )
    op.create_table(
        "data_unit",
        required("project_hash", TEXT, "The project."),
        required("data_hash", TEXT, "The data unit's id."),
        optional("dataset_hash", TEXT, "The dataset that it comes from."),
        optional("dataset_title", TEXT, "That dataset's title."),
        optional("title", TEXT, "The data unit's title: its file name, what the task is called in Encord."),
        optional("data_type", TEXT, "video, image, img_group, dicom, nifti, audio, plain_text, pdf, group, scene, …"),
        optional("file_type", TEXT, "Its media type, such as video/mp4."),
        optional("width", INTEGER, "Width of a frame, pixels; frames of an image group have their own (data_frame)."),
        optional("height", INTEGER, "Height of a frame, pixels."),
        optional("frame_count", INTEGER, "Number of frames, images, slices or pages."),
        optional("frames_per_second", NUMBER, "Frame rate of a video."),
        optional("duration_seconds", NUMBER, "Duration of a video or audio file, seconds."),
        optional("audio_codec", TEXT, "Codec of an audio file."),
        optional("audio_sample_rate", INTEGER, "Samples a second of an audio file."),
        optional("audio_bit_depth", INTEGER, "Bits a sample of an audio file."),
        optional("audio_num_channels", INTEGER, "Channels of an audio file."),
        optional("group_hash", TEXT, "The data group that it is part of."),
        optional("backing_item_uuid", TEXT, "The storage item behind it."),
        optional("client_metadata", TEXT, "The customer's own metadata, JSON; only where the sync asks for it."),
        optional("deleted_at", INSTANT, "When a sync found that the listing no longer has it."),
        comment="One row a data unit (a video, an image, an image group, …) of a project.",
    )
    op.create_table(
        "label_row",
        required("label_row_id", TEXT, "UUID made of project, data unit and branch: the same in every warehouse."),
        required("project_hash", TEXT, "The project."),
        required("data_hash", TEXT, "The data unit."),
        required("branch_name", TEXT, "The branch: main, or an annotator's or a model's own."),
        optional("label_hash", TEXT, "Encord's id of the label row; NULL while nobody has opened the data unit there."),
        optional("label_status", TEXT, "Label status as listed; means little on workflow projects."),
        optional("annotation_task_status", TEXT, "Task status as listed; projects without a workflow only."),
        optional("workflow_stage_uuid", TEXT, "The stage that the task is in."),
        optional("workflow_stage_title", TEXT, "That stage's title as listed."),
        optional("task_uuid", TEXT, "The task."),
        optional("priority", NUMBER, "The task's priority, 0 to 1."),
        optional("assigned_user_email", TEXT, "Who the task is assigned to."),
        optional("last_actioned_by_user_email", TEXT, "Who last acted on the task."),
        optional("is_valid", FLAG, "Encord's own verdict on whether the labels fit the ontology."),
        optional("is_shadow_data", FLAG, "True for benchmark copies."),
        optional("created_at", INSTANT, "When the label row was created."),
        optional("last_edited_at", INSTANT, "When its labels were last saved, as listed, microseconds."),
        optional(
            "deleted_at",
            INSTANT,
            "When a sync found that the listing no longer has it; its labels are then gone.",
        ),
        optional("is_event_based", FLAG, "True where frames are nanosecond offsets of events (continuous scenes)."),
        optional("object_count", INTEGER, "Object instances in the warehouse; NULL until fetched."),
        optional("annotation_count", INTEGER, "Annotations (objects on frames) in the warehouse; NULL until fetched."),
        optional("classification_count", INTEGER, "Classification instances in the warehouse; NULL until fetched."),
        optional("warnings", TEXT, "What the connector could not interpret but kept, JSON list; NULL if nothing."),
        optional("content_hash", TEXT, "Hash of the labels as fetched; equal hash, nothing rewritten."),
        optional(
            "normaliser_version",
            INTEGER,
            "The version of the rules that made the rows; another one fetches again.",
        ),
        optional("synced_last_edited_at", INSTANT, "last_edited_at of the listing that the labels in here belong to."),
        optional("synced_is_valid", FLAG, "is_valid of that listing."),
        optional("labels_last_edited_at", INSTANT, "last_edited_at inside the fetched labels, whole seconds."),
        optional(
            "is_settled",
            FLAG,
            "False if the labels were fetched so soon after an edit that they are looked at again.",
        ),
        optional("stale_reason", TEXT, "Why the labels are to be fetched again although the listing has not moved."),
        optional("synced_at", INSTANT, "When the labels in here were fetched."),
        optional("run_id", TEXT, "The run that wrote them."),
        comment="One row a data unit and branch, opened or not: what the listing says, and what was synced of it.",
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
