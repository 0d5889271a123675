"""docs/ask.md, the export page in SQL: each section's own query answers what the page's script prints, row by row."""

import re
from collections import Counter
from collections.abc import Callable, Iterable
from typing import Any

import pytest
import shapely
from click.testing import CliRunner
from encord.objects import LabelRowV2

from connector.cli import application
from tests.docs.reference import DOCS
from tests.views import export_page
from tests.views.export_page import Row
from tests.views.exported_sample import Exported

TITLE, CONSENSUS = "barn-east-001.mp4", "calving-pen-002.mp4"


def sections() -> dict[str, str]:
    """Markdown of each section, by its heading without the number."""
    page = (DOCS / "ask.md").read_text(encoding="utf-8")
    parts = re.split(r"^## \d+\. (.+)$", page, flags=re.MULTILINE)[1:]
    return dict(zip(parts[::2], parts[1::2], strict=True))


def queries(section: str) -> list[str]:
    return re.findall(r"```sql\n(.*?);\n```", sections()[section], re.DOTALL)


def titled(exported: Exported, title: str) -> list[LabelRowV2]:
    rows = [row for row in exported.rows if row.data_title == title]
    assert rows
    return rows


def as_told(rows: Iterable[Row], answer: int) -> Counter[Row]:
    """Rows whose answer, at that place, is a text as in the warehouse, also where it is a number."""
    return Counter((*row[:answer], as_text(row[answer]), *row[answer + 1 :]) for row in rows)


def as_text(answer: object) -> object:
    return f"{answer:.15g}" if isinstance(answer, int | float) else answer


def test_the_page_has_the_ten_sections() -> None:
    assert list(sections()) == [
        "The table of keys",
        "Export labels as JSON",
        "Export attributes",
        "Labels on a range of frames",
        "Labels on a list of frames",
        "Save frames with labels on them",
        "Label editor coordinates",
        "Export all consensus labels",
        "Bulk export labels",
        "COCO",
    ]


KEYS: dict[str, tuple[Callable[[Iterable[LabelRowV2]], Iterable[Row]], int]] = {
    "objectHash": (export_page.objects, 4),
    "Object name": (export_page.objects, 5),
    "featureHash": (export_page.objects, 6),
    "uid": (export_page.objects, 7),
    "Object color": (export_page.objects, 8),
    "Ontology shape": (export_page.objects, 9),
    "classificationHash": (export_page.classifications, 4),
    "Classification name": (export_page.classifications, 5),
    "Classification answer": (export_page.classifications, 7),
    "Classification answer hash": (export_page.classifications, 8),
    "Attribute name": (export_page.attributes, 5),
    "Attribute answer": (export_page.attributes, 7),
    "Attribute answer featureHash": (export_page.attributes, 8),
}
"""Key of the page's table → the script that prints it, and its place in the script's rows."""


def test_the_key_table_names_the_column_of_each_key(exported: Exported, engine: str) -> None:
    rows = titled(exported, TITLE)
    table = re.findall(r"^\| (\w[\w ]*) \| `(\w+)` \|", sections()["The table of keys"], re.MULTILINE)
    assert dict(table).keys() == KEYS.keys()
    for key, column in table:
        script, place = KEYS[key]
        kind = "classification" if script is export_page.classifications else "object"
        where = f"data_title = '{TITLE}' AND label_kind = '{kind}'"
        found = exported.asked(f"SELECT DISTINCT {column} FROM label_on_frame WHERE {where}", engine)
        expected = {as_text(row[place]) for row in script(rows)}
        assert {value if value is None else str(value) for (value,) in found} - {None} == {
            str(answer) for answer in expected - {None}
        }, key


def test_attributes_and_the_frames_they_are_on(exported: Exported, engine: str) -> None:
    query, with_path = queries("Export attributes")
    rows = titled(exported, TITLE)
    expected = as_told(((row[1], *row[3:]) for row in export_page.attributes(rows)), 5)
    assert len(expected) > 500
    assert Counter(exported.asked(query, engine)) == expected
    # A hash is an object's or a classification's.
    paths = [(branch, one or other, *rest) for branch, one, other, *rest in exported.asked(with_path, engine)]
    expected = as_told((row[1:] for row in export_page.answer_paths(rows)), 3)
    assert any(" > " in path for _, _, path, *_ in expected)
    assert any(first is not None for *_, first, _ in expected)
    assert Counter(paths) == expected


def test_paths_of_all_answers_of_the_project(exported: Exported, engine: str) -> None:
    # The SDK tells an answer once that holds on several parts of a data group.
    query = (
        "SELECT DISTINCT data_title, branch_name, coalesce(object_hash, classification_hash), attribute_path,"
        " attribute_answer, frame_start, frame_end FROM attribute_answer_path"
    )
    assert Counter(exported.asked(query, engine)) == as_told(export_page.answer_paths(exported.rows), 4)


@pytest.mark.parametrize(
    ("section", "frames"),
    [("Labels on a range of frames", range(10, 21)), ("Labels on a list of frames", (10, 20, 30, 40))],
    ids=["range", "list"],
)
def test_labels_on_frames(exported: Exported, engine: str, section: str, frames: Iterable[int]) -> None:
    [query] = queries(section)
    rows = titled(exported, TITLE)
    what = "branch_name, frame, object_hash, object_name, feature_hash, uid, object_color, ontology_shape"
    box = ", ".join(
        f"CASE WHEN ontology_shape = 'bounding_box' THEN {name} END" for name in ("x", "y", "width", "height")
    )
    found = exported.asked(
        f"SELECT DISTINCT {what}, {box} FROM ({query}) AS asked WHERE object_hash IS NOT NULL", engine
    )
    told = [row for row in export_page.objects(rows) if row[3] in frames]
    assert told
    assert set(found) == {(row[1], *row[3:]) for row in told}
    what = "branch_name, frame, object_hash, attribute_name, attribute_feature_hash, attribute_answer"
    what += ", attribute_answer_feature_hash"
    condition = "object_hash IS NOT NULL AND attribute_feature_hash IS NOT NULL"
    found = exported.asked(f"SELECT {what} FROM ({query}) AS asked WHERE {condition}", engine)
    assert Counter(found) == as_told(
        ((row[1], *row[3:]) for row in export_page.attributes(rows) if row[3] in frames), 5
    )
    what = "branch_name, frame, classification_hash, classification_name, feature_hash, classification_answer"
    what += ", classification_answer_hash"
    found = exported.asked(f"SELECT DISTINCT {what} FROM ({query}) AS asked WHERE object_hash IS NULL", engine)
    told = [row for row in export_page.classifications(rows) if row[3] in frames]
    assert told
    assert Counter(found) == as_told(((row[1], *row[3:]) for row in told), 5)


def test_pixels_and_well_known_text(exported: Exported, engine: str) -> None:
    boxes, texts = queries("Label editor coordinates")
    expected = list(export_page.pixel_boxes(row for row in exported.rows if row.data_type.value != "img_group"))
    of_groups = {row.data_title for row in exported.rows if row.data_type.value == "img_group"}
    assert Counter(row for row in exported.asked(boxes, engine) if row[0] not in of_groups) == Counter(expected)
    shapes = dict(export_page.outlines(exported.rows))
    written: dict[Row, Any] = {tuple(row[:5]): shapely.from_wkt(row[5]) for row in exported.asked(texts, engine)}
    assert {shape.geom_type for shape in shapes.values()} == {"Polygon", "MultiPolygon", "LineString", "Point"}
    assert shapes.keys() <= written.keys()
    different = [
        key for key, shape in shapes.items() if not shapely.equals_exact(shape.normalize(), written[key].normalize())
    ]
    assert different == []


def test_all_branches_of_a_consensus_task(exported: Exported, engine: str) -> None:
    [query] = queries("Export all consensus labels")
    rows = titled(exported, CONSENSUS)
    assert len(rows) == 4
    found = exported.asked(query, engine)
    assert {row[:8] for row in found if row[2]} == {(row[1], *row[3:10]) for row in export_page.objects(rows)}
    answers = as_told(((row[1], row[3], row[4], row[5], row[7]) for row in export_page.attributes(rows)), 4)
    assert Counter((*row[:3], *row[12:]) for row in found if row[2] and row[12]) == answers
    told = as_told(((row[1], row[3], row[4], row[5], *row[7:]) for row in export_page.classifications(rows)), 4)
    assert {(*row[:2], *row[8:12]) for row in found if not row[2]} == set(told)


@pytest.mark.parametrize(
    "section", ["Export labels as JSON", "Save frames with labels on them", "COCO", "Bulk export labels"]
)
def test_commands_are_ones_that_there_are(section: str) -> None:
    [command] = re.findall(r"`encord-sync ((?:export )?\w+)", sections()[section])
    assert CliRunner().invoke(application, [*command.split(), "--help"]).exit_code == 0
