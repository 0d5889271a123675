"""How long do questions take on a large warehouse: frame ranges, frame lists, one title, one track, on both engines?

    python -m bench.queries                 # 1 million annotations
    python -m bench.queries --full          # 10 million
    python -m bench.queries --engine duckdb

Videos of 1,000 frames with 10 boxes each. The first answer of a query is thrown away, so what is measured is warm.
"""

import time
from typing import Any

from bench import results
from bench.compared_ways import sync
from bench.engines import ENGINES, empty_warehouse, reading
from bench.large_worlds.scale import Scale
from bench.options import parser, size_of
from bench.serving import ServedWorld
from bench.workloads import Size
from connector.load.contract.session import Session

QUESTION = "queries"
FRAMES, OBJECTS = 1_000, 10
LABEL_ROWS: dict[Size, int] = {"quick": 5, "normal": 100, "full": 1_000}

QUERIES = {
    "frame range, one label row": "object_annotation WHERE label_hash = '{label_hash}' AND frame BETWEEN 100 AND 120",
    "frame list, one label row": "object_annotation WHERE label_hash = '{label_hash}' AND frame IN (10, 20, 30, 40)",
    "one track": "object_annotation WHERE label_hash = '{label_hash}' AND object_hash = '{object_hash}'",
    "frame range, all label rows": "object_annotation WHERE frame BETWEEN 100 AND 120",
    "frame list, all label rows": "object_annotation WHERE frame IN (10, 20, 30, 40)",
    "view object_on_frame, one title, frame range": "object_on_frame WHERE {of_title} AND frame BETWEEN 100 AND 120",
    "view object_on_frame, one title, frame list": "object_on_frame WHERE {of_title} AND frame IN (10, 20, 30, 40)",
    "view label_on_frame, one title, frame range": "label_on_frame WHERE {of_title} AND frame BETWEEN 100 AND 120",
    "view label_on_frame, one title": "label_on_frame WHERE {of_title}",
    "function labels_in_range": "labels_in_range('{project}', '{title}', 100, 120)",
    "function labels_on_frames": "labels_on_frames('{project}', '{title}', ARRAY[10, 20, 30, 40])",
    "view current_label_row": "current_label_row",
}
"""What is asked → what follows SELECT * FROM."""


def measure(engine: str, size: Size, tries: int) -> list[dict[str, Any]]:
    """Sync a project, and ask each question."""
    scale = Scale(rows=LABEL_ROWS[size], annotations=FRAMES * OBJECTS, objects=OBJECTS, templates=8)
    with empty_warehouse(engine) as url:
        with ServedWorld(scale) as world:
            sync(world, url)
        with reading(url) as session:
            names = _names(session)
            return [
                {"engine": engine, "annotations": scale.rows * scale.annotations, "query": query, "tries": tries}
                | _milliseconds(session, f"SELECT * FROM {text.format(**names)}", tries)
                for query, text in QUERIES.items()
            ]


def _names(session: Session) -> dict[str, str]:
    """A video from the middle of the project, and one of its objects."""
    rows = session.rows("SELECT label_hash, data_title, project_hash FROM current_label_row ORDER BY data_title")
    label_hash, title, project = rows[len(rows) // 2]
    [(object_hash,)] = session.rows(f"SELECT min(object_hash) FROM object_instance WHERE label_hash = '{label_hash}'")
    return {
        "label_hash": label_hash,
        "title": title,
        "of_title": f"data_title = '{title}'",
        "object_hash": object_hash,
        "project": project,
    }


def _milliseconds(session: Session, query: str, tries: int) -> dict[str, Any]:
    """Rows of the answer, and the median time in which they were all in Python, milliseconds."""
    rows = len(session.rows(query))
    spent = []
    for _ in range(tries):
        begun = time.perf_counter()
        session.rows(query)
        spent.append((time.perf_counter() - begun) * 1000)
    return {"rows": rows, "milliseconds": results.median(spent)}


def _show(rows: list[dict[str, Any]]) -> None:
    for engine in dict.fromkeys(row["engine"] for row in rows):
        own = [row for row in rows if row["engine"] == engine]
        lines = [(row["query"], f"{row['rows']:,}", f"{row['milliseconds']:,.1f}") for row in own]
        results.show(f"{engine}, {own[0]['annotations']:,} annotations", ("query", "rows", "ms"), lines)


def main() -> None:
    """Measure, print, and write bench/results/queries.json if both engines were measured."""
    options = parser(__doc__)
    options.add_argument("--engine", action="append", choices=ENGINES, help="one engine; may be repeated")
    asked = options.parse_args()
    size = size_of(asked)
    tries = asked.tries or (3 if size == "quick" else 9)
    rows = [row for engine in asked.engine or ENGINES for row in measure(engine, size, tries)]
    _show(rows)
    if not asked.engine:
        results.write(QUESTION, size, rows, asked.results)


if __name__ == "__main__":
    main()
