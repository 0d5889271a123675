"""Adds which share of a project a receipt is about.

Revision ID: 0011, after 0010
"""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    comment = "Which share of the project it was, such as 1/4; NULL for a run of all of it."
    op.add_column("sync_run_project", sa.Column("shard", sa.String(), nullable=True, comment=comment))


def downgrade() -> None:
    op.drop_column("sync_run_project", "shard")
