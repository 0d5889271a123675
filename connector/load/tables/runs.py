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
    key("run_id", TEXT),
    required("started_at", INSTANT),
    optional("ended_at", INSTANT),
    required("outcome", TEXT),
    required("command", TEXT),
    required("connector_version", TEXT),
    required("sdk_version", TEXT),
    required("schema_version", TEXT),
    required("projects", INTEGER),
    required("listed", INTEGER),
    required("loaded", INTEGER),
    required("unchanged", INTEGER),
    required("failed", INTEGER),
    required("skipped", INTEGER),
    required("tombstoned", INTEGER),
    required("requests", INTEGER),
    required("label_bytes", INTEGER),
    required("rows_written", INTEGER),
    optional("message", TEXT),
    comment="One row per run of `encord-sync sync`.",
)

sync_run_project = sa.Table(
    "sync_run_project",
    METADATA,
    key("run_id", TEXT),
    key("project_hash", TEXT),
    required("started_at", INSTANT),
    optional("ended_at", INSTANT),
    required("outcome", TEXT),
    required("listed", INTEGER),
    required("loaded", INTEGER),
    required("unchanged", INTEGER),
    required("failed", INTEGER),
    required("skipped", INTEGER),
    required("tombstoned", INTEGER),
    required("requests", INTEGER),
    required("label_bytes", INTEGER),
    required("rows_written", INTEGER),
    optional("rows_by_table", JSON_TEXT),
    optional("stage_seconds", JSON_TEXT),
    optional("message", TEXT),
    optional("shard", TEXT),
    reference("run_id", "sync_run"),
    comment="One row per project of a run: its receipt.",
)

sync_failure = sa.Table(
    "sync_failure",
    METADATA,
    key("project_hash", TEXT),
    key("label_hash", TEXT),
    required("kind", TEXT),
    required("message", TEXT),
    required("first_seen", INSTANT),
    required("last_seen", INSTANT),
    required("attempts", INTEGER),
    required("run_id", TEXT),
    comment="One row per label row or listing entry that could not be read or written; gone when it heals.",
)

installed_view = sa.Table(
    "installed_view",
    METADATA,
    key("view_name", TEXT),
    required("position", INTEGER),
    required("digest", TEXT),
    required("installed_at", INSTANT),
    required("schema_name", TEXT),
    required("subject", TEXT),
    required("key_columns", TEXT),
    required("description", TEXT),
    comment="One row per view that the connector installed: the catalogue of what to query.",
)
