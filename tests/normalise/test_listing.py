"""The listing: tables of exactly the listed columns, bad and doubled entries set aside, and speed."""

import time
import uuid
from typing import Any

import pytest

from connector.normalise.listing import listing as listing_module
from connector.normalise.listing.listing import normalise_listing
from connector.normalise.listing.listing_entries import LABEL_ROW_NAMESPACE, label_row_id
from tests.normalise.rows import SCHEMAS, Json, listing_entry


def listed(*entries: object) -> Any:  # noqa: ANN401 - a Listing, under a shorter name
    return normalise_listing("project-hash", entries, SCHEMAS)


def test_columns_are_those_that_a_listing_knows() -> None:
    tables = listed(listing_entry()).tables

    unit_names = [name for name in SCHEMAS["data_unit"].names if name != "deleted_at"]
    assert tables["data_unit"].schema.names == unit_names
    last = SCHEMAS["label_row"].names.index("last_edited_at")
    assert tables["label_row"].schema.names == SCHEMAS["label_row"].names[: last + 1]
    for table, schema in ((tables["data_unit"], "data_unit"), (tables["label_row"], "label_row")):
        assert all(field.equals(SCHEMAS[schema].field(field.name)) for field in table.schema)


def test_values() -> None:
    entry = listing_entry(
        client_metadata={"b": [1, 2], "a": "x"},
        duration=12.5,
        audio_num_channels=2,
        assigned_user_email="ann@example.com",
    )
    listing = listed(entry)
    (unit,) = listing.tables["data_unit"].to_pylist()
    (row,) = listing.tables["label_row"].to_pylist()

    assert (unit["title"], unit["data_type"], unit["frame_count"]) == ("a title", "video", 100)
    assert (unit["duration_seconds"], unit["audio_num_channels"]) == (12.5, 2)
    assert unit["client_metadata"] == '{"b":[1,2],"a":"x"}'
    assert (row["workflow_stage_title"], row["priority"], row["is_valid"]) == ("Annotate", 0.5, True)
    assert row["last_edited_at"].isoformat() == "2023-03-21T11:03:52.573279+00:00"
    assert row["assigned_user_email"] == "ann@example.com"
    assert dict(listing.entries) == {row["label_row_id"]: entry}


def test_label_row_id_is_a_uuid_of_version_5() -> None:
    found = label_row_id("project", "data", "main")

    assert found == str(uuid.uuid5(LABEL_ROW_NAMESPACE, "project/data/main"))
    assert uuid.UUID(found).version == 5


def test_rows_never_opened_have_no_label_hash() -> None:
    listing = listed(listing_entry(label_hash=None, created_at=None, last_edited_at=None, workflow_graph_node=None))
    (row,) = listing.tables["label_row"].to_pylist()

    assert (row["label_hash"], row["created_at"], row["last_edited_at"], row["workflow_stage_uuid"]) == (None,) * 4
    assert listing.rejected == []


def test_branches_share_a_data_unit() -> None:
    listing = listed(
        listing_entry(branch_name="encord-ann", label_hash="one"), listing_entry(label_hash="two", data_title="main's")
    )

    assert listing.tables["data_unit"].column("title").to_pylist() == ["main's"]
    assert listing.tables["label_row"].num_rows == 2


MISSING = ["data_hash", "branch_name", "dataset_hash", "dataset_title", "data_title", "data_type", "label_status"]


def without(key: str) -> Json:
    entry = listing_entry(label_hash="bad")
    del entry[key]
    return entry


@pytest.mark.parametrize(
    ("bad", "identifier"),
    [
        *((without(key), "bad") for key in [*MISSING, "number_of_frames"]),
        (listing_entry(label_hash="bad", last_edited_at="soon"), "bad"),
        (listing_entry(label_hash="bad", last_edited_at=17), "bad"),
        (listing_entry(label_hash="bad", created_at="2023-13-45T00:00:00"), "bad"),
        ({**listing_entry(label_hash="bad"), "data_type": None}, "bad"),
        (listing_entry(label_hash="bad", workflow_graph_node="stage"), "bad"),
        (listing_entry(label_hash="bad", priority="high"), "bad"),
        (listing_entry(label_hash="bad", number_of_frames="ten"), "bad"),
        (listing_entry(label_hash=None, data_hash="d", branch_name="b", width=[]), "d/b"),
        (None, "listing entry 1"),
        ("entry", "listing entry 1"),
    ],
)
def test_one_bad_entry_is_set_aside(bad: object, identifier: str) -> None:
    listing = listed(
        listing_entry(label_hash="one", data_hash="1"), bad, listing_entry(label_hash="two", data_hash="2")
    )

    assert listing.tables["label_row"].column("label_hash").to_pylist() == ["one", "two"]
    assert listing.tables["data_unit"].column("data_hash").to_pylist() == ["1", "2"]
    assert [name for name, _ in listing.rejected] == [identifier]
    assert [entry["label_hash"] for entry in listing.entries.values()] == ["one", "two"]


def test_of_doubled_entries_the_opened_and_the_newest_is_taken() -> None:
    unopened = listing_entry(label_hash=None, last_edited_at=None)
    edited_unopened = listing_entry(label_hash=None, last_edited_at="2024-01-01T00:00:00")
    older = listing_entry(label_hash="one", last_edited_at="2023-01-01T00:00:00")
    newer = listing_entry(label_hash="two", last_edited_at="2023-01-02T00:00:00")

    for entries in ((unopened, older, newer), (newer, older, unopened)):
        listing = listed(*entries)
        assert listing.tables["label_row"].column("label_hash").to_pylist() == ["two"]
        assert sorted(name for name, _ in listing.rejected) == ["data-hash/main", "one"]

    for pair in ((edited_unopened, older), (older, edited_unopened)):
        assert listed(*pair).tables["label_row"].column("label_hash").to_pylist() == ["one"]


def test_equal_doubled_entries_are_one() -> None:
    listing = listed(listing_entry(), listing_entry())

    assert listing.tables["label_row"].num_rows == 1
    assert listing.rejected == []


def test_a_hundred_thousand_entries_take_about_a_second() -> None:
    entries = [
        listing_entry(
            label_hash=f"label-{index}", data_hash=f"data-{index}", last_edited_at=f"2023-03-21T11:03:52.{index:06d}"
        )
        for index in range(100_000)
    ]

    started = time.process_time()
    listing = listed(*entries)
    elapsed = time.process_time() - started

    assert listing.tables["label_row"].num_rows == 100_000
    assert elapsed < 5  # about 0.8 s on a quiet machine; only a change of order may fail here


@pytest.mark.parametrize("at_once", [1, 2, 3])
def test_a_listing_in_chunks_is_the_listing_whole(monkeypatch: pytest.MonkeyPatch, at_once: int) -> None:
    """Doubled entries, a main branch that comes late, a bad value: whatever chunks they fall into."""
    entries: list[object] = [
        listing_entry(label_hash=None, data_hash="a", branch_name="b1", last_edited_at=None, data_title="by b1"),
        listing_entry(label_hash="a-main", data_hash="a", branch_name="main", data_title="by main"),
        "no entry",
        listing_entry(label_hash="a-b1", data_hash="a", branch_name="b1", data_title="by b1, opened"),
        listing_entry(label_hash="b-b1", data_hash="b", branch_name="b1", data_title="old"),
        listing_entry(label_hash="b-b1", data_hash="b", branch_name="b1", data_title="old"),
        listing_entry(label_hash="c", data_hash="c", number_of_frames="ten"),
        listing_entry(
            label_hash="b-b1", data_hash="b", branch_name="b1", data_title="new", last_edited_at="2099-01-01T00:00:00"
        ),
        listing_entry(label_hash="b-b2", data_hash="b", branch_name="b2", data_title="by b2"),
    ]
    whole = listed(*entries)
    monkeypatch.setattr(listing_module, "_ENTRIES_AT_ONCE", at_once)
    chunked = listed(*entries)

    assert chunked.tables["label_row"].equals(whole.tables["label_row"])
    assert chunked.tables["data_unit"].equals(whole.tables["data_unit"])
    assert whole.tables["label_row"]["label_hash"].to_pylist() == ["a-b1", "a-main", "b-b1", "b-b2"]
    assert whole.tables["data_unit"]["title"].to_pylist() == ["by main", "new"]
    assert dict(chunked.entries) == dict(whole.entries)
    assert sorted(chunked.rejected) == sorted(whole.rejected)
    assert len(whole.rejected) == 4
