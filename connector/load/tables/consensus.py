"""Tables of consensus: who annotated on which branch, and how alike is alike enough."""

import sqlalchemy as sa

from connector.load.tables.declaration import (
    FLAG,
    INSTANT,
    INTEGER,
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
    key("project_hash", TEXT, "The project."),
    key("data_hash", TEXT, "The data unit."),
    key("branch_name", TEXT, "The annotator's branch."),
    optional("annotator_email", TEXT, "Whose branch it is; the last one known, if Encord no longer says."),
    required("stage_uuid", TEXT, "The consensus stage whose task said so (workflow_stage)."),
    required("stage_type", TEXT, "CONSENSUS_ANNOTATION or CONSENSUS_REVIEW."),
    optional(
        "subtask_status",
        TEXT,
        "The annotator's own task: NEW, ASSIGNED, RELEASED, SKIPPED, REOPENED, COMPLETED; NULL if seen in review only.",
    ),
    optional("task_uuid", TEXT, "The annotator's own task; in review the reviewer's."),
    required("first_seen", INSTANT, "When a sync first saw it, by this machine's clock."),
    required("last_seen", INSTANT, "When a sync last saw it; older than the last sync once the task has moved on."),
    comment=(
        "One row a branch of a consensus task: whose it is. Encord forgets it once the task moves on; this does not."
    ),
)

consensus_stage_read = sa.Table(
    "consensus_stage_read",
    METADATA,
    key("project_hash", TEXT, "The project."),
    key("stage_uuid", TEXT, "The consensus stage (workflow_stage)."),
    required("listing_digest", TEXT, "Hash of what the listing said of the label rows in the stage."),
    required("read_at", INSTANT, "When its tasks were read, by this machine's clock."),
    comment="One row a consensus stage whose tasks were read: they are read again when its label rows moved.",
)

consensus_threshold = sa.Table(
    "consensus_threshold",
    METADATA,
    key("project_hash", TEXT, "The project, or * for all that have no row of their own."),
    key("feature_hash", TEXT, "The object class, or * for all that have no row of their own."),
    required("min_iou", NUMBER, "Least intersection over union at which two objects are taken for one, 0 to 1."),
    comment="One row a threshold of the consensus views. Yours to edit: a sync never changes it.",
)

_SPACE_ID = "root, or the part of the data group or scene (data_space) that both lie on."
_FRAME = "Frame from 0; image, slice or page number."

object_pair_iou = sa.Table(
    "object_pair_iou",
    METADATA,
    key("label_hash", TEXT, "The label row of the one."),
    key("other_label_hash", TEXT, "The label row of the other."),
    key("space_id", TEXT, _SPACE_ID),
    key("frame", INTEGER, _FRAME),
    key("object_hash", TEXT, "The one object."),
    key("other_object_hash", TEXT, "The other object."),
    required("project_hash", TEXT, "The project."),
    required("data_hash", TEXT, "The data unit."),
    optional("iou", NUMBER, "Intersection over union of the shapes, 0 to 1; NULL where a shape could not be measured."),
    index("ix_object_pair_iou_data_unit", "project_hash data_hash"),
    comment=(
        "One row two objects of branches that are compared, whose extents overlap and are not all there is of them:"
        " polygons, rotated boxes, circles, ellipses, bitmasks."
    ),
)

consensus_matched_pair = sa.Table(
    "consensus_matched_pair",
    METADATA,
    key("label_row_id", TEXT, "The branch of an annotator (label_row)."),
    key("other_label_row_id", TEXT, "The branch that it was compared with (label_row)."),
    required("project_hash", TEXT, "The project."),
    required("data_hash", TEXT, "The data unit."),
    optional("label_hash", TEXT, "The label row of the one as it was compared."),
    optional("other_label_hash", TEXT, "The label row of the other as it was compared."),
    required("made_from", TEXT, "Hash of the two branches' contents; another one, and they are compared again."),
    index("ix_consensus_matched_pair_data_unit", "project_hash data_hash"),
    comment="One row two branches whose objects have been matched; consensus_object_match has what came of it.",
)

consensus_object_match = sa.Table(
    "consensus_object_match",
    METADATA,
    required("project_hash", TEXT, "The project."),
    required("data_hash", TEXT, "The data unit."),
    key("label_row_id", TEXT, "The branch of an annotator (label_row)."),
    required("label_hash", TEXT, "Its label row."),
    required("branch_name", TEXT, "Its name."),
    key("other_label_row_id", TEXT, "The branch that it is compared with (label_row)."),
    required("other_label_hash", TEXT, "The label row of that branch."),
    required("other_branch_name", TEXT, "The name of that branch."),
    required(
        "pair_kind", TEXT, "peer: two annotators; main: an annotator and the main branch, once consensus is reached."
    ),
    key("space_id", TEXT, _SPACE_ID),
    key("frame", INTEGER, _FRAME),
    key("object_hash", TEXT, "The object of the one."),
    required("feature_hash", TEXT, "Its class (ontology_class)."),
    required("other_object_hash", TEXT, "The object of the other that it is taken for."),
    required("other_feature_hash", TEXT, "Its class (ontology_class)."),
    required("same_class", FLAG, "Whether both are of one class."),
    required("iou", NUMBER, "Intersection over union, 0 to 1."),
    required(
        "iou_method",
        TEXT,
        "box: both are plain boxes; exact: of the shapes themselves; extent: of the boxes around the shapes, which may"
        " mislead.",
    ),
    required("match_round", INTEGER, "The round (1 to 3) in which each was the other's best."),
    index("ix_consensus_object_match_data_unit", "project_hash data_hash"),
    comment=(
        "One row two objects on a frame, of two branches, that are taken as one; made anew when their label rows are."
    ),
)

consensus_match_rules = sa.Table(
    "consensus_match_rules",
    METADATA,
    key("project_hash", TEXT, "The project."),
    required("rules_digest", TEXT, "Hash of its thresholds, its archived classes and the release's way of matching."),
    comment="One row a project whose objects have been matched: by which rules; with other ones all is matched again.",
)
