"""What does a later sync cost: without a change, with one label row changed, with 1 % of them changed?

    python -m bench.second_sync
    python -m bench.second_sync --project rows --tries 5

Compared with the first sync of the same project, and with the bare listing call of the SDK in the same round: nothing
can know without that call that nothing changed.
"""

import sys
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import duckdb

from bench import results
from bench.compared_ways import sync
from bench.large_worlds.scale import Scale
from bench.options import parser, size_of
from bench.serving import ServedWorld
from bench.timed_process import Spent, run
from bench.ways import Job
from bench.workloads import Size

QUESTION = "second_sync"
PROJECTS: dict[str, tuple[str, Scale, dict[Size, int]]] = {
    "rows": (
        "many label rows of 6 annotations",
        Scale(rows=0, annotations=6, objects=6),
        {"quick": 500, "normal": 20_000, "full": 100_000},
    ),
    "annotations": (
        "videos of 10,000 annotations",
        Scale(rows=0, annotations=10_000, templates=4),
        {"quick": 4, "normal": 100, "full": 1_000},
    ),
}
"""Name → title, what a label row holds, and label rows by size."""


def measure(name: str, size: Size, tries: int) -> dict[str, Any]:
    """Sync a project, and then again and again."""
    title, shape, rows_by_size = PROJECTS[name]
    scale = replace(shape, rows=rows_by_size[size])
    changes = {"no change": 0, "one changed": 1, "1 % changed": max(1, scale.rows // 100)}
    later: dict[str, list[Spent]] = {what: [] for what in ("bare SDK listing", *changes)}
    with ServedWorld(scale) as world, tempfile.TemporaryDirectory(prefix="encord-sync-bench-") as folder:
        warehouse = f"duckdb:///{folder}/labels.duckdb"
        first = sync(world, warehouse)
        job = Job(world.domain, str(world.key_file), world.project, "", 1)
        edited_before = 1  # the label row that was edited last
        for _ in range(tries):
            later["bare SDK listing"].append(run([sys.executable, "-m", "bench.ways.sdk_listing", job.as_argument()]))
            for what, edits in changes.items():
                if edits:
                    world.edit_rows(edits)
                later[what].append(sync(world, warehouse))
                _refuse_other_count(Path(folder, "labels.duckdb"), what, edits, edited_before)
                edited_before = max(edits, edited_before)
        file_mb = Path(folder, "labels.duckdb").stat().st_size / 1e6
    return {
        "project": name,
        "title": title,
        "label_rows": scale.rows,
        "annotations": scale.rows * scale.annotations,
        "tries": tries,
        "file_mb": results.rounded(file_mb),
        "first": {"cpu_seconds": results.rounded(first.cpu), "wall_seconds": results.rounded(first.wall)},
        "later": {what: _medians(spent, first, later["bare SDK listing"]) for what, spent in later.items()},
    }


def _refuse_other_count(file: Path, what: str, edits: int, edited_before: int) -> None:
    """Raise unless the last sync loaded what was edited, and at most once more what was edited just before."""
    with duckdb.connect(str(file), read_only=True) as connection:
        [(loaded,)] = connection.execute("SELECT loaded FROM sync_run ORDER BY started_at DESC LIMIT 1").fetchall()
    if not edits <= loaded <= edits + edited_before:
        raise RuntimeError(f"{what}: the sync loaded {loaded} label rows, not {edits}")


def _medians(spent: list[Spent], first: Spent, listing: list[Spent]) -> dict[str, float]:
    return {
        "cpu_seconds": results.median(each.cpu for each in spent),
        "wall_seconds": results.median(each.wall for each in spent),
        "wall_share_of_first": results.median(each.wall / first.wall for each in spent),
        "cpu_share_of_first": results.median(each.cpu / first.cpu for each in spent),
        "cpu_to_listing": results.median(each.cpu / bare.cpu for each, bare in zip(spent, listing, strict=True)),
        "wall_to_listing": results.median(each.wall / bare.wall for each, bare in zip(spent, listing, strict=True)),
    }


def _show(row: dict[str, Any]) -> None:
    first = row["first"]
    lines = [
        ("first sync", f"{first['cpu_seconds']:.2f}", f"{first['wall_seconds']:.2f}", "100 %", "", ""),
        *(
            (
                what,
                f"{spent['cpu_seconds']:.2f}",
                f"{spent['wall_seconds']:.2f}",
                f"{spent['cpu_share_of_first']:.1%}",
                f"{spent['cpu_to_listing']:.2f} x",
                f"{spent['wall_to_listing']:.2f} x",
            )
            for what, spent in row["later"].items()
        ),
    ]
    results.show(
        f"{row['title']}: {row['label_rows']:,} label rows, {row['annotations']:,} annotations",
        ("sync", "CPU s", "wall s", "CPU of the first", "CPU, listing = 1", "wall"),
        lines,
    )


def main() -> None:
    """Measure, print, and write bench/results/second_sync.json if every project was measured."""
    options = parser(__doc__)
    options.add_argument("--project", action="append", choices=PROJECTS, help="one project; may be repeated")
    asked = options.parse_args()
    size = size_of(asked)
    rows = []
    for name in asked.project or PROJECTS:
        rows.append(measure(name, size, asked.tries or (1 if size == "quick" else 3)))
        _show(rows[-1])
    if not asked.project:
        results.write(QUESTION, size, rows, asked.results)


if __name__ == "__main__":
    main()
