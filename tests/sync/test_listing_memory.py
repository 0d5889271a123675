"""What a sync holds of each listed label row, from the listing to the plan of what to fetch, stays as small as told."""

import datetime
import tracemalloc
from collections import deque
from pathlib import Path

import orjson
import pyarrow as pa
import pytest

from bench.memory import BYTES_A_LISTED_ROW
from connector.load import ARROW_SCHEMAS, open_warehouse
from connector.normalise.listing import listing_parts
from connector.normalise.listing.listing_parts import ListingParts
from connector.normalise.listing.ontology_changes import OntologyChange
from connector.source.answers.answer_body import AnswerBody
from connector.source.answers.listed_entries import RawEntries, read_entries
from connector.source.changes import fetch_plan
from connector.source.changes.changes import compare_stored, wanted_label_rows
from connector.sync import pipeline
from tests.normalise.rows import listing_entry

SMALL, LARGE = 2_000, 8_000
ROWS_AT_ONCE = 500


def listing_of(count: int) -> RawEntries:
    entries = [
        listing_entry(
            data_hash=f"{number * 7919 % count:08x}-0000-4000-8000-000000000000",
            label_hash=f"{number * 6101 % count:08x}-1111-4000-8000-000000000000",
            task_uuid=f"{number:08x}-2222-4000-8000-000000000000",
        )
        for number in range(count)
    ]
    return read_entries(AnswerBody(bytearray(orjson.dumps({"status": 200, "response": entries}))))[1]


def peak_of_plan(entries: RawEntries, folder: Path) -> int:
    """Bytes that Python, numpy and Arrow hold at most while a listing is taken in and a first sync is planned."""
    unchanged = OntologyChange(frozenset(), everything_is_stale=False, is_changed=False)
    project = pa.Table.from_pylist([{"project_hash": "project"}], schema=ARROW_SCHEMAS["project"])
    warehouse = open_warehouse(f"duckdb:///{folder}/{len(entries)}.duckdb")
    arrow_before = pa.total_allocated_bytes()
    tracemalloc.start()
    listing = ListingParts("project", entries, entries.hashes, ARROW_SCHEMAS)
    warehouse.upsert_metadata("project", {"project": project}, unchanged, listing)
    taken = listing.entries()
    pages = pipeline._label_rows(warehouse, "project", len(taken))
    window = datetime.timedelta(minutes=5)
    changes = compare_stored(pages, taken.have, listing.newest, normaliser_version=1, settle=window)
    del listing
    deque(wanted_label_rows(changes.fetch, taken.frame_counts), maxlen=0)
    by_label_hash = changes.fetch.by_label_hash()
    assert sum(by_label_hash[label_hash].reason == "never_synced" for label_hash in by_label_hash) == len(entries)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    warehouse.close()
    return int(peak + pa.default_memory_pool().max_memory() - arrow_before)


def test_memory_grows_by_little_a_listed_row(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """In parts and pages so small that a few thousand rows show what a hundred thousand would take."""
    monkeypatch.setattr(listing_parts, "ENTRIES_A_PART", ROWS_AT_ONCE)
    monkeypatch.setattr(pipeline, "_ROWS_A_PAGE", ROWS_AT_ONCE)
    monkeypatch.setattr(fetch_plan, "_ROWS_A_PIECE", ROWS_AT_ONCE // 10)
    small, large = (peak_of_plan(listing_of(count), tmp_path) for count in (SMALL, LARGE))
    grown = (large - small) / (LARGE - SMALL)
    assert 0 < grown < BYTES_A_LISTED_ROW
