"""Indexes what views call data_title, so that a question about one title reads one data unit.

Revision ID: 0007, after 0006
"""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # On PostgreSQL only, see connector/load/tables/declaration.py.
    if op.get_context().dialect.name == "postgresql":
        op.create_index("ix_data_unit_shown_title", "data_unit", [sa.text("coalesce(title, data_hash)")])


def downgrade() -> None:
    if op.get_context().dialect.name == "postgresql":
        op.drop_index("ix_data_unit_shown_title", "data_unit")
