"""Whose branch is whose is read when something moved in a consensus stage, kept for ever, and never fails a project."""

from pathlib import Path

import pytest

from connector.load.tables import LABEL_TABLES
from connector.sample import INVALID_JSON, NOT_AUTHORISED, NOT_FOUND, Fault, FaultAction, HttpStatus
from tests.sync.synced_warehouse import ALL_REQUESTS_OF_A_LISTING, SyncedWarehouse, copied

WAITING, IN_REVIEW, DECIDED = (f"calving-pen-00{number}.mp4" for number in (1, 2, 3))
BRANCHES = """
SELECT title, branch_name, annotator_email, stage_type, subtask_status
FROM consensus_task_branch JOIN data_unit USING (project_hash, data_hash) ORDER BY title, branch_name
"""


def expected(farm: SyncedWarehouse, title: str, stage_type: str) -> list[tuple[object, ...]]:
    """What the server knows of the branches of a data unit, in the order of their names."""
    data_hash = farm.project.row_named(title).data_hash
    rows: list[tuple[object, ...]] = []
    for (data, branch), (email, is_submitted) in sorted(farm.project.branch_annotators.items()):
        if data == data_hash:
            status = None if stage_type == "CONSENSUS_REVIEW" else "COMPLETED" if is_submitted else "ASSIGNED"
            rows.append((title, branch, email, stage_type, status))
    assert len(rows) == 3
    return rows


def test_the_first_sync_keeps_the_branches_of_tasks_that_are_in_a_consensus_stage(farm: SyncedWarehouse) -> None:
    # The decided one had moved on before: nobody can say any more whose its branches were.
    assert farm.rows(BRANCHES) == [
        *expected(farm, WAITING, "CONSENSUS_ANNOTATION"),
        *expected(farm, IN_REVIEW, "CONSENSUS_REVIEW"),
    ]
    assert farm.value("SELECT count(*) FROM consensus_stage_read") == 2


def test_pages_are_read_to_their_end(farm: SyncedWarehouse) -> None:
    farm.server.world.page_size = 1
    # A second task in review makes a second page; the other stage is left empty, and not asked about.
    farm.project.move_to_stage(farm.project.row_named(WAITING).data_hash, "Consensus review")
    outcome = farm.sync()
    assert outcome.requests == {**ALL_REQUESTS_OF_A_LISTING, "tasks": 2}
    assert {row[0] for row in farm.rows(BRANCHES) if row[3] == "CONSENSUS_REVIEW"} == {WAITING, IN_REVIEW}


def test_tasks_are_asked_for_only_in_the_stage_where_something_moved(farm: SyncedWarehouse) -> None:
    project, data_hash = farm.project, farm.project.row_named(WAITING).data_hash
    project.assign(data_hash, "nobody.else@example.com", branch_name="main")
    assert farm.sync().requests == {**ALL_REQUESTS_OF_A_LISTING, "tasks": 1}
    assert farm.sync().requests == ALL_REQUESTS_OF_A_LISTING


def test_a_branch_stays_when_its_task_moves_on_and_when_its_assignee_is_no_longer_named(
    farm: SyncedWarehouse,
) -> None:
    project = farm.project
    before = farm.rows(BRANCHES)
    seen = farm.snapshot("consensus_task_branch")
    # Released: the task names nobody any more.
    data_hash = project.row_named(WAITING).data_hash
    for key in [key for key in project.branch_annotators if key[0] == data_hash]:
        project.branch_annotators[key] = ("", True)
    project.assign(data_hash, None)
    farm.sync()
    assert [row[:3] for row in farm.rows(BRANCHES)] == [row[:3] for row in before]
    assert {row[4] for row in farm.rows(BRANCHES) if row[0] == WAITING} == {"COMPLETED"}
    # Done: no consensus stage holds them, so nobody is asked.
    for title in (WAITING, IN_REVIEW):
        project.move_to_stage(project.row_named(title).data_hash, "Complete")
    assert farm.sync().requests == ALL_REQUESTS_OF_A_LISTING
    assert [row[:3] for row in farm.rows(BRANCHES)] == [row[:3] for row in before]
    first_seen = "SELECT branch_name, first_seen FROM consensus_task_branch ORDER BY ALL"
    assert farm.rows(first_seen) == sorted((row[2], row[8]) for row in seen["consensus_task_branch"])


@pytest.mark.parametrize(
    ("action", "kind"),
    [
        (NOT_AUTHORISED, "permission"),
        (NOT_FOUND, "permission"),
        (INVALID_JSON, "unreachable"),
        (HttpStatus(500), "unreachable"),
    ],
)
def test_a_key_that_may_not_read_tasks_still_syncs_the_labels(
    action: FaultAction, kind: str, farm: SyncedWarehouse, empty_file: Path, tmp_path: Path
) -> None:
    fresh = SyncedWarehouse(farm.server, copied(empty_file, tmp_path / "fresh.duckdb"))
    farm.server.faults.add(Fault(action, kind="tasks", times=None))
    outcome = fresh.sync()
    assert (outcome.exit_code, outcome.run.outcome) == (0, "succeeded")
    assert {event.fields["kind"] for event in outcome.events_named("consensus_tasks_unread")} == {kind}
    assert f"consensus tasks not read ({kind})" in outcome.receipt.sentence()
    assert fresh.rows(BRANCHES) == []
    assert fresh.snapshot(*LABEL_TABLES) == farm.snapshot(*LABEL_TABLES)
    # The next run asks again, although nothing moved.
    farm.server.faults.clear()
    assert fresh.sync().requests == {**ALL_REQUESTS_OF_A_LISTING, "tasks": 2}
    assert fresh.rows(BRANCHES) == farm.rows(BRANCHES)


def test_tasks_are_not_asked_for_when_switched_off(farm: SyncedWarehouse) -> None:
    farm.project.assign(farm.project.row_named(WAITING).data_hash, None)
    assert farm.sync(consensus_tasks=False).requests == ALL_REQUESTS_OF_A_LISTING
    # Switched on again, what was missed is made up for.
    assert farm.sync().requests == {**ALL_REQUESTS_OF_A_LISTING, "tasks": 1}


def test_a_project_without_consensus_stages_is_never_asked_for_tasks(new_gate: SyncedWarehouse) -> None:
    assert "tasks" not in new_gate.sync().requests
    assert new_gate.value("SELECT count(*) FROM consensus_stage_read") == 0
