"""Creates what the connector writes about itself: runs, receipts, failures, installed views.

Revision ID: 0003, after 0002
"""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

TEXT = sa.String()
INTEGER = sa.BigInteger()
INSTANT = sa.DateTime(timezone=True)

# Keys, references and the indexes that the views need: on PostgreSQL only, see connector/load/tables/declaration.py.
PRIMARY_KEYS = {
    "sync_run": ["run_id"],
    "sync_run_project": ["run_id", "project_hash"],
    "sync_failure": ["project_hash", "label_hash"],
    "installed_view": ["view_name"],
}
REFERENCES: list[tuple[str, str, list[str]]] = [
    ("sync_run_project", "sync_run", ["run_id"]),
]


def required(name: str, column_type: sa.types.TypeEngine[Any], comment: str) -> sa.Column[Any]:
    return sa.Column(name, column_type, nullable=False, comment=comment)


def optional(name: str, column_type: sa.types.TypeEngine[Any], comment: str) -> sa.Column[Any]:
    return sa.Column(name, column_type, nullable=True, comment=comment)


def upgrade() -> None:
    op.create_table(
        "sync_run",
        required("run_id", TEXT, "The run's id; sorts by time."),
        required("started_at", INSTANT, "When it started, by this machine's clock."),
        optional("ended_at", INSTANT, "When it ended; NULL while it runs, or if it was killed."),
        required("outcome", TEXT, "running, succeeded, partial, failed or interrupted."),
        required("command", TEXT, "The command, without secrets."),
        required("connector_version", TEXT, "Version of encord-sync."),
        required("sdk_version", TEXT, "Version of the Encord SDK."),
        required("schema_version", TEXT, "The warehouse's migration revision."),
        required("projects", INTEGER, "Projects that it was to sync."),
        required("listed", INTEGER, "Label rows listed, all projects."),
        required("loaded", INTEGER, "Label rows fetched and written, or found unchanged by content."),
        required("unchanged", INTEGER, "Label rows not fetched, because nothing had moved."),
        required("failed", INTEGER, "Label rows and listing entries set aside with an error."),
        required("skipped", INTEGER, "Label rows that nobody has opened yet: there is nothing to fetch."),
        required("tombstoned", INTEGER, "Label rows marked deleted."),
        required("requests", INTEGER, "Requests sent to Encord."),
        required("label_bytes", INTEGER, "Bytes of label JSON fetched."),
        required("rows_written", INTEGER, "Rows written to tables that labels fill."),
        optional("message", TEXT, "Why it did not succeed."),
        comment="One row a run of `encord-sync sync`.",
    )
    op.create_table(
        "sync_run_project",
        required("run_id", TEXT, "The run."),
        required("project_hash", TEXT, "The project; not necessarily in table project, if it could not be read."),
        required("started_at", INSTANT, "When the project's turn began."),
        optional("ended_at", INSTANT, "When it ended."),
        required("outcome", TEXT, "running, succeeded, partial, failed or interrupted."),
        required(
            "listed",
            INTEGER,
            "Entries of the listing: = loaded + unchanged + failed + skipped, or it is no success.",
        ),
        required("loaded", INTEGER, "Label rows fetched and written, or found unchanged by content."),
        required("unchanged", INTEGER, "Label rows not fetched, because nothing had moved."),
        required("failed", INTEGER, "Label rows and listing entries set aside with an error (sync_failure)."),
        required("skipped", INTEGER, "Label rows that nobody has opened yet."),
        required("tombstoned", INTEGER, "Label rows marked deleted."),
        required("requests", INTEGER, "Requests sent to Encord."),
        required("label_bytes", INTEGER, "Bytes of label JSON fetched."),
        required("rows_written", INTEGER, "Rows written to tables that labels fill."),
        optional("rows_by_table", TEXT, "Rows written, JSON object by table."),
        optional("stage_seconds", TEXT, "Seconds spent, JSON object by stage."),
        optional("message", TEXT, "Why it did not succeed."),
        comment="One row a project of a run: its receipt.",
    )
    op.create_table(
        "sync_failure",
        required("project_hash", TEXT, "The project."),
        required("label_hash", TEXT, "The label row; for a listing entry without one, data unit and branch."),
        required("kind", TEXT, "The kind of error, one of a closed list (README, Errors)."),
        required("message", TEXT, "What went wrong, on which id, and what to do."),
        required("first_seen", INSTANT, "When it first failed."),
        required("last_seen", INSTANT, "When it last failed."),
        required("attempts", INTEGER, "Runs that tried."),
        required("run_id", TEXT, "The run that last tried."),
        comment="One row a label row or listing entry that could not be read or written; gone when it heals.",
    )
    op.create_table(
        "installed_view",
        required("view_name", TEXT, "The view's name."),
        required("grain", TEXT, "What one row of it is."),
        required("file_name", TEXT, "The file in sql/ that defines it."),
        required("position", INTEGER, "Its place in the order of creation, from 0; dropped in reverse."),
        required("digest", TEXT, "Hash of that file as installed; another one installs all views again."),
        required("installed_at", INSTANT, "When it was installed."),
        comment="One row a view that the connector installed: the catalogue of what to query.",
    )
    if op.get_context().dialect.name == "postgresql":
        declare_keys()


def declare_keys() -> None:
    for table, columns in PRIMARY_KEYS.items():
        op.create_primary_key(f"pk_{table}", table, columns)
    for table, referred, columns in REFERENCES:
        op.create_foreign_key(f"fk_{table}_{referred}", table, referred, columns, columns)


def downgrade() -> None:
    for table in reversed(PRIMARY_KEYS):
        op.drop_table(table)
