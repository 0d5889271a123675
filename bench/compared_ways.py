"""One project, several ways to get its labels, each run in turn and as often as wanted: seconds and ratios."""

import sys
import tempfile
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import duckdb

from bench.results import median
from bench.serving import ServedWorld
from bench.timed_process import COMMAND, Spent, run
from bench.ways import Job
from bench.ways.floor import save_final_columns
from bench.workloads import request_rows

PRODUCT = "encord-sync"
MODULES = {
    "a: export page": "export_page",
    "a: object model only": "object_model",
    "b: SQLAlchemy": "sqlalchemy_rows",
    "c: dlt": "dlt_merge",
    "c: dlt, our normaliser": "dlt_normalised",
    "c: dlt, Arrow": "dlt_arrow",
    "d: floor": "floor",
}
"""Way as tables name it → its module in bench/ways."""
ONE_PROCESS = "encord-sync --processes=1"
OPTIONS = {PRODUCT: (), ONE_PROCESS: ("--processes=1",)}
"""Ways that are the connector itself, with their options."""
WAYS = (ONE_PROCESS, *MODULES)
"""What the connector, as it comes, is compared with."""

LONG_SECONDS = 20.0


class Comparison:
    """Runs ways over a served project; every way must find as many annotations as the connector wrote."""

    def __init__(self, world: ServedWorld, folder: Path) -> None:
        self._world = world
        self._folder = folder
        self._annotations: int | None = None
        self._runs = 0

    def run(self, way: str) -> Spent:
        """One run of a way over a new warehouse.

        Raises:
            RuntimeError: it failed, or found another number of annotations.
        """
        self._runs += 1
        warehouse = self._folder / f"run_{self._runs}.duckdb"
        if way in OPTIONS:
            spent = sync(self._world, f"duckdb:///{warehouse}", *OPTIONS[way])
            annotations = _annotations(warehouse)
            if self._annotations is None:
                self._annotations = annotations
                self._prepare_floor(warehouse)
        else:
            spent = self._run_module(way, warehouse)
            annotations = spent.told["annotations"]
        for file in self._folder.glob(f"{warehouse.name}*"):
            file.unlink()
        if annotations != self._annotations:
            raise RuntimeError(f"{way} found {annotations} annotations, {PRODUCT} {self._annotations}")
        return spent

    @property
    def annotations(self) -> int:
        """Annotations of the project, as the connector wrote them."""
        return self._annotations or 0

    def _prepare_floor(self, warehouse: Path) -> None:
        self._world.save_labels(self._folder)
        save_final_columns(warehouse, self._folder)

    def _run_module(self, way: str, warehouse: Path) -> Spent:
        world = self._world
        job = Job(
            world.domain, str(world.key_file), world.project, str(warehouse), request_rows(world.scale),
            str(self._folder),
        )  # fmt: skip
        # No warnings: the SDK deprecates its raw label rows, which dlt gets for its own good.
        spent = run([sys.executable, "-W", "ignore", "-m", f"bench.ways.{MODULES[way]}", job.as_argument()])
        if "cpu" in spent.told:  # the floor keeps its own clock
            return Spent(spent.told["wall"], spent.told["cpu"], spent.peak_mb, spent.told)
        return spent


def sync(world: ServedWorld, warehouse: str, *options: str) -> Spent:
    """Sync the served project, as a user would."""
    return run(
        [
            COMMAND, "sync", "--quiet", f"--ssh-key-file={world.key_file}", f"--domain={world.domain}",
            f"--project={world.project}", f"--warehouse={warehouse}", *options,
        ]
    )  # fmt: skip


def _annotations(warehouse: Path) -> int:
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        row = connection.execute("SELECT count(*) FROM object_annotation").fetchone()
    return int(row[0]) if row else 0


def compare(world: ServedWorld, ways: Sequence[str], tries: int) -> dict[str, Any]:
    """Run the connector and each way in turn, `tries` times; a way that takes longer than 20 s once.

    Returns:
        Annotations, and for each way the medians of CPU and wall seconds and of peak memory, and the median over the
        tries of how many times as much as the connector it took in the same try.
    """
    with tempfile.TemporaryDirectory(prefix="encord-sync-bench-") as folder:
        comparison = Comparison(world, Path(folder))
        rounds = [{way: comparison.run(way) for way in (PRODUCT, *ways)}]
        # What takes long is steady, and a day has only so many hours.
        repeated = [way for way in (PRODUCT, *ways) if rounds[0][way].wall < LONG_SECONDS or way == PRODUCT]
        rounds += [{way: comparison.run(way) for way in repeated} for _ in range(tries - 1)]
    return {
        "annotations": comparison.annotations,
        "ways": {way: _medians(way, rounds) for way in (PRODUCT, *ways)},
    }


def _medians(way: str, all_rounds: Iterable[dict[str, Spent]]) -> dict[str, float]:
    rounds = [each for each in all_rounds if way in each]
    spent = [each[way] for each in rounds]
    product = [each[PRODUCT] for each in rounds]
    return {
        "tries": len(rounds),
        "cpu_seconds": median(each.cpu for each in spent),
        "wall_seconds": median(each.wall for each in spent),
        "peak_mb": median(each.peak_mb for each in spent),
        "cpu_ratio": median(each.cpu / own.cpu for each, own in zip(spent, product, strict=True)),
        "wall_ratio": median(each.wall / own.wall for each, own in zip(spent, product, strict=True)),
    }
