"""sync_failure counts and heals; sync_run and sync_run_project are upserted by key."""

from datetime import UTC, datetime
from typing import Any

from connector.load import Warehouse
from tests.load.warehouse_rows import PROJECT, labels, read, states, stored_state

FAILURES = "SELECT label_hash, kind, message, attempts, run_id FROM sync_failure ORDER BY label_hash"
STARTED = datetime(2026, 6, 1, 9, tzinfo=UTC)


def test_a_failure_keeps_its_first_time_and_counts_runs(filled: Warehouse) -> None:
    filled.record_failures(PROJECT, [("label-1", "missing", "first")], "run-1")
    [(first_seen, last_seen)] = read(filled, "SELECT first_seen, last_seen FROM sync_failure")
    assert first_seen == last_seen
    filled.record_failures(PROJECT, [("label-1", "too_large", "second")], "run-2")
    filled.record_failures(PROJECT, [("label-1", "too_large", "again in the same run")], "run-2")
    assert read(filled, FAILURES) == [("label-1", "too_large", "again in the same run", 2, "run-2")]
    [(still_first, last)] = read(filled, "SELECT first_seen, last_seen FROM sync_failure")
    assert still_first == first_seen
    assert last > first_seen


def test_a_bundle_records_its_failures_and_keeps_the_old_rows(filled: Warehouse) -> None:
    failed = [("label-2", "source_content", "Not a dict.")]
    filled.write_bundle(PROJECT, labels("label-1"), states("label-1"), failed, "run-2")
    assert read(filled, FAILURES) == [("label-2", "source_content", "Not a dict.", 1, "run-2")]
    assert stored_state(filled)["video-1/anna"]["has_failed"]
    assert read(filled, "SELECT count(*) FROM object_annotation WHERE label_hash = 'label-2'") == [(3,)]


def test_a_failure_heals_when_its_label_row_is_written_even_with_the_same_content(filled: Warehouse) -> None:
    filled.record_failures(PROJECT, [("label-1", "missing", "a"), ("label-2", "missing", "b")], "run-2")
    filled.write_bundle(PROJECT, {}, states("label-2", content_is_new=False), [], "run-3")
    assert [row[0] for row in read(filled, FAILURES)] == ["label-1"]
    filled.write_bundle(PROJECT, labels("label-1"), states("label-1"), [], "run-3")
    assert read(filled, FAILURES) == []


def test_rejected_listing_entries_heal_with_the_next_listing_and_label_rows_do_not(filled: Warehouse) -> None:
    filled.record_failures(PROJECT, [("label-1", "missing", "a")], "run-2")
    rejected = [("data-8/main", "source_content", "no title"), ("data-9/main", "source_content", "no title")]
    filled.record_failures(PROJECT, rejected, "run-2", of_listing=True)
    with filled.working_on("project-2"):
        filled.record_failures("project-2", rejected, "run-2", of_listing=True)
    filled.record_failures(PROJECT, rejected[:1], "run-3", of_listing=True)
    assert read(filled, "SELECT project_hash, label_hash, attempts FROM sync_failure ORDER BY 1, 2") == [
        (PROJECT, "data-8/main", 2),
        (PROJECT, "label-1", 1),
        ("project-2", "data-8/main", 1),
        ("project-2", "data-9/main", 1),
    ]


COUNTERS = ("projects", "listed", "loaded", "unchanged", "failed", "skipped", "tombstoned")
SIZES = ("requests", "label_bytes", "rows_written")


def run(**changes: object) -> dict[str, Any]:
    return {
        "run_id": "run-1",
        "started_at": STARTED,
        "ended_at": None,
        "outcome": "running",
        "command": "encord-sync sync",
        "connector_version": "0.1.0",
        "sdk_version": "0.1.211",
        "schema_version": "0003",
        "message": None,
        **dict.fromkeys((*COUNTERS, *SIZES), 0),
        **changes,
    }


def test_a_run_is_written_when_it_starts_and_again_when_it_ends(warehouse: Warehouse) -> None:
    warehouse.record_run(run())
    assert read(warehouse, "SELECT outcome, ended_at FROM sync_run") == [("running", None)]
    warehouse.record_run({"run_id": "run-1", "outcome": "succeeded", "ended_at": STARTED, "loaded": 7})
    warehouse.record_run(run(run_id="run-2"))
    assert read(warehouse, "SELECT run_id, outcome, ended_at, loaded, command FROM sync_run ORDER BY 1") == [
        ("run-1", "succeeded", STARTED, 7, "encord-sync sync"),
        ("run-2", "running", None, 0, "encord-sync sync"),
    ]


def test_a_project_has_one_receipt_a_run(warehouse: Warehouse) -> None:
    warehouse.record_run(run())
    receipt = run(project_hash=PROJECT, rows_by_table='{"object_annotation": 3}', stage_seconds="{}")
    for project_hash in (PROJECT, "project-2", PROJECT):
        warehouse.record_project(receipt | {"project_hash": project_hash, "loaded": 3})
    assert read(warehouse, "SELECT project_hash, loaded, rows_by_table FROM sync_run_project ORDER BY 1") == [
        (PROJECT, 3, '{"object_annotation": 3}'),
        ("project-2", 3, '{"object_annotation": 3}'),
    ]
