"""Creates what keeps the log of tasks: who assigned, submitted, approved or rejected, and when.

Revision ID: 0005, after 0004
"""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

TEXT = sa.String()
INSTANT = sa.DateTime(timezone=True)

# On PostgreSQL only, see connector/load/tables/declaration.py.
PRIMARY_KEYS = {"task_action": ["task_action_id"], "task_action_read": ["project_hash"]}


def required(name: str, column_type: sa.types.TypeEngine[Any], comment: str) -> sa.Column[Any]:
    return sa.Column(name, column_type, nullable=False, comment=comment)


def optional(name: str, column_type: sa.types.TypeEngine[Any], comment: str) -> sa.Column[Any]:
    return sa.Column(name, column_type, nullable=True, comment=comment)


def upgrade() -> None:
    op.create_table(
        "task_action",
        required("task_action_id", TEXT, "UUID made of all that Encord says of it, for Encord gives actions no id."),
        required("project_hash", TEXT, "The project."),
        required("data_hash", TEXT, "The data unit."),
        optional("task_uuid", TEXT, "The task."),
        optional("workflow_stage_uuid", TEXT, "The stage that the task was in (workflow_stage)."),
        required("action_type", TEXT, "assign, submit, approve, reject, release, move or skip, as Encord words it."),
        optional("actor_email", TEXT, "Who did it."),
        required("acted_at", INSTANT, "When, by Encord's clock."),
        comment="One row a thing that somebody did with a task, in projects with a consensus stage; kept for ever.",
    )
    op.create_table(
        "task_action_read",
        required("project_hash", TEXT, "The project."),
        required("listing_digest", TEXT, "Hash of what the listing said of its tasks when its actions were read."),
        required("moved_at", INSTANT, "When a sync first saw that listing, by this machine's clock."),
        required("read_at", INSTANT, "When the actions were last read, by this machine's clock."),
        optional("read_through", INSTANT, "The newest action read, by Encord's clock: the next reading begins there."),
        comment="One row a project whose task actions were read: they are read again when its tasks moved.",
    )
    if op.get_context().dialect.name == "postgresql":
        declare_keys()


def declare_keys() -> None:
    for table, columns in PRIMARY_KEYS.items():
        op.create_primary_key(f"pk_{table}", table, columns)
    op.create_index("ix_task_action_data_unit", "task_action", ["project_hash", "data_hash"])


def downgrade() -> None:
    for table in reversed(PRIMARY_KEYS):
        op.drop_table(table)
