"""The page of measurements: every figure comes from the results, and a missed target is shown as missed."""

import re
from pathlib import Path
from typing import Any

import pytest

from bench import results
from bench.compared_ways import MODULES, ONE_PROCESS, PRODUCT, WAYS
from bench.consensus_units import QUESTIONS as QUESTIONS_ABOUT_UNITS
from bench.docs_section import QUESTIONS, measurement_lines
from bench.targets import TARGETS, target_lines
from bench.workloads import WORKLOADS

Found = dict[str, dict[str, Any]]


def spent(wall: float, ratio: float) -> dict[str, float]:
    return {
        "tries": 1,
        "cpu_seconds": wall,
        "wall_seconds": wall,
        "peak_mb": 1,
        "cpu_ratio": ratio,
        "wall_ratio": ratio,
    }


def later_sync(wall: float, to_first: float) -> dict[str, float]:
    return {"wall_seconds": wall, "wall_to_listing": wall, "wall_share_of_first": to_first}


@pytest.fixture
def found() -> Found:
    """Results that meet every target; other programs take 20 times as long, the floor 0.8 times."""
    ways = {PRODUCT: spent(1, 1), ONE_PROCESS: spent(1.5, 1.5)}
    ways |= {way: spent(20, 20) for way in MODULES} | {"d: floor": spent(0.8, 0.8)}
    first = [{"workload": name, "title": f"project {name}", "annotations": 100_000, "ways": ways} for name in WORKLOADS]
    later = {
        "bare SDK listing": later_sync(1, to_first=0.1),
        "no change": later_sync(1.2, to_first=0.1),
        "1 % changed": later_sync(2, to_first=0.112),
    }
    second = [
        {"project": name, "title": "rows", "label_rows": 1_000, "first": {"wall_seconds": 100.0}, "later": later}
        for name in ("rows", "annotations")
    ]
    sizes = {"cpu_seconds": 1.0, "annotations_a_second": 9, "label_rows_a_second": 3}
    growth = [
        {
            "engine": engine, "project": project, "label_rows": label_rows, "annotations": 10 * label_rows,
            "wall_seconds": wall * label_rows, "peak_mb": peak_mb, **sizes,
        }
        for project, peak_mb, slower in (("box videos", 300, 1.0), ("image rows", 800, 3.0))
        for engine, wall in (("duckdb", 1e-5), ("postgresql", 1.5e-5 * slower))
        for label_rows in (1_000, 100_000)
    ]  # fmt: skip
    queries = [
        {"engine": engine, "annotations": 1_000, "query": query, "rows": 40, "milliseconds": milliseconds}
        for engine, milliseconds in (("duckdb", 20.0), ("postgresql", 0.5))
        for query in (
            "frame range, one label row",
            "frame list, one label row",
            "function labels_in_range",
            "function labels_on_frames",
        )
    ]
    views = [
        {"engine": engine, "annotations": 900, "view": "consensus_unit", "rows": 3, "seconds": 0.25}
        for engine in ("duckdb", "postgresql")
    ]
    units = [
        {"engine": engine, "annotations": 900, "units": 50, "query": query, "rows": 7, "seconds": 0.75}
        for query in QUESTIONS_ABOUT_UNITS
        for engine in ("duckdb", "postgresql")
    ]
    lake = [
        {"what": "first sync", "annotations": 900, "cpu_ratio": 1.5}
        | {name: {"cpu_seconds": seconds} for name, seconds in (("lake", 3.0), ("duckdb", 2.0))},
        {"what": "shard 1 of 2", "lake": {"cpu_seconds": 2.0}},
        {"what": "shard 2 of 2", "lake": {"cpu_seconds": 2.5}},
        {"what": "frames", "milliseconds": 12.5},
        {"what": "files", "files": 1_200, "megabytes": 1.5},
    ]
    history = [
        {"engine": engine, "annotations": 900, "what": "20 label rows", "on": 1.2, "off": 1.0, "ratio": 1.2}
        for engine in ("duckdb", "postgresql")
    ]
    rows = dict(zip(QUESTIONS, (first, second, growth, queries, views, units, lake, history), strict=True))
    return {question: {"rows": rows[question]} for question in QUESTIONS}


def verdicts(found: Found) -> dict[str, str]:
    lines = [line.strip("| ").split(" | ") for line in target_lines(found)][2:]
    return {text: verdict for text, _, _, verdict in lines}


def test_targets_that_are_reached_are_met(found: Found) -> None:
    assert verdicts(found) == {target.text: "met" for target in TARGETS}


SLOW_LATER = {"no change": later_sync(2, to_first=0.1), "1 % changed": later_sync(2, to_first=0.5)}
OTHERS_QUICK = {way: spent(1, 0.9) for way in (PRODUCT, *WAYS)}


@pytest.mark.parametrize(
    ("question", "spoilt", "words", "count"),
    [
        ("queries", {"milliseconds": 31.0}, "frame range or list|on PostgreSQL", 3),
        ("second_sync", {"later": SLOW_LATER}, "change", 2),
        ("first_sync", {"ways": OTHERS_QUICK}, "as long|the same with", 8),
        ("consensus_views", {"seconds": 3.5}, "slowest", 2),
        ("consensus_units", {"seconds": 21.0}, "4,848", 2),
        ("history", {"ratio": 1.4}, "history", 2),
    ],
)
def test_a_target_that_is_not_reached_is_missed(
    found: Found, question: str, spoilt: dict[str, Any], words: str, count: int
) -> None:
    for row in found[question]["rows"]:
        row.update(spoilt)
    missed = {text for text, verdict in verdicts(found).items() if verdict == "**missed**"}
    assert missed == {target.text for target in TARGETS if re.search(words, target.text)}
    assert len(missed) == count


def test_what_is_not_measured_yet_is_said(found: Found, tmp_path: Path) -> None:
    results.write("queries", "full", found["queries"]["rows"], tmp_path)
    text = "\n".join(measurement_lines(tmp_path))
    others = ", ".join(question for question in QUESTIONS if question != "queries")
    assert f"no figures of this release yet of {others}" in text
    assert "| frame range or list of one label row, DuckDB | at most 30 ms | 20 ms | met |" in text
    assert text.count("not measured yet") == len(TARGETS) - 4


def test_the_section_quotes_the_files(found: Found, tmp_path: Path) -> None:
    for question in QUESTIONS:
        assert "make bench" in "\n".join(measurement_lines(tmp_path))
        results.write(question, "quick", found[question]["rows"], tmp_path)
    text = "\n".join(measurement_lines(tmp_path))
    assert "| project boxes | 100,000 | 1 (1) | 1.5 (1.5) | 20 (20) |" in text
    assert "| 1,000 rows | 100 | 1 (1) | 1.2 (1.2) | 2 (2) |" in text
    assert "| postgresql | 100,000 box videos | 1,000,000 | 1.5 | 1 | 9 | 3 | 300 |" in text
    assert "| frame list, one label row | 40 | 20 | 0.5 |" in text
    assert "| consensus_unit | 3 | 0.25 | 0.25 |" in text
    assert "| consensus_unit, one data unit | 7 | 0.75 | 0.75 |" in text
    assert "| first sync | 3.0 s | 2.0 s | 1.5 |" in text
    # A run costs 1.5 s, and 900 annotations another 1.5: 10^9 of them 463 hours.
    assert "| 64 | 7.23 | 463 |" in text
    assert "| files | 1,200 files, 1.5 MB |  |  |" in text
    assert "so small that start-up is most" in text


def test_views_that_are_gone_or_internal_are_not_shown(found: Found, tmp_path: Path) -> None:
    rows = found["consensus_views"]["rows"]
    rows += [row | {"view": view} for row in rows for view in ("consensus_gone", "consensus_branch_pair")]
    results.write("consensus_views", "full", rows, tmp_path)
    text = "\n".join(measurement_lines(tmp_path))
    assert re.findall(r"^\| (consensus_\w+) \|", text, re.MULTILINE) == ["consensus_unit"]
