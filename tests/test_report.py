"""Events: text for people, one JSON line each for collectors, thresholds."""

import io

import orjson
from rich.console import Console

from connector.report import JsonReport, TextReport


def test_json_writes_one_line_an_event() -> None:
    stream = io.StringIO()
    report = JsonReport(stream=stream)
    report.event("compared", "two\nlines", project_hash="p", fetch=3)
    report.event("detail", "hidden", level="debug")
    report.progress("Project", 1, 2, 30)
    report.progress("Project", 2, 2, 60)
    lines = [orjson.loads(line) for line in stream.getvalue().splitlines()]
    assert [line["event"] for line in lines] == ["compared", "progress"]
    assert lines[0]["fetch"] == 3
    assert lines[0]["text"] == "two\nlines"
    assert lines[0]["time"].endswith("Z")


def test_text_prints_what_is_asked_for() -> None:
    stream = io.StringIO()
    report = TextReport(threshold="warning", console=Console(file=stream, width=200))
    report.event("compared", "hidden")
    report.event("waiting", "shown [as it is]", level="warning")
    report.close()
    assert stream.getvalue() == "shown [as it is]\n"


def test_a_terminal_gets_a_bar_that_goes_away() -> None:
    stream = io.StringIO()
    report = TextReport(console=Console(file=stream, force_terminal=True, width=100))
    report.progress("Project", 0, 2, 0)
    report.progress("Project", 2, 2, 50)
    assert "Project" in stream.getvalue()
    report.event("after", "still works")
    assert "still works" in stream.getvalue()
