"""What does it cost to keep what syncs replace: in a first sync, in later ones, and in room?

    python -m bench.history                 # 1 million annotations
    python -m bench.history --full          # 10 million

Videos of 10,000 boxes each. Of two warehouses of each engine one keeps its history and the other is told not to; each
is synced after edits of its own, of as many label rows. An edit moves one object of a label row. What is compared is
the time of the stage that writes, as the receipts tell it.
"""

import json
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import Any

from bench import results
from bench.compared_ways import sync
from bench.engines import ENGINES, empty_warehouse, reading
from bench.large_worlds.scale import Scale
from bench.options import parser, size_of
from bench.serving import ServedWorld
from bench.workloads import Size
from connector.load.tables.histories import HISTORIES

QUESTION = "history"
LABEL_ROWS: dict[Size, int] = {"quick": 4, "normal": 100, "full": 1_000}
SMALL_SYNCS: dict[Size, int] = {"quick": 3, "normal": 50, "full": 50}
_SHAPE = Scale(rows=0, annotations=10_000, templates=4)
_KEPT = ("on", "off")


def measure(size: Size, tries: int) -> list[dict[str, Any]]:
    """Fill two warehouses of each engine, edit and sync them in turn, and go on with the one that keeps it all."""
    scale = replace(_SHAPE, rows=LABEL_ROWS[size])
    rows: list[dict[str, Any]] = []
    with ServedWorld(scale) as world:
        for engine in ENGINES:
            with ExitStack() as stack:
                urls = {kept: stack.enter_context(empty_warehouse(engine)) for kept in _KEPT}
                rows += ({"engine": engine, **row} for row in _compared(world, urls, scale, tries))
                rows.append({"engine": engine, **_grown(world, urls["on"], engine, SMALL_SYNCS[size])})
    return [{"label_rows": scale.rows, "annotations": scale.rows * scale.annotations, **row} for row in rows]


def _compared(world: ServedWorld, urls: dict[str, str], scale: Scale, tries: int) -> Iterator[dict[str, Any]]:
    many = max(1, scale.rows // 5)
    for what, edits, turns in (("first sync", 0, 1), ("1 label row", 1, tries), (f"{many} label rows", many, tries)):
        spent: dict[str, list[float]] = {kept: [] for kept in _KEPT}
        for _ in range(turns):
            for kept, url in urls.items():
                if edits:
                    world.edit_rows(edits)
                sync(world, url, f"--history={kept}")
                spent[kept].append(_write_seconds(url))
        ratio = results.median(on / off for on, off in zip(spent["on"], spent["off"], strict=True))
        yield {"what": what, **{kept: results.median(own) for kept, own in spent.items()}, "ratio": ratio}


def _write_seconds(url: str) -> float:
    with reading(url) as session:
        [(stages,)] = session.rows("SELECT stage_seconds FROM sync_run_project ORDER BY started_at DESC LIMIT 1")
    return float(json.loads(stages)["write"])


def _grown(world: ServedWorld, url: str, engine: str, syncs: int) -> dict[str, Any]:
    """How much room small syncs take, each of 1 % of the label rows."""
    before = _megabytes(url, engine)
    for _ in range(syncs):
        world.edit_rows(max(1, world.scale.rows // 100))
        sync(world, url)
    with reading(url) as session:
        of_past = [*(table.name for table in HISTORIES.values()), "label_row_version"]
        kept = sum(int(session.rows(f"SELECT count(*) FROM {name}")[0][0]) for name in of_past)
    grown = _megabytes(url, engine) - before
    return {"what": f"{syncs} syncs of 1 %", "rows_kept": kept, "megabytes": results.rounded(grown)}


def _megabytes(url: str, engine: str) -> float:
    if engine == "duckdb":
        return Path(url.removeprefix("duckdb:///")).stat().st_size / 1e6
    with reading(url) as session:
        [(size,)] = session.rows("SELECT pg_database_size(current_database())")
    return int(size) / 1e6


def cells(row: dict[str, Any]) -> tuple[str, str, str]:
    """What a row of the results says with a history, without one, and how many times as long it took with one."""
    if "rows_kept" in row:
        return f"{row['rows_kept']:,} rows kept, {row['megabytes']:,} MB more", "", ""
    return f"{row['on']} s", f"{row['off']} s", f"{row['ratio']}"


def main() -> None:
    """Measure, print, and write bench/results/history.json."""
    asked = parser(__doc__).parse_args()
    size = size_of(asked)
    rows = measure(size, asked.tries or (1 if size == "quick" else 5))
    title = f"History of {rows[0]['annotations']:,} annotations (seconds of the stage that writes)"
    lines = [(row["engine"], row["what"], *cells(row)) for row in rows]
    results.show(title, ("engine", "what", "kept", "not kept", "ratio"), lines)
    results.write(QUESTION, size, rows, asked.results)


if __name__ == "__main__":
    main()
