"""Adds the tables of what was: of each table of labels and of the listing, and the versions of label rows.

What an older warehouse holds counts as known from the moment of this migration on.

Revision ID: 0013, after 0012
"""

from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
from alembic import context, op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

TEXT = sa.String()
INTEGER = sa.BigInteger()
NUMBER: sa.Double[float] = sa.Double()
FLAG = sa.Boolean()
INSTANT = sa.DateTime(timezone=True)

# The key, which no row lacks, and names of the other columns by type, in their order.
HISTORIES: dict[str, tuple[str, list[tuple[str, sa.types.TypeEngine[Any]]]]] = {
    "project": (
        "project_hash",
        [
            (
                "project_hash title description project_type status ontology_hash ontology_title ontology_content_hash",
                TEXT,
            ),
            ("ontology_last_edited_at created_at last_edited_at deleted_at", INSTANT),
        ],
    ),
    "workflow_stage": (
        "project_hash stage_uuid",
        [
            ("project_hash stage_uuid stage_type title", TEXT),
            ("position", INTEGER),
        ],
    ),
    "ontology_class": (
        "project_hash feature_hash",
        [
            ("project_hash feature_hash kind", TEXT),
            ("uid", INTEGER),
            ("name color shape", TEXT),
            ("is_global is_archived", FLAG),
            ("position", INTEGER),
        ],
    ),
    "ontology_attribute": (
        "project_hash feature_hash",
        [
            ("project_hash feature_hash class_feature_hash parent_option_hash", TEXT),
            ("depth", INTEGER),
            ("name answer_type", TEXT),
            ("is_dynamic is_required is_archived", FLAG),
            ("position", INTEGER),
        ],
    ),
    "ontology_option": (
        "project_hash feature_hash",
        [
            ("project_hash feature_hash attribute_feature_hash label option_value", TEXT),
            ("is_archived", FLAG),
            ("position", INTEGER),
        ],
    ),
    "data_unit": (
        "project_hash data_hash",
        [
            ("project_hash data_hash dataset_hash dataset_title title data_type file_type", TEXT),
            ("width height frame_count", INTEGER),
            ("frames_per_second duration_seconds", NUMBER),
            ("audio_codec", TEXT),
            ("audio_sample_rate audio_bit_depth audio_num_channels", INTEGER),
            ("group_hash backing_item_uuid client_metadata", TEXT),
            ("deleted_at", INSTANT),
            ("spaces_digest", TEXT),
        ],
    ),
    "label_row": (
        "label_row_id",
        [
            ("label_row_id project_hash data_hash branch_name label_hash", TEXT),
            ("label_status annotation_task_status workflow_stage_uuid workflow_stage_title task_uuid", TEXT),
            ("priority", NUMBER),
            ("assigned_user_email last_actioned_by_user_email", TEXT),
            ("is_valid is_shadow_data", FLAG),
            ("created_at last_edited_at deleted_at", INSTANT),
            ("is_event_based", FLAG),
            ("object_count annotation_count classification_count", INTEGER),
            ("warnings content_hash", TEXT),
            ("labels_last_edited_at", INSTANT),
        ],
    ),
    "data_frame": (
        "project_hash data_hash frame",
        [
            ("project_hash data_hash", TEXT),
            ("frame", INTEGER),
            ("image_hash title", TEXT),
            ("width height", INTEGER),
            ("file_type dicom_instance_uid", TEXT),
            ("dicom_frame_number", INTEGER),
        ],
    ),
    "data_space": (
        "label_hash space_id",
        [
            ("label_hash space_id space_type layout_key file_name stream_id", TEXT),
            ("event_index width height frame_count", INTEGER),
            ("frames_per_second duration_seconds", NUMBER),
        ],
    ),
    "object_instance": (
        "label_hash object_hash",
        [
            ("label_hash object_hash feature_hash", TEXT),
            ("object_number", INTEGER),
            ("shape", TEXT),
            ("created_at", INSTANT),
            ("created_by", TEXT),
            ("last_edited_at", INSTANT),
            ("last_edited_by", TEXT),
            ("confidence", NUMBER),
            ("is_manual", FLAG),
        ],
    ),
    "object_annotation": (
        "label_hash object_hash space_id frame",
        [
            ("label_hash object_hash space_id", TEXT),
            ("frame", INTEGER),
            ("x y width height rotation x_min y_min x_max y_max", NUMBER),
            ("geometry", TEXT),
            ("confidence", NUMBER),
            ("is_manual", FLAG),
            ("created_at", INSTANT),
            ("created_by", TEXT),
            ("last_edited_at", INSTANT),
            ("last_edited_by", TEXT),
            ("is_deleted", FLAG),
            ("event interpolation", TEXT),
        ],
    ),
    "object_range": (
        "label_hash object_hash space_id position",
        [
            ("label_hash object_hash space_id", TEXT),
            ("position range_start range_end", INTEGER),
            ("range_unit start_xpath", TEXT),
            ("start_offset", INTEGER),
            ("end_xpath", TEXT),
            ("end_offset", INTEGER),
        ],
    ),
    "classification_instance": (
        "label_hash classification_hash",
        [
            ("label_hash classification_hash feature_hash", TEXT),
            ("confidence", NUMBER),
            ("is_manual", FLAG),
            ("created_at", INSTANT),
            ("created_by", TEXT),
            ("last_edited_at", INSTANT),
            ("last_edited_by", TEXT),
        ],
    ),
    "classification_range": (
        "label_hash classification_hash space_id position",
        [
            ("label_hash classification_hash space_id", TEXT),
            ("position frame_start frame_end", INTEGER),
            ("range_unit", TEXT),
        ],
    ),
    "attribute_answer": (
        "label_hash owner_kind owner_hash space_id attribute_feature_hash position",
        [
            ("label_hash owner_kind owner_hash space_id attribute_feature_hash", TEXT),
            ("position", INTEGER),
            ("option_feature_hash answer_text", TEXT),
            ("answer_number", NUMBER),
            ("frame_start frame_end", INTEGER),
        ],
    ),
}

MOMENT_AND_CHANGE: list[tuple[str, sa.types.TypeEngine[Any]]] = [("replaced_at", INSTANT), ("change", TEXT)]
# The key, names of columns by type, other columns that no row lacks, the comment, and whether it is plumbing.
OTHERS: dict[str, tuple[str, list[tuple[str, sa.types.TypeEngine[Any]]], str, str, bool]] = {
    "label_row_version": (
        "label_hash written_at",
        [
            ("label_hash", TEXT),
            ("written_at", INSTANT),
            ("project_hash data_hash reason", TEXT),
            ("unchanged_until labels_last_edited_at", INSTANT),
            ("workflow_stage_title", TEXT),
            ("normaliser_version", INTEGER),
            ("run_id", TEXT),
        ],
        "project_hash data_hash reason",
        "One row per state of a label row's labels that a sync found.",
        False,
    ),
    "mark": (
        "name",
        [("name", TEXT), ("marked_at", INSTANT), ("note", TEXT), ("made_at", INSTANT)],
        "marked_at made_at",
        "One row per moment that has a name: the labels of that moment are kept for ever.",
        False,
    ),
    "history_clock": (
        "project_hash",
        [("project_hash", TEXT), ("began_at known_since last_at", INSTANT)],
        "began_at known_since last_at",
        "One row per project with a history: when it began, and the moment of its last change.",
        True,
    ),
}


def upgrade() -> None:
    for name, (keys, columns) in HISTORIES.items():
        make(
            f"{name}_history",
            [*((column, kind) for names, kind in columns for column in names.split()), *MOMENT_AND_CHANGE],
            f"{keys} replaced_at".split(),
            {"change"},
            f"One row per change of a row of {name}: what the row was before.",
            internal_schema(),
        )
    for name, (keys, columns, required, comment, is_internal) in OTHERS.items():
        made = [(column, kind) for names, kind in columns for column in names.split()]
        schema = internal_schema() if is_internal else None
        make(name, made, keys.split(), set(required.split()), comment, schema)
    if op.get_context().dialect.name == "postgresql":
        op.create_index("ix_label_row_version_data_unit", "label_row_version", ["project_hash", "data_hash"])
    if not context.is_offline_mode():
        begin()


def make(
    name: str,
    columns: list[tuple[str, sa.types.TypeEngine[Any]]],
    keys: list[str],
    required: set[str],
    comment: str,
    schema: str | None,
) -> None:
    op.create_table(
        name,
        *(sa.Column(column, kind, nullable=column not in {*keys, *required}) for column, kind in columns),
        schema=schema,
        comment=comment,
    )
    if op.get_context().dialect.name == "postgresql":
        op.create_primary_key(f"pk_{name}", name, keys, schema=schema)


def begin() -> None:
    """Notes what is there as known from now on."""
    now = datetime.now(UTC)
    clock = f'"{internal_schema()}".history_clock'
    op.get_bind().execute(
        sa.text(
            f"INSERT INTO {clock} (project_hash, began_at, known_since, last_at) SELECT project_hash,"  # noqa: S608
            " CAST(:now AS TIMESTAMPTZ), CAST(:now AS TIMESTAMPTZ), CAST(:now AS TIMESTAMPTZ) FROM project"
        ),
        {"now": now},
    )
    op.get_bind().execute(
        sa.text(
            "INSERT INTO label_row_version (label_hash, written_at, project_hash, data_hash, reason,"
            " labels_last_edited_at, workflow_stage_title, normaliser_version, run_id)"
            " SELECT label_hash, CAST(:now AS TIMESTAMPTZ), min(project_hash), min(data_hash), 'first',"
            " min(labels_last_edited_at), min(workflow_stage_title), min(normaliser_version), min(run_id)"
            " FROM label_row WHERE content_hash IS NOT NULL AND label_hash IS NOT NULL GROUP BY label_hash"
        ),
        {"now": now},
    )


def internal_schema() -> str:
    schema = "encord" if context.is_offline_mode() else str(op.get_bind().scalar(sa.text("SELECT current_schema()")))
    return "internal" if schema == "main" else f"{schema}_internal"


def downgrade() -> None:
    for name in HISTORIES:
        op.drop_table(f"{name}_history", schema=internal_schema())
    for name, (*_, is_internal) in OTHERS.items():
        op.drop_table(name, schema=internal_schema() if is_internal else None)
