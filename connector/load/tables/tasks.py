"""Tables of what people did with tasks, and when: Encord's log of assignments, submissions and verdicts."""

import sqlalchemy as sa

from connector.load.tables.declaration import INSTANT, METADATA, TEXT, index, key, optional, required

task_action = sa.Table(
    "task_action",
    METADATA,
    key("task_action_id", TEXT, "UUID made of all that Encord says of it, for Encord gives actions no id."),
    required("project_hash", TEXT, "The project."),
    required("data_hash", TEXT, "The data unit."),
    optional("task_uuid", TEXT, "The task."),
    optional("workflow_stage_uuid", TEXT, "The stage that the task was in (workflow_stage)."),
    required("action_type", TEXT, "assign, submit, approve, reject, release, move or skip, as Encord words it."),
    optional("actor_email", TEXT, "Who did it."),
    required("acted_at", INSTANT, "When, by Encord's clock."),
    index("ix_task_action_data_unit", "project_hash data_hash"),
    comment="One row a thing that somebody did with a task, in projects with a consensus stage; kept for ever.",
)

task_action_read = sa.Table(
    "task_action_read",
    METADATA,
    key("project_hash", TEXT, "The project."),
    required("listing_digest", TEXT, "Hash of what the listing said of its tasks when its actions were read."),
    required("moved_at", INSTANT, "When a sync first saw that listing, by this machine's clock."),
    required("read_at", INSTANT, "When the actions were last read, by this machine's clock."),
    optional("read_through", INSTANT, "The newest action read, by Encord's clock: the next reading begins there."),
    comment="One row a project whose task actions were read: they are read again when its tasks moved.",
)
