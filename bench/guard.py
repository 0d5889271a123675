"""The regression guard of CI: a first sync against baseline b in one process, in CPU time, start-up left out.

    python -m bench.guard

Imports, the new file, its tables and views are made before the clock starts, for both ways alike; what start-up may
import is guarded by tests/test_start_up.py. What is left is what grows with a project: fetching, parsing, normalising
and writing. CPU time of this process hardly depends on what else the machine does, and the ratio of two such times in
one round even less. The limits are half of what was measured; a round below its limit is repeated, up to three in all.
"""

import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from pydantic import SecretStr

from bench.large_worlds.scale import Scale
from bench.results import show
from bench.serving import ServedWorld
from bench.ways import Job
from bench.ways.sqlalchemy_rows import load_project
from bench.workloads import request_rows
from connector.config import Settings
from connector.load import open_warehouse
from connector.process.interruption import Interruption
from connector.runs.report import Level
from connector.sync.run import run_sync
from connector.views import install

MOST_ROUNDS = 3


class Guarded(NamedTuple):
    """A project, and the least number of times that baseline b takes as much CPU time as the connector."""

    scale: Scale
    least: float


GUARDED = {
    "boxes on long videos": Guarded(Scale(rows=5, annotations=10_000, templates=2), 1.5),
    "many small image rows": Guarded(Scale(rows=800, annotations=6, objects=6, templates=4), 1.3),
}


class _Silence:
    """A report that tells nothing."""

    def event(self, name: str, text: str, *, level: Level = "info", **fields: Any) -> None:  # noqa: ANN401 - as Report
        """Nothing."""

    def table(self, name: str, lines: Sequence[str], **fields: Any) -> None:  # noqa: ANN401 - as Report
        """Nothing."""

    def progress(self, title: str, done: int, total: int, annotations: int) -> None:
        """Nothing."""

    def close(self) -> None:
        """Nothing."""


def ratio(guarded: Guarded) -> float:
    """How many times as much CPU time baseline b takes as a sync does: of the first round that is well, or the best.

    Raises:
        RuntimeError: they did not load the same number of annotations.
    """
    best = 0.0
    with tempfile.TemporaryDirectory(prefix="encord-sync-bench-") as folder, ServedWorld(guarded.scale) as world:
        template = _empty_warehouse(Path(folder))
        for _ in range(MOST_ROUNDS):
            best = max(best, _round(world, template))
            if best >= guarded.least:
                break
    return best


def _empty_warehouse(folder: Path) -> Path:
    file = folder / "empty.duckdb"
    warehouse = open_warehouse(f"duckdb:///{file}")
    with warehouse.connection() as connection:
        install(connection)
    warehouse.close()
    return file


def _round(world: ServedWorld, template: Path) -> float:
    expected = world.scale.rows * world.scale.annotations
    synced, by_connector = _timed(template, lambda file: _sync(world, file))
    inserted, by_sqlalchemy = _timed(template, lambda file: _insert(world, file))
    if not synced == inserted == expected:
        raise RuntimeError(f"of {expected} annotations {synced} were synced, {inserted} inserted")
    return by_sqlalchemy / by_connector


def _timed(template: Path, load: Callable[[Path], int]) -> tuple[int, float]:
    file = Path(shutil.copy(template, template.with_name("round.duckdb")))
    try:
        begun = time.process_time()
        annotations = load(file)
        return annotations, time.process_time() - begun
    finally:
        file.unlink()


def _sync(world: ServedWorld, file: Path) -> int:
    settings = Settings(
        ssh_key=SecretStr(world.key_file.read_text()),
        domain=world.domain,
        project=(world.project,),
        warehouse=f"duckdb:///{file}",
    )
    run = run_sync(settings, _Silence(), Interruption())
    return run.receipts[0].annotations


def _insert(world: ServedWorld, file: Path) -> int:
    return load_project(Job(world.domain, str(world.key_file), world.project, str(file), request_rows(world.scale)))


def main() -> None:
    """Print the ratios, and end with 1 if one is below what is guarded."""
    found = {name: (ratio(guarded), guarded.least) for name, guarded in GUARDED.items()}
    lines = [(name, f"{measured:.1f} x", f"{least:.1f} x") for name, (measured, least) in found.items()]
    show("CPU time of SQLAlchemy's way, encord-sync = 1", ("workload", "measured", "at least"), lines)
    if any(measured < least for measured, least in found.values()):
        sys.exit(1)


if __name__ == "__main__":
    main()
