"""Entries of the streams of the work: good ones become rows, and what cannot be read is named and stops no other."""

from typing import Any

import pytest

from connector.load import ARROW_SCHEMAS
from connector.normalise.work.work_entries import WorkRows, read_entries
from connector.sample import build_sample_world
from connector.sync.streams import STREAMS, Stream

WRONG: list[Any] = [None, "", "\ud800", "a\0b", "../../etc", 2**70, -1, 1e400, float("nan"), True, 0.5, [], {}]
WRONG += [[[1]], [["a", "b"]], [7], {"uuid": 3}, {"x": "y"}, "9999-99-99", "0001-01-01T00:00:00-14:00", "x" * 300]


@pytest.fixture(scope="module")
def entries() -> dict[str, list[dict[str, Any]]]:
    """What the sample server answers, by stream."""
    world = build_sample_world("small", seed=7)
    project = world.projects[world.project_hash]
    return {
        "task_actions": project.task_actions,
        "time_spent": project.time_spent,
        "issues": project.issues,
        "project_users": project.users,
        "editor_logs": project.editor_logs,
    }


def rows_of(stream: Stream, values: list[Any]) -> WorkRows:
    return read_entries(values, stream.keys, ARROW_SCHEMAS, lambda entry: stream.rows_of("project", entry))


@pytest.mark.parametrize("stream", STREAMS, ids=lambda stream: stream.name)
def test_each_field_with_what_it_should_not_hold(stream: Stream, entries: dict[str, list[dict[str, Any]]]) -> None:
    good = entries[stream.name]
    alone = rows_of(stream, good)
    assert alone.unread == []
    bad: list[Any] = [None, 7, "text", [], {}, {"uuid": "../../etc"}, {"comments": [1], "uuid": "a", "dataUuid": "b"}]
    bad += [{**good[0], name: wrong} for name in good[0] for wrong in WRONG]
    mixed = rows_of(stream, [*bad, *good])
    # Each is a row or named; the good ones, which come last, are as they are by themselves.
    assert mixed.unread
    assert all(text.startswith("entry ") and "@" not in text for text in mixed.unread)
    for table, count in stream.keys.items():
        expected = {tuple(row.values())[:count]: row for row in alone.tables[table].to_pylist()}
        found = {tuple(row.values())[:count]: row for row in mixed.tables[table].to_pylist()}
        assert {key: found[key] for key in expected} == expected


def test_an_issue_with_all_there_is() -> None:
    (issues,) = (stream for stream in STREAMS if stream.name == "issues")
    issue = {
        "type": "frameRange",
        "uuid": "i",
        "dataUuid": "d",
        "frameRanges": [{"start": 1, "end": 4}],
        "coordinate": {"x": 0.5, "y": 0.25},
        "comments": [
            {"content": "second", "authorEmail": "b@x.org", "createdAt": "2025-01-02T00:00:00Z"},
            {"content": "first", "authorEmail": "a@x.org", "createdAt": "2025-01-01T00:00:00Z"},
        ],
        "tags": [{"name": "Blurred", "uuid": "t"}],
        "resolutionHistory": [
            {"isResolved": True, "createdAt": "2025-01-04T00:00:00Z", "actorEmail": None},
            {"isResolved": False, "createdAt": "2025-01-03T00:00:00Z", "actorEmail": "a@x.org"},
        ],
    }
    tables = rows_of(issues, [issue]).tables
    [row] = tables["issue"].to_pylist()
    assert (row["frame_ranges"], row["tags"]) == ("[[1,4]]", '["Blurred"]')
    assert (row["x"], row["y"], row["z"]) == (0.5, 0.25, None)
    assert (row["author_email"], row["is_resolved"], row["resolution_changed_by"]) == ("a@x.org", True, None)
    assert [comment["content"] for comment in tables["issue_comment"].to_pylist()] == ["first", "second"]
