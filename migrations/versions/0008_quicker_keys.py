"""Lets label rows into PostgreSQL in half the time: keys in the order that frames arrive in, no look-up a row.

Revision ID: 0008, after 0007

Measured with 1,000,000 boxes, seconds that the server took to copy them in: 25 as it was; 15 without looking the object
of each row up again; 8.5 if the key starts with label row and frame as well, which then need no index of their own.
"""

from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

FIRST_WITH_UNENFORCED = (18,)
REFERENCES = [
    ("object_annotation", "object_instance"),
    ("object_range", "object_instance"),
    ("classification_range", "classification_instance"),
]


def upgrade() -> None:
    # On PostgreSQL only, see connector/load/tables/declaration.py.
    if op.get_context().dialect.name != "postgresql":
        return
    enforce_references("NOT ENFORCED")
    replace_key(["label_hash", "frame", "object_hash", "space_id"])
    op.drop_index("ix_object_annotation_label_row_frame", "object_annotation")


def downgrade() -> None:
    if op.get_context().dialect.name != "postgresql":
        return
    op.create_index("ix_object_annotation_label_row_frame", "object_annotation", ["label_hash", "frame"])
    replace_key(["label_hash", "object_hash", "space_id", "frame"])
    enforce_references("ENFORCED")


def replace_key(columns: list[str]) -> None:
    op.drop_constraint("pk_object_annotation", "object_annotation", type_="primary")
    op.create_primary_key("pk_object_annotation", "object_annotation", columns)


def enforce_references(how: str) -> None:
    """Older servers know foreign keys only that they enforce."""
    if (op.get_bind().dialect.server_version_info or ()) >= FIRST_WITH_UNENFORCED:
        for table, referred in REFERENCES:
            op.execute(f"ALTER TABLE {table} ALTER CONSTRAINT fk_{table}_{referred} {how}")
