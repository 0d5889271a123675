"""Tables of what was: each row of labels or of a listing as it was before a sync replaced it.

They are a log to undo. The tables of the present stay as they are; a moment of the past is the present, without every
change that came after it.
"""

from typing import Any

import sqlalchemy as sa

from connector.load.tables import labels, source_metadata
from connector.load.tables.declaration import INSTANT, INTEGER, INTERNAL, METADATA, TEXT, index, key, optional, required

OF_LABELS = (*source_metadata.FACT_COLUMNS, "content_hash", "labels_last_edited_at")
"""Columns of label_row that describe its labels, and are NULL before it has any."""

NOT_KEPT = {
    "label_row": frozenset({*source_metadata.SYNC_COLUMNS, "stale_reason", "run_id"} - {*OF_LABELS}),
    "project": frozenset({"pseudonym_check"}),
}
"""Columns without a past, by table: they say how the connector came by a row, and change with every sync."""

label_row_version = sa.Table(
    "label_row_version",
    METADATA,
    key("label_hash", TEXT),
    key("written_at", INSTANT),
    required("project_hash", TEXT),
    required("data_hash", TEXT),
    required("reason", TEXT),
    optional("unchanged_until", INSTANT),
    optional("labels_last_edited_at", INSTANT),
    optional("workflow_stage_title", TEXT),
    optional("normaliser_version", INTEGER),
    optional("run_id", TEXT),
    index("ix_label_row_version_data_unit", "project_hash data_hash"),
    comment="One row per state of a label row's labels that a sync found.",
)

mark = sa.Table(
    "mark",
    METADATA,
    key("name", TEXT),
    required("marked_at", INSTANT),
    optional("note", TEXT),
    required("made_at", INSTANT),
    comment="One row per moment that has a name: the labels of that moment are kept for ever.",
)

history_clock = sa.Table(
    "history_clock",
    METADATA,
    key("project_hash", TEXT),
    required("began_at", INSTANT),
    required("known_since", INSTANT),
    required("last_at", INSTANT),
    info=INTERNAL,
    comment="One row per project with a history: when it began, and the moment of its last change.",
)


def kept_columns(table: sa.Table) -> list[str]:
    """The names of a table's columns that have a past, in their order."""
    return [column.name for column in table.columns if column.name not in NOT_KEPT.get(table.name, ())]


def _history_of(table: sa.Table) -> sa.Table:
    """The table of what rows of another table were; a row that was added has only its key in it."""
    keys = [column.name for column in table.primary_key.columns]
    kept: list[sa.Column[Any]] = [
        key(column.name, column.type) if column.name in keys else optional(column.name, column.type)
        for column in table.columns
        if column.name in kept_columns(table)
    ]
    return sa.Table(
        f"{table.name}_history",
        METADATA,
        *kept,
        key("replaced_at", INSTANT),
        required("change", TEXT),
        info=INTERNAL,
        comment=f"One row per change of a row of {table.name}: what the row was before.",
    )


HISTORIES: dict[str, sa.Table] = {
    table.name: _history_of(table)
    for table in (
        source_metadata.project,
        source_metadata.workflow_stage,
        source_metadata.ontology_class,
        source_metadata.ontology_attribute,
        source_metadata.ontology_option,
        source_metadata.data_unit,
        source_metadata.label_row,
        labels.data_frame,
        labels.data_space,
        labels.object_instance,
        labels.object_annotation,
        labels.object_range,
        labels.classification_instance,
        labels.classification_range,
        labels.attribute_answer,
    )
}
"""The table of the past of each table that has one."""

TABLES_OF_THE_PAST = frozenset(
    {label_row_version.name, mark.name, history_clock.name, *(table.name for table in HISTORIES.values())}
)
"""Every table that is about the past."""
