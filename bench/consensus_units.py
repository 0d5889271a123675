"""How long do questions about consensus take in a project of thousands of data units, on both engines?

    python -m bench.consensus_units --full     # 4,848 units, 10 million annotations; half an hour
    python -m bench.consensus_units --engine duckdb

One question is about all data units, the others about one: these should not take longer for the units beside it.
"""

import itertools
import time
from collections.abc import Callable
from typing import Any

import sqlalchemy as sa

from bench import results
from bench.consensus_views import synced_branches
from bench.engines import ENGINES
from bench.options import parser, size_of
from bench.workloads import Size

QUESTION = "consensus_units"
UNITS: dict[Size, int] = {"quick": 2, "normal": 48, "full": 4_848}
FRAMES = 86
"""4,848 videos of 86 frames and 8 objects in 3 branches are 10,006,272 annotations."""
WHOLE = "consensus_unit, all data units"
OF_ONE_UNIT = {
    f"{view}, one data unit": f"SELECT * FROM {view} WHERE project_hash = '{{project}}' AND data_hash = '{{unit}}'"
    for view in ("consensus_frame", "consensus_object_vote", "consensus_unit", "consensus_attribute_side")
}
QUESTIONS = {WHOLE: "SELECT * FROM consensus_unit", **OF_ONE_UNIT}


def measure(engine: str, size: Size, tries: int) -> list[dict[str, Any]]:
    """Sync a project with branches, and ask each question, every column fetched into Python."""
    with synced_branches(engine, UNITS[size], FRAMES) as (connection, annotations):
        return [
            {"engine": engine, "annotations": annotations, "units": UNITS[size], "query": name}
            | _seconds(connection, _about_a_unit(connection, query), tries)
            for name, query in QUESTIONS.items()
        ]


def _about_a_unit(connection: sa.Connection, query: str) -> Callable[[], str]:
    """The query, about another data unit each time, so that none is asked twice."""
    turns = itertools.cycle(
        connection.execute(sa.text("SELECT project_hash, data_hash FROM data_unit ORDER BY data_hash LIMIT 20")).all()
    )

    def asked() -> str:
        project, unit = next(turns)
        return query.format(project=project, unit=unit)

    return asked


def _seconds(connection: sa.Connection, query: Callable[[], str], tries: int) -> dict[str, Any]:
    spent = []
    rows = 0
    for _ in range(tries):
        begun = time.perf_counter()
        rows = len(connection.exec_driver_sql(query()).fetchall())
        spent.append(time.perf_counter() - begun)
    return {"rows": rows, "tries": tries, "seconds": results.median(spent)}


def _show(rows: list[dict[str, Any]]) -> None:
    title = f"Consensus questions on {rows[0]['annotations']:,} annotations in {rows[0]['units']:,} data units"
    lines = [(row["query"], row["engine"], f"{row['rows']:,}", f"{row['seconds']:.3f}") for row in rows]
    results.show(title, ("question", "engine", "rows", "s"), lines)


def main() -> None:
    """Measure, print, and write bench/results/consensus_units.json if both engines were measured."""
    options = parser(__doc__)
    options.add_argument("--engine", action="append", choices=ENGINES, help="one engine; may be repeated")
    asked = options.parse_args()
    size = size_of(asked)
    tries = asked.tries or (1 if size == "quick" else 3)
    rows = [row for engine in asked.engine or ENGINES for row in measure(engine, size, tries)]
    _show(rows)
    if not asked.engine:
        results.write(QUESTION, size, rows, asked.results)


if __name__ == "__main__":
    main()
