"""What was aimed at, and what the results say: each target with the figure that was measured, met or missed."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from bench.consensus_units import WHOLE
from bench.figures import shown
from bench.growth import BOXES

Results = Mapping[str, Mapping[str, Any]]
"""Content of the result files, by question."""


@dataclass(frozen=True)
class Target:
    """One target.

    Attributes:
        text: what is measured, and against what.
        limit: the figure aimed at.
        unit: x (a ratio), % (a share), MB, s or ms.
        is_least: whether the limit is the least that will do; otherwise the most.
        measured: finds the figure in the results.
    """

    text: str
    limit: float
    unit: str
    is_least: bool
    measured: Callable[[Results], float]

    def is_met(self, results: Results) -> bool:
        """Whether the results reach the target."""
        found = self.measured(results)
        return found >= self.limit if self.is_least else found <= self.limit


def _row(results: Results, question: str, **known: object) -> Mapping[str, Any]:
    """The last row of a question that has these values: the largest, where several sizes were measured."""
    rows: list[Mapping[str, Any]] = results[question]["rows"]
    return [row for row in rows if known.items() <= row.items()][-1]


def _times_as_long(workload: str, way: str) -> Callable[[Results], float]:
    return lambda results: float(_row(results, "first_sync", workload=workload)["ways"][way]["wall_ratio"])


def _postgresql_to_duckdb(results: Results) -> float:
    postgresql = _row(results, "growth", engine="postgresql", project=BOXES.name)
    duckdb = _row(results, "growth", engine="duckdb", project=BOXES.name, label_rows=postgresql["label_rows"])
    return float(postgresql["wall_seconds"] / duckdb["wall_seconds"])


def _later(project: str, what: str, figure: str) -> Callable[[Results], float]:
    return lambda results: float(_row(results, "second_sync", project=project)["later"][what][figure])


_TABLE_QUERIES = ("frame range, one label row", "frame list, one label row")
_OF_ONE_UNIT = ("consensus_frame, one data unit", "consensus_object_vote, one data unit")
_FUNCTIONS = ("function labels_in_range", "function labels_on_frames")


def _slowest(engine: str, asked: tuple[str, ...]) -> Callable[[Results], float]:
    return lambda results: max(
        float(_row(results, "queries", engine=engine, query=query)["milliseconds"]) for query in asked
    )


def _slowest_view(engine: str) -> Callable[[Results], float]:
    return lambda results: max(
        float(row["seconds"]) for row in results["consensus_views"]["rows"] if row["engine"] == engine
    )


def _about_units(engine: str, *asked: str) -> Callable[[Results], float]:
    return lambda results: max(
        float(_row(results, "consensus_units", engine=engine, query=query)["seconds"]) for query in asked
    )


def _with_history(engine: str) -> Callable[[Results], float]:
    return lambda results: max(
        float(row["ratio"])
        for row in results["history"]["rows"]
        if row["engine"] == engine and row["what"].endswith("label rows")
    )


TARGETS = (
    Target(
        "first sync of box videos: the export page's loops, without a database, take as long",
        9.5, "x", True, _times_as_long("boxes", "a: export page"),
    ),
    Target("the same with mixed shapes and polygons", 9, "x", True, _times_as_long("mixed", "a: export page")),
    Target("the same with dynamic attributes", 8, "x", True, _times_as_long("dynamic", "a: export page")),
    Target("the same with bitmasks of 1920 by 1080", 2, "x", True, _times_as_long("bitmasks", "a: export page")),
    Target(
        "the same with consensus, five branches of boxes",
        5, "x", True, _times_as_long("consensus", "a: export page"),
    ),
    Target(
        "the same with consensus of all shapes, two annotators beside main",
        4, "x", True, _times_as_long("consensus_mixed", "a: export page"),
    ),
    Target(
        "the same with consensus of all shapes, four annotators beside main",
        4, "x", True, _times_as_long("consensus_mixed_four", "a: export page"),
    ),
    Target(
        "many small image rows: filling the SDK's object model takes as long",
        7, "x", True, _times_as_long("images", "a: object model only"),
    ),
    Target(
        "memory of the largest first sync of box videos below, both processes",
        500, "MB", False,
        lambda results: float(_row(results, "growth", engine="duckdb", project=BOXES.name)["peak_mb"]),
    ),
    Target("first sync into PostgreSQL against DuckDB", 2, "x", False, _postgresql_to_duckdb),
    Target(
        "sync without a change of many label rows, against the SDK's bare listing call",
        1.3, "x", False, _later("rows", "no change", "wall_to_listing"),
    ),
    Target(
        "1 % of the label rows changed, beyond a sync without a change, against the first sync",
        1.5, "%", False,
        lambda results: 100 * (
            _later("annotations", "1 % changed", "wall_share_of_first")(results)
            - _later("annotations", "no change", "wall_share_of_first")(results)
        ),
    ),
    Target("slowest consensus view, 100,800 annotations, DuckDB", 1, "s", False, _slowest_view("duckdb")),
    Target("slowest consensus view, 100,800 annotations, PostgreSQL", 3, "s", False, _slowest_view("postgresql")),
    Target("consensus_unit of all data units, 4,848 of them, DuckDB", 20, "s", False, _about_units("duckdb", WHOLE)),
    Target(
        "consensus_frame and consensus_object_vote of one of 4,848 data units, DuckDB",
        1, "s", False, _about_units("duckdb", *_OF_ONE_UNIT),
    ),
    Target("frame range or list of one label row, DuckDB", 30, "ms", False, _slowest("duckdb", _TABLE_QUERIES)),
    Target(
        "frame range or list of one label row, PostgreSQL", 2, "ms", False, _slowest("postgresql", _TABLE_QUERIES)
    ),
    Target(
        "labels_in_range and labels_on_frames, all columns of all labels and answers, DuckDB",
        100, "ms", False, _slowest("duckdb", _FUNCTIONS),
    ),
    Target(
        "labels_in_range and labels_on_frames on PostgreSQL", 20, "ms", False, _slowest("postgresql", _FUNCTIONS)
    ),
    Target("writing a fifth of the label rows again with a history, against without, DuckDB",
           1.3, "x", False, _with_history("duckdb")),
    Target("writing a fifth of the label rows again with a history, against without, PostgreSQL",
           1.3, "x", False, _with_history("postgresql")),
)  # fmt: skip


def target_lines(results: Results) -> Iterator[str]:
    """The targets as a Markdown table; where a question has no results it says so."""
    yield "| what | target | measured | |"
    yield "|---|---|---|---|"
    for target in TARGETS:
        word = "at least" if target.is_least else "at most"
        try:
            found = f"{shown(target.measured(results))} {target.unit}"
        except LookupError:
            yield f"| {target.text} | {word} {target.limit:g} {target.unit} | not measured yet | |"
            continue
        verdict = "met" if target.is_met(results) else "**missed**"
        yield f"| {target.text} | {word} {target.limit:g} {target.unit} | {found} | {verdict} |"
