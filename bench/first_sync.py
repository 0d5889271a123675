"""How long does a first sync take, against the export page's loops, SQLAlchemy, dlt and the floor, over the same HTTP?

python -m bench.first_sync                       # every workload
python -m bench.first_sync --workload boxes --way 'a: export page' --tries 5
python -m bench.first_sync --quick               # small: whether it runs, not how quick it is
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from bench import results
from bench.compared_ways import PRODUCT, WAYS, compare
from bench.options import parser, size_of
from bench.serving import ServedWorld
from bench.workloads import WORKLOADS, Size

QUESTION = "first_sync"


def measure(names: Sequence[str], ways: Sequence[str], size: Size, tries: int) -> list[dict[str, Any]]:
    """Compare the ways on each workload, and print a table each."""
    rows = []
    for name in names:
        workload = WORKLOADS[name]
        scale = workload.at(size)
        with ServedWorld(scale) as world:
            label_rows, label_bytes = scale.rows * max(1, scale.branches), world.label_bytes()
            found = compare(world, ways, tries)
        rows.append({"workload": name, "title": workload.title, "label_rows": label_rows,
                     "label_mb": results.rounded(label_bytes / 1e6), **found})  # fmt: skip
        _show(rows[-1])
    return rows


def _show(row: dict[str, Any]) -> None:
    annotations = row["annotations"]
    title = (
        f"{row['title']}: {row['label_rows']:,} label rows, {annotations:,} annotations, {row['label_mb']:,} MB of JSON"
    )
    lines = [
        (
            way,
            f"{spent['cpu_seconds']:.2f}",
            f"{spent['wall_seconds']:.2f}",
            f"{spent['cpu_seconds'] / annotations * 1e6:.1f}",
            f"{spent['peak_mb']:.0f}",
            f"{spent['cpu_ratio']:.2f} x",
            f"{spent['wall_ratio']:.2f} x",
        )
        for way, spent in row["ways"].items()
    ]
    results.show(
        title,
        ("way", "CPU s", "wall s", "CPU µs an annotation", "peak MB", f"CPU, {PRODUCT} = 1", "wall"),
        lines,
    )


def main() -> None:
    """Measure, print, and write bench/results/first_sync.json, where workloads not measured now keep their figures."""
    options = parser(__doc__)
    options.add_argument("--workload", action="append", choices=WORKLOADS, help="one workload; may be repeated")
    options.add_argument("--way", action="append", choices=WAYS, help="one way; may be repeated")
    asked = options.parse_args()
    size = size_of(asked)
    ways = asked.way or list(WAYS)
    rows = measure(asked.workload or list(WORKLOADS), ways, size, asked.tries or (1 if size == "quick" else 3))
    if not asked.way:
        results.write(QUESTION, size, _with_rows_before(rows, size, asked.results), asked.results)


def _with_rows_before(rows: list[dict[str, Any]], size: Size, folder: Path) -> list[dict[str, Any]]:
    """The rows measured now, in place of those of their workloads in the results; other workloads keep theirs."""
    found = results.read(QUESTION, folder) if results.is_there(QUESTION, folder) else {"size": size, "rows": []}
    before = found["rows"] if found["size"] == size else []
    by_name = {row["workload"]: row for row in (*before, *rows)}
    return [by_name[name] for name in WORKLOADS if name in by_name]


if __name__ == "__main__":
    main()
