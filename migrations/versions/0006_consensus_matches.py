"""Creates what keeps consensus quick: measured overlaps, and the objects that are taken as one.

Revision ID: 0006, after 0005
"""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

TEXT = sa.String()
INTEGER = sa.BigInteger()
NUMBER: sa.Double[float] = sa.Double()
FLAG = sa.Boolean()

# On PostgreSQL only, see connector/load/tables/declaration.py.
PRIMARY_KEYS = {
    "object_pair_iou": ["label_hash", "other_label_hash", "space_id", "frame", "object_hash", "other_object_hash"],
    "consensus_matched_pair": ["label_row_id", "other_label_row_id"],
    "consensus_object_match": ["label_row_id", "other_label_row_id", "space_id", "frame", "object_hash"],
    "consensus_match_rules": ["project_hash"],
}
INDEXED = ("object_pair_iou", "consensus_matched_pair", "consensus_object_match")


def required(name: str, column_type: sa.types.TypeEngine[Any], comment: str) -> sa.Column[Any]:
    return sa.Column(name, column_type, nullable=False, comment=comment)


def optional(name: str, column_type: sa.types.TypeEngine[Any], comment: str) -> sa.Column[Any]:
    return sa.Column(name, column_type, nullable=True, comment=comment)


def upgrade() -> None:
    op.create_table(
        "object_pair_iou",
        required("label_hash", TEXT, "The label row of the one."),
        required("other_label_hash", TEXT, "The label row of the other."),
        required("space_id", TEXT, "root, or the part of the data group or scene (data_space) that both lie on."),
        required("frame", INTEGER, "Frame from 0; image, slice or page number."),
        required("object_hash", TEXT, "The one object."),
        required("other_object_hash", TEXT, "The other object."),
        required("project_hash", TEXT, "The project."),
        required("data_hash", TEXT, "The data unit."),
        optional(
            "iou", NUMBER, "Intersection over union of the shapes, 0 to 1; NULL where a shape could not be measured."
        ),
        comment=(
            "One row two objects of branches that are compared, whose extents overlap and are not all there is of them:"
            " polygons, rotated boxes, circles, ellipses, bitmasks."
        ),
    )
    op.create_table(
        "consensus_matched_pair",
        required("label_row_id", TEXT, "The branch of an annotator (label_row)."),
        required("other_label_row_id", TEXT, "The branch that it was compared with (label_row)."),
        required("project_hash", TEXT, "The project."),
        required("data_hash", TEXT, "The data unit."),
        optional("label_hash", TEXT, "The label row of the one as it was compared."),
        optional("other_label_hash", TEXT, "The label row of the other as it was compared."),
        required("made_from", TEXT, "Hash of the two branches' contents; another one, and they are compared again."),
        comment="One row two branches whose objects have been matched; consensus_object_match has what came of it.",
    )
    op.create_table(
        "consensus_object_match",
        required("project_hash", TEXT, "The project."),
        required("data_hash", TEXT, "The data unit."),
        required("label_row_id", TEXT, "The branch of an annotator (label_row)."),
        required("label_hash", TEXT, "Its label row."),
        required("branch_name", TEXT, "Its name."),
        required("other_label_row_id", TEXT, "The branch that it is compared with (label_row)."),
        required("other_label_hash", TEXT, "The label row of that branch."),
        required("other_branch_name", TEXT, "The name of that branch."),
        required(
            "pair_kind",
            TEXT,
            "peer: two annotators; main: an annotator and the main branch, once consensus is reached.",
        ),
        required("space_id", TEXT, "root, or the part of the data group or scene (data_space) that both lie on."),
        required("frame", INTEGER, "Frame from 0; image, slice or page number."),
        required("object_hash", TEXT, "The object of the one."),
        required("feature_hash", TEXT, "Its class (ontology_class)."),
        required("other_object_hash", TEXT, "The object of the other that it is taken for."),
        required("other_feature_hash", TEXT, "Its class (ontology_class)."),
        required("same_class", FLAG, "Whether both are of one class."),
        required("iou", NUMBER, "Intersection over union, 0 to 1."),
        required(
            "iou_method",
            TEXT,
            "box: both are plain boxes; exact: of the shapes themselves; extent: of the boxes around the shapes, which"
            " may mislead.",
        ),
        required("match_round", INTEGER, "The round (1 to 3) in which each was the other's best."),
        comment=(
            "One row two objects on a frame, of two branches, that are taken as one; made anew when their label rows"
            " are."
        ),
    )
    op.create_table(
        "consensus_match_rules",
        required("project_hash", TEXT, "The project."),
        required(
            "rules_digest", TEXT, "Hash of its thresholds, its archived classes and the release's way of matching."
        ),
        comment=(
            "One row a project whose objects have been matched: by which rules; with other ones all is matched again."
        ),
    )
    if op.get_context().dialect.name == "postgresql":
        declare_keys()


def declare_keys() -> None:
    for table, columns in PRIMARY_KEYS.items():
        op.create_primary_key(f"pk_{table}", table, columns)
    for table in INDEXED:
        op.create_index(f"ix_{table}_data_unit", table, ["project_hash", "data_hash"])


def downgrade() -> None:
    for table in reversed(PRIMARY_KEYS):
        op.drop_table(table)
