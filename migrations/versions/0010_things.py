"""Keeps of consensus what is computed at load: which objects are one thing, and tracks; drops what that replaces.

All of a project's consensus is compared again by its next sync, or by `encord-sync migrate`.

Revision ID: 0010, after 0009
"""

from typing import Any

import sqlalchemy as sa
from alembic import context, op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

TEXT = sa.String()
INTEGER = sa.BigInteger()
NUMBER: sa.Double[float] = sa.Double()
FLAG = sa.Boolean()

# Names of columns by type, in their order; keys are declared on PostgreSQL only (connector/load/tables/declaration.py).
MADE: dict[str, tuple[str, list[tuple[str, sa.types.TypeEngine[Any]]], str]] = {
    "consensus_matched_branch": (
        "One row a branch whose objects have been compared with those of the other branches of its data unit here.",
        [("label_row_id project_hash data_hash label_hash made_from", TEXT)],
        "label_row_id",
    ),
    "consensus_compared_object": (
        "One row an object on a frame of a branch that is compared: its thing, and how many annotators have it.",
        [
            ("project_hash data_hash label_row_id label_hash space_id", TEXT),
            ("frame", INTEGER),
            ("object_hash feature_hash", TEXT),
            ("thing", INTEGER),
            ("is_medoid", FLAG),
            ("n_found most_found", INTEGER),
            ("score_sum", NUMBER),
            ("n_placed n_by_extent", INTEGER),
        ],
        "label_row_id space_id frame object_hash",
    ),
    "consensus_object_track": (
        "One row two objects of two branches that are taken as one on some frame, over the whole data unit.",
        [
            ("project_hash data_hash label_row_id other_label_row_id space_id object_hash other_object_hash", TEXT),
            ("feature_hash other_feature_hash", TEXT),
            ("min_iou", NUMBER),
            ("n_frames n_other_frames n_both n_matched n_by_extent", INTEGER),
            ("volume_iou", NUMBER),
        ],
        "label_row_id other_label_row_id space_id object_hash other_object_hash",
    ),
}
DROPPED: dict[str, tuple[str, list[tuple[str, sa.types.TypeEngine[Any]]], str]] = {
    "object_pair_iou": (
        (
            "One row two objects of branches that are compared, whose extents overlap and are not all there is of them:"
            " polygons, rotated boxes, circles, ellipses, bitmasks."
        ),
        [
            ("label_hash other_label_hash space_id", TEXT),
            ("frame", INTEGER),
            ("object_hash other_object_hash project_hash data_hash", TEXT),
            ("iou", NUMBER),
        ],
        "label_hash other_label_hash space_id frame object_hash other_object_hash",
    ),
    "consensus_matched_pair": (
        "One row two branches whose objects have been matched; consensus_object_match has what came of it.",
        [("label_row_id other_label_row_id project_hash data_hash label_hash other_label_hash made_from", TEXT)],
        "label_row_id other_label_row_id",
    ),
}
MATCH_COMMENT = (
    "One row two objects on a frame, of two branches, that are taken as one; made anew when their label rows are."
)
MATCH: list[tuple[str, sa.types.TypeEngine[Any]]] = [
    ("project_hash data_hash label_row_id label_hash branch_name", TEXT),
    ("other_label_row_id other_label_hash other_branch_name pair_kind space_id", TEXT),
    ("frame", INTEGER),
    ("object_hash feature_hash other_object_hash other_feature_hash", TEXT),
    ("same_class", FLAG),
    ("iou", NUMBER),
    ("iou_method", TEXT),
]
NULLABLE = {
    ("consensus_matched_branch", "label_hash"),
    ("consensus_compared_object", "thing"),
    ("object_pair_iou", "iou"),
    ("consensus_matched_pair", "label_hash"),
    ("consensus_matched_pair", "other_label_hash"),
}


def upgrade() -> None:
    for table in DROPPED:
        op.drop_table(table, schema=internal_schema())
    for table in MADE:
        make(table, *MADE[table])
    empty_matches()
    forget_rules()


def empty_matches() -> None:
    """Takes the rows away, and the column match_round."""
    if op.get_context().dialect.name == "postgresql":
        op.execute("DELETE FROM consensus_object_match")
        op.drop_column("consensus_object_match", "match_round")
        return
    # DuckDB commits no transaction that both deletes rows of a table and alters it. It knows no grants to lose.
    op.drop_table("consensus_object_match")
    op.create_table(
        "consensus_object_match",
        *(sa.Column(name, column_type, nullable=False) for names, column_type in MATCH for name in names.split()),
        comment=MATCH_COMMENT,
    )


def make(table: str, comment: str, columns: list[tuple[str, sa.types.TypeEngine[Any]]], key: str) -> None:
    internal = internal_schema()
    op.create_table(
        table,
        *(
            sa.Column(name, column_type, nullable=(table, name) in NULLABLE)
            for names, column_type in columns
            for name in names.split()
        ),
        schema=internal,
        comment=comment,
    )
    if op.get_context().dialect.name == "postgresql":
        op.create_primary_key(f"pk_{table}", table, key.split(), schema=internal)
        op.create_index(f"ix_{table}_data_unit", table, ["project_hash", "data_hash"], schema=internal)


def forget_rules() -> None:
    """By other rules than any that there are: the next sync, or migrate, compares everything again."""
    rules = sa.table("consensus_match_rules", sa.column("rules_digest", TEXT), schema=internal_schema())
    op.execute(rules.update().values(rules_digest=""))


def internal_schema() -> str:
    schema = "encord" if context.is_offline_mode() else str(op.get_bind().scalar(sa.text("SELECT current_schema()")))
    return "internal" if schema == "main" else f"{schema}_internal"


def downgrade() -> None:
    for table in MADE:
        op.drop_table(table, schema=internal_schema())
    for table in DROPPED:
        make(table, *DROPPED[table])
    # The rows stay, of which the older release makes others; the default gives them a value.
    op.add_column("consensus_object_match", sa.Column("match_round", INTEGER, nullable=True, server_default="1"))
    op.alter_column("consensus_object_match", "match_round", nullable=False)
    op.alter_column("consensus_object_match", "match_round", server_default=None)
    forget_rules()
