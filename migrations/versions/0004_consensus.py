"""Creates what consensus needs: the map of branch and annotator, and the thresholds.

Revision ID: 0004, after 0003
"""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

TEXT = sa.String()
NUMBER: sa.Double[float] = sa.Double()
INSTANT = sa.DateTime(timezone=True)

# On PostgreSQL only, see connector/load/tables/declaration.py.
PRIMARY_KEYS = {
    "consensus_task_branch": ["project_hash", "data_hash", "branch_name"],
    "consensus_stage_read": ["project_hash", "stage_uuid"],
    "consensus_threshold": ["project_hash", "feature_hash"],
}


def required(name: str, column_type: sa.types.TypeEngine[Any], comment: str) -> sa.Column[Any]:
    return sa.Column(name, column_type, nullable=False, comment=comment)


def optional(name: str, column_type: sa.types.TypeEngine[Any], comment: str) -> sa.Column[Any]:
    return sa.Column(name, column_type, nullable=True, comment=comment)


def upgrade() -> None:
    op.create_table(
        "consensus_task_branch",
        required("project_hash", TEXT, "The project."),
        required("data_hash", TEXT, "The data unit."),
        required("branch_name", TEXT, "The annotator's branch."),
        optional("annotator_email", TEXT, "Whose branch it is; the last one known, if Encord no longer says."),
        required("stage_uuid", TEXT, "The consensus stage whose task said so (workflow_stage)."),
        required("stage_type", TEXT, "CONSENSUS_ANNOTATION or CONSENSUS_REVIEW."),
        optional(
            "subtask_status",
            TEXT,
            "The annotator's own task: NEW, ASSIGNED, RELEASED, SKIPPED, REOPENED, COMPLETED;"
            " NULL if seen in review only.",
        ),
        optional("task_uuid", TEXT, "The annotator's own task; in review the reviewer's."),
        required("first_seen", INSTANT, "When a sync first saw it, by this machine's clock."),
        required("last_seen", INSTANT, "When a sync last saw it; older than the last sync once the task has moved on."),
        comment=(
            "One row a branch of a consensus task: whose it is."
            " Encord forgets it once the task moves on; this does not."
        ),
    )
    op.create_table(
        "consensus_stage_read",
        required("project_hash", TEXT, "The project."),
        required("stage_uuid", TEXT, "The consensus stage (workflow_stage)."),
        required("listing_digest", TEXT, "Hash of what the listing said of the label rows in the stage."),
        required("read_at", INSTANT, "When its tasks were read, by this machine's clock."),
        comment="One row a consensus stage whose tasks were read: they are read again when its label rows moved.",
    )
    thresholds = op.create_table(
        "consensus_threshold",
        required("project_hash", TEXT, "The project, or * for all that have no row of their own."),
        required("feature_hash", TEXT, "The object class, or * for all that have no row of their own."),
        required("min_iou", NUMBER, "Least intersection over union at which two objects are taken for one, 0 to 1."),
        comment="One row a threshold of the consensus views. Yours to edit: a sync never changes it.",
    )
    op.bulk_insert(thresholds, [{"project_hash": "*", "feature_hash": "*", "min_iou": 0.5}])
    if op.get_context().dialect.name == "postgresql":
        declare_keys()


def declare_keys() -> None:
    for table, columns in PRIMARY_KEYS.items():
        op.create_primary_key(f"pk_{table}", table, columns)


def downgrade() -> None:
    for table in reversed(PRIMARY_KEYS):
        op.drop_table(table)
