"""Does the cost grow linearly, with the annotations and with the label rows?

First syncs of box videos of 10 thousand, 100 thousand and 1 million annotations, and of 4 and 40 thousand image rows;
--full: of 10 million annotations, and of 400 thousand image rows.

    python -m bench.growth
    python -m bench.growth --engine duckdb --full

On PostgreSQL the server's own CPU time is not the connector's: there the wall seconds count.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from bench import results
from bench.compared_ways import LONG_SECONDS, sync
from bench.engines import ENGINES, empty_warehouse
from bench.large_worlds.scale import Scale
from bench.options import parser, size_of
from bench.serving import ServedWorld
from bench.timed_process import Spent
from bench.workloads import Size

QUESTION = "growth"


@dataclass(frozen=True)
class Growing:
    """A kind of project that is measured at several sizes.

    Attributes:
        name: for options and results.
        annotations: objects on frames of a label row.
        objects: object instances of a label row.
        label_rows: how many, size by size.
    """

    name: str
    annotations: int
    objects: int
    label_rows: Mapping[Size, tuple[int, ...]]

    def scale(self, label_rows: int) -> Scale:
        """The project with so many label rows."""
        return Scale(rows=label_rows, annotations=self.annotations, objects=self.objects)


BOXES = Growing("box videos", 10_000, 10, {"quick": (1, 5), "normal": (1, 10, 100), "full": (1, 10, 100, 1_000)})
IMAGES = Growing("image rows", 6, 6, {"quick": (100, 500), "normal": (4_000, 40_000), "full": (4_000, 40_000, 400_000)})
PROJECTS = {growing.name: growing for growing in (BOXES, IMAGES)}


def measure(engine: str, growing: Growing, label_rows: int, tries: int) -> dict[str, Any]:
    """First syncs of one size into new warehouses; one that takes longer than 20 s once."""
    spent: list[Spent] = []
    annotations = label_rows * growing.annotations
    with ServedWorld(growing.scale(label_rows)) as world:
        while len(spent) < tries and not (spent and spent[-1].wall > LONG_SECONDS):
            with empty_warehouse(engine) as url:
                spent.append(sync(world, url))
    return {
        "engine": engine,
        "project": growing.name,
        "label_rows": label_rows,
        "annotations": annotations,
        "tries": len(spent),
        "cpu_seconds": results.median(each.cpu for each in spent),
        "wall_seconds": results.median(each.wall for each in spent),
        "peak_mb": results.median(each.peak_mb for each in spent),
        "annotations_a_second": results.median(annotations / each.wall for each in spent),
        "label_rows_a_second": results.median(label_rows / each.wall for each in spent),
    }


def _show(rows: list[dict[str, Any]]) -> None:
    lines = [
        (
            f"{row['engine']}, {row['label_rows']:,} {row['project']}",
            f"{row['annotations']:,}",
            f"{row['cpu_seconds']:.2f}",
            f"{row['wall_seconds']:.2f}",
            f"{row['cpu_seconds'] / row['annotations'] * 1e6:.1f}",
            f"{row['annotations_a_second']:,.0f}",
            f"{row['label_rows_a_second']:,.0f}",
            f"{row['peak_mb']:.0f}",
        )
        for row in rows
    ]
    heads = (
        "first sync", "annotations", "CPU s", "wall s", "CPU µs an annotation", "annotations a second",
        "label rows a second", "peak MB",
    )  # fmt: skip
    results.show("First syncs of growing projects", heads, lines)


def main() -> None:
    """Measure, print, and write bench/results/growth.json if all of it was measured."""
    options = parser(__doc__)
    options.add_argument("--engine", action="append", choices=ENGINES, help="one engine; may be repeated")
    options.add_argument("--project", action="append", choices=PROJECTS, help="one kind; may be repeated")
    asked = options.parse_args()
    size = size_of(asked)
    tries = asked.tries or (1 if size == "quick" else 3)
    engines = asked.engine or ENGINES
    rows = [
        measure(engine, growing, label_rows, tries)
        for growing in map(PROJECTS.__getitem__, asked.project or PROJECTS)
        for engine in engines
        for label_rows in growing.label_rows[size]
    ]
    _show(rows)
    if not (asked.engine or asked.project):
        results.write(QUESTION, size, rows, asked.results)


if __name__ == "__main__":
    main()
