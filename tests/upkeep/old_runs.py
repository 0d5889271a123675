"""Receipts of runs of long ago, and other old rows that nothing needs, put into a warehouse of any engine."""

import datetime
import random
from typing import Any

import pyarrow as pa

from connector.load import ARROW_SCHEMAS, Warehouse

LONG_AGO = datetime.datetime.now(datetime.UTC).replace(microsecond=0) - datetime.timedelta(days=800)
_COUNTERS = ("listed", "loaded", "unchanged", "failed", "skipped", "tombstoned", "requests", "label_bytes")


def record_run(
    warehouse: Warehouse,
    run_id: str,
    started_at: datetime.datetime,
    outcome: str,
    receipts: dict[tuple[str, str | None], str],
) -> None:
    """A run, and its receipts: project and shard → outcome."""
    counters: dict[str, Any] = {**dict.fromkeys(_COUNTERS, 0), "rows_written": 0, "started_at": started_at}
    ended_at = None if outcome == "running" else started_at + datetime.timedelta(minutes=1)
    run = {"run_id": run_id, "ended_at": ended_at, "outcome": outcome, "command": "sync", "projects": len(receipts)}
    versions = dict.fromkeys(("connector_version", "sdk_version", "schema_version"), "0")
    warehouse.record_run({**counters, **versions, **run})
    for (project_hash, shard), its_outcome in receipts.items():
        of_project = {"project_hash": project_hash, "shard": shard, "outcome": its_outcome}
        warehouse.record_project({**counters, **of_project, "run_id": run_id, "ended_at": ended_at})


def record_random_runs(warehouse: Warehouse, seed: int, count: int, projects: list[str]) -> None:
    """Runs of whole projects and of shards, which ended in all ways, the last of them 600 days ago."""
    chance = random.Random(seed)
    for number in range(count):
        started_at = LONG_AGO + datetime.timedelta(days=200 * number / count)
        shard = chance.choice([None, None, "1/2", "2/2"])
        receipts = {
            (project, shard): chance.choice(["succeeded", "succeeded", "partial", "failed", "interrupted"])
            for project in projects
            if chance.random() < 0.8
        }
        outcome = chance.choice(["running", *(receipts.values() or ["failed"])])
        record_run(warehouse, f"old-{seed}-{number:03}", started_at, outcome, receipts)


def add_leftovers(warehouse: Warehouse, project_hash: str) -> None:
    """A stage and a branch that Encord has no more, as they were read long ago; and a failure of nothing known."""
    row = {
        "project_hash": project_hash,
        "data_hash": "gone-data-unit",
        "branch_name": "gone-branch",
        "annotator_email": "amelie.fischer@example.com",
        "stage_uuid": "gone-stage",
        "stage_type": "CONSENSUS_ANNOTATION",
        "first_seen": LONG_AGO,
        "last_seen": LONG_AGO,
    }
    branches = pa.Table.from_pylist([row], schema=ARROW_SCHEMAS["consensus_task_branch"])
    with warehouse.working_on(project_hash):
        warehouse.keep_consensus_branches(project_hash, "gone-stage", "digest", branches, LONG_AGO)
        warehouse.record_failures(project_hash, [("gone-label-row", "source_content", "It was unreadable.")], "old")
