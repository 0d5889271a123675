"""A listing part by part: together the tables, the entries and the rejections of the listing normalised whole."""

from collections.abc import Sequence

import pyarrow as pa
import pytest

from connector.normalise.listing import listing_parts
from connector.normalise.listing.listing import normalise_listing
from connector.normalise.listing.listing_entries import label_row_id
from connector.normalise.listing.listing_parts import ListingParts
from tests.normalise.rows import SCHEMAS, Json, listing_entry


def parts_of(entries: Sequence[object], kept: Sequence[str] = ()) -> ListingParts:
    def hashes() -> pa.Table:
        columns = {}
        for name in ("data_hash", "label_hash"):
            named = [entry.get(name) if isinstance(entry, dict) else None for entry in entries]
            columns[name] = pa.array([text if isinstance(text, str) else None for text in named], pa.string())
        return pa.table(columns)

    return ListingParts("project-hash", entries, hashes, SCHEMAS, kept)


def rows(tables: Sequence[pa.Table], key: str) -> list[Json]:
    return sorted(pa.concat_tables(tables).to_pylist(), key=lambda row: str(row[key]))


ENTRIES: list[object] = [
    listing_entry(label_hash=None, data_hash="a", branch_name="b1", last_edited_at=None, data_title="by b1"),
    listing_entry(label_hash="c", data_hash="c", number_of_frames=7, last_edited_at="2031-01-01T00:00:00"),
    "no entry",
    listing_entry(label_hash="d", data_hash="d", number_of_frames="ten"),
    listing_entry(label_hash="b-b1", data_hash="b", branch_name="b1", data_title="old"),
    listing_entry(label_hash="a-b1", data_hash="a", branch_name="b1", data_title="by b1, opened"),
    listing_entry(data_hash=None),
    listing_entry(label_hash="b-b1", data_hash="b", branch_name="b1", data_title="new", last_edited_at="2030-01-01"),
    listing_entry(label_hash="e", data_hash="e", number_of_frames=None),
    listing_entry(label_hash="a-main", data_hash="a", branch_name="main", data_title="by main"),
]


@pytest.mark.parametrize("size", [1, 2, 3, 20])
def test_parts_are_the_listing_whole(monkeypatch: pytest.MonkeyPatch, size: int) -> None:
    """Doubled entries, a main branch that comes late, values of a wrong type: whatever lies between them."""
    whole = normalise_listing("project-hash", ENTRIES, SCHEMAS)
    monkeypatch.setattr(listing_parts, "ENTRIES_A_PART", size)
    listing = parts_of(ENTRIES, ["label_row_id", "branch_name"])
    for _ in range(2):  # a transaction may have to be repeated
        parts = list(listing)
        for name, key in (("label_row", "label_row_id"), ("data_unit", "data_hash")):
            assert rows([part[name] for part in parts], key) == rows([whole.tables[name]], key)
        units = [set(part["data_unit"]["data_hash"].to_pylist()) for part in parts]
        assert len(set().union(*units)) == sum(map(len, units))
        assert sorted(listing.rejected) == sorted(whole.rejected)
        assert "listing entry 2" in dict(listing.rejected)
        assert str(listing.newest) == "2031-01-01 00:00:00+00:00"
        assert listing.rows_kept().num_rows == 5
        entries = listing.entries()
        assert [ENTRIES[place] for place in entries.places(list(whole.entries))] == list(whole.entries.values())
        assert len(entries) == 5
    if size < 10:
        assert len(parts) > 1


def test_data_units_come_in_the_order_of_their_first_label_hash(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever the order of the listing: labels are fetched by label hash, and find their label rows side by side."""
    listed = [("u9", "c", "main"), ("u1", "e", "main"), ("u5", None, "main"), ("u3", "a", "main"), ("u1", "b", "other")]
    entries = [
        listing_entry(data_hash=data_hash, label_hash=label_hash, branch_name=branch)
        for data_hash, label_hash, branch in listed
    ]
    monkeypatch.setattr(listing_parts, "ENTRIES_A_PART", 2)
    parts = [part["label_row"].select(["data_hash", "label_hash"]).to_pylist() for part in parts_of(entries)]
    found = [[(row["data_hash"], row["label_hash"]) for row in part] for part in parts]
    assert found == [[("u3", "a"), ("u1", "e"), ("u1", "b")], [("u9", "c"), ("u5", None)]]


def test_entries_are_looked_up_many_at_once() -> None:
    listing = parts_of(ENTRIES)
    list(listing)
    entries = listing.entries()
    known = [label_row_id("project-hash", name, branch) for name, branch in (("c", "main"), ("a", "b1"), ("e", "main"))]
    absent = [label_row_id("project-hash", "d", "main"), "", "x" * 36, "0" * 36]
    names = pa.chunked_array([known, absent], pa.string())
    assert entries.have(names).to_pylist() == [True] * 3 + [False] * 4
    assert entries.frame_counts(names.slice(0, 3)) == [7, 100, None]
    assert entries.places(known) == [1, 5, 8]
    for name in absent:
        with pytest.raises(KeyError, match=f"^'{name}'$"):
            entries.places([*known, name])


def test_an_empty_listing_has_an_empty_part() -> None:
    listing = parts_of([])
    (part,) = listing
    assert part["label_row"].num_rows == part["data_unit"].num_rows == 0
    entries = listing.entries()
    assert entries.have(pa.chunked_array([["a"]])).to_pylist() == [False]
    with pytest.raises(KeyError):
        entries.places(["a"])
    assert listing.newest is None
