"""The tables of docs/measurements.md, made from bench/results: `make docs` writes them, a test compares them."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from bench import history, lake, results
from bench.figures import shown
from bench.targets import target_lines
from connector.sql_files import view_files

QUESTIONS = ("first_sync", "second_sync", "growth", "queries", "consensus_views", "consensus_units", "lake", "history")
_SIZES = {
    "quick": "`--quick`, so small that start-up is most of what is measured (`make bench` says more)",
    "normal": "normal",
    "full": "`--full`",
}
_PACKAGES = ("encord", "duckdb", "sqlalchemy", "dlt")


def measurement_lines(folder: Path = results.FOLDER) -> Iterator[str]:
    """Markdown of the section: where it was measured, targets, and a table a question.

    Args:
        folder: where the results lie; of a question without them the section says how to make them.
    """
    found = {question: results.read(question, folder) for question in QUESTIONS if results.is_there(question, folder)}
    if missing := [question for question in QUESTIONS if question not in found]:
        yield f"There are no figures of this release yet of {', '.join(missing)}: run `make bench`, then `make docs`."
    if not found:
        return
    yield ""
    yield from _where(found)
    yield "\n**Targets** (wall seconds and milliseconds; ratios of the same run)\n"
    yield from target_lines(found)
    for question, made in found.items():
        yield from _TABLES[question](made["rows"])


def _where(found: Mapping[str, Mapping[str, Any]]) -> Iterator[str]:
    for question, made in found.items():
        machine, versions = made["machine"], made["versions"]
        packages = ", ".join(f"{package} {versions[package]}" for package in _PACKAGES if package in versions)
        yield (
            f"- {question}: {made['made']}, {machine['cores']} cores, {machine['memory_gib']} GiB, "
            f"{machine['system']}, "
            f"Python {versions['python']}, {packages}; sizes: {_SIZES[made['size']]}."
        )


def _table(*heads: str) -> Iterator[str]:
    yield f"| {' | '.join(heads)} |"
    yield "|---" + "|---:" * (len(heads) - 1) + "|"


def _first_sync(rows: list[dict[str, Any]]) -> Iterator[str]:
    ways = list(rows[0]["ways"])
    yield "\n**First sync: how many times as long other ways take, wall time (CPU time in brackets)**\n"
    yield from _table("project", "annotations", "encord-sync, s", *ways[1:])
    for row in rows:
        product = row["ways"][ways[0]]
        ratios = (
            f"{shown(spent['wall_ratio'])} ({shown(spent['cpu_ratio'])})" for spent in list(row["ways"].values())[1:]
        )
        yield (
            f"| {row['title']} | {row['annotations']:,} | {shown(product['wall_seconds'])} "
            f"({shown(product['cpu_seconds'])}) | {' | '.join(ratios)} |"
        )


def _later_syncs(rows: list[dict[str, Any]]) -> Iterator[str]:
    yield "\n**Later syncs, wall seconds; in brackets against the SDK's bare listing call**\n"
    yield from _table("project", "first sync", *rows[0]["later"])
    for row in rows:
        later = (
            f"{shown(spent['wall_seconds'])} ({shown(spent['wall_to_listing'])})" for spent in row["later"].values()
        )
        yield (
            f"| {row['label_rows']:,} {row['title']} | {shown(row['first']['wall_seconds'])} | {' | '.join(later)} |"
        )


def _growth(rows: list[dict[str, Any]]) -> Iterator[str]:
    yield "\n**Growth: first syncs of projects of several sizes**\n"
    heads = ("label rows", "annotations", "wall s", "CPU s", "annotations a second", "label rows a second", "peak MB")
    yield from _table("engine", *heads)
    for row in rows:
        yield (
            f"| {row['engine']} | {row['label_rows']:,} {row['project']} | {row['annotations']:,} "
            f"| {shown(row['wall_seconds'])} | {shown(row['cpu_seconds'])} | {row['annotations_a_second']:,.0f} "
            f"| {shown(row['label_rows_a_second'])} | {row['peak_mb']:,.0f} |"
        )


def _queries(rows: list[dict[str, Any]]) -> Iterator[str]:
    yield f"\n**Queries on {rows[0]['annotations']:,} annotations, every column fetched into Python, milliseconds**\n"
    yield from _by_engine(rows, "query", "milliseconds")


def _consensus_views(rows: list[dict[str, Any]]) -> Iterator[str]:
    yield f"\n**Consensus views on {rows[0]['annotations']:,} annotations in three branches, read whole, seconds**\n"
    asked = {file.view_name for file in view_files() if not file.is_internal}
    yield from _by_engine([row for row in rows if row["view"] in asked], "view", "seconds")


def _consensus_units(rows: list[dict[str, Any]]) -> Iterator[str]:
    annotations, units = f"{rows[0]['annotations']:,}", f"{rows[0]['units']:,}"
    yield f"\n**Questions about consensus on {annotations} annotations in {units} data units, seconds**\n"
    yield from _by_engine(rows, "query", "seconds")


def _lake(rows: list[dict[str, Any]]) -> Iterator[str]:
    yield f"\n**A lake of Iceberg tables beside a DuckDB file, {rows[0]['annotations']:,} annotations, CPU seconds**\n"
    yield from _table("what", "lake", "DuckDB", "lake to DuckDB")
    for row in rows:
        yield f"| {row['what']} | {' | '.join(lake.cells(row))} |"
    yield (
        "\nComputed from this, **not run**: a first sync of 10^9 such annotations, shared out. Assumed: Encord answers"
        " as fast as all workers ask, each has a core of its own, and the listing is no longer than here.\n"
    )
    yield from _table("workers", "CPU hours each", "CPU hours in all")
    for workers, hours, in_all in lake.simulated(rows):
        yield f"| {workers} | {shown(hours)} | {shown(in_all)} |"


def _history(rows: list[dict[str, Any]]) -> Iterator[str]:
    annotations = f"{rows[0]['annotations']:,}"
    yield f"\n**What it costs to keep a history, {annotations} annotations, seconds of the stage that writes**\n"
    yield from _table("engine", "what", "kept", "not kept", "kept to not kept")
    for row in rows:
        yield f"| {row['engine']} | {row['what']} | {' | '.join(history.cells(row))} |"


def _by_engine(rows: list[dict[str, Any]], name: str, figure: str) -> Iterator[str]:
    engines = list(dict.fromkeys(row["engine"] for row in rows))
    of_name: dict[str, list[dict[str, Any]]] = {}
    for row in rows:
        of_name.setdefault(row[name], []).append(row)
    yield from _table(name, "rows", *engines)
    for title, own in of_name.items():
        figures = " | ".join(f"{shown(row[figure])}" for row in own)
        yield f"| {title} | {own[0]['rows']:,} | {figures} |"


_TABLES = {
    "first_sync": _first_sync,
    "second_sync": _later_syncs,
    "growth": _growth,
    "queries": _queries,
    "consensus_views": _consensus_views,
    "consensus_units": _consensus_units,
    "lake": _lake,
    "history": _history,
}
"""Question → its table."""
