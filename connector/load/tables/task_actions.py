"""Tables of what people did with tasks, and when: Encord's log of assignments, submissions and verdicts."""

import sqlalchemy as sa

from connector.load.tables.declaration import (
    INSTANT,
    INTERNAL,
    MADE_FROM_PERSON,
    METADATA,
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
    comment="One row per thing that somebody did with a task, in projects with a consensus stage.",
)

task_action_read = sa.Table(
    "task_action_read",
    METADATA,
    key("project_hash", TEXT),
    required("listing_digest", TEXT),
    required("moved_at", INSTANT),
    required("read_at", INSTANT),
    optional("read_through", INSTANT),
    info=INTERNAL,
    comment="One row per project whose task actions were read: they are read again when its tasks moved.",
)
