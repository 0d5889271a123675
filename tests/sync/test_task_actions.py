"""What was done with tasks is read when they moved, from where the last reading ended, and never fails a project."""

import datetime
from pathlib import Path

import pytest

from connector.load.tables import LABEL_TABLES
from connector.sample import INVALID_JSON, NOT_AUTHORISED, Body, Fault, FaultAction, HttpStatus, SampleServer
from connector.sample.world.clock import read_time
from tests.duckdb_files import connected
from tests.sync.synced_warehouse import ALL_REQUESTS_OF_A_LISTING, SyncedWarehouse, copied

WAITING, DECIDED = "calving-pen-001.mp4", "calving-pen-003.mp4"
ACTIONS = """
SELECT data_hash, task_uuid, workflow_stage_uuid, action_type, actor_email, acted_at
FROM task_action ORDER BY acted_at, task_uuid, action_type
"""
DECIDED_ACTIONS = """
SELECT stage_type, action_type, count(*)
FROM task_action
JOIN data_unit USING (project_hash, data_hash)
JOIN workflow_stage ON workflow_stage.stage_uuid = task_action.workflow_stage_uuid
WHERE data_unit.title = 'calving-pen-003.mp4' GROUP BY ALL ORDER BY ALL
"""


def known_to(server: SampleServer) -> list[tuple[object, ...]]:
    """What the server's log says, in the order of ACTIONS."""
    project = server.world.projects[server.world.project_hash]
    names = ("dataUnitUuid", "taskUuid", "workflowStageUuid", "actionType", "actorEmail")
    rows = [(*(action[name] for name in names), read_time(action["timestamp"])) for action in project.task_actions]
    return sorted(rows, key=lambda row: (row[5], row[1], row[3]))


def test_a_first_sync_reads_all_of_them(farm: SyncedWarehouse) -> None:
    farm.server.world.page_size = 5
    outcome = farm.sync(task_actions=True)
    pages = -(-len(known_to(farm.server)) // 5)
    assert outcome.requests == {**ALL_REQUESTS_OF_A_LISTING, "task_actions": pages}
    assert pages > 3
    assert farm.rows(ACTIONS) == known_to(farm.server)
    assert farm.rows(DECIDED_ACTIONS) == [
        ("CONSENSUS_ANNOTATION", "assign", 3),
        ("CONSENSUS_ANNOTATION", "submit", 4),
        ("CONSENSUS_REVIEW", "approve", 1),
        ("CONSENSUS_REVIEW", "reject", 1),
    ]


def test_later_syncs_read_what_is_new_and_only_when_tasks_moved(farm: SyncedWarehouse) -> None:
    farm.sync(task_actions=True)
    assert farm.sync(task_actions=True).requests == ALL_REQUESTS_OF_A_LISTING
    farm.server.world.clock.advance(datetime.timedelta(days=30))
    data_hash = farm.project.row_named(WAITING).data_hash
    farm.project.assign(data_hash, "nobody.else@example.com", branch_name="main")
    farm.project.move_to_stage(data_hash, "Consensus review")
    farm.server.world.page_size = 5
    outcome = farm.sync(task_actions=True, consensus_tasks=False)
    assert outcome.requests == {**ALL_REQUESTS_OF_A_LISTING, "task_actions": 1}
    assert farm.rows(ACTIONS) == known_to(farm.server)
    assert farm.rows(ACTIONS)[-1][3] == "move"
    # Encord forgets; the warehouse does not.
    kept = farm.rows(ACTIONS)
    farm.project.task_actions.clear()
    farm.project.set_priority(data_hash, 0.1)
    farm.project.assign(data_hash, None)
    farm.sync(task_actions=True)
    assert farm.rows(ACTIONS)[:-1] == kept
    assert farm.rows(ACTIONS)[-1][3] == "release"


def test_what_comes_late_into_the_log_is_read_by_a_sync_an_hour_later(farm: SyncedWarehouse) -> None:
    *early, late = farm.project.task_actions
    farm.project.task_actions[:] = early
    farm.sync(task_actions=True)
    farm.project.task_actions.append(late)
    assert farm.sync(task_actions=True).requests == ALL_REQUESTS_OF_A_LISTING
    with connected(farm.file) as connection:
        connection.execute(
            "UPDATE task_action_read SET moved_at = moved_at - INTERVAL 1 HOUR, read_at = read_at - INTERVAL 1 HOUR"
        )
    assert farm.sync(task_actions=True).requests == {**ALL_REQUESTS_OF_A_LISTING, "task_actions": 1}
    assert farm.rows(ACTIONS) == known_to(farm.server)
    assert farm.sync(task_actions=True).requests == ALL_REQUESTS_OF_A_LISTING


@pytest.mark.parametrize(
    ("action", "kind"),
    [
        (NOT_AUTHORISED, "permission"),
        (INVALID_JSON, "unreachable"),
        (HttpStatus(500), "unreachable"),
        (Body(b'{"results": {}}'), "source_content"),
        (Body(b'{"results": [], "nextPageToken": "0"}'), "source_content"),
    ],
)
def test_a_key_that_may_not_read_them_still_syncs_the_labels(
    action: FaultAction, kind: str, farm: SyncedWarehouse, empty_file: Path, tmp_path: Path
) -> None:
    fresh = SyncedWarehouse(farm.server, copied(empty_file, tmp_path / "fresh.duckdb"))
    farm.server.faults.add(Fault(action, kind="task_actions", times=None))
    outcome = fresh.sync(task_actions=True)
    assert (outcome.exit_code, outcome.run.outcome) == (0, "succeeded")
    assert [event.fields["kind"] for event in outcome.events_named("task_actions_unread")] == [kind]
    assert f"task actions not read ({kind})" in outcome.receipt.sentence()
    assert fresh.rows(ACTIONS) == []
    assert fresh.snapshot(*LABEL_TABLES) == farm.snapshot(*LABEL_TABLES)
    farm.server.faults.clear()
    fresh.sync(task_actions=True)
    assert fresh.rows(ACTIONS) == known_to(farm.server)


def test_actions_that_say_nothing_are_left_out_and_doubled_ones_are_one(farm: SyncedWarehouse) -> None:
    good = farm.project.task_actions[0]
    farm.project.task_actions[:] = [
        good,
        dict(good),
        {**good, "actorEmail": None, "taskUuid": None, "workflowStageUuid": None},
        {**good, "actionType": None},
        {**good, "dataUnitUuid": 7},
    ]
    farm.sync(task_actions=True)
    [one, other] = sorted(farm.rows(ACTIONS), key=lambda row: row[1] is None)
    assert one[1:5] == tuple(good[name] for name in ("taskUuid", "workflowStageUuid", "actionType", "actorEmail"))
    assert other[1:5] == (None, None, good["actionType"], None)


def test_a_project_without_consensus_stages_is_never_asked(new_gate: SyncedWarehouse) -> None:
    assert "task_actions" not in new_gate.sync(task_actions=True).requests
    assert new_gate.value("SELECT count(*) FROM task_action_read") == 0
