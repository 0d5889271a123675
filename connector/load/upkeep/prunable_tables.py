"""Which old rows may be deleted, table by table: what only tells of the past, and what nothing needs any more.

A condition is SQL that both engines understand, with `$before` for the moment before which rows are old. It protects
what the next sync or `status` asks for, and what the next sync would bring back. A table whose rows a mark needs says
so in its condition, with NOT EXISTS over the marks.
"""

from typing import NamedTuple

from connector.load.contract.statements import sql


class Prunable(NamedTuple):
    """Old rows of one table that may go.

    Attributes:
        table: the table.
        moment: its column that says how old a row is.
        condition: which of the old rows may go.
    """

    table: str
    moment: str
    condition: str


# Of each project or shard: what `status` compares, which is the last two receipts that came to their end and the last
# two of the others; and the last one of each outcome, so that the last success stays, however long ago it was.
_KEPT_RECEIPTS = """
SELECT run_id, project_hash
FROM (
    SELECT
        run_id, project_hash, started_at,
        row_number() OVER (
            PARTITION BY project_hash, shard, outcome IN ('succeeded', 'partial') ORDER BY started_at DESC, run_id DESC
        ) AS age,
        row_number() OVER (
            PARTITION BY project_hash, shard, outcome ORDER BY started_at DESC, run_id DESC
        ) AS age_of_outcome
    FROM sync_run_project
) AS receipt
WHERE age <= 2 OR age_of_outcome = 1 OR started_at >= $before
"""

OF_RUNS = (
    Prunable(
        "sync_run_project",
        "started_at",
        sql(
            "NOT EXISTS (SELECT 1 FROM ({kept}) AS kept WHERE kept.run_id = sync_run_project.run_id"
            " AND kept.project_hash = sync_run_project.project_hash)",
            kept=_KEPT_RECEIPTS,
        ),
    ),
    # The last run says how the warehouse is. One that never ended may still be at work.
    Prunable(
        "sync_run",
        "started_at",
        sql(
            "outcome <> 'running' AND run_id NOT IN (SELECT run_id FROM ({kept}) AS kept)"
            " AND EXISTS (SELECT 1 FROM sync_run AS later WHERE later.started_at > sync_run.started_at)",
            kept=_KEPT_RECEIPTS,
        ),
    ),
)
"""Tables of runs, those that refer to others first; the rows belong to no project alone."""

OF_PROJECTS = (
    # The log of tasks is read on from two days before read_through at most: older actions never come again.
    Prunable(
        "task_action",
        "acted_at",
        "EXISTS (SELECT 1 FROM stream_read AS reading WHERE reading.project_hash = task_action.project_hash"
        " AND reading.stream = 'task_actions' AND reading.data_hash = ''"
        " AND task_action.acted_at < reading.read_through - INTERVAL '2 days')",
    ),
    Prunable(
        "consensus_task_branch",
        "last_seen",
        "NOT EXISTS (SELECT 1 FROM label_row AS branch WHERE branch.project_hash = consensus_task_branch.project_hash"
        " AND branch.data_hash = consensus_task_branch.data_hash"
        " AND branch.branch_name = consensus_task_branch.branch_name AND branch.deleted_at IS NULL)",
    ),
    Prunable(
        "consensus_stage_read",
        "read_at",
        "NOT EXISTS (SELECT 1 FROM workflow_stage AS stage WHERE stage.project_hash = consensus_stage_read.project_hash"
        " AND stage.stage_uuid = consensus_stage_read.stage_uuid)",
    ),
    Prunable(
        "sync_failure",
        "last_seen",
        "NOT EXISTS (SELECT 1 FROM label_row WHERE label_row.project_hash = sync_failure.project_hash"
        " AND label_row.label_hash = sync_failure.label_hash AND label_row.deleted_at IS NULL)",
    ),
)
"""Tables whose rows belong to one project each: they have a project_hash."""

PRUNABLE = (*OF_RUNS, *OF_PROJECTS)
