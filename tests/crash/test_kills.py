"""Kill -9 at every commit and at random instants: never half a label row, and the next run brings all the rest."""

import random
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from connector.sample import Fault, Hook
from tests.crash.command_server import CommandServer
from tests.crash.engines import Engine
from tests.crash.kills import (
    KILLED,
    commit_points,
    killed_at_instant,
    killed_at_point,
    recovered,
    seconds_of_a_run,
    sync_arguments,
)
from tests.crash.scenes import BUNDLE_ROWS, ROWS, Scene, scene
from tests.sync.command_line import COMMAND

RANDOM_KILLS = {"new": 1, "edited": 4}
"""By scene, on each engine; `make torture` has more, and more scenes."""


@pytest.fixture(scope="module", params=["new", "edited"])
def going_on(request: pytest.FixtureRequest, engine: Engine) -> Iterator[Scene]:
    with scene(request.param, engine) as made:
        yield made


def test_kill_9_at_every_commit(going_on: Scene, command_server: CommandServer, tmp_path: Path) -> None:
    """Right before a commit and right after one, in turn; `make torture` does both at each."""
    points = commit_points(going_on, command_server, tmp_path)
    assert points >= (4 if going_on.name == "new" else 20)
    kept = []
    for point in [*range(1, points + 1, 4), *range(4, points + 1, 4)]:
        attempt = killed_at_point(going_on, command_server, tmp_path, point)
        assert attempt.exit_code == KILLED
        kept.append(attempt.kept)
    # The later it was killed, the more whole bundles it had brought.
    assert (max(kept) >= BUNDLE_ROWS) == (going_on.name != "new")


def test_kill_9_at_random_instants(going_on: Scene, command_server: CommandServer, tmp_path: Path) -> None:
    chance = random.Random(f"{going_on.name} {going_on.engine.name}")
    seconds = seconds_of_a_run(going_on, command_server, tmp_path)
    ends = [
        killed_at_instant(going_on, command_server, tmp_path, chance, seconds).exit_code
        for _ in range(RANDOM_KILLS[going_on.name])
    ]
    assert ends.count(KILLED) >= len(ends) // 2


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT])
def test_the_installed_command_is_stopped_by_a_signal(number: signal.Signals, engine: Engine, tmp_path: Path) -> None:
    """While the third bundle is asked for: what is committed by then is not fetched again."""
    processes: list[subprocess.Popen[str]] = []
    with scene("first", engine) as first:
        first.server.faults.add(Fault(Hook(lambda: processes[0].send_signal(number)), kind="label_rows", skip=2))
        warehouse = first.warehouse()
        with subprocess.Popen(
            [COMMAND, *sync_arguments(warehouse, tmp_path)], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        ) as process:
            processes.append(process)
            printed, _ = process.communicate(timeout=60)
        first.server.faults.clear()
        if number is signal.SIGKILL:
            assert process.returncode == -number
        else:
            assert process.returncode == 75, printed
            assert f"Stopped by {number.name} after a clean commit" in printed
            assert warehouse.value("SELECT outcome FROM sync_run") == "interrupted"
        least = 0 if number is signal.SIGKILL else BUNDLE_ROWS
        assert least <= recovered(first, warehouse, number.name) < ROWS
