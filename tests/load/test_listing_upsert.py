"""A listing taken in: only what differs is written, what is gone from the ontology goes, sync state is kept."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pyarrow as pa
import pytest

from connector.errors import ConnectorError, ErrorKind
from connector.load import Warehouse
from connector.load.writing.sql_warehouse import SqlWarehouse
from tests.load.warehouse_rows import (
    EDITED,
    PROJECT,
    SAME,
    Meaning,
    everything,
    labels,
    listing,
    ontology_classes,
    places,
    read,
    rows,
    states,
    stored_state,
)

LABEL_ROWS = [("video-1", "main", "label-1"), ("video-1", "anna", "label-2"), ("video-2", "main", None)]


def test_the_first_listing_is_inserted_and_the_same_again_writes_nothing(warehouse: Warehouse) -> None:
    listed = listing(LABEL_ROWS)
    written = warehouse.upsert_metadata(PROJECT, listed, SAME)
    assert written == {"project": 1, "workflow_stage": 1, "ontology_class": 2, "data_unit": 2, "label_row": 3}
    before = everything(warehouse)
    before_places = places(warehouse, "label_row")
    assert warehouse.upsert_metadata(PROJECT, listed, SAME) == {}
    assert everything(warehouse) == before
    assert places(warehouse, "label_row") == before_places


def test_only_rows_that_differ_are_written_and_their_sync_state_is_kept(filled: Warehouse) -> None:
    moved = listing(LABEL_ROWS, workflow_stage_uuid="stage-1", priority=0.5)
    assert filled.upsert_metadata(PROJECT, moved, SAME) == {"label_row": 3}
    stored = stored_state(filled)
    assert stored["video-1/main"]["content_hash"] == "content-1"
    assert stored["video-1/main"]["synced_last_edited_at"] == EDITED
    assert read(filled, "SELECT DISTINCT priority FROM label_row") == [(0.5,)]


def test_state_says_what_is_stored_and_what_was_never_synced(filled: Warehouse) -> None:
    stored = stored_state(filled)
    assert set(stored) == {"video-1/main", "video-1/anna", "video-2/main"}
    assert stored["video-1/anna"] == {
        "label_row_id": f"{PROJECT}/video-1/anna",
        "label_hash": "label-2",
        "last_edited_at": EDITED,
        "is_valid": True,
        "synced_last_edited_at": EDITED,
        "synced_is_valid": True,
        "is_settled": True,
        "normaliser_version": 1,
        "stale_reason": None,
        "content_hash": "content-1",
        "labels_last_edited_at": EDITED.replace(microsecond=0),
        "annotation_count": 3,
        "deleted_at": None,
        "has_failed": False,
    }
    assert stored["video-2/main"]["synced_last_edited_at"] is None


def test_what_left_the_ontology_or_the_workflow_is_deleted_for_this_project_only(warehouse: Warehouse) -> None:
    warehouse.upsert_metadata(PROJECT, listing(LABEL_ROWS), SAME)
    with warehouse.working_on("project-2"):
        warehouse.upsert_metadata("project-2", listing(LABEL_ROWS, "project-2"), SAME)
    changed = listing(LABEL_ROWS)
    changed["ontology_class"] = ontology_classes("car")
    changed["workflow_stage"] = rows("workflow_stage")
    assert warehouse.upsert_metadata(PROJECT, changed, SAME) == {"ontology_class": 1, "workflow_stage": 1}
    assert warehouse.ontology(PROJECT)["ontology_class"]["feature_hash"].to_pylist() == ["car"]
    assert warehouse.ontology("project-2")["ontology_class"]["feature_hash"].to_pylist() == ["bus", "car"]
    assert read(warehouse, "SELECT project_hash FROM workflow_stage") == [("project-2",)]


def test_the_ontology_comes_back_as_it_went_in(warehouse: Warehouse) -> None:
    listed = listing(LABEL_ROWS)
    warehouse.upsert_metadata(PROJECT, listed, SAME)
    stored = warehouse.ontology(PROJECT)
    assert set(stored) == {"ontology_class", "ontology_attribute", "ontology_option"}
    assert stored["ontology_class"].equals(listed["ontology_class"].sort_by("feature_hash"))


def test_a_rename_is_one_changed_row(filled: Warehouse) -> None:
    renamed = listing(LABEL_ROWS)
    renamed["ontology_class"] = ontology_classes("car", "bus").set_column(
        renamed["ontology_class"].column_names.index("name"), "name", pa.array(["Automobile", "Bus"])
    )
    assert filled.upsert_metadata(PROJECT, renamed, Meaning(is_changed=True)) == {"ontology_class": 1}
    assert {row["stale_reason"] for row in stored_state(filled).values()} == {None}


def test_rows_with_instances_of_a_stale_class_are_marked(filled: Warehouse) -> None:
    listed = listing(LABEL_ROWS)
    meaning = Meaning(frozenset({"bus"}), is_changed=True)
    assert filled.upsert_metadata(PROJECT, listed, meaning) == {"label_row": 1}
    assert {name: row["stale_reason"] for name, row in stored_state(filled).items()} == {
        "video-1/main": None,
        "video-1/anna": "ontology",
        "video-2/main": None,
    }
    filled.upsert_metadata(PROJECT, listed, SAME)
    assert stored_state(filled)["video-1/anna"]["stale_reason"] == "ontology", "stays until the labels are fetched"
    filled.write_bundle(PROJECT, {}, states("label-2", content_is_new=False), [], "run-2")
    assert stored_state(filled)["video-1/anna"]["stale_reason"] is None


def test_a_stale_classification_marks_its_rows_too(filled: Warehouse) -> None:
    filled.upsert_metadata(PROJECT, listing(LABEL_ROWS), Meaning(frozenset({"weather"})))
    stale = {name for name, row in stored_state(filled).items() if row["stale_reason"]}
    assert stale == {"video-1/main", "video-1/anna"}


def test_everything_stale_marks_every_synced_row(filled: Warehouse) -> None:
    filled.upsert_metadata(PROJECT, listing(LABEL_ROWS), Meaning(everything_is_stale=True))
    stale = {name for name, row in stored_state(filled).items() if row["stale_reason"]}
    assert stale == {"video-1/main", "video-1/anna"}


def test_any_ontology_change_marks_rows_with_warnings(filled: Warehouse) -> None:
    warned = states("label-1", content_is_new=True, warnings='["unknown shape: blob"]')
    filled.write_bundle(PROJECT, labels("label-1"), warned, [], "run-2")
    filled.upsert_metadata(PROJECT, listing(LABEL_ROWS), Meaning(is_changed=True))
    assert {name for name, row in stored_state(filled).items() if row["stale_reason"]} == {"video-1/main"}


def test_a_new_label_hash_loses_the_rows_of_the_old_one_and_its_state(filled: Warehouse) -> None:
    again = [("video-1", "main", "label-9"), *LABEL_ROWS[1:]]
    filled.upsert_metadata(PROJECT, listing(again), SAME)
    assert stored_state(filled)["video-1/main"]["content_hash"] is None
    assert stored_state(filled)["video-1/main"]["label_hash"] == "label-9"
    for table in ("object_instance", "object_annotation", "classification_range", "attribute_answer"):
        assert read(filled, f"SELECT DISTINCT label_hash FROM {table}") == [("label-2",)]
    assert stored_state(filled)["video-1/anna"]["content_hash"] == "content-1"


def test_a_first_opening_keeps_the_row_and_gives_it_a_label_hash(filled: Warehouse) -> None:
    opened = [*LABEL_ROWS[:2], ("video-2", "main", "label-3")]
    assert filled.upsert_metadata(PROJECT, listing(opened), SAME) == {"label_row": 1}
    assert stored_state(filled)["video-2/main"]["label_hash"] == "label-3"


def test_what_is_listed_again_is_no_longer_deleted(filled: Warehouse) -> None:
    filled.tombstone_project(PROJECT, datetime(2026, 4, 1, tzinfo=UTC))
    assert filled.project_hashes() == []
    written = filled.upsert_metadata(PROJECT, listing(LABEL_ROWS), SAME)
    assert written == {"project": 1, "data_unit": 2, "label_row": 3}
    assert filled.project_hashes() == [PROJECT]
    for table in ("project", "data_unit", "label_row"):
        assert read(filled, f"SELECT count(deleted_at) FROM {table}") == [(0,)]


def test_one_key_twice_in_a_listing_is_refused_and_nothing_is_written(filled: Warehouse) -> None:
    before = everything(filled)
    doubled = listing([("video-7", "main", "label-7"), ("video-7", "main", "label-8")])
    with pytest.raises(ConnectorError, match=r"label_row.*project-1/video-7/main") as caught:
        filled.upsert_metadata(PROJECT, doubled, SAME)
    assert caught.value.kind is ErrorKind.SOURCE_CONTENT
    assert everything(filled) == before


@pytest.mark.parametrize("label_rows", [[("video-7", "main", "label-8")], [("video-7", "anna", "label-8")]], ids=str)
def test_one_key_in_two_parts_of_a_first_listing_is_refused_and_nothing_is_written(
    warehouse: Warehouse, label_rows: list[tuple[str, str, str | None]]
) -> None:
    """A first listing is not compared with what is there, so not with its own parts before either."""
    before = everything(warehouse)
    listed = listing([("video-7", "main", "label-7")])
    parts = [{name: rows[name] for name in ("data_unit", "label_row")} for rows in (listed, listing(label_rows))]
    rest = {name: rows for name, rows in listed.items() if name not in parts[0]}
    with pytest.raises(ConnectorError, match=r"same key.*project-1.*video-7|its key is there already") as caught:
        warehouse.upsert_metadata(PROJECT, rest, SAME, parts)
    assert caught.value.kind is ErrorKind.SOURCE_CONTENT
    assert everything(warehouse) == before


def test_a_listing_of_100_000_unchanged_label_rows_is_quick_and_writes_nothing(warehouse: Warehouse) -> None:
    listed = listing([("video-1", "main", "label-1")])
    count = 100_000
    numbers = pa.array(range(count)).cast(pa.string())
    label_rows = listed["label_row"].take(pa.array([0] * count))
    for name in ("label_row_id", "branch_name", "label_hash"):
        label_rows = label_rows.set_column(label_rows.column_names.index(name), name, numbers)
    listed["label_row"] = label_rows
    assert warehouse.upsert_metadata(PROJECT, listed, SAME)["label_row"] == count
    began = datetime.now(UTC)
    assert warehouse.upsert_metadata(PROJECT, listed, SAME) == {}
    assert (datetime.now(UTC) - began).total_seconds() < 5


def test_a_listing_in_parts_is_the_listing_whole(warehouse: Warehouse) -> None:
    """Each part has its data units; a second time nothing is written, and what moves in one part is seen."""
    whole = listing(
        [(f"video-{number}", branch, f"{number}-{branch}") for number in range(5) for branch in ("main", "b")]
    )
    project = {name: rows for name, rows in whole.items() if name not in {"data_unit", "label_row"}}

    def parts(tables: dict[str, pa.Table]) -> list[dict[str, pa.Table]]:
        return [
            {"data_unit": tables["data_unit"].slice(n, 2), "label_row": tables["label_row"].slice(2 * n, 4)}
            for n in (0, 2, 4)
        ]

    written = warehouse.upsert_metadata(PROJECT, project, SAME, parts(whole))
    assert (written["data_unit"], written["label_row"]) == (5, 10)
    before = read(warehouse, "SELECT * FROM label_row ORDER BY label_row_id")
    assert warehouse.upsert_metadata(PROJECT, project, SAME, parts(whole)) == {}
    assert warehouse.upsert_metadata(PROJECT, whole, SAME) == {}
    assert read(warehouse, "SELECT * FROM label_row ORDER BY label_row_id") == before
    moved = dict(whole)
    hashes = ["new" if name == "3-b" else name for name in whole["label_row"]["label_hash"].to_pylist()]
    place = moved["label_row"].schema.get_field_index("label_hash")
    moved["label_row"] = moved["label_row"].set_column(place, "label_hash", pa.array(hashes))
    assert warehouse.upsert_metadata(PROJECT, project, SAME, parts(moved)) == {"label_row": 1}


def test_whether_a_project_has_branches_is_asked_again_after_each_listing(warehouse: Warehouse) -> None:
    """It is asked once and not in every transaction; a branch that came meanwhile must not be missed."""
    assert isinstance(warehouse, SqlWarehouse)
    warehouse.upsert_metadata(PROJECT, listing(LABEL_ROWS[:1]), SAME)
    warehouse.write_bundle(PROJECT, labels("label-1"), states("label-1"), [], "run-1")
    assert warehouse._unbranched == {PROJECT}
    warehouse.upsert_metadata(PROJECT, listing(LABEL_ROWS), SAME)
    warehouse.write_bundle(PROJECT, labels("label-2"), states("label-2"), [], "run-1")
    assert warehouse._unbranched == set()


def test_half_a_listing_is_none(warehouse: Warehouse) -> None:
    whole = listing(LABEL_ROWS)
    project = {name: rows for name, rows in whole.items() if name not in {"data_unit", "label_row"}}

    def breaks_off() -> Iterator[dict[str, pa.Table]]:
        yield {name: whole[name] for name in ("data_unit", "label_row")}
        raise ValueError("broken off")

    with pytest.raises(ValueError, match="broken off"):
        warehouse.upsert_metadata(PROJECT, project, SAME, breaks_off())
    assert read(warehouse, "SELECT count(*) FROM label_row") == [(0,)]


def test_the_state_of_some_ids(filled: Warehouse) -> None:
    ids = sorted(f"{PROJECT}/{name}" for name in stored_state(filled))
    found = [filled.state(PROJECT, bounds)["label_row_id"].to_pylist() for bounds in (("", ids[1]), (ids[1], "q"))]
    assert [sorted(names) for names in found] == [ids[:1], ids[1:]]
