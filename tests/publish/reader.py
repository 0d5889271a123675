"""A reader of a published file: opens, asks, closes, again and again, until it is told to stop.

    python -m tests.publish.reader FILE STOP_FILE

Prints one JSON object: how often it asked, which runs it saw in which order, and what was wrong, if anything was.
"""

import json
import os
import sys
import time
from pathlib import Path

import duckdb

from tests.publish.numbered_runs import annotations_in, run_id_of

PAUSE = 0.4
"""Seconds between two rounds: eight readers and the publisher may have to share two cores."""

ANNOTATIONS = "SELECT min(x), max(x), count(*) FROM object_annotation"
THROUGH_VIEWS = "SELECT min(x), max(x), count(*) FROM object_on_frame"
RUNS = """
SELECT (SELECT run_id FROM publication), (SELECT max(run_id) FROM sync_run),
    (SELECT min(run_id) FROM current_label_row JOIN label_row USING (label_row_id)),
    (SELECT max(content_hash) FROM label_row)
"""


def wrong_in(connection: duckdb.DuckDBPyConnection) -> tuple[int, str | None]:
    """The run that the file holds, and what in it is not of that run."""
    seen = [connection.execute(query).fetchall()[0] for query in (ANNOTATIONS, THROUGH_VIEWS)]
    number = int(seen[0][0])
    if any(answer != (number, number, annotations_in(number)) for answer in seen):
        return number, f"annotations of run {number}: {seen}"
    runs = connection.execute(RUNS).fetchall()[0]
    if set(runs) != {run_id_of(number)}:
        return number, f"run {number} under the names of {runs}"
    return number, None


def main(file: str, stop_file: Path) -> None:
    os.nice(10)  # the publisher goes first
    rounds, seen, problems = 0, list[int](), list[str]()
    while not stop_file.exists():
        try:
            with duckdb.connect(file, read_only=True, config={"threads": "1"}) as connection:
                number, problem = wrong_in(connection)
        except duckdb.Error as error:
            number, problem = -1, str(error)
        rounds += 1
        if problem:
            problems.append(problem)
        if seen[-1:] != [number]:
            seen.append(number)
        time.sleep(PAUSE)
    sys.stdout.write(json.dumps({"rounds": rounds, "seen": seen, "problems": problems[:5]}))


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]))
