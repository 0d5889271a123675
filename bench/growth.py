"""Does the cost grow linearly? First syncs of 10 thousand, 100 thousand, 1 million annotations; --full: 10 million.

    python -m bench.growth
    python -m bench.growth --engine duckdb --full

On PostgreSQL the server's own CPU time is not the connector's: there the wall seconds count.
"""

from typing import Any

from bench import results
from bench.compared_ways import sync
from bench.engines import ENGINES, empty_warehouse
from bench.options import parser, size_of
from bench.serving import ServedWorld
from bench.timed_process import Spent
from bench.workloads import Size
from connector.sample import Scale

QUESTION = "growth"
ANNOTATIONS_A_ROW = 10_000
ANNOTATIONS: dict[Size, tuple[int, ...]] = {
    "quick": (10_000, 50_000),
    "normal": (10_000, 100_000, 1_000_000),
    "full": (10_000, 100_000, 1_000_000, 10_000_000),
}
_ONCE = 1_000_000
"""From this size on one run is enough: it lasts long enough."""


def measure(engine: str, annotations: int, tries: int) -> dict[str, Any]:
    """First syncs of one size into new warehouses."""
    spent: list[Spent] = []
    with ServedWorld(Scale(rows=annotations // ANNOTATIONS_A_ROW, annotations=ANNOTATIONS_A_ROW)) as world:
        for _ in range(tries if annotations < _ONCE else 1):
            with empty_warehouse(engine) as url:
                spent.append(sync(world, url))
    return {
        "engine": engine,
        "annotations": annotations,
        "tries": len(spent),
        "cpu_seconds": results.median(each.cpu for each in spent),
        "wall_seconds": results.median(each.wall for each in spent),
        "peak_mb": results.median(each.peak_mb for each in spent),
        "annotations_a_second": results.median(annotations / each.wall for each in spent),
    }


def _show(rows: list[dict[str, Any]]) -> None:
    lines = [
        (
            f"{row['engine']}, {row['annotations']:,} annotations",
            f"{row['cpu_seconds']:.2f}",
            f"{row['wall_seconds']:.2f}",
            f"{row['cpu_seconds'] / row['annotations'] * 1e6:.1f}",
            f"{row['annotations_a_second']:,.0f}",
            f"{row['peak_mb']:.0f}",
        )
        for row in rows
    ]
    heads = ("first sync", "CPU s", "wall s", "CPU µs an annotation", "annotations a second", "peak MB")
    results.show("First syncs of growing projects", heads, lines)


def main() -> None:
    """Measure, print, and write bench/results/growth.json if both engines were measured."""
    options = parser(__doc__)
    options.add_argument("--engine", action="append", choices=ENGINES, help="one engine; may be repeated")
    asked = options.parse_args()
    size = size_of(asked)
    tries = asked.tries or (1 if size == "quick" else 3)
    engines = asked.engine or ENGINES
    rows = [measure(engine, annotations, tries) for engine in engines for annotations in ANNOTATIONS[size]]
    _show(rows)
    if not asked.engine:
        results.write(QUESTION, size, rows, asked.results)


if __name__ == "__main__":
    main()
