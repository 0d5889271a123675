"""What is fetched, and why: one listing against what the warehouse holds."""

import datetime
import time
from typing import Any

import pyarrow as pa
import pytest

from connector.load.tables import arrow_schema
from connector.load.tables.source_metadata import label_row
from connector.source.changes.changes import (
    REASONS,
    STORED_COLUMNS,
    Changes,
    compare,
    compare_stored,
    wanted_label_rows,
)

NOON = datetime.datetime(2026, 3, 1, 12, tzinfo=datetime.UTC)
WINDOW = datetime.timedelta(minutes=5)
VERSION = 3

SCHEMA = arrow_schema(label_row)
STORED_SCHEMA = pa.schema(
    [SCHEMA.field(name) if name in SCHEMA.names else pa.field(name, pa.bool_()) for name in STORED_COLUMNS]
)
LISTED_NAMES = ("label_row_id", "label_hash", "branch_name", "last_edited_at", "is_valid")
LISTED_SCHEMA = pa.schema([SCHEMA.field(name) for name in LISTED_NAMES])


def listed_row(row_id: str, **values: object) -> dict[str, Any]:
    defaults = {"label_hash": f"hash-{row_id}", "branch_name": "main", "is_valid": True}
    return {"label_row_id": row_id, "last_edited_at": NOON, **defaults, **values}


def stored_row(row_id: str, **values: object) -> dict[str, Any]:
    defaults = {
        "label_hash": f"hash-{row_id}",
        "synced_last_edited_at": NOON,
        "synced_is_valid": True,
        "is_settled": True,
        "normaliser_version": VERSION,
        "stale_reason": None,
        "content_hash": "c0ffee",
        "labels_last_edited_at": NOON,
        "annotation_count": 10,
        "deleted_at": None,
        "has_failed": False,
    }
    return {"label_row_id": row_id, **defaults, **values}


def compared(listed: list[dict[str, Any]], stored: list[dict[str, Any]], **options: object) -> Changes:
    arguments: dict[str, Any] = {"normaliser_version": VERSION, "settle": WINDOW, **options}
    return compare(
        pa.Table.from_pylist(listed, schema=LISTED_SCHEMA),
        pa.Table.from_pylist(stored, schema=STORED_SCHEMA),
        **arguments,
    )


def reasons(changes: Changes) -> dict[str, str]:
    return {change.label_row_id: change.reason for change in changes.fetch}


def counts(changes: Changes) -> dict[str, int]:
    """How many label rows came to what."""
    return {
        "fetch": len(changes.fetch),
        "unchanged": changes.unchanged,
        "skipped": changes.skipped,
        "gone": len(changes.gone),
        "live": changes.live,
    }


def test_nothing_moved_nothing_to_fetch() -> None:
    changes = compared([listed_row("a"), listed_row("b")], [stored_row("a"), stored_row("b")])
    assert counts(changes) == {"fetch": 0, "unchanged": 2, "skipped": 0, "gone": 0, "live": 2}


@pytest.mark.parametrize(
    ("listed", "stored", "options", "reason"),
    [
        ({}, {"content_hash": None}, {}, "never_synced"),
        ({}, {"deleted_at": NOON}, {}, "never_synced"),
        ({"label_hash": "another"}, {}, {}, "label_hash_changed"),
        ({"last_edited_at": NOON + datetime.timedelta(microseconds=1)}, {}, {}, "edited"),
        ({"last_edited_at": NOON - datetime.timedelta(days=1)}, {}, {}, "edited"),
        ({"last_edited_at": None}, {}, {}, "edited"),
        ({}, {"synced_last_edited_at": None}, {}, "edited"),
        ({"is_valid": False}, {}, {}, "validity_changed"),
        ({"is_valid": None}, {}, {}, "validity_changed"),
        ({}, {}, {"normaliser_version": VERSION + 1}, "normaliser_changed"),
        ({}, {"normaliser_version": None}, {}, "normaliser_changed"),
        ({}, {"stale_reason": "ontology"}, {}, "stale"),
        ({}, {"has_failed": True}, {}, "failed_before"),
        ({}, {}, {"failed_before": {"hash-a"}}, "failed_before"),
        ({}, {}, {"full": True}, "full"),
        ({"is_valid": False}, {"stale_reason": "ontology"}, {"full": True}, "validity_changed"),
    ],
)
def test_each_reason(listed: dict[str, Any], stored: dict[str, Any], options: dict[str, Any], reason: str) -> None:
    changes = compared([listed_row("a", **listed)], [stored_row("a", **stored)], **options)
    assert reasons(changes) == {"a": reason}
    assert reason in REASONS
    assert changes.unchanged == 0


@pytest.mark.parametrize(
    ("stored", "options", "needs_new_rows"),
    [
        ({}, {}, False),
        ({"has_failed": True}, {}, False),
        ({"stale_reason": "ontology"}, {}, True),
        ({"normaliser_version": VERSION - 1}, {}, True),
        ({"content_hash": None}, {}, True),
        ({}, {"full": True}, True),
    ],
)
def test_rows_are_made_anew_whatever_reason_comes_first(
    stored: dict[str, Any], options: dict[str, Any], needs_new_rows: bool
) -> None:
    (change,) = compared([listed_row("a", is_valid=False)], [stored_row("a", **stored)], **options).fetch
    assert change.needs_new_rows is needs_new_rows
    assert change.stored_last_edited_at == NOON


def test_two_missing_values_are_equal() -> None:
    listed = [listed_row("a", last_edited_at=None, is_valid=None)]
    assert reasons(compared(listed, [stored_row("a", synced_last_edited_at=None, synced_is_valid=None)])) == {}


def test_a_row_that_the_warehouse_does_not_know() -> None:
    changes = compared([listed_row("new")], [])
    (change,) = changes.fetch
    assert (change.reason, change.label_hash, change.stored_content_hash) == ("never_synced", "hash-new", None)
    assert change.last_edited_at == NOON


def test_a_row_that_nobody_opened_is_never_fetched() -> None:
    listed = [listed_row("a", label_hash=None), listed_row("b", label_hash=None)]
    changes = compared(listed, [stored_row("b")], full=True, failed_before={"hash-b"})
    assert counts(changes) == {"fetch": 0, "unchanged": 0, "skipped": 2, "gone": 0, "live": 1}


def test_gone_is_what_is_stored_alive_and_not_listed() -> None:
    changes = compared([listed_row("a")], [stored_row("a"), stored_row("b"), stored_row("c", deleted_at=NOON)])
    assert changes.gone == ["b"]
    assert compared([], [stored_row("a")]).gone == ["a"]


def test_every_listed_row_is_counted_once() -> None:
    listed = [listed_row("a"), listed_row("b", label_hash=None), listed_row("c"), listed_row("d", is_valid=None)]
    changes = compared(listed, [stored_row("c"), stored_row("d")])
    assert counts(changes) == {"fetch": 2, "unchanged": 1, "skipped": 1, "gone": 0, "live": 2}
    assert reasons(changes) == {"a": "never_synced", "d": "validity_changed"}


class TestSettling:
    """An edit may carry an older stamp and show late; only Encord's own stamps decide when that is over."""

    LATER = NOON + WINDOW

    def test_the_newest_row_is_unsettled_and_older_ones_are_not(self) -> None:
        listed = [listed_row("newest"), listed_row("old", last_edited_at=NOON - WINDOW)]
        assert {c.label_row_id: c.is_settled for c in compared(listed, []).fetch} == {"newest": False, "old": True}

    def test_a_second_run_without_a_change_fetches_nothing(self) -> None:
        assert compared([listed_row("a")], [stored_row("a", is_settled=False)]).fetch.reasons() == {}

    def test_it_is_fetched_once_more_when_others_have_moved_on(self) -> None:
        listed = [listed_row("a"), listed_row("b", last_edited_at=self.LATER)]
        stored = [
            stored_row("a", is_settled=False),
            stored_row("b", synced_last_edited_at=self.LATER, is_settled=False),
        ]
        (change,) = compared(listed, stored).fetch
        assert (change.label_row_id, change.reason, change.is_settled) == ("a", "unsettled", True)

    def test_one_microsecond_too_early(self) -> None:
        almost = self.LATER - datetime.timedelta(microseconds=1)
        listed = [listed_row("a"), listed_row("b", last_edited_at=almost)]
        stored = [stored_row("a", is_settled=False), stored_row("b", synced_last_edited_at=almost, is_settled=False)]
        assert compared(listed, stored).fetch.reasons() == {}

    def test_a_row_without_a_stamp_is_settled(self) -> None:
        (change,) = compared([listed_row("a", last_edited_at=None)], []).fetch
        assert change.is_settled


def test_what_is_wanted_carries_the_counts() -> None:
    changes = compared([listed_row("a", is_valid=False), listed_row("b")], [stored_row("a")])
    frames = {"a": 300, "b": None}
    known, new = wanted_label_rows(changes.fetch, lambda ids: [frames[name] for name in ids.to_pylist()])
    assert (known.label_hash, known.annotation_count, known.frame_count) == ("hash-a", 10, 300)
    assert (new.label_hash, new.annotation_count, new.frame_count) == ("hash-b", None, None)
    assert [wanted.frame_count for wanted in wanted_label_rows(changes.fetch)] == [None, None]


def stored_as_listed(row_id: str, **values: object) -> dict[str, Any]:
    return {**listed_row(row_id), **stored_row(row_id), **values}


@pytest.mark.parametrize("size", [1, 2, 3, 7])
def test_the_warehouse_page_by_page_is_the_warehouse_whole(size: int) -> None:
    """The newest stamp is another page's; what is gone is in a page of its own."""
    later = NOON + WINDOW
    rows = [
        stored_as_listed("a", is_settled=False),
        stored_as_listed("b", last_edited_at=later, synced_last_edited_at=later),
        stored_as_listed("c", content_hash=None),
        stored_as_listed("d", label_hash=None),
        stored_as_listed("gone"),
        stored_as_listed("gone before", deleted_at=NOON),
        stored_as_listed("e"),
    ]
    schema = pa.schema([*LISTED_SCHEMA, *(field for field in STORED_SCHEMA if field.name not in LISTED_NAMES)])
    stored = pa.Table.from_pylist(rows, schema=schema)

    def are_listed(ids: pa.ChunkedArray) -> pa.Array:
        return pa.array([not name.startswith("gone") for name in ids.to_pylist()])

    whole = compare(
        stored.filter(are_listed(stored["label_row_id"])), stored, normaliser_version=VERSION, settle=WINDOW
    )
    pages = (stored.slice(start, size) for start in range(0, len(rows), size))
    paged = compare_stored(pages, are_listed, later, normaliser_version=VERSION, settle=WINDOW)
    assert list(paged.fetch) == list(whole.fetch)
    assert reasons(paged) == {"a": "unsettled", "c": "never_synced"}
    assert counts(paged) == counts(whole) == {"fetch": 2, "unchanged": 2, "skipped": 1, "gone": 1, "live": 6}


def test_nothing_stored_nothing_listed() -> None:
    assert counts(compared([], [])) == {"fetch": 0, "unchanged": 0, "skipped": 0, "gone": 0, "live": 0}


def test_a_plan_is_found_by_label_hash_and_goes_by_it() -> None:
    names = [f"{number * 7919 % 5_000:05d}" for number in range(5_000)]
    plan = compared([listed_row(name) for name in names], []).fetch
    by_hash = plan.by_label_hash()
    hashes = [f"hash-{name}" for name in names]
    assert [by_hash[label_hash].label_row_id for label_hash in hashes] == names
    assert list(by_hash) == sorted(hashes) == [change.label_hash for change in plan]
    assert len(by_hash) == len(plan) == 5_000
    for absent in ("", "hash-0", "hash-99999"):
        with pytest.raises(KeyError):
            by_hash[absent]


def test_a_hundred_thousand_rows_take_a_moment() -> None:
    count = 100_000
    ids = pa.array([f"{number:036d}" for number in range(count)])
    stamps = pa.repeat(pa.scalar(NOON, SCHEMA.field("last_edited_at").type), count)
    listed = pa.table({"label_row_id": ids, "label_hash": ids, "last_edited_at": stamps, "is_valid": [True] * count})
    stored = pa.table(
        {
            "label_row_id": ids,
            "label_hash": ids,
            "synced_last_edited_at": stamps,
            "synced_is_valid": [True] * count,
            "is_settled": [False] * count,
            "normaliser_version": pa.repeat(VERSION, count),
            "stale_reason": pa.nulls(count, pa.string()),
            "content_hash": ids,
            "labels_last_edited_at": stamps,
            "annotation_count": pa.repeat(10, count),
            "deleted_at": pa.nulls(count, stamps.type),
            "has_failed": [False] * count,
        }
    )
    seconds = []
    for _ in range(3):
        started = time.process_time()
        changes = compare(listed, stored, normaliser_version=VERSION, settle=WINDOW)
        seconds.append(time.process_time() - started)
        assert changes.unchanged == count
    assert min(seconds) < 0.5
