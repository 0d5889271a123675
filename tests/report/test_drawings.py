"""Drawings alone: shapes of every kind over one another, what is shown of a frame, and columns of many people."""

import re
import shutil
from datetime import UTC, datetime, timedelta
from html.parser import HTMLParser
from pathlib import Path

from connector.load import open_warehouse
from connector.report.overlay import Shape, overlay
from connector.report.svg import Mark, chart, grid
from tests.report.conftest import written_page
from tests.report.parsed_page import ParsedPage
from tests.views.herd import add_data_unit, add_label_row, add_object, add_project

SIZE = (1000, 500)
ANNOTATORS = [("A", "ana"), ("B", "ben"), ("C", "<cem>")]


def shape(layer: int, wkt: str | None, *box: float, is_majority: bool = True) -> Shape:
    return Shape(layer, "Cow", is_majority, wkt, box)


def views(drawn: str) -> tuple[float, ...]:
    [found] = re.findall(r'viewBox="([^"]*)"', drawn)
    return tuple(map(float, found.split()))


def test_each_kind_of_shape_has_its_outline() -> None:
    hole = "POLYGON((0 0,300 0,300 200,0 0),(15 12,20 12,20 15,15 12))"
    drawn = overlay(
        "0",
        "Frame",
        ANNOTATORS,
        [
            shape(0, hole, 0, 0, 300, 200),
            shape(1, "LINESTRING(100 100,200.25 150)", 100, 100, 200.25, 150),
            shape(1, "MULTIPOINT((10 20),(30.5 4e1))", 10, 20, 30.5, 40, is_majority=False),
            shape(2, None, 400, 300, 420, 330),
        ],
        SIZE,
    )
    paths = re.findall(r'<path d="([^"]*)" class="(\w+)"/>', drawn)
    assert paths == [
        ("M0.0 0.0L300.0 0.0L300.0 200.0L0.0 0.0ZM15.0 12.0L20.0 12.0L20.0 15.0L15.0 12.0Z", "line"),
        ("M100.0 100.0L200.2 150.0", "line"),
        ("M400.0 300.0L420.0 300.0L420.0 330.0L400.0 330.0Z", "dotted"),
    ]
    assert re.findall(r'cx="([\d.]+)" cy="([\d.]+)"', drawn) == [("10.0", "20.0"), ("30.5", "40.0")]
    assert re.findall(r'class="layer (s\d)"', drawn) == ["s0", "s1", "s2"]
    assert "<title>ben: Cow, no majority</title>" in drawn
    assert "C &lt;cem&gt; (1)" in drawn
    assert 'aria-label="Frame. Shapes: ana 1, ben 2, &lt;cem&gt; 1."' in drawn


def test_long_outlines_keep_some_of_their_points_and_their_ends() -> None:
    ring = ",".join(f"{x} {x % 7}" for x in range(1000))
    drawn = overlay("0", "Frame", ANNOTATORS, [shape(0, f"POLYGON(({ring}))", 0, 0, 999, 6)], SIZE)
    [path] = re.findall(r'<path d="([^"]*)"', drawn)
    assert 20 <= path.count("L") < 40
    assert path.startswith("M0.0 0.0L25.0 4.0")


def test_the_part_of_the_frame_that_has_shapes_is_shown_and_never_more_than_the_frame() -> None:
    corner = overlay("0", "Frame", ANNOTATORS, [shape(0, None, 0, 0, 100, 40)], SIZE)
    assert views(corner) == (0, 0, 116, 58)
    assert "1 % of the frame is shown." in corner
    beyond = overlay("0", "Frame", ANNOTATORS, [shape(0, None, -500, -20, 5000, 600)], SIZE)
    assert views(beyond) == (0, 0, *SIZE)
    assert "The whole frame is shown." in beyond
    point = overlay("0", "Frame", ANNOTATORS, [shape(0, "POINT(990 490)", 990, 490, 990, 490)], SIZE)
    left, top, width, height = views(point)
    assert (width, height) == (58, 29)
    assert left + width <= SIZE[0] + 0.1
    assert top + height <= SIZE[1] + 0.1


def test_marks_lie_where_their_numbers_say() -> None:
    drawn = chart(
        "Two.", [Mark(0, 0.25, 0, 0.5, "c0", "<one>"), Mark(0.5, 1, 0.5, 1, "c1")], top="9", across=[(0.5, "&")]
    )
    assert '<rect x="0%" y="50%" width="25%" height="50%" class="c0"><title>&lt;one&gt;</title></rect>' in drawn
    assert '<rect x="50%" y="0%" width="50%" height="50%" class="c1"/>' in drawn
    assert ">&amp;</text>" in drawn
    heat = grid("Cells", 4, 2, {(0, 0): 1, (1, 3): 9})
    assert re.findall(r'x="([\d.]+)%" y="([\d.]+)%" width="25%" height="50%" class="(\w+)"', heat) == [
        ("0", "0", "f1"),
        ("75", "50", "f9"),
    ]
    HTMLParser().feed(drawn + heat)


def test_many_people_over_many_days_are_columns_of_weeks_and_everybody_else(empty_file: Path, tmp_path: Path) -> None:
    """Nine people; the last two, with fewest labels, are everybody else. A hundred days are weeks."""
    path = Path(shutil.copy(empty_file, tmp_path / "labels.duckdb"))
    warehouse = open_warehouse(f"duckdb:///{path}")
    add_project(warehouse)
    add_data_unit(warehouse, "video", "video", frame_count=10)
    add_label_row(warehouse, "on-main")
    first = datetime(2026, 3, 2, 12, tzinfo=UTC)
    for person in range(9):
        for label in range(10 - person):
            when = first + timedelta(days=100 if label == 0 else label)
            add_object(
                warehouse, "on-main", f"{person}-{label}", [0], created_by=f"p{person}@x.example", created_at=when
            )
    warehouse.close()
    page = ParsedPage(written_page(f"duckdb:///{path}", tmp_path))
    rows = [[read.text for read in row] for row in page.tables["periods"]]
    assert {row[1] for row in rows} == {"7"}
    assert {row[0] for row in rows} == {"2026-03-03", "2026-03-10", "2026-06-09"}
    by_person = {name: sum(int(row[3]) for row in rows if row[2] == name) for name in {row[2] for row in rows}}
    assert by_person == {f"p{n}": 10 - n for n in range(7)} | {"": 3 + 2}
    assert page.plain.count("everybody else,") == 3 - 1
    assert "Labels by 7 days, 2026-03-03 to 2026-06-09: 54 in all," in page.text
