"""What is gone from the listing is marked deleted and loses its labels, unless the listing may not have been whole."""

import copy
from typing import Any

import pytest

from connector.load.tables import LABEL_TABLES
from connector.sample import EMPTY_LISTING, HALF_LISTING, Fault, FaultAction
from connector.sample.world.sample_label_row import SampleLabelRow
from tests.sync.conftest import IMAGES, UNOPENED_IMAGES, Comparison
from tests.sync.synced_warehouse import ALL_REQUESTS_OF_A_LISTING, SyncedWarehouse

CONSENSUS = "calving-pen-002.mp4"
LISTED_IMAGES = IMAGES + UNOPENED_IMAGES


def rows_of_labels(synced: SyncedWarehouse, label_hash: str) -> int:
    counts = " UNION ALL ".join(f"SELECT count(*) FROM {table} WHERE label_hash = $hash" for table in LABEL_TABLES)
    return sum(count for (count,) in synced.rows(counts, hash=label_hash))


def live_label_rows(synced: SyncedWarehouse) -> int:
    return int(synced.value("SELECT count(*) FROM label_row WHERE deleted_at IS NULL"))


def test_a_deleted_branch_is_tombstoned_and_comes_back_when_it_is_listed_again(
    farm: SyncedWarehouse, equals_fresh: Comparison
) -> None:
    project = farm.project
    row = next(row for row in project.rows.values() if row.branch_name.startswith("encord-"))
    label_hash, before = str(row.label_hash), farm.snapshot(*LABEL_TABLES)
    project.delete_label_row(label_hash)
    gone = farm.sync()
    # The branch lay in a consensus stage, whose tasks are read again when its label rows moved.
    assert gone.requests == {**ALL_REQUESTS_OF_A_LISTING, "tasks": 1}
    assert gone.exit_code == 0
    assert gone.receipt.tombstoned == 1
    assert rows_of_labels(farm, label_hash) == 0
    tombstone = "SELECT deleted_at IS NOT NULL, content_hash, object_count FROM label_row WHERE label_hash = $hash"
    assert farm.rows(tombstone, hash=label_hash) == [(True, None, None)]
    # Its data unit lives on: other branches have it.
    assert farm.value("SELECT deleted_at FROM data_unit WHERE data_hash = $data", data=row.data_hash) is None
    assert farm.sync().receipt.tombstoned == 0

    project.rows[row.data_hash, row.branch_name] = row
    project.index(row)
    back = farm.sync()
    assert back.fetched == [label_hash]
    assert back.receipt.fetch_reasons == {"never_synced": 1}
    assert farm.snapshot(*LABEL_TABLES) == before
    equals_fresh(farm)


def test_a_deleted_data_unit_goes_with_all_its_branches(farm: SyncedWarehouse, equals_fresh: Comparison) -> None:
    data_hash = farm.project.row_named(CONSENSUS).data_hash
    assert farm.project.delete_data_unit(data_hash) == 4
    outcome = farm.sync()
    assert outcome.exit_code == 0
    assert outcome.requests == ALL_REQUESTS_OF_A_LISTING
    assert outcome.receipt.tombstoned == 4
    assert farm.value("SELECT deleted_at IS NOT NULL FROM data_unit WHERE data_hash = $data", data=data_hash) is True
    assert (
        farm.value("SELECT count(*) FROM label_row WHERE data_hash = $data AND deleted_at IS NULL", data=data_hash) == 0
    )
    equals_fresh(farm)


def test_many_deletes_at_once_wait_for_permission(gate: SyncedWarehouse, equals_fresh: Comparison) -> None:
    gone = gate.project.label_hashes[:6]
    for label_hash in gone:
        gate.project.delete_label_row(label_hash)
    edited = gate.project.label_hashes[0]
    gate.project.move_box(edited, "Zm9vYmFy")

    refused = gate.sync()
    assert refused.exit_code == 7
    assert refused.run.outcome == refused.receipt.outcome == "partial"
    assert refused.receipt.tombstoned == 0
    assert str(refused.run.message).startswith("6 of 14 label rows in the warehouse are no longer listed")
    assert "--allow-deletes" in str(refused.run.message)
    # Everything else was done.
    assert refused.fetched == [edited]
    assert live_label_rows(gate) == LISTED_IMAGES
    assert all(rows_of_labels(gate, label_hash) for label_hash in gone)

    allowed = gate.sync(allow_deletes=True)
    assert allowed.exit_code == 0
    assert allowed.requests == ALL_REQUESTS_OF_A_LISTING
    assert allowed.receipt.tombstoned == 6
    assert not any(rows_of_labels(gate, label_hash) for label_hash in gone)
    equals_fresh(gate)


def test_the_share_that_may_go_is_an_option(gate: SyncedWarehouse, equals_fresh: Comparison) -> None:
    for label_hash in gate.project.label_hashes[:6]:
        gate.project.delete_label_row(label_hash)
    assert gate.sync(max_delete_share=0.5).receipt.tombstoned == 6
    equals_fresh(gate)


@pytest.mark.parametrize(("fault", "missing"), [(EMPTY_LISTING, LISTED_IMAGES), (HALF_LISTING, LISTED_IMAGES // 2)])
def test_an_empty_or_half_listing_deletes_nothing(
    fault: FaultAction, missing: int, gate: SyncedWarehouse, equals_fresh: Comparison
) -> None:
    before = gate.snapshot("label_row", "data_unit", *LABEL_TABLES)
    gate.server.faults.add(Fault(fault, kind="listing"))
    outcome = gate.sync()
    assert outcome.exit_code == 7
    assert outcome.receipt.listed == LISTED_IMAGES - missing
    assert outcome.receipt.tombstoned == 0
    assert f"{missing} of {LISTED_IMAGES} label rows" in str(outcome.receipt.message)
    assert gate.snapshot(*before) == before
    healed = gate.sync()
    assert (healed.exit_code, healed.requests) == (0, ALL_REQUESTS_OF_A_LISTING)
    equals_fresh(gate)


def test_an_emptied_project_can_be_emptied_here_too(gate: SyncedWarehouse, equals_fresh: Comparison) -> None:
    for data_hash, _ in list(gate.project.rows):
        gate.project.delete_data_unit(data_hash)
    assert gate.sync().exit_code == 7
    assert gate.sync(allow_deletes=True).receipt.tombstoned == LISTED_IMAGES
    assert live_label_rows(gate) == 0
    equals_fresh(gate)


def test_the_facts_of_frames_go_with_the_last_labels_of_a_data_unit(
    farm: SyncedWarehouse, equals_fresh: Comparison
) -> None:
    """The data unit lives on, because a branch of it is listed that nobody has opened."""
    project = farm.project
    row = next(row for row in project.rows.values() if row.metadata["data_type"] == "IMG_GROUP")
    frames = "SELECT count(*) FROM data_frame WHERE data_hash = $data"
    assert farm.value(frames, data=row.data_hash) > 0
    project.delete_label_row(str(row.label_hash))
    unopened = copy.deepcopy(row.metadata) | {"branch_name": "encord-other", "label_hash": None}
    project.rows[row.data_hash, "encord-other"] = SampleLabelRow(unopened | {"last_edited_at": None}, None)
    assert farm.sync().receipt.tombstoned == 1
    assert farm.value("SELECT deleted_at FROM data_unit WHERE data_hash = $data", data=row.data_hash) is None
    assert farm.value(frames, data=row.data_hash) == 0
    equals_fresh(farm)


def test_the_facts_of_frames_go_when_labels_do_not_bring_them_any_more(
    farm: SyncedWarehouse, equals_fresh: Comparison
) -> None:
    row = next(row for row in farm.project.rows.values() if row.metadata["data_type"] == "DICOM")

    def forget_slices(labels: dict[str, Any]) -> None:
        for unit in labels["data_units"].values():
            for frame in unit["labels"].values():
                del frame["metadata"]

    farm.project.edit_labels(str(row.label_hash), forget_slices)
    farm.sync()
    assert farm.value("SELECT count(*) FROM data_frame WHERE data_hash = $data", data=row.data_hash) == 0
    equals_fresh(farm)
