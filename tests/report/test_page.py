"""The page as a file: it loads nothing, runs nothing, takes every text for text, and says where there is nothing."""

import base64
import hashlib
import re
import shutil
from datetime import UTC, datetime
from pathlib import Path

import duckdb
import pytest
from click.testing import CliRunner

from connector.cli import application
from connector.errors import ConnectorError, ErrorKind
from connector.load import open_warehouse
from connector.load.questions import few_units
from connector.report.page import PageWanted
from connector.runs.printing import visible
from tests.report.conftest import written_page
from tests.report.parsed_page import ParsedPage
from tests.views.herd import add_label_row, add_project

HOSTILE = "</title></style></script><script>alert(1)</script><img src=x onerror=alert(2)>"
HOSTILE += "\" onload='x' {{7*7}} &amp;\u202e\x07"
ANCHOR = re.compile(r"#[\w-]+")
"""Anchors of the page itself."""
PICTURE = re.compile(r"data:image/jpeg;base64,[A-Za-z0-9+/]+={0,2}")


def policy(page: ParsedPage) -> str:
    return next(value for tag, name, value in page.attributes if tag == "meta" and value.startswith("default-src"))


def assert_inert(page: ParsedPage, *, is_with_pictures: bool = False) -> None:
    assert page.tags["style"] == 1
    assert page.tags.keys().isdisjoint({"script", "img", "link", "iframe", "object", "form", "base", "use"})
    assert (page.tags["image"] > 0) == is_with_pictures
    assert not [(tag, name) for tag, name, _ in page.attributes if name.startswith("on") or name == "style"]
    refers = {"href", "src", "xlink:href", "action", "srcset"}
    found = [(tag, value) for tag, name, value in page.attributes if name in refers]
    assert found
    assert [value for tag, value in found if not (PICTURE if tag == "image" else ANCHOR).fullmatch(value)] == []
    assert "url(" not in page.style
    assert "@import" not in page.style
    assert "://" not in page.style


def test_it_loads_and_runs_nothing(demo_page: ParsedPage) -> None:
    assert_inert(demo_page)
    digest = base64.b64encode(hashlib.sha256(demo_page.style.encode()).digest()).decode()
    assert policy(demo_page) == f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
    assert len(demo_page.text.encode()) < 500_000


def test_a_reader_without_eyes_finds_the_way(demo_page: ParsedPage) -> None:
    assert len(demo_page.anchors) == len(set(demo_page.anchors))
    assert {value[1:] for _, name, value in demo_page.attributes if name == "href"} <= set(demo_page.anchors)
    assert demo_page.tags["h1"] == 1
    assert demo_page.tags["table"] == demo_page.tags["caption"]
    labelled = {value for tag, name, value in demo_page.attributes if (tag, name) == ("svg", "role")}
    assert labelled == {"img"}
    images = re.findall(r"<svg[^>]*>", demo_page.text)
    drawn = [svg for svg in images if 'role="img"' in svg]
    assert drawn
    assert [svg for svg in drawn if 'aria-label=""' in svg or "aria-label" not in svg] == []
    unread = ("aria-hidden", 'role="img"', "height=")
    assert [svg for svg in images if not any(word in svg for word in unread)] == []


@pytest.fixture
def demo_file(demo_urls: dict[str, str], tmp_path: Path) -> Path:
    return Path(shutil.copy(demo_urls["duckdb"].removeprefix("duckdb:///"), tmp_path / "labels.duckdb"))


def test_hostile_texts_stay_texts(demo_file: Path, tmp_path: Path) -> None:
    with duckdb.connect(demo_file) as connection:
        for statement in (
            "UPDATE project SET title = $text",
            "UPDATE data_unit SET title = $text || title",
            "UPDATE workflow_stage SET title = $text || title, stage_type = $text",
            "UPDATE ontology_class SET name = $text || name, shape = $text",
            "UPDATE ontology_attribute SET name = $text || name",
            "UPDATE ontology_option SET label = $text || label",
            "UPDATE task_action SET actor_email = $text || actor_email",
            "UPDATE project_user SET user_email = $text || user_email",
            "UPDATE consensus_task_branch SET annotator_email = $text || annotator_email",
            "UPDATE object_annotation SET created_by = $text || created_by",
            "UPDATE sync_run_project SET outcome = $text",
            "INSERT INTO sync_failure SELECT project_hash, $text, $text, $text, now(), now(), 1, '' FROM project",
        ):
            connection.execute(statement, {"text": HOSTILE})
    page = ParsedPage(written_page(f"duckdb:///{demo_file}", tmp_path))
    assert_inert(page)
    assert len(page.text.encode()) < 500_000
    assert page.plain.count(visible(HOSTILE)) > 50
    assert {character for character in page.text if not character.isprintable()} == {"\n"}


def test_an_anonymous_page_names_nobody_and_no_title(demo_urls: dict[str, str], engine: str, tmp_path: Path) -> None:
    text = written_page(demo_urls[engine], tmp_path, PageWanted(is_anonymous=True))
    with duckdb.connect(demo_urls["duckdb"].removeprefix("duckdb:///"), read_only=True) as connection:
        titles = {title for (title,) in connection.execute("SELECT title FROM data_unit").fetchall()}
        people = {email for (email,) in connection.execute("SELECT user_email FROM project_user").fetchall()}
        hashes = {name for (name,) in connection.execute("SELECT data_hash FROM data_unit").fetchall()}
    names = {*titles, *people, *hashes, *(email.split("@")[0] for email in people), "Meadowbrook", "@example"}
    assert [name for name in names if name in text] == []
    page = ParsedPage(text)
    assert page.tags["h1"] == 1
    assert {row[0].text for row in page.tables["annotators"]} <= {f"Person {letter}" for letter in "ABCDEFGH"}
    again = written_page(demo_urls[engine], tmp_path, PageWanted(is_anonymous=True))
    assert ParsedPage(again).tables == page.tables


def test_only_the_last_edited_units_are_compared(demo_urls: dict[str, str], engine: str, tmp_path: Path) -> None:
    page = ParsedPage(written_page(demo_urls[engine], tmp_path, PageWanted(units=1)))
    assert "These figures are about the 1 last edited of 3 data units in consensus." in page.plain
    assert {row[1].text for row in page.tables["annotators"]} == {"1"}


def test_a_warehouse_without_labels_says_so(empty_file: Path, tmp_path: Path) -> None:
    path = Path(shutil.copy(empty_file, tmp_path / "labels.duckdb"))
    url = f"duckdb:///{path}"
    with pytest.raises(ConnectorError, match="The warehouse has 0 projects") as caught:
        written_page(url, tmp_path)
    assert caught.value.kind is ErrorKind.CONFIGURATION
    warehouse = open_warehouse(url)
    add_project(warehouse)
    warehouse.close()
    page = ParsedPage(written_page(url, tmp_path))
    assert_inert(page)
    assert {"stages", "people", "periods", "flow", "waiting", "failed"} <= page.empty.keys()
    assert "No data unit of this project is in consensus." in page.plain
    assert all(words.endswith(".") for words in page.empty.values())


def test_the_command_writes_one_file_and_says_so(empty_file: Path, tmp_path: Path) -> None:
    path = Path(shutil.copy(empty_file, tmp_path / "labels.duckdb"))
    url = f"duckdb:///{path}"
    warehouse = open_warehouse(url)
    add_project(warehouse)
    add_label_row(warehouse, None, data_hash="unopened")
    warehouse.close()
    out = tmp_path / "page.html"
    ran = CliRunner().invoke(application, ["report", "--warehouse", url, "--out", str(out)], catch_exceptions=False)
    assert ran.exit_code == 0
    assert f"Wrote {out} (" in ran.output
    assert out.read_text().startswith("<!DOCTYPE html>")
    with pytest.raises(ConnectorError, match="The warehouse has no project other"):
        written_page(url, tmp_path, PageWanted("other"))
    with pytest.raises(ConnectorError, match=r"no-videos cannot be listed: No such file"):
        written_page(url, tmp_path, PageWanted(video_dir=tmp_path / "no-videos"))
    with pytest.raises(ConnectorError, match=r"nowhere/report.html cannot be written: No such file or directory"):
        written_page(url, tmp_path / "nowhere")


def test_large_units_are_compared_as_far_as_memory_goes(
    demo_urls: dict[str, str], engine: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One is always compared, however large it is; two have more objects than the limit says."""
    monkeypatch.setattr(few_units, "MOST_OBJECTS", 1_000)
    page = ParsedPage(written_page(demo_urls[engine], tmp_path))
    assert "These figures are about the 2 last edited of 3 data units in consensus." in page.plain
    monkeypatch.setattr(few_units, "MOST_OBJECTS", 1)
    page = ParsedPage(written_page(demo_urls[engine], tmp_path))
    assert "These figures are about the 1 last edited of 3 data units in consensus." in page.plain


def test_a_late_date_leaves_no_changes_and_two_projects_want_a_name(demo_file: Path, tmp_path: Path) -> None:
    url = f"duckdb:///{demo_file}"
    page = ParsedPage(written_page(url, tmp_path, PageWanted(since=datetime(2100, 1, 1, tzinfo=UTC))))
    assert {"changes", "editors", "facts", "corrections"} <= page.empty.keys()
    warehouse = open_warehouse(url)
    add_project(warehouse)
    warehouse.close()
    with pytest.raises(ConnectorError, match=r"2 projects\. Name one with --project"):
        written_page(url, tmp_path)
    page = ParsedPage(written_page(url, tmp_path, PageWanted("herd")))
    assert "No data unit of this project is in consensus." in page.plain
    assert "Meadowbrook" not in page.plain


def test_frames_of_unknown_size_are_named_and_not_drawn(demo_file: Path, tmp_path: Path) -> None:
    with duckdb.connect(demo_file) as connection:
        connection.execute("UPDATE data_unit SET width = NULL, height = NULL")
    page = ParsedPage(written_page(f"duckdb:///{demo_file}", tmp_path))
    assert page.plain.count("the size of the frame is not known.") == len(page.tables["contested-frames"]) == 6
