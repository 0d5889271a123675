"""Adds what tells that a listing describes the parts of a data unit otherwise than before.

Revision ID: 0008, after 0007
"""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    comment = "Hash of its parts as listed; with another one its labels are fetched again."
    op.add_column("data_unit", sa.Column("spaces_digest", sa.String(), nullable=True, comment=comment))


def downgrade() -> None:
    op.drop_column("data_unit", "spaces_digest")
