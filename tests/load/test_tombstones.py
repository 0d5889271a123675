"""Tombstones: the mark stays, labels and state go, and nothing that still lives is touched."""

from datetime import UTC, datetime

from connector.load import Warehouse
from tests.load.warehouse_rows import PROJECT, SAME, labels, listing, read, rows, states, stored_state

AT = datetime(2026, 5, 1, tzinfo=UTC)


def test_a_tombstone_removes_the_labels_and_keeps_the_mark(filled: Warehouse) -> None:
    filled.record_failures(PROJECT, [("label-2", "missing", "Not in the answer.")], "run-2")
    assert filled.tombstone(PROJECT, [f"{PROJECT}/video-1/anna"], AT) == 1
    stored = stored_state(filled)
    assert stored["video-1/anna"]["deleted_at"] == AT
    assert stored["video-1/anna"]["content_hash"] is None
    assert stored["video-1/anna"]["annotation_count"] is None
    assert not stored["video-1/anna"]["has_failed"]
    assert stored["video-1/main"]["deleted_at"] is None
    for table in ("object_instance", "object_annotation", "classification_instance", "attribute_answer"):
        assert read(filled, f"SELECT DISTINCT label_hash FROM {table}") == [("label-1",)]
    assert read(filled, "SELECT count(deleted_at) FROM data_unit") == [(0,)], "another branch of it lives"


def test_a_second_tombstone_changes_nothing(filled: Warehouse) -> None:
    filled.tombstone(PROJECT, [f"{PROJECT}/video-1/anna"], AT)
    assert filled.tombstone(PROJECT, [f"{PROJECT}/video-1/anna"], datetime(2027, 1, 1, tzinfo=UTC)) == 0
    assert stored_state(filled)["video-1/anna"]["deleted_at"] == AT


def test_a_data_unit_without_a_label_row_is_marked_and_loses_its_frames(filled: Warehouse) -> None:
    bundle = labels("label-1") | {
        "data_frame": rows("data_frame", {"project_hash": PROJECT, "data_hash": "video-1", "frame": 0})
    }
    filled.write_bundle(PROJECT, bundle, states("label-1"), [], "run-2")
    gone = [f"{PROJECT}/video-1/{branch}" for branch in ("main", "anna")]
    assert filled.tombstone(PROJECT, gone, AT) == 2
    assert read(filled, "SELECT data_hash, deleted_at FROM data_unit ORDER BY 1") == [
        ("video-1", AT),
        ("video-2", None),
    ]
    assert read(filled, "SELECT count(*) FROM data_frame") == [(0,)]


def test_a_label_row_that_lives_on_under_another_branch_keeps_its_labels(filled: Warehouse) -> None:
    renamed = [("video-1", "main", "label-1"), ("video-1", "anna-renamed", "label-2"), ("video-2", "main", None)]
    filled.upsert_metadata(PROJECT, listing(renamed), SAME)
    assert "video-1/anna" not in stored_state(filled), "it was moved"
    assert filled.tombstone(PROJECT, [f"{PROJECT}/video-1/anna"], AT) == 0
    assert read(filled, "SELECT count(*) FROM object_annotation WHERE label_hash = 'label-2'") == [(3,)]
    assert stored_state(filled)["video-1/anna-renamed"]["content_hash"] == "content-1"


def test_ids_of_another_project_are_left_alone(filled: Warehouse) -> None:
    assert filled.tombstone("project-2", [f"{PROJECT}/video-1/anna"], AT) == 0
    assert read(filled, "SELECT count(deleted_at) FROM label_row") == [(0,)]
    assert read(filled, "SELECT count(DISTINCT label_hash) FROM object_annotation") == [(2,)]


def test_a_project_is_buried_with_everything_in_it_and_no_other(filled: Warehouse) -> None:
    with filled.working_on("project-2"):
        filled.upsert_metadata("project-2", listing([("video-9", "main", "label-9")], "project-2"), SAME)
        filled.write_bundle("project-2", labels("label-9"), states("label-9"), [], "run-2")
    filled.record_failures(PROJECT, [("data-8/main", "source_content", "Not a dict.")], "run-2")
    assert filled.tombstone_project(PROJECT, AT) == 3
    assert filled.project_hashes() == ["project-2"]
    assert read(filled, "SELECT DISTINCT label_hash FROM object_annotation") == [("label-9",)]
    assert read(filled, "SELECT count(*) FROM sync_failure") == [(0,)]
    assert {row["deleted_at"] for row in stored_state(filled).values()} == {AT}
    assert filled.tombstone_project(PROJECT, AT) == 0
