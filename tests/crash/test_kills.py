"""Kill -9 at every commit and at random instants: never half a label row, and the next run brings all the rest."""

import os
import random
import signal
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from connector.sample import Fault, Hook
from tests.crash.command_server import CommandServer
from tests.crash.engines import Engine
from tests.crash.kills import (
    KILLED,
    commit_points,
    killed_at_instants,
    killed_at_point,
    recovered,
    sync_arguments,
)
from tests.crash.scenes import BUNDLE_ROWS, ROWS, Scene, scene
from tests.sync.command_line import COMMAND

RANDOM_KILLS = {"new": 2, "edited": 4}
"""By scene, on each engine; `make torture` has more, and more scenes."""


@pytest.fixture(scope="module", params=["new", "edited"])
def going_on(request: pytest.FixtureRequest, engine: Engine) -> Iterator[Scene]:
    with scene(request.param, engine) as made:
        yield made


def test_kill_9_at_every_commit(going_on: Scene, command_server: CommandServer, tmp_path: Path) -> None:
    """Right before a commit and right after one, in turn, at some of them; `make torture` does both at each."""
    points = commit_points(going_on, command_server, tmp_path)
    assert points >= (4 if going_on.name == "new" else 20)
    kept = []
    for point in range(1, points + 1, 3 if going_on.name == "new" else 9):
        attempt = killed_at_point(going_on, command_server, tmp_path, point)
        assert attempt.exit_code == KILLED
        kept.append(attempt.kept)
    # The later it was killed, the more whole bundles it had brought.
    assert (max(kept) >= BUNDLE_ROWS) == (going_on.name != "new")


def test_kill_9_at_random_instants(going_on: Scene, command_server: CommandServer, tmp_path: Path) -> None:
    chance = random.Random(f"{going_on.name} {going_on.engine.name}")
    kills = RANDOM_KILLS[going_on.name]
    assert len(list(killed_at_instants(going_on, command_server, tmp_path, chance, kills))) == kills


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_stops_a_run_after_a_clean_commit(
    number: signal.Signals, engine: Engine, command_server: CommandServer, tmp_path: Path
) -> None:
    def start(arguments: list[str]) -> int:
        return command_server.start(arguments, tmp_path / "printed")

    def end() -> tuple[int, str]:
        return command_server.wait(), (tmp_path / "printed").read_text()

    stopped_in_the_third_bundle(engine, number, tmp_path, start, end)


def test_the_installed_command_is_stopped_like_this_too(duckdb_engine: Engine, tmp_path: Path) -> None:
    started: list[subprocess.Popen[str]] = []

    def start(arguments: list[str]) -> int:
        process = subprocess.Popen([COMMAND, *arguments], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        started.append(process)
        return process.pid

    def end() -> tuple[int, str]:
        (process,) = started
        printed, _ = process.communicate(timeout=60)
        return process.returncode, printed

    stopped_in_the_third_bundle(duckdb_engine, signal.SIGTERM, tmp_path, start, end)


def stopped_in_the_third_bundle(
    engine: Engine,
    number: signal.Signals,
    folder: Path,
    start: Callable[[list[str]], int],
    end: Callable[[], tuple[int, str]],
) -> None:
    """While the third bundle is asked for: what is committed by then is not fetched again."""
    processes: list[int] = []
    with scene("first", engine) as first:
        first.server.faults.add(Fault(Hook(lambda: os.kill(processes[0], number)), kind="label_rows", skip=2))
        warehouse = first.warehouse()
        processes.append(start(sync_arguments(warehouse, folder)))
        exit_code, printed = end()
        first.server.faults.clear()
        assert exit_code == 75, printed
        assert f"Stopped by {number.name} after a clean commit" in printed
        assert warehouse.value("SELECT outcome FROM sync_run") == "interrupted"
        assert BUNDLE_ROWS <= recovered(first, warehouse, number.name) < ROWS
