"""Tables of the work itself, beside the labels that it left: who did what with tasks, how long, and what was said."""

import sqlalchemy as sa

from connector.load.tables.declaration import (
    FLAG,
    INSTANT,
    INTEGER,
    INTERNAL,
    JSON_TEXT,
    MADE_FROM_PERSON,
    METADATA,
    NUMBER,
    PERSON,
    TEXT,
    index,
    key,
    optional,
    required,
)

task_action = sa.Table(
    "task_action",
    METADATA,
    key("task_action_id", MADE_FROM_PERSON),
    required("project_hash", TEXT),
    required("data_hash", TEXT),
    optional("task_uuid", TEXT),
    optional("workflow_stage_uuid", TEXT),
    required("action_type", TEXT),
    optional("actor_email", PERSON),
    required("acted_at", INSTANT),
    index("ix_task_action_data_unit", "project_hash data_hash"),
    comment="One row per thing that somebody did with a task; kept for ever.",
)

time_spent = sa.Table(
    "time_spent",
    METADATA,
    key("time_spent_id", MADE_FROM_PERSON),
    required("project_hash", TEXT),
    required("data_hash", TEXT),
    optional("task_uuid", TEXT),
    optional("workflow_stage_uuid", TEXT),
    required("user_email", PERSON),
    optional("user_role", TEXT),
    required("period_start", INSTANT),
    required("period_end", INSTANT),
    required("seconds", NUMBER),
    index("ix_time_spent_data_unit", "project_hash data_hash"),
    comment="One row per person, data unit, task, stage and day: how long the person worked on it; kept for ever.",
)

issue = sa.Table(
    "issue",
    METADATA,
    key("issue_uuid", TEXT),
    required("project_hash", TEXT),
    required("data_hash", TEXT),
    optional("issue_type", TEXT),
    optional("space_id", TEXT),
    optional("frame", INTEGER),
    optional("frame_ranges", JSON_TEXT),
    optional("annotation_id", TEXT),
    optional("x", NUMBER),
    optional("y", NUMBER),
    optional("z", NUMBER),
    optional("tags", JSON_TEXT),
    required("comment_count", INTEGER),
    optional("author_email", PERSON),
    optional("created_at", INSTANT),
    required("is_resolved", FLAG),
    optional("resolution_changed_at", INSTANT),
    optional("resolution_changed_by", PERSON),
    index("ix_issue_data_unit", "project_hash data_hash"),
    comment="One row per issue: a thread of comments about a data unit, a frame, a place or a label.",
)

issue_comment = sa.Table(
    "issue_comment",
    METADATA,
    key("issue_uuid", TEXT),
    key("position", INTEGER),
    required("project_hash", TEXT),
    required("data_hash", TEXT),
    optional("content", TEXT),
    optional("author_email", PERSON),
    optional("created_at", INSTANT),
    index("ix_issue_comment_data_unit", "project_hash data_hash"),
    comment="One row per comment of an issue.",
)

project_user = sa.Table(
    "project_user",
    METADATA,
    key("project_hash", TEXT),
    key("user_email", PERSON),
    optional("user_role", TEXT),
    comment="One row per person who is on a project now, with the role.",
)

editor_log = sa.Table(
    "editor_log",
    METADATA,
    key("editor_log_id", TEXT),
    required("project_hash", TEXT),
    required("data_hash", TEXT),
    optional("branch_name", TEXT),
    optional("task_uuid", TEXT),
    optional("workflow_stage_uuid", TEXT),
    required("action", TEXT),
    optional("action_category", TEXT),
    optional("actor_email", PERSON),
    optional("user_role", TEXT),
    optional("session_id", TEXT),
    required("acted_at", INSTANT),
    optional("label_name", TEXT),
    optional("feature_hash", TEXT),
    optional("object_hash", TEXT),
    optional("classification_hash", TEXT),
    optional("frame", INTEGER),
    optional("label_ranges", JSON_TEXT),
    index("ix_editor_log_data_unit", "project_hash data_hash"),
    comment="One row per thing that somebody did in the label editor; kept for ever.",
)

stream_read = sa.Table(
    "stream_read",
    METADATA,
    key("project_hash", TEXT),
    key("stream", TEXT),
    key("data_hash", TEXT),
    required("listing_digest", TEXT),
    required("moved_at", INSTANT),
    required("read_at", INSTANT),
    optional("read_through", INSTANT),
    info=INTERNAL,
    comment="One row per stream of a project, or data unit of it, that was read; read again when the listing moved.",
)
