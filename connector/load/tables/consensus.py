"""Tables of consensus: who annotated on which branch, which objects match, and from which overlap on."""

import sqlalchemy as sa

from connector.load.tables.declaration import (
    FLAG,
    INSTANT,
    INTEGER,
    INTERNAL,
    METADATA,
    NUMBER,
    PERSON,
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
    optional("annotator_email", PERSON),
    required("stage_uuid", TEXT),
    required("stage_type", TEXT),
    optional("subtask_status", TEXT),
    optional("task_uuid", TEXT),
    required("first_seen", INSTANT),
    required("last_seen", INSTANT),
    comment=(
        "One row per branch of a consensus task: whose it is. Encord forgets it once the task moves on; this does not."
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
    comment="One row per consensus stage whose tasks were read: they are read again when its label rows moved.",
)

consensus_threshold = sa.Table(
    "consensus_threshold",
    METADATA,
    key("project_hash", TEXT),
    key("feature_hash", TEXT),
    required("min_iou", NUMBER),
    comment="One row per threshold of the consensus views. Yours to edit: a sync never changes it.",
)
FIRST_THRESHOLD = {"project_hash": "*", "feature_hash": "*", "min_iou": 0.5}
"""The row of consensus_threshold that a new warehouse has."""

consensus_matched_branch = sa.Table(
    "consensus_matched_branch",
    METADATA,
    key("label_row_id", TEXT),
    required("project_hash", TEXT),
    required("data_hash", TEXT),
    optional("label_hash", TEXT),
    required("made_from", TEXT),
    index("ix_consensus_matched_branch_data_unit", "project_hash data_hash"),
    info=INTERNAL,
    comment=(
        "One row per branch whose objects have been compared with those of the other branches of its data unit here."
    ),
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
    index("ix_consensus_object_match_data_unit", "project_hash data_hash"),
    comment=(
        "One row per pair of objects on a frame, of two branches, that are taken as one;"
        " made again when their label rows are."
    ),
)

consensus_compared_object = sa.Table(
    "consensus_compared_object",
    METADATA,
    required("project_hash", TEXT),
    required("data_hash", TEXT),
    key("label_row_id", TEXT),
    required("label_hash", TEXT),
    key("space_id", TEXT),
    key("frame", INTEGER),
    key("object_hash", TEXT),
    required("feature_hash", TEXT),
    optional("thing", INTEGER),
    required("is_medoid", FLAG),
    required("n_found", INTEGER),
    required("most_found", INTEGER),
    required("score_sum", NUMBER),
    required("n_placed", INTEGER),
    required("n_by_extent", INTEGER),
    index("ix_consensus_compared_object_data_unit", "project_hash data_hash"),
    info=INTERNAL,
    comment="One row per object on a frame of a branch that is compared: its thing, and how many annotators have it.",
)

consensus_object_track = sa.Table(
    "consensus_object_track",
    METADATA,
    required("project_hash", TEXT),
    required("data_hash", TEXT),
    key("label_row_id", TEXT),
    key("other_label_row_id", TEXT),
    key("space_id", TEXT),
    key("object_hash", TEXT),
    key("other_object_hash", TEXT),
    required("feature_hash", TEXT),
    required("other_feature_hash", TEXT),
    required("min_iou", NUMBER),
    required("n_frames", INTEGER),
    required("n_other_frames", INTEGER),
    required("n_both", INTEGER),
    required("n_matched", INTEGER),
    required("n_by_extent", INTEGER),
    required("volume_iou", NUMBER),
    index("ix_consensus_object_track_data_unit", "project_hash data_hash"),
    info=INTERNAL,
    comment=(
        "One row per pair of objects of two branches that are taken as one on some frame, over the whole data unit."
    ),
)

consensus_match_rules = sa.Table(
    "consensus_match_rules",
    METADATA,
    key("project_hash", TEXT),
    required("rules_digest", TEXT),
    info=INTERNAL,
    comment=(
        "One row per project whose objects have been matched: by which rules; with other ones all is matched again."
    ),
)
