"""Pruning deletes what nothing needs, and nothing that `status` or the next sync asks for, on every engine."""

import datetime
from pathlib import Path

import pytest

from connector.load import open_warehouse
from connector.load.locks.lock_holder import LockHolder
from connector.load.questions.old_rows import old_rows
from connector.load.questions.project_status import WarehouseStatus, read_status
from connector.load.sync_locks import sync_locks
from connector.load.upkeep.prunable_tables import PRUNABLE
from connector.sample import SampleServer
from tests.crash.crashed_warehouse import CrashedWarehouse
from tests.crash.engines import Engine
from tests.source.world import image_world
from tests.sync.command_line import CommandLine
from tests.sync.synced_warehouse import ALL_REQUESTS_OF_A_LISTING
from tests.upkeep.known_people import rows_of
from tests.upkeep.old_runs import LONG_AGO, add_leftovers, record_random_runs, record_run

TO_COME = datetime.datetime.now(datetime.UTC) + datetime.timedelta(days=400)
"""With this moment every row is old, and only its condition protects it."""


def well(status: WarehouseStatus) -> list[object]:
    """What `status` says, but for failures, of which old ones go."""
    return [
        status.last_run,
        *((each.run_id, each.last_success, each.shards, each.label_rows) for each in status.projects),
    ]


def test_what_the_next_sync_and_status_need_stays(once: CrashedWarehouse) -> None:
    warehouse = once.copy()
    project_hash = warehouse.server.world.project_hash
    opened = open_warehouse(warehouse.url)
    for number in range(3):
        started_at = LONG_AGO + datetime.timedelta(days=number)
        record_run(opened, f"old-{number}", started_at, "succeeded", {(project_hash, None): "succeeded"})
    record_run(opened, "died", LONG_AGO, "running", {})
    add_leftovers(opened, project_hash)
    opened.close()
    before, status = rows_of(warehouse.url), read_status(warehouse.url)
    expected = old_rows(warehouse.url, None, TO_COME)
    opened = open_warehouse(warehouse.url)
    with opened.working_on(project_hash):
        deleted = opened.prune_project(project_hash, TO_COME)
    deleted |= opened.prune_runs(TO_COME)
    opened.close()
    assert deleted == {table: old for table, (old, _) in expected.items()}
    # The first sync and the last old run are the last two receipts; the log of tasks is read on from its end.
    task_actions = deleted.pop("task_action")
    assert 0 < task_actions < expected["task_action"][1]
    assert deleted.pop("history") == 0
    assert deleted.pop("sync_run") == deleted.pop("sync_run_project") == 2
    assert set(deleted.values()) == {1}
    after = rows_of(warehouse.url)
    assert {name for name in before if before[name] != after[name]} == expected.keys() - {"history"}
    assert all(after[name] <= before[name] for name in expected.keys() - {"history"})
    assert well(read_status(warehouse.url)) == well(status)
    outcome = warehouse.sync(task_actions=True)
    assert (outcome.requests, outcome.fetched) == (ALL_REQUESTS_OF_A_LISTING, [])
    left = {table: old for table, (old, _) in old_rows(warehouse.url, None, TO_COME).items() if old}
    assert left == {"sync_run": 1, "sync_run_project": 1}


def test_status_says_the_same_after_any_runs(engine: Engine) -> None:
    # In a lake each receipt is a commit: one short story is enough.
    stories = [(0, 8)] if engine.name == "iceberg" else [(seed, 60) for seed in range(4)]
    for seed, runs in stories:
        url = engine.empty()
        warehouse = open_warehouse(url)
        record_random_runs(warehouse, seed, runs, ["one", "two", "three"])
        warehouse.close()
        status, expected = read_status(url), old_rows(url, None, TO_COME)
        warehouse = open_warehouse(url)
        deleted = warehouse.prune_runs(TO_COME)
        again = warehouse.prune_runs(TO_COME)
        warehouse.close()
        assert deleted == {table: expected[table][0] for table in deleted}
        assert set(again.values()) == {0}
        assert deleted["sync_run"] or engine.name == "iceberg"
        assert well(read_status(url)) == well(status)


@pytest.mark.parametrize("engine_name", ["postgres", "lake"])
def test_a_project_at_work_is_left_for_next_time(
    engine_name: str, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    engine: Engine = request.getfixturevalue(f"{engine_name}_engine")
    with SampleServer(image_world(rows=1)) as server:
        warehouse, command = CrashedWarehouse(server, engine, engine.empty()), CommandLine(server, tmp_path)
        warehouse.sync()
        project_hash = server.world.project_hash
        opened = open_warehouse(warehouse.url)
        record_random_runs(opened, 1, 6, [project_hash])
        add_leftovers(opened, project_hash)
        opened.close()
        arguments = ("prune", "--older-than=400d", "--apply", f"--warehouse={warehouse.url}")
        with sync_locks(warehouse.url, None, LockHolder.this_process("sync")) as locks, locks.project(project_hash):
            beside = command.run(*arguments)
        assert (beside.exit_code, beside.err.count("Left for next time: Project")) == (0, 1)
        assert "consensus_stage_read" not in beside.err
        assert old_rows(warehouse.url, None, LONG_AGO + datetime.timedelta(days=300))["sync_run"][0] == 0
        after = command.run(*arguments)
        assert (after.exit_code, "consensus_stage_read: 1 rows deleted" in after.err) == (0, True), after.all


AGES = ["0d", "-5d", "400", "1y", "99999d", "1e3d", "", " 5d", "5 d", "٤d", "400d; DROP TABLE sync_run", "0w", "nan"]


LINES = len(PRUNABLE) + 1
"""One a table, and one for all tables of the past."""


def test_the_command_says_first_and_deletes_only_if_told(tmp_path: Path) -> None:
    with SampleServer(image_world(rows=2)) as server:
        command = CommandLine(server, tmp_path)
        warehouse = f"--warehouse=duckdb:///{command.file}"
        for flags in ((), ("--apply",)):
            nowhere = command.run("prune", "--older-than=1d", *flags, warehouse)
            assert (nowhere.exit_code, command.file.exists()) == (6, False)
        assert command.sync().exit_code == 0
        opened = open_warehouse(f"duckdb:///{command.file}")
        record_random_runs(opened, 1, 30, ["one", server.world.project_hash])
        opened.close()
        content = command.file.read_bytes()
        for age in AGES:
            refused = command.run("prune", f"--older-than={age}", "--apply", warehouse)
            assert (refused.exit_code, refused.is_traceback) == (2, False), age
        too_young = command.run("prune", "--older-than=130w", warehouse)
        assert (too_young.exit_code, too_young.err.count(": 0 of")) == (0, LINES)
        said = command.run("prune", "--older-than=400d", warehouse)
        assert (said.exit_code, "Nothing was deleted" in said.err) == (0, True)
        assert command.file.read_bytes() == content
        done = command.run("prune", "--older-than=400d", "--apply", "--log-format=json", warehouse)
        assert (done.exit_code, done.out.count('"event":"pruned"')) == (0, LINES), done.all
        again = command.run("prune", "--older-than=400d", "--apply", warehouse)
        assert again.err.count(" 0 rows deleted") == LINES
        assert command.run("status", warehouse).exit_code == 7  # project one ended badly, long ago
        assert command.sync().exit_code == 0
