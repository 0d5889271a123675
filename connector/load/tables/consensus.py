"""Tables of consensus: who annotated on which branch, and how alike is alike enough."""

import sqlalchemy as sa

from connector.load.tables.declaration import INSTANT, METADATA, NUMBER, TEXT, key, optional, required

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
