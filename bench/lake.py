"""What does a lake of Iceberg tables cost: to fill, to bring up to date, to read, to keep small, and in shares?

    python -m bench.lake                    # 1 million annotations
    python -m bench.lake --full             # 10 million

Videos of 10,000 boxes each, on a catalog in SQLite and files in a folder. Syncs are compared with those of a DuckDB
file in the same run, and reads after many small syncs with reads after `lake maintain`.
"""

import os
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from pyiceberg.catalog.sql import SqlCatalog

from bench import results
from bench.compared_ways import sync
from bench.engines import reading
from bench.large_worlds.scale import Scale
from bench.options import parser, size_of
from bench.serving import ServedWorld
from bench.timed_process import COMMAND, Spent, run
from bench.workloads import Size
from connector.load.on_iceberg.lake_tables import equal

QUESTION = "lake"
LABEL_ROWS: dict[Size, int] = {"quick": 4, "normal": 100, "full": 1_000}
SMALL_SYNCS: dict[Size, int] = {"quick": 3, "normal": 50, "full": 200}
SHARDS = 2
MANY = 1_000_000_000
_SHAPE = Scale(rows=0, annotations=10_000, templates=4)
_FRAMES = "SELECT * FROM object_annotation WHERE label_hash = '{label_hash}' AND frame BETWEEN 10 AND 19"


def measure(size: Size, tries: int) -> list[dict[str, Any]]:
    """Fill a lake and a DuckDB file, edit and sync both, then read, maintain and read the lake again."""
    scale = replace(_SHAPE, rows=LABEL_ROWS[size])
    with ServedWorld(scale) as world, tempfile.TemporaryDirectory(prefix="encord-sync-bench-") as folder:
        lake = Path(folder, "lake")
        urls = {"lake": f"iceberg:///{lake}", "duckdb": f"duckdb:///{folder}/labels.duckdb"}
        rows = [_compared("first sync", urls, lambda url: sync(world, url), 1)]
        for what, edits in (("no change", 0), ("1 label row", 1), (f"{_many(scale)} label rows", _many(scale))):
            rows.append(_compared(what, urls, _syncing(world, edits), tries))
        for _ in range(SMALL_SYNCS[size]):
            world.edit_rows(1)
            sync(world, urls["lake"])
        rows += _reads(lake, f"after {SMALL_SYNCS[size]} small syncs", tries)
        _make_old(lake)
        upkeep = run([COMMAND, "lake", "maintain", "--quiet", "--grace-hours=0", f"--warehouse={urls['lake']}"])
        rows.append({"what": "lake maintain", "lake": _figures(upkeep)})
        rows += _reads(lake, "after lake maintain", tries)
        shared = f"iceberg:///{folder}/shared"
        rows += [
            {"what": f"shard {shard} of {SHARDS}, first sync", "lake": _figures(sync(world, shared, option))}
            for shard in range(1, SHARDS + 1)
            for option in (f"--shard={shard}/{SHARDS}",)
        ]
    return [{"label_rows": scale.rows, "annotations": scale.rows * scale.annotations, **row} for row in rows]


def _many(scale: Scale) -> int:
    return min(20, scale.rows)


def _syncing(world: ServedWorld, edits: int) -> Callable[[str], Spent]:
    """Edits, then one sync; each warehouse gets edits of its own, of as many label rows."""

    def synced(url: str) -> Spent:
        if edits:
            world.edit_rows(edits)
        return sync(world, url)

    return synced


def _compared(what: str, urls: dict[str, str], synced: Callable[[str], Spent], tries: int) -> dict[str, Any]:
    spent = {name: [synced(url) for _ in range(tries)] for name, url in urls.items()}
    figures = {
        name: {
            "cpu_seconds": results.median(each.cpu for each in own),
            "wall_seconds": results.median(each.wall for each in own),
        }
        for name, own in spent.items()
    }
    ratio = results.median(one.cpu / other.cpu for one, other in zip(spent["lake"], spent["duckdb"], strict=True))
    return {"what": what, **figures, "cpu_ratio": ratio}


def _figures(spent: Spent) -> dict[str, float]:
    return {"cpu_seconds": results.rounded(spent.cpu), "wall_seconds": results.rounded(spent.wall)}


def _reads(lake: Path, when: str, tries: int) -> list[dict[str, Any]]:
    """Ten frames of one video by two readers, and how many files there are."""
    with reading(f"iceberg:///{lake}") as session:
        [(label_hash, project_hash)] = session.rows("SELECT label_hash, project_hash FROM label_row LIMIT 1")
        query = _FRAMES.format(label_hash=label_hash)
        by_duckdb = _milliseconds(lambda: len(session.rows(query)), tries)
    table = SqlCatalog("lake", uri=f"sqlite:///{lake}/catalog.db").load_table(("encord_data", "object_annotation"))
    of_video = equal(project_hash=project_hash, label_hash=label_hash)
    by_pyiceberg = _milliseconds(lambda: table.scan(row_filter=of_video).to_arrow().num_rows, tries)
    sizes = [Path(place, file).stat().st_size for place, _, files in os.walk(lake) for file in files]
    return [
        {"what": f"ten frames of one video by DuckDB, {when}", "milliseconds": by_duckdb},
        {"what": f"rows of one video by pyiceberg, old ones too, {when}", "milliseconds": by_pyiceberg},
        {"what": f"files, {when}", "files": len(sizes), "megabytes": results.rounded(sum(sizes) / 1e6)},
    ]


def _milliseconds(read: Callable[[], int], tries: int) -> float:
    if read() == 0:
        raise RuntimeError("a read of the lake found no rows")
    spent = []
    for _ in range(tries):
        begun = time.perf_counter()
        read()
        spent.append((time.perf_counter() - begun) * 1000)
    return results.median(spent)


def _make_old(lake: Path) -> None:
    """Upkeep spares files that are young; these are as a day's are."""
    yesterday = time.time() - 24 * 3600
    for place, _, files in os.walk(lake):
        for file in files:
            os.utime(Path(place, file), (yesterday, yesterday))


def cells(row: dict[str, Any]) -> tuple[str, str, str]:
    """What a row of the results says of the lake, of DuckDB, and how many times as much CPU the lake took."""
    if "files" in row:
        return f"{row['files']:,} files, {row['megabytes']:,} MB", "", ""
    if "milliseconds" in row:
        return f"{row['milliseconds']:,} ms", "", ""
    lake, duckdb = (row.get(name, {}).get("cpu_seconds") for name in ("lake", "duckdb"))
    return f"{lake} s", f"{duckdb} s" if duckdb else "", f"{row['cpu_ratio']}" if duckdb else ""


def simulated(rows: list[dict[str, Any]]) -> list[tuple[int, float, float]]:
    """What a first sync of 10^9 annotations would cost, computed from these results, not run.

    A shard costs what any run costs (start-up, the listing, the project's small tables, its commits), and its share of
    the labels. Assumed: that Encord answers as fast as all workers ask, that each has a core of its own, and that the
    lists of label rows are no longer than measured here.

    Returns:
        Number of workers, CPU hours of each, and CPU hours of all.
    """
    of = {row["what"]: row for row in rows}
    whole, annotations = of["first sync"]["lake"]["cpu_seconds"], of["first sync"]["annotations"]
    shards = [row["lake"]["cpu_seconds"] for what, row in of.items() if what.startswith("shard ")]
    fixed = max(0.0, (sum(shards) - whole) / (len(shards) - 1))
    each = (whole - fixed) / annotations
    return [
        (workers, results.rounded(hours), results.rounded(hours * workers))
        for workers in (16, 64, 256)
        for hours in ((fixed + each * MANY / workers) / 3600,)
    ]


def main() -> None:
    """Measure, print, and write bench/results/lake.json."""
    asked = parser(__doc__).parse_args()
    size = size_of(asked)
    rows = measure(size, asked.tries or (1 if size == "quick" else 3))
    title = f"A lake of {rows[0]['annotations']:,} annotations (CPU seconds)"
    results.show(title, ("what", "lake", "DuckDB", "ratio"), [(row["what"], *cells(row)) for row in rows])
    heads = ("workers, 10^9 annotations (computed)", "CPU hours each", "CPU hours in all")
    results.show("A first sync shared out", heads, simulated(rows))
    results.write(QUESTION, size, rows, asked.results)


if __name__ == "__main__":
    main()
