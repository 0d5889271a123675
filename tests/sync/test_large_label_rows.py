"""Label rows that are written part by part end in the same warehouse, fail alone, and are not rewritten for nothing."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from connector.sample import EditElement, Fault, SampleServer
from connector.source.label_rows import fetched as label_rows
from connector.source.label_rows import lazy_labels
from connector.sync import bundle_loader as bundle
from tests.sync.conftest import Comparison, farm_world
from tests.sync.fresh_comparison import differences
from tests.sync.synced_warehouse import SyncedWarehouse


@pytest.fixture
def _every_row_is_taken_apart(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    with monkeypatch.context() as patch:
        patch.setattr(label_rows, "WHOLE_BYTES", 0)
        patch.setattr(lazy_labels, "ANSWERS_WHOLE_BYTES", 0)
        yield


@pytest.fixture
def _every_row_is_large(monkeypatch: pytest.MonkeyPatch, _every_row_is_taken_apart: None) -> Iterator[None]:
    """Label rows of any size are taken apart, and parts are a few rows long."""
    with monkeypatch.context() as patch:
        patch.setattr(bundle, "LARGE_LABEL_ROW_BYTES", 0)
        patch.setattr(bundle, "PART_ROWS", 80)
        yield


@pytest.fixture
def in_bundles(tmp_path: Path, _every_row_is_taken_apart: None) -> Path:
    """A warehouse whose label rows were written bundle by bundle."""
    path = tmp_path / "in_bundles.duckdb"
    with SampleServer(farm_world()) as server:
        assert SyncedWarehouse(server, path).sync().run.outcome == "succeeded"
    return path


def test_a_first_sync_in_parts_is_one_in_bundles(
    in_bundles: Path, new_file: Path, request: pytest.FixtureRequest
) -> None:
    request.getfixturevalue("_every_row_is_large")
    with SampleServer(farm_world()) as server:
        outcome = SyncedWarehouse(server, new_file).sync()
    assert outcome.run.outcome == "succeeded"
    assert outcome.receipt.loaded > 20
    assert outcome.receipt.stage_seconds["write"] > 0
    assert outcome.receipt.stage_seconds["normalise"] > 0
    assert differences(in_bundles, new_file) == []


@pytest.mark.usefixtures("_every_row_is_large")
def test_an_edited_label_row_is_replaced_and_one_that_says_the_same_is_not(farm: SyncedWarehouse) -> None:
    edited, same = (
        label_hash
        for (label_hash,) in farm.rows(
            "SELECT label_hash FROM object_annotation WHERE space_id = 'root'"
            " GROUP BY 1 ORDER BY count(*) DESC, 1 LIMIT 2"
        )
    )
    farm.sync(full=True)  # with the fingerprints of label rows that are taken apart
    farm.project.edit_labels(edited, _without_last_frame)
    farm.project.save_labels(same)
    outcome = farm.sync()
    assert outcome.counts()["loaded"] == 2
    assert outcome.fetched == sorted([edited, same])
    assert farm.rewritten_by(outcome) == [edited]


@pytest.mark.usefixtures("_every_row_is_large")
def test_a_row_that_cannot_be_read_half_way_keeps_its_old_rows(farm: SyncedWarehouse, equals_fresh: Comparison) -> None:
    bad = farm.value(
        "SELECT label_hash FROM object_annotation WHERE space_id = 'root' GROUP BY 1 ORDER BY count(*) DESC LIMIT 1"
    )
    good = next(label_hash for label_hash in farm.project.label_hashes if label_hash != bad)
    for label_hash in (bad, good):
        farm.project.save_labels(label_hash)
    query = f"SELECT * FROM object_annotation WHERE label_hash = '{bad}' ORDER BY ALL"
    before = farm.rows(query)
    farm.server.faults.add(Fault(EditElement(_without_last_class), kind="label_rows", label_hash=bad))
    outcome = farm.sync(full=True)
    assert outcome.counts()["failed"] == 1
    assert outcome.run.outcome == "partial"
    assert farm.rows(query) == before
    ((kind, message),) = farm.rows("SELECT kind, message FROM sync_failure")
    assert kind == "source_content"
    assert bad in message
    assert farm.sync().counts()["loaded"] == 1
    assert farm.rows("SELECT * FROM sync_failure") == []
    equals_fresh(farm)


def _without_last_frame(labels: dict[str, Any]) -> None:
    (unit,) = labels["data_units"].values()
    unit["labels"].popitem()


def _without_last_class(labels: dict[str, Any]) -> object:
    """The label row, the last object of its last frame without a class and a hash."""
    (unit,) = labels["data_units"].values()
    *_, frame = (blob for blob in unit["labels"].values() if blob["objects"])
    del frame["objects"][-1]["objectHash"]
    return labels
