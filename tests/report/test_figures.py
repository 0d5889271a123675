"""Every number of the page is the one of its SQL, on both engines, and the known ones of the sample project."""

import importlib
import pkgutil
import re
from datetime import UTC, date, datetime
from typing import Any

import pytest

import connector.report
from connector.load.questions.reading import open_for_reading
from connector.report.asking import Column, Question
from tests.report.parsed_page import ParsedPage, Read

QUESTIONS = {
    question.key: question
    for module in pkgutil.iter_modules(connector.report.__path__, "connector.report.")
    for question in vars(importlib.import_module(module.name)).values()
    if isinstance(question, Question)
}
SINCE = datetime(2024, 1, 1, tzinfo=UTC)
DIGITS = {"share": 0, "hours": 1, "number": 1, "count": 0}


@pytest.fixture(scope="package")
def answers(demo_urls: dict[str, str]) -> dict[str, dict[str, list[tuple[Any, ...]]]]:
    """What each question answers if it is asked of the whole warehouse, by engine."""
    found: dict[str, dict[str, list[tuple[Any, ...]]]] = {}
    for engine, url in demo_urls.items():
        with open_for_reading(url) as session, session.transaction():
            [(project, titles)] = [
                (project, dict(session.rows("SELECT data_hash, title FROM data_unit")))
                for (project,) in session.rows("SELECT project_hash FROM project")
            ]
            found[engine] = {
                key: [
                    tuple(
                        titles.get(value, value) if column.kind == "unit" else value
                        for column, value in zip(question.columns, row, strict=True)
                    )
                    for row in session.rows(question.sql, project=project, since=SINCE)
                ]
                for key, question in QUESTIONS.items()
            }
    return found


def expected(column: Column, value: Any) -> Read:  # noqa: ANN401 - whatever SQL answers
    if value is None:
        return Read("", None)
    if isinstance(value, datetime):
        return Read(value.strftime("%Y-%m-%d %H:%M UTC"), None)
    if isinstance(value, date):
        return Read(str(value), None)
    if isinstance(value, str):
        return Read(value.split("@")[0] if column.kind == "person" else value, None)
    scaled = value * 100 if column.kind == "share" else value
    text = f"{scaled:,.{DIGITS[column.kind]}f}" + (" %" if column.kind == "share" else "")
    return Read(text, repr(round(value, 6)))


def test_every_question_is_on_the_page_and_says_what_its_sql_says(
    engine: str, demo_page: ParsedPage, answers: dict[str, dict[str, list[tuple[Any, ...]]]]
) -> None:
    assert len(QUESTIONS) >= 12
    assert {*QUESTIONS, "matrix"} == {*demo_page.tables, *demo_page.empty}
    for key, question in QUESTIONS.items():
        rows = answers[engine][key]
        wanted = [[expected(each, value) for each, value in zip(question.columns, row, strict=True)] for row in rows]
        shown = demo_page.tables.get(key, [])
        if key in demo_page.headings and len(shown) == 1:
            shown = [[Read("" if read.text == "none" else read.text, read.value) for read in shown[0]]]
        assert shown == wanted, key
        assert rows or demo_page.empty[key] == question.empty


def test_both_engines_write_the_same_page(demo_pages: dict[str, str]) -> None:
    read = {engine: ParsedPage(text) for engine, text in demo_pages.items()}
    # When each was synced differs.
    apart = {"fresh"}
    for key in QUESTIONS.keys() - apart:
        assert read["duckdb"].tables.get(key) == read["postgresql"].tables.get(key), key


def column(page: ParsedPage, question: str, heading: str) -> dict[str, str]:
    """A column of a table by its first one."""
    place = page.headings[question].index(heading)
    return {row[0].text: row[place].text for row in page.tables[question]}


def test_known_numbers_of_the_sample_project(demo_page: ParsedPage) -> None:
    """The same as docs/work.md and docs/consensus.md show."""
    assert column(demo_page, "people", "Labels") == {
        "amelie.fischer": "84",
        "jonas.weber": "93",
        "lena.brandt": "1",
        "priya.nair": "100",
        "tom.keller": "0",
    }
    assert column(demo_page, "contested-classes", "Agreement") == {
        "Gait": "20 %",
        "Calf, unweaned": "37 %",
        "Cow": "41 %",
        "Lying area": "58 %",
    }
    assert column(demo_page, "annotators", "Misses") == {
        "amelie.fischer": "5 %",
        "jonas.weber": "19 %",
        "priya.nair": "32 %",
    }
    assert sum(int(n) for n in column(demo_page, "stages", "Data units").values()) == 22


def test_the_matrix_has_each_pair_both_ways(demo_page: ParsedPage) -> None:
    rows = demo_page.tables["matrix"]
    people = [row[0].text for row in rows]
    shown = {(row[0].text, other): read.text for row in rows for other, read in zip(people, row[1:], strict=True)}
    listed = {(row[0].text, row[1].text): row[5].text for row in demo_page.tables["pairs"]}
    assert len(people) == 3
    assert shown == listed | {(person, person): "" for person in people}


def test_drawn_shapes_are_those_of_the_frame(demo_urls: dict[str, str], engine: str, demo_page: ParsedPage) -> None:
    """As many as the branches have there, by annotator, and as many without a majority as the votes say."""
    frames = demo_page.tables["contested-frames"]
    assert len(frames) == 6
    legends = re.findall(r'<svg class="shapes" role="img" aria-label="(.*?)\. Shapes: (.*?)\."', demo_page.text)
    minor = [part.count('class="shape minor"') for part in demo_page.text.split('class="shapes"')[1:]]
    asked = """
    SELECT b.annotator, COUNT(*), COUNT(*) FILTER (WHERE v.object_hash IS NOT NULL)
    FROM object_on_frame AS o
    JOIN consensus_branch AS b ON b.label_row_id = o.label_row_id AND b.is_submitted
    LEFT JOIN consensus_object_vote AS v ON v.label_row_id = o.label_row_id AND v.frame = o.frame
        AND v.object_hash = o.object_hash AND NOT v.is_majority
    WHERE o.data_title = $title AND o.frame = $frame AND b.branch_role = 'annotator'
    GROUP BY b.annotator ORDER BY b.annotator
    """
    with open_for_reading(demo_urls[engine]) as session, session.transaction():
        for row, (title, shapes), without in zip(frames, legends, minor, strict=True):
            unit, frame = row[0].text, int(row[2].text)
            assert title.startswith(f"{unit}, frame {frame}: {row[4].text} of {row[3].text} things")
            votes = session.rows(asked, title=unit, frame=frame)
            assert shapes == ", ".join(f"{person.split('@')[0]} {n}" for person, n, _ in votes)
            assert without == sum(n for _, _, n in votes)
