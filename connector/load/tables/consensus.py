"""Tables of consensus: who annotated on which branch, which objects match, and from which overlap on."""

import sqlalchemy as sa

from connector.load.tables.declaration import (
    FLAG,
    INSTANT,
    INTEGER,
    INTERNAL,
    METADATA,
    NUMBER,
    TEXT,
    index,
    key,
    optional,
    required,
)

consensus_task_branch = sa.Table(
    "consensus_task_branch",
    METADATA,
    key("project_hash", TEXT),
    key("data_hash", TEXT),
    key("branch_name", TEXT),
    optional("annotator_email", TEXT),
    required("stage_uuid", TEXT),
    required("stage_type", TEXT),
    optional("subtask_status", TEXT),
    optional("task_uuid", TEXT),
    required("first_seen", INSTANT),
    required("last_seen", INSTANT),
    comment=(
        "One row a branch of a consensus task: whose it is. Encord forgets it once the task moves on; this does not."
    ),
)

consensus_stage_read = sa.Table(
    "consensus_stage_read",
    METADATA,
    key("project_hash", TEXT),
    key("stage_uuid", TEXT),
    required("listing_digest", TEXT),
    required("read_at", INSTANT),
    info=INTERNAL,
    comment="One row a consensus stage whose tasks were read: they are read again when its label rows moved.",
)

consensus_threshold = sa.Table(
    "consensus_threshold",
    METADATA,
    key("project_hash", TEXT),
    key("feature_hash", TEXT),
    required("min_iou", NUMBER),
    comment="One row a threshold of the consensus views. Yours to edit: a sync never changes it.",
)


object_pair_iou = sa.Table(
    "object_pair_iou",
    METADATA,
    key("label_hash", TEXT),
    key("other_label_hash", TEXT),
    key("space_id", TEXT),
    key("frame", INTEGER),
    key("object_hash", TEXT),
    key("other_object_hash", TEXT),
    required("project_hash", TEXT),
    required("data_hash", TEXT),
    optional("iou", NUMBER),
    index("ix_object_pair_iou_data_unit", "project_hash data_hash"),
    info=INTERNAL,
    comment=(
        "One row two objects of branches that are compared, whose extents overlap and are not all there is of them:"
        " polygons, rotated boxes, circles, ellipses, bitmasks."
    ),
)

consensus_matched_pair = sa.Table(
    "consensus_matched_pair",
    METADATA,
    key("label_row_id", TEXT),
    key("other_label_row_id", TEXT),
    required("project_hash", TEXT),
    required("data_hash", TEXT),
    optional("label_hash", TEXT),
    optional("other_label_hash", TEXT),
    required("made_from", TEXT),
    index("ix_consensus_matched_pair_data_unit", "project_hash data_hash"),
    info=INTERNAL,
    comment="One row two branches whose objects have been matched; consensus_object_match has what came of it.",
)

consensus_object_match = sa.Table(
    "consensus_object_match",
    METADATA,
    required("project_hash", TEXT),
    required("data_hash", TEXT),
    key("label_row_id", TEXT),
    required("label_hash", TEXT),
    required("branch_name", TEXT),
    key("other_label_row_id", TEXT),
    required("other_label_hash", TEXT),
    required("other_branch_name", TEXT),
    required("pair_kind", TEXT),
    key("space_id", TEXT),
    key("frame", INTEGER),
    key("object_hash", TEXT),
    required("feature_hash", TEXT),
    required("other_object_hash", TEXT),
    required("other_feature_hash", TEXT),
    required("same_class", FLAG),
    required("iou", NUMBER),
    required("iou_method", TEXT),
    required("match_round", INTEGER),
    index("ix_consensus_object_match_data_unit", "project_hash data_hash"),
    comment=(
        "One row two objects on a frame, of two branches, that are taken as one; made anew when their label rows are."
    ),
)

consensus_match_rules = sa.Table(
    "consensus_match_rules",
    METADATA,
    key("project_hash", TEXT),
    required("rules_digest", TEXT),
    info=INTERNAL,
    comment="One row a project whose objects have been matched: by which rules; with other ones all is matched again.",
)
