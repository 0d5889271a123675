"""One attempt: break off a run of the command in a scene, see what it left, run again, compare with a clean sync."""

import random
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from connector.sample import SampleServer
from tests.crash.command_server import CommandServer, points_in
from tests.crash.crashed_warehouse import CrashedWarehouse, differences
from tests.crash.scenes import BUNDLE_ROWS, Scene

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
    warehouse.remove()
    return len(points_in(output.read_text()))


def killed_at_point(scene: Scene, command: CommandServer, folder: Path, point: int) -> Attempt:
    """A run that dies at a commit point."""
    warehouse = scene.warehouse()
    where = f"scene {scene.name}, {warehouse.engine.name}, killed at commit point {point}"
    exit_code, printed = _broken_off(
        warehouse, folder, lambda arguments, output: command.run(arguments, output, kill_at=point), where
    )
    attempt = Attempt(exit_code, recovered(scene, warehouse, where), printed)
    warehouse.remove()
    return attempt


def killed_at_instants(
    scene: Scene, command: CommandServer, folder: Path, chance: random.Random, kills: int
) -> Iterator[Attempt]:
    """So many runs that each die at a time that chance chooses, anywhere from their first line to their last.

    Half of them, by chance, follow a run of the same warehouse that was killed, too.
    """
    seconds = _seconds_of_a_run(scene, command, folder)
    done, warehouse = 0, scene.warehouse()
    for _ in range(4 * kills):
        if done == kills:
            break
        instant = chance.uniform(0, seconds)
        where = f"scene {scene.name}, {warehouse.engine.name}, broken off at {instant:.4f} s"
        exit_code, printed = _broken_off(warehouse, folder, _killing_after(command, instant), where)
        done += exit_code == KILLED
        if exit_code == KILLED and chance.random() < 0.5 and done < kills:
            yield Attempt(exit_code, len(kept_by_broken_run(scene, warehouse, where)), printed)
            continue
        if exit_code == KILLED:
            yield Attempt(exit_code, recovered(scene, warehouse, where), printed)
        else:
            seconds *= 0.9  # the machine has become quicker
        warehouse.remove()
        warehouse = scene.warehouse()
    warehouse.remove()
    assert done == kills, f"only {done} of {kills} runs were still there to be killed"


def _seconds_of_a_run(scene: Scene, command: CommandServer, folder: Path) -> float:
    """How long a run takes; the first one, which imports what all the others find imported, does not count."""
    for _ in range(2):
        warehouse = scene.warehouse()
        begun = time.monotonic()
        assert command.run(sync_arguments(warehouse, folder), folder / "timed-run") == 0
        seconds = time.monotonic() - begun
        warehouse.remove()
    return seconds


def _killing_after(command: CommandServer, seconds: float) -> Callable[[list[str], Path], int]:
    def run(arguments: list[str], output: Path) -> int:
        process = command.start(arguments, output)
        time.sleep(seconds)
        command.kill(process)
        return command.wait()

    return run


def _broken_off(
    warehouse: CrashedWarehouse, folder: Path, run: Callable[[list[str], Path], int], where: str
) -> tuple[int, str]:
    output = folder / "broken-off"
    output.write_text("")
    exit_code = run(sync_arguments(warehouse, folder), output)
    assert exit_code in {KILLED, 0}, f"{where}: {output.read_text()}"
    return exit_code, output.read_text()


def kept_by_broken_run(scene: Scene, warehouse: CrashedWarehouse, where: str) -> set[str]:
    """Look at what a broken run left: nothing half; the label hashes whose rows it had committed."""
    if scene.before is None and not warehouse.has_tables():
        return set()
    with warehouse.looked_into():
        assert not warehouse.damage(), where
        return {label_hash for (label_hash,) in warehouse.rows(LOADED_BY_BROKEN_RUN)}


def recovered(scene: Scene, warehouse: CrashedWarehouse, where: str) -> int:
    """Look at what a broken run left, run again, and compare; the number of label rows that were kept."""
    kept = kept_by_broken_run(scene, warehouse, where)
    rest = warehouse.sync()
    assert rest.exit_code == 0, f"{where}: {rest.run.message}"
    assert not kept & set(rest.fetched), f"{where}: fetched again"
    with warehouse.looked_into():
        found = [*warehouse.damage(), *differences(warehouse.contents(), scene.after)]
        if scene.was is not None:
            found += differences(warehouse.contents_at(scene.moment), scene.was)
    assert not found, "\n".join([where, *found[:20]])
    return len(kept)
