"""Events: text for people, one JSON line each for collectors, thresholds."""

import io

import orjson
import pytest

from connector.runs.report import JsonReport, TextReport
from tests.output.terminal import SEQUENCES
from tests.test_printing import Terminal


@pytest.fixture(autouse=True)
def _wide_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "100")
    monkeypatch.setenv("TERM", "xterm")


def test_json_writes_one_line_an_event() -> None:
    stream = io.StringIO()
    report = JsonReport(stream=stream)
    report.event("compared", "two\nlines", project_hash="p", fetch=3)
    report.event("detail", "hidden", level="debug")
    report.progress("Project", 1, 2, 30)
    report.progress("Project", 2, 2, 60)
    report.table("profile", ["heading", "line"], seconds=1)
    lines = [orjson.loads(line) for line in stream.getvalue().splitlines()]
    assert [line["event"] for line in lines] == ["compared", "progress", "profile"]
    assert lines[0]["fetch"] == 3
    assert lines[0]["text"] == "two\nlines"
    assert lines[0]["time"].endswith("Z")
    assert (lines[2]["text"], lines[2]["seconds"]) == ("heading", 1)


def test_text_prints_what_is_asked_for() -> None:
    stream = io.StringIO()
    report = TextReport(threshold="warning", stream=stream)
    report.event("compared", "hidden")
    report.event("waiting", "shown [as it is]\nto the end", level="warning")
    report.table("profile", ["hidden"])
    report.close()
    assert stream.getvalue() == "shown [as it is]\\nto the end\n"


def test_a_table_is_printed_line_by_line() -> None:
    stream = io.StringIO()
    TextReport(stream=stream).table("profile", ["heading", "  line"], seconds=1)
    assert stream.getvalue() == "heading\n  line\n"


def test_a_terminal_gets_a_bar_that_goes_away() -> None:
    stream = Terminal()
    report = TextReport(stream=stream)
    report.progress("[/x] :cow: \x1b[2J herd", 0, 2, 0)
    report.progress("[/x] :cow: \x1b[2J herd", 2, 2, 50)
    report.event("meanwhile", "above the bar")
    report.close()
    drawn = SEQUENCES.sub("", stream.getvalue())
    assert r"[/x] :cow: \x1b[2J herd" in drawn
    assert "2/2 label rows  50 annotations" in drawn
    report.event("after", "still works")
    assert "still works" in stream.getvalue().rpartition("\x1b[2K")[2]


def test_what_is_no_terminal_gets_no_bar() -> None:
    stream = io.StringIO()
    report = TextReport(stream=stream)
    report.progress("Project", 1, 2, 0)
    report.close()
    assert stream.getvalue() == ""
