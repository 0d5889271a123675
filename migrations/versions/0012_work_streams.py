"""Creates what keeps the work itself: time spent, issues, people, and the editor's log.

How far task actions were read moves to stream_read, which says it of every stream.

Revision ID: 0012, after 0011
"""

from typing import Any

import sqlalchemy as sa
from alembic import context, op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

TEXT = sa.String()
INTEGER = sa.BigInteger()
NUMBER: sa.Double[float] = sa.Double()
FLAG = sa.Boolean()
INSTANT = sa.DateTime(timezone=True)

# Columns in their order, by type; those that may be NULL end in "?". Keys are declared on PostgreSQL only.
MADE: dict[str, tuple[str, list[tuple[str, sa.types.TypeEngine[Any]]], str]] = {
    "time_spent": (
        "One row per person, data unit, task, stage and day: how long the person worked on it; kept for ever.",
        [
            ("time_spent_id project_hash data_hash task_uuid? workflow_stage_uuid? user_email user_role?", TEXT),
            ("period_start period_end", INSTANT),
            ("seconds", NUMBER),
        ],
        "time_spent_id",
    ),
    "issue": (
        "One row per issue: a thread of comments about a data unit, a frame, a place or a label.",
        [
            ("issue_uuid project_hash data_hash issue_type? space_id?", TEXT),
            ("frame?", INTEGER),
            ("frame_ranges? annotation_id?", TEXT),
            ("x? y? z?", NUMBER),
            ("tags?", TEXT),
            ("comment_count", INTEGER),
            ("author_email?", TEXT),
            ("created_at?", INSTANT),
            ("is_resolved", FLAG),
            ("resolution_changed_at?", INSTANT),
            ("resolution_changed_by?", TEXT),
        ],
        "issue_uuid",
    ),
    "issue_comment": (
        "One row per comment of an issue.",
        [
            ("issue_uuid", TEXT),
            ("position", INTEGER),
            ("project_hash data_hash content? author_email?", TEXT),
            ("created_at?", INSTANT),
        ],
        "issue_uuid position",
    ),
    "project_user": (
        "One row per person who is on a project now, with the role.",
        [("project_hash user_email user_role?", TEXT)],
        "project_hash user_email",
    ),
    "editor_log": (
        "One row per thing that somebody did in the label editor; kept for ever.",
        [
            ("editor_log_id project_hash data_hash branch_name? task_uuid? workflow_stage_uuid? action", TEXT),
            ("action_category? actor_email? user_role? session_id?", TEXT),
            ("acted_at", INSTANT),
            ("label_name? feature_hash? object_hash? classification_hash?", TEXT),
            ("frame?", INTEGER),
            ("label_ranges?", TEXT),
        ],
        "editor_log_id",
    ),
}
BY_DATA_UNIT = ("time_spent", "issue", "issue_comment", "editor_log")
READ = ("listing_digest", "moved_at", "read_at", "read_through")
READ_TYPES: tuple[sa.types.TypeEngine[Any], ...] = (TEXT, INSTANT, INSTANT, INSTANT)
STREAM_READ = "One row per stream of a project, or data unit of it, that was read; read again when the listing moved."
TASK_ACTION_READ = "One row per project whose task actions were read: they are read again when its tasks moved."


def upgrade() -> None:
    is_postgres = op.get_context().dialect.name == "postgresql"
    for table, (comment, columns, key) in MADE.items():
        op.create_table(
            table,
            *(
                sa.Column(name.rstrip("?"), column_type, nullable=name.endswith("?"))
                for names, column_type in columns
                for name in names.split()
            ),
            comment=comment,
        )
        if is_postgres:
            op.create_primary_key(f"pk_{table}", table, key.split())
        if is_postgres and table in BY_DATA_UNIT:
            op.create_index(f"ix_{table}_data_unit", table, ["project_hash", "data_hash"])
    make_read("stream_read", ("project_hash", "stream", "data_hash"), STREAM_READ)
    of_actions, of_streams = readings("task_action_read"), readings("stream_read", "stream", "data_hash")
    said = sa.select(
        of_actions.c.project_hash, sa.literal("task_actions"), sa.literal(""), *(of_actions.c[name] for name in READ)
    )
    op.execute(of_streams.insert().from_select(["project_hash", "stream", "data_hash", *READ], said))
    op.drop_table("task_action_read", schema=internal_schema())


def readings(table: str, *more_keys: str) -> sa.TableClause:
    names = ("project_hash", *more_keys, *READ)
    return sa.table(table, *(sa.column(name) for name in names), schema=internal_schema())


def make_read(table: str, keys: tuple[str, ...], comment: str) -> None:
    op.create_table(
        table,
        *(sa.Column(name, TEXT, nullable=False) for name in keys),
        *(sa.Column(name, kind, nullable=name == "read_through") for name, kind in zip(READ, READ_TYPES, strict=True)),
        schema=internal_schema(),
        comment=comment,
    )
    if op.get_context().dialect.name == "postgresql":
        op.create_primary_key(f"pk_{table}", table, list(keys), schema=internal_schema())


def internal_schema() -> str:
    schema = "encord" if context.is_offline_mode() else str(op.get_bind().scalar(sa.text("SELECT current_schema()")))
    return "internal" if schema == "main" else f"{schema}_internal"


def downgrade() -> None:
    make_read("task_action_read", ("project_hash",), TASK_ACTION_READ)
    of_actions, of_streams = readings("task_action_read"), readings("stream_read", "stream", "data_hash")
    said = sa.select(of_streams.c.project_hash, *(of_streams.c[name] for name in READ)).where(
        of_streams.c.stream == sa.literal("task_actions")
    )
    op.execute(of_actions.insert().from_select(["project_hash", *READ], said))
    op.drop_table("stream_read", schema=internal_schema())
    for table in reversed(MADE):
        op.drop_table(table)
