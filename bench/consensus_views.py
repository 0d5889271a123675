"""How long do the consensus views take: 100,000 annotations in three branches, on both engines?

    python -m bench.consensus_views
    python -m bench.consensus_views --engine duckdb --tries 5

Each branch also answers four questions on every frame (a radio, one nested in it, a checklist and a number), not all
alike. Each view is read whole, every column, into a temporary table of the same engine, so that no client is measured.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import sqlalchemy as sa

from bench import results
from bench.compared_ways import sync
from bench.engines import ENGINES, empty_warehouse
from bench.large_worlds.scale import Scale
from bench.options import parser, size_of
from bench.serving import ServedWorld
from bench.workloads import Size
from connector.load import open_warehouse
from connector.sql_files import view_files

QUESTION = "consensus_views"
BRANCHES, OBJECTS = 3, 8
VIDEOS: dict[Size, int] = {"quick": 1, "normal": 42, "full": 42}
FRAMES = 100
"""42 videos of 100 frames and 8 objects in 3 branches are 100,800 annotations, and 504 classification instances."""


@contextmanager
def synced_branches(engine: str, videos: int, frames: int) -> Iterator[tuple[sa.Connection, int]]:
    """A connection to a warehouse with a project of so many videos in branches, and how many annotations it has."""
    scale = Scale(
        rows=videos,
        annotations=frames * OBJECTS,
        objects=OBJECTS,
        branches=BRANCHES,
        templates=8,
        with_classifications=True,
    )
    with empty_warehouse(engine) as url:
        with ServedWorld(scale) as world:
            sync(world, url)
        # As an analyst opens the file: with DuckDB's own limit of memory, not that of a sync.
        warehouse = open_warehouse(f"{url}?memory_limit=8GB" if engine == "duckdb" else url)
        try:
            with warehouse.connection() as connection:
                yield connection, scale.rows * scale.annotations * BRANCHES
        finally:
            warehouse.close()


def measure(engine: str, size: Size, tries: int) -> list[dict[str, Any]]:
    """Sync a project with branches, and read each consensus view."""
    views = [file.view_name for file in view_files() if file.subject == "consensus" and not file.is_internal]
    with synced_branches(engine, VIDEOS[size], FRAMES) as (connection, annotations):
        return [
            {"engine": engine, "annotations": annotations, "view": view} | _seconds(connection, view, tries)
            for view in views
        ]


def _seconds(connection: sa.Connection, view: str, tries: int) -> dict[str, Any]:
    spent = []
    rows = 0
    for _ in range(tries):
        begun = time.perf_counter()
        connection.exec_driver_sql(f"CREATE TEMPORARY TABLE answer AS SELECT * FROM {view}")
        spent.append(time.perf_counter() - begun)
        rows = connection.exec_driver_sql("SELECT count(*) FROM answer").scalar_one()
        connection.exec_driver_sql("DROP TABLE answer")
    return {"rows": rows, "tries": tries, "seconds": results.median(spent)}


def _show(rows: list[dict[str, Any]]) -> None:
    by_view: dict[str, dict[str, Any]] = {}
    for row in rows:
        by_view.setdefault(row["view"], {})[row["engine"]] = row
    engines = list(dict.fromkeys(row["engine"] for row in rows))
    lines = [
        (
            view,
            f"{next(iter(of_engine.values()))['rows']:,}",
            *(f"{of_engine[each]['seconds']:.3f}" for each in engines),
        )
        for view, of_engine in by_view.items()
    ]
    title = f"Consensus views on {rows[0]['annotations']:,} annotations in {BRANCHES} branches"
    results.show(title, ("view", "rows", *(f"{engine}, s" for engine in engines)), lines)


def _refuse_differences(rows: list[dict[str, Any]]) -> None:
    counted = {(row["view"], row["rows"]) for row in rows}
    if len(counted) != len({view for view, _ in counted}):
        raise RuntimeError("the engines do not agree on the number of rows of a view")


def main() -> None:
    """Measure, print, and write bench/results/consensus_views.json if both engines were measured."""
    options = parser(__doc__)
    options.add_argument("--engine", action="append", choices=ENGINES, help="one engine; may be repeated")
    asked = options.parse_args()
    size = size_of(asked)
    tries = asked.tries or (1 if size == "quick" else 3)
    rows = [row for engine in asked.engine or ENGINES for row in measure(engine, size, tries)]
    _refuse_differences(rows)
    _show(rows)
    if not asked.engine:
        results.write(QUESTION, size, rows, asked.results)


if __name__ == "__main__":
    main()
