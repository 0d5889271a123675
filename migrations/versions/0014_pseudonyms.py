"""Adds by which key the addresses of a project became pseudonyms.

Revision ID: 0014, after 0013
"""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    comment = "Check value of the key that made pseudonyms of its e-mail addresses; NULL: they are stored as they are."
    op.add_column("project", sa.Column("pseudonym_check", sa.String(), nullable=True, comment=comment))


def downgrade() -> None:
    op.drop_column("project", "pseudonym_check")
