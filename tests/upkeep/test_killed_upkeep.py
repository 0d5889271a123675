"""Kill -9 right before each commit of a prune, and of the run that brings pseudonyms: all or nothing."""

import datetime
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from connector.load import open_warehouse
from connector.sample import SampleServer
from tests.crash.command_server import CommandServer, points_in
from tests.crash.crashed_warehouse import CrashedWarehouse
from tests.crash.engines import Engine
from tests.crash.kills import KILLED, sync_arguments
from tests.crash.scenes import edit, gate_world
from tests.moved_moments import moved_back
from tests.upkeep.known_people import rows_as_hidden, rows_of, with_address
from tests.upkeep.old_runs import LONG_AGO, add_leftovers, record_random_runs

OF_RUNS = {"sync_run", "sync_run_project"}
Rows = dict[str, Counter[str]]


@pytest.fixture(scope="module", params=["duckdb", "postgres"])
def engine(request: pytest.FixtureRequest) -> Engine:
    """Of a lake, where each table is replaced by itself, the page of retention promises less."""
    made: Engine = request.getfixturevalue(f"{request.param}_engine")
    return made


@pytest.fixture(scope="module")
def command_server() -> Iterator[CommandServer]:
    with CommandServer() as server:
        yield server


@pytest.fixture(scope="module")
def edited(engine: Engine) -> Iterator[CrashedWarehouse]:
    """Synced, and again after edits of every kind, both long ago."""
    started = datetime.datetime.now(datetime.UTC)
    with SampleServer(gate_world()) as server:
        warehouse = CrashedWarehouse(server, engine, engine.empty())
        assert warehouse.sync().run.outcome == "succeeded"
        edit(warehouse.project)
        assert warehouse.sync(allow_deletes=True, task_actions=True).run.outcome == "succeeded"
        moved_back(warehouse.url, started, started - LONG_AGO - datetime.timedelta(days=300))
        yield warehouse


@pytest.fixture(scope="module")
def with_old_rows(edited: CrashedWarehouse) -> CrashedWarehouse:
    """The same with older runs, and leftovers."""
    warehouse = edited.copy()
    opened = open_warehouse(warehouse.url)
    record_random_runs(opened, 1, 20, [warehouse.server.world.project_hash])
    add_leftovers(opened, warehouse.server.world.project_hash)
    opened.close()
    return warehouse


def commits_in(printed: Path) -> list[int]:
    """The points of a whole run right before each commit, and its last one."""
    points = points_in(printed.read_text())
    return [*(number for number, name in enumerate(points, 1) if name == "before transaction"), len(points)]


def pruned_rows(warehouse: CrashedWarehouse) -> Rows:
    """All rows; of the clock of history only whether it was moved on, as it goes by the time of day."""
    recent = datetime.datetime.now(datetime.UTC) - datetime.timedelta(days=450)
    clock = warehouse.rows("SELECT project_hash, known_since > $recent FROM history_clock", recent=recent)
    return {**rows_of(warehouse.url), "history_clock": Counter(map(repr, clock))}


def test_a_killed_prune_has_deleted_all_of_a_project_or_nothing(
    with_old_rows: CrashedWarehouse, command_server: CommandServer, tmp_path: Path
) -> None:
    def prune(warehouse: CrashedWarehouse, kill_at: int | None = None) -> int:
        arguments = ["prune", "--older-than=400d", "--apply", f"--warehouse={warehouse.url}"]
        return command_server.run(arguments, tmp_path / "printed", kill_at)

    before, whole = pruned_rows(with_old_rows), with_old_rows.copy()
    assert prune(whole) == 0, (tmp_path / "printed").read_text()
    after = pruned_rows(whole)
    of_project = {name for name in before if before[name] != after[name]} - OF_RUNS
    assert {"object_annotation_history", "label_row_version", "history_clock", "consensus_stage_read"} <= of_project
    seen = set()
    for point in commits_in(tmp_path / "printed"):
        warehouse = with_old_rows.copy()
        assert prune(warehouse, point) == KILLED
        found = pruned_rows(warehouse)
        done = []
        for names in (of_project, OF_RUNS):
            whole_states = [[rows[name] for name in names] for rows in (before, after)]
            assert [found[name] for name in names] in whole_states, point
            done.append(all(found[name] == after[name] for name in names))
        assert prune(warehouse) == 0
        assert pruned_rows(warehouse) == after
        warehouse.remove()
        seen.add(tuple(done))
    assert seen == {(False, False), (True, False), (True, True)}


def test_a_kill_leaves_no_mixture_of_addresses_and_pseudonyms(
    edited: CrashedWarehouse, command_server: CommandServer, key_file: Path, tmp_path: Path
) -> None:
    hiding = ["--streams=task_actions", "--pseudonymise-emails", f"--pseudonym-key-file={key_file}"]

    def sync(warehouse: CrashedWarehouse, kill_at: int | None = None) -> int:
        return command_server.run([*sync_arguments(warehouse, tmp_path), *hiding], tmp_path / "printed", kill_at)

    before, after = rows_of(edited.url), rows_as_hidden(edited.url)
    names = before.keys() - OF_RUNS
    whole = edited.copy()
    assert sync(whole) == 0, (tmp_path / "printed").read_text()
    seen = set()
    for point in commits_in(tmp_path / "printed"):
        warehouse = edited.copy()
        assert sync(warehouse, point) == KILLED
        found = rows_of(warehouse.url)
        is_hidden = not with_address(warehouse.url)
        expected = after if is_hidden else before
        assert [name for name in names if found[name] != expected[name]] == [], point
        assert sync(warehouse) == 0
        assert with_address(warehouse.url) == {}
        found = rows_of(warehouse.url)
        assert [name for name in names if found[name] != after[name]] == [], point
        warehouse.remove()
        seen.add(is_hidden)
    assert seen == {False, True}
