"""Streams of the work are read when the listing moved, from where the last reading ended, and never fail a project."""

import datetime
from pathlib import Path
from typing import get_args

import pytest

from connector.config import Settings
from connector.load.tables import LABEL_TABLES
from connector.sample import INVALID_JSON, NOT_AUTHORISED, Body, Fault, FaultAction, HttpStatus, SampleServer
from connector.sample.world.clock import read_time
from connector.sync import keep_streams
from connector.sync.streams import STREAMS
from tests.duckdb_files import connected
from tests.sync.synced_warehouse import ALL_REQUESTS_OF_A_LISTING, SyncedWarehouse, copied

WAITING, DECIDED = "calving-pen-001.mp4", "calving-pen-003.mp4"
ALL = [stream.name for stream in STREAMS]
KIND = {"project_users": "users"}
"""Stream → the kind of its requests, if it is called otherwise."""
TABLE = {"issues": "issue", "project_users": "project_user", "task_actions": "task_action", "editor_logs": "editor_log"}

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
EARLIER = "UPDATE internal.stream_read SET moved_at = moved_at - {by}, read_at = read_at - {by}"


def known_to(server: SampleServer) -> list[tuple[object, ...]]:
    """What the server's log says, in the order of ACTIONS."""
    project = server.world.projects[server.world.project_hash]
    names = ("dataUnitUuid", "taskUuid", "workflowStageUuid", "actionType", "actorEmail")
    rows = [(*(action[name] for name in names), read_time(action["timestamp"])) for action in project.task_actions]
    return sorted(rows, key=lambda row: (row[5], row[1], row[3]))


def requests(*streams: str) -> dict[str, int]:
    """The requests of a sync that asks once for each of some streams, and for no label."""
    return {**ALL_REQUESTS_OF_A_LISTING, **{KIND.get(name, name): 1 for name in streams}}


def hours_pass(warehouse: SyncedWarehouse, by: str) -> None:
    """Let the last readings be that long ago."""
    with connected(warehouse.file) as connection:
        connection.execute(EARLIER.format(by=f"INTERVAL {by}"))


def test_each_stream_is_a_word_of_the_option() -> None:
    words = get_args(get_args(Settings.model_fields["streams"].annotation)[0])
    assert set(words) == set(ALL)


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
    farm.server.world.page_size = 20
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
    hours_pass(farm, "1 HOUR")
    assert farm.sync(task_actions=True).requests == {**ALL_REQUESTS_OF_A_LISTING, "task_actions": 1}
    assert farm.rows(ACTIONS) == known_to(farm.server)
    assert farm.sync(task_actions=True).requests == ALL_REQUESTS_OF_A_LISTING


def test_time_that_is_corrected_late_replaces_what_was_known(farm: SyncedWarehouse) -> None:
    farm.sync(streams=["time_spent"])
    assert farm.value("SELECT count(*) FROM time_spent") == len(farm.project.time_spent)
    last = max(farm.project.time_spent, key=lambda spent: str(spent["periodStartTime"]))
    earlier = farm.value("SELECT sum(seconds) FROM time_spent")
    last["timeSpentSeconds"] += 600
    assert farm.sync(streams=["time_spent"]).requests == ALL_REQUESTS_OF_A_LISTING
    hours_pass(farm, "1 DAY")
    # Nothing moved: time may have passed all the same, so it is asked for once a day.
    assert farm.sync(streams=["time_spent"]).requests == requests("time_spent")
    assert farm.value("SELECT sum(seconds) FROM time_spent") == earlier + 600
    assert farm.value("SELECT count(*) FROM time_spent") == len(farm.project.time_spent)


def test_issues_are_asked_for_where_the_listing_moved(farm: SyncedWarehouse, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keep_streams, "MOST_DATA_UNITS", 20)
    first = farm.sync(streams=["issues"])
    units = farm.value("SELECT count(DISTINCT data_hash) FROM label_row WHERE label_hash IS NOT NULL")
    assert units > 20
    assert f"issues of {units - 20} data units left for the next sync" in first.receipt.sentence()
    assert first.requests["issues"] == 20
    assert farm.sync(streams=["issues"]).requests["issues"] == units - 20
    assert farm.sync(streams=["issues"]).requests == ALL_REQUESTS_OF_A_LISTING
    expected = [(issue["uuid"], len(issue["comments"])) for issue in farm.project.issues]
    counted = "SELECT issue_uuid, count(*) FROM issue_comment GROUP BY ALL"
    assert sorted(farm.rows(counted)) == sorted(expected)
    gone, stays = farm.project.issues[0], farm.project.issues[1]
    farm.project.issues.remove(gone)
    stays["comments"].append({"content": "Again.", "authorEmail": "x@example.com", "createdAt": "2025-03-01T00:00:00Z"})
    for issue in (gone, stays):
        farm.project.set_priority(issue["dataUuid"], 0.2)  # no work was done: nothing to ask
    assert farm.sync(streams=["issues"]).requests == ALL_REQUESTS_OF_A_LISTING
    for data_hash in {gone["dataUuid"], stays["dataUuid"]}:
        farm.project.assign(data_hash, "somebody@example.com")
    farm.sync(streams=["issues"], consensus_tasks=False)
    expected = [(issue["uuid"], len(issue["comments"])) for issue in farm.project.issues]
    assert sorted(farm.rows(counted)) == sorted(expected)
    assert farm.value("SELECT count(*) FROM issue") == len(expected)


def test_who_leaves_the_project_is_removed_and_roles_are_words(farm: SyncedWarehouse) -> None:
    farm.sync(streams=["project_users"])
    roles = "SELECT user_role, count(*) FROM project_user GROUP BY ALL ORDER BY 1"
    assert farm.rows(roles) == [("admin", 1), ("annotator", 3), ("reviewer", 1), ("team_manager", 1), ("viewer", 1)]
    farm.project.users[:] = [user for user in farm.project.users if user["userRole"] != 5]
    farm.project.users[0]["userRole"] = 77
    assert farm.sync(streams=["project_users"]).requests == ALL_REQUESTS_OF_A_LISTING
    hours_pass(farm, "1 DAY")
    assert farm.sync(streams=["project_users"]).requests == requests("project_users")
    assert [role for role, _ in farm.rows(roles)] == ["annotator", "reviewer", "role 77", "team_manager"]


def test_the_editors_log_is_read_by_thirty_days_at_most(farm: SyncedWarehouse) -> None:
    outcome = farm.sync(streams=["editor_logs"])
    assert outcome.requests["editor_logs"] > 1
    assert {record.status for record in farm.server.requests.of_kind("editor_logs")} == {200}
    assert farm.value("SELECT count(*) FROM editor_log") == len(farm.project.editor_logs)


BAD_ANSWERS = [
    (NOT_AUTHORISED, "permission"),
    (INVALID_JSON, "unreachable"),
    (HttpStatus(500), "unreachable"),
    (Body(b'{"results": {}}'), "source_content"),
    (Body(b'{"results": [], "nextPageToken": "0"}'), "source_content"),
]


@pytest.mark.parametrize(
    ("stream", "action", "kind"),
    [("task_actions", *bad) for bad in BAD_ANSWERS] + [(name, NOT_AUTHORISED, "permission") for name in ALL[1:]],
)
def test_a_key_that_may_not_read_them_still_syncs_the_labels(
    stream: str, action: FaultAction, kind: str, farm: SyncedWarehouse, empty_file: Path, tmp_path: Path
) -> None:
    fresh = SyncedWarehouse(farm.server, copied(empty_file, tmp_path / "fresh.duckdb"))
    farm.server.faults.add(Fault(action, kind=KIND.get(stream, stream), times=None))
    outcome = fresh.sync(streams=[stream], task_actions=True)
    assert (outcome.exit_code, outcome.run.outcome) == (0, "succeeded")
    told = outcome.events_named(f"{stream}_unread")
    assert {(event.level, event.fields["kind"]) for event in told} == {("warning", kind)}
    assert f"{stream.replace('_', ' ')} not read ({kind})" in outcome.receipt.sentence()
    table = TABLE.get(stream, stream)
    assert fresh.value(f"SELECT count(*) FROM {table}") == 0
    assert fresh.snapshot(*LABEL_TABLES) == farm.snapshot(*LABEL_TABLES)
    farm.server.faults.clear()
    fresh.sync(streams=[stream], task_actions=True)
    assert fresh.value(f"SELECT count(*) FROM {table}") > 0


@pytest.mark.parametrize(("action", "times"), [(Body(b'{"results": 7}'), 7), (HttpStatus(500), 2)])
def test_one_data_unit_that_cannot_be_asked_about_stops_no_other(
    action: FaultAction, times: int, farm: SyncedWarehouse
) -> None:
    farm.server.faults.add(Fault(action, kind="issues", times=times))
    outcome = farm.sync(streams=["issues"])
    assert outcome.run.outcome == "succeeded"
    assert len(outcome.events_named("issues_unread")) == times
    assert farm.sync(streams=["issues"]).requests["issues"] == times
    assert farm.value("SELECT count(*) FROM issue") == len(farm.project.issues)


def test_actions_that_say_nothing_are_named_and_doubled_ones_are_one(farm: SyncedWarehouse) -> None:
    good = farm.project.task_actions[0]
    farm.project.task_actions[:] = [
        good,
        dict(good),
        {**good, "actorEmail": None, "taskUuid": None, "workflowStageUuid": None},
        {**good, "actionType": None},
        {**good, "dataUnitUuid": 7},
    ]
    outcome = farm.sync(task_actions=True)
    assert outcome.run.outcome == "succeeded"
    [told] = outcome.events_named("task_actions_entries_unread")
    task = f"(taskUuid {good['taskUuid']})"
    assert told.fields["entries"] == [
        f"entry 4 {task}: actionType is missing",
        f"entry 5 {task}: dataUnitUuid is not text",
    ]
    assert "2 entries of task actions not readable" in outcome.receipt.sentence()
    [one, other] = sorted(farm.rows(ACTIONS), key=lambda row: row[1] is None)
    assert one[1:5] == tuple(good[name] for name in ("taskUuid", "workflowStageUuid", "actionType", "actorEmail"))
    assert other[1:5] == (None, None, good["actionType"], None)


def test_streams_and_the_older_switch(farm: SyncedWarehouse) -> None:
    assert farm.sync(streams=["task_actions", "project_users"]).requests == requests("project_users")
    assert farm.sync(streams=[], task_actions=True).requests == ALL_REQUESTS_OF_A_LISTING
    assert Settings().streams_read == {"task_actions", "time_spent", "project_users"}
    assert Settings(task_actions=False).streams_read == {"time_spent", "project_users"}


def test_a_project_without_consensus_is_asked_and_one_without_a_workflow_is_not(new_gate: SyncedWarehouse) -> None:
    assert new_gate.sync(task_actions=True).requests["task_actions"] == 1
    new_gate.project.record["workflow"] = None
    new_gate.project.assign(next(iter(new_gate.project.rows))[0], "a@example.com")
    assert "task_actions" not in new_gate.sync(task_actions=True).requests
