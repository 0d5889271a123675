"""One attempt: break off a run of the command in a scene, see what it left, run again, compare with a clean sync."""

import random
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from connector.errors import ConnectorError
from connector.load import open_warehouse
from connector.sample import Fault, Hook, SampleServer
from tests.crash.command_server import CommandServer
from tests.crash.crashed_warehouse import CrashedWarehouse, differences
from tests.crash.scenes import BUNDLE_ROWS, Scene
from tests.sync.synced_warehouse import ALL_REQUESTS_OF_A_LISTING

LOADED_BY_BROKEN_RUN = """
SELECT label_hash FROM label_row
WHERE run_id = (SELECT run_id FROM sync_run ORDER BY started_at DESC LIMIT 1)
AND run_id IN (SELECT run_id FROM sync_run WHERE outcome IN ('running', 'interrupted'))
"""
KILLED = -9


@dataclass(frozen=True)
class Attempt:
    """What came of one.

    Attributes:
        exit_code: of the run that was to be broken off; -9 if it was killed.
        kept: label rows that it had committed, and that were not fetched again.
        printed: what it printed.
    """

    exit_code: int
    kept: int
    printed: str


def key_file_in(folder: Path, server: SampleServer) -> Path:
    """The file with the key that the server knows."""
    path = folder / "key"
    if not path.exists():
        path.write_text(server.world.private_key)
    return path


def sync_arguments(warehouse: CrashedWarehouse, folder: Path) -> list[str]:
    """A sync in bundles so small that there are several, one request at a time."""
    server = warehouse.server
    return [
        "sync",
        f"--ssh-key-file={key_file_in(folder, server)}",
        f"--domain={server.domain}",
        f"--project={server.world.project_hash}",
        f"--warehouse={warehouse.url}",
        f"--bundle-rows={BUNDLE_ROWS}",
        "--requests-in-flight=1",
        "--retry-attempts=1",
        "--settle-seconds=0",
    ]


def commit_points(scene: Scene, command: CommandServer, folder: Path) -> int:
    """How many commit points a whole run in the scene has; in a new place, up to where the warehouse is made."""
    output, warehouse = folder / "whole-run", scene.warehouse()
    is_new = scene.name == "new"
    arguments = ["migrate", f"--warehouse={warehouse.url}"] if is_new else sync_arguments(warehouse, folder)
    code = command.run(arguments, output)
    assert code == 0, output.read_text()
    return int(output.read_text().rpartition("commit points: ")[2])


def killed_at_point(scene: Scene, command: CommandServer, folder: Path, point: int) -> Attempt:
    """A run that dies at a commit point."""
    return _attempt(
        scene, folder, lambda arguments, output: command.run(arguments, output, kill_at=point), f"commit point {point}"
    )


def killed_at_instant(
    scene: Scene, command: CommandServer, folder: Path, chance: random.Random, seconds: float
) -> Attempt:
    """A run that dies at some time within so many seconds after its first request."""
    begun = threading.Event()
    instant = chance.uniform(0, seconds)

    def run(arguments: list[str], output: Path) -> int:
        scene.server.faults.add(Fault(Hook(begun.set)))
        process = command.start(arguments, output)
        assert begun.wait(30), output.read_text()
        time.sleep(instant)
        command.kill(process)
        return command.wait()

    return _attempt(scene, folder, run, f"{instant:.4f} s")


def seconds_of_a_run(scene: Scene, command: CommandServer, folder: Path) -> float:
    """How long a run takes from its first request to its end."""
    begun: list[float] = []
    scene.server.faults.add(Fault(Hook(lambda: begun.append(time.monotonic()))))
    assert command.run(sync_arguments(scene.warehouse(), folder), folder / "timed-run") == 0
    scene.server.faults.clear()
    return time.monotonic() - begun[0]


def _attempt(scene: Scene, folder: Path, run: Callable[[list[str], Path], int], instant: str) -> Attempt:
    warehouse, output = scene.warehouse(), folder / "broken-off"
    exit_code = run(sync_arguments(warehouse, folder), output)
    scene.server.faults.clear()
    printed = output.read_text()
    where = f"scene {scene.name}, {warehouse.engine.name}, broken off at {instant}"
    assert exit_code in {KILLED, 0}, f"{where}: {printed}"
    return Attempt(exit_code, recovered(scene, warehouse, where), printed)


def recovered(scene: Scene, warehouse: CrashedWarehouse, where: str) -> int:
    """Look at what a broken run left, run again, and compare; the number of label rows that were kept."""
    try:
        open_warehouse(warehouse.url).close()
    except ConnectorError as error:
        raise AssertionError(f"{where}: it left a warehouse that cannot be opened: {error}") from error
    assert not warehouse.damage(), where
    kept = {label_hash for (label_hash,) in warehouse.rows(LOADED_BY_BROKEN_RUN)}
    rest = warehouse.sync()
    assert rest.exit_code == 0, f"{where}: {rest.run.message}"
    assert not kept & set(rest.fetched), f"{where}: fetched again"
    found = [*warehouse.damage(), *differences(warehouse.contents(), scene.after)]
    assert not found, "\n".join([where, *found[:20]])
    return len(kept)


def nothing_left_to_do(warehouse: CrashedWarehouse) -> None:
    """The run after that finds nothing to fetch."""
    assert warehouse.sync().requests == ALL_REQUESTS_OF_A_LISTING
