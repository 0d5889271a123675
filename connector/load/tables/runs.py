"""Tables that the connector writes about itself: runs, receipts, failures."""

import sqlalchemy as sa

from connector.load.tables.declaration import (
    INSTANT,
    INTEGER,
    JSON_TEXT,
    METADATA,
    TEXT,
    key,
    optional,
    reference,
    required,
)

sync_run = sa.Table(
    "sync_run",
    METADATA,
    key("run_id", TEXT, "The run's id; sorts by time."),
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

sync_run_project = sa.Table(
    "sync_run_project",
    METADATA,
    key("run_id", TEXT, "The run."),
    key("project_hash", TEXT, "The project; not necessarily in table project, if it could not be read."),
    required("started_at", INSTANT, "When the project's turn began."),
    optional("ended_at", INSTANT, "When it ended."),
    required("outcome", TEXT, "running, succeeded, partial, failed or interrupted."),
    required(
        "listed", INTEGER, "Entries of the listing: = loaded + unchanged + failed + skipped, or it is no success."
    ),
    required("loaded", INTEGER, "Label rows fetched and written, or found unchanged by content."),
    required("unchanged", INTEGER, "Label rows not fetched, because nothing had moved."),
    required("failed", INTEGER, "Label rows and listing entries set aside with an error (sync_failure)."),
    required("skipped", INTEGER, "Label rows that nobody has opened yet."),
    required("tombstoned", INTEGER, "Label rows marked deleted."),
    required("requests", INTEGER, "Requests sent to Encord."),
    required("label_bytes", INTEGER, "Bytes of label JSON fetched."),
    required("rows_written", INTEGER, "Rows written to tables that labels fill."),
    optional("rows_by_table", JSON_TEXT, "Rows written, JSON object by table."),
    optional("stage_seconds", JSON_TEXT, "Seconds spent, JSON object by stage."),
    optional("message", TEXT, "Why it did not succeed."),
    reference("run_id", "sync_run"),
    comment="One row a project of a run: its receipt.",
)

sync_failure = sa.Table(
    "sync_failure",
    METADATA,
    key("project_hash", TEXT, "The project."),
    key("label_hash", TEXT, "The label row; for a listing entry without one, data unit and branch."),
    required("kind", TEXT, "The kind of error, one of a closed list (README, Errors)."),
    required("message", TEXT, "What went wrong, on which id, and what to do."),
    required("first_seen", INSTANT, "When it first failed."),
    required("last_seen", INSTANT, "When it last failed."),
    required("attempts", INTEGER, "Runs that tried."),
    required("run_id", TEXT, "The run that last tried."),
    comment="One row a label row or listing entry that could not be read or written; gone when it heals.",
)

installed_view = sa.Table(
    "installed_view",
    METADATA,
    key("view_name", TEXT, "The view's name."),
    required("grain", TEXT, "What one row of it is."),
    required("file_name", TEXT, "The file in sql/ that defines it."),
    required("position", INTEGER, "Its place in the order of creation, from 0; dropped in reverse."),
    required("digest", TEXT, "Hash of that file as installed; another one installs all views again."),
    required("installed_at", INSTANT, "When it was installed."),
    comment="One row a view that the connector installed: the catalogue of what to query.",
)
