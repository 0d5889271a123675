"""Edits that come between listing and fetch, late, or out of order: the warehouse ends with what the server has."""

import copy
import datetime
from typing import Any

from connector.sample import EditElement, Fault, Hook
from connector.sample.world.clock import label_time, listing_time
from tests.source.world import label_hash_of
from tests.sync.conftest import IMAGES, Comparison
from tests.sync.synced_warehouse import ALL_REQUESTS_OF_A_LISTING, SyncedWarehouse

BOX = "Zm9vYmFy"
"""The object hash of the box that each image of the gate has."""
FIRST = label_hash_of(0)
OTHERS = [label_hash_of(number) for number in range(1, IMAGES)]


def x_of(synced: SyncedWarehouse, label_hash: str = FIRST) -> float:
    return float(synced.value("SELECT x FROM object_annotation WHERE label_hash = $hash", hash=label_hash))


def labels_of(synced: SyncedWarehouse, label_hash: str = FIRST) -> dict[str, Any]:
    return copy.deepcopy(synced.project.row(label_hash).labels)


def answers_instead(synced: SyncedWarehouse, labels: dict[str, Any], times: int | None = 1) -> Fault:
    """Let the server answer these labels for the first image, as a copy of it that lags would."""
    return synced.server.faults.add(
        Fault(EditElement(lambda _: labels), kind="label_rows", label_hash=FIRST, times=times)
    )


def test_an_edit_between_listing_and_fetch_is_fetched_by_the_next_run(
    gate: SyncedWarehouse, equals_fresh: Comparison
) -> None:
    gate.project.move_box(FIRST, BOX)
    gate.server.faults.add(Fault(Hook(lambda: gate.project.move_box(FIRST, BOX)), kind="label_rows"))
    first = gate.sync()
    assert first.fetched == [FIRST]
    # The newer labels came, under the older version: so the next listing differs.
    assert x_of(gate) == 0.12
    second = gate.sync()
    assert (second.fetched, second.receipt.rows_written) == ([FIRST], 0)
    assert gate.sync().requests == ALL_REQUESTS_OF_A_LISTING
    equals_fresh(gate)


def test_an_edit_during_the_listing_is_fetched_by_the_next_run(gate: SyncedWarehouse, equals_fresh: Comparison) -> None:
    """The row is edited after the listing was made, and is not fetched in this run at all."""
    gate.server.faults.add(Fault(Hook(lambda: gate.project.move_box(FIRST, BOX)), kind="label_rows"))
    gate.project.move_box(OTHERS[0], BOX)
    assert gate.sync().fetched == [OTHERS[0]]
    assert gate.sync().fetched == [FIRST]
    assert x_of(gate) == 0.11
    equals_fresh(gate)


def test_labels_that_lag_behind_the_listing_are_fetched_again(gate: SyncedWarehouse, equals_fresh: Comparison) -> None:
    """The copy that answers does not have the edit yet: what came is what is stored already."""
    before = labels_of(gate)
    gate.project.move_box(FIRST, BOX)
    answers_instead(gate, before)
    behind = gate.sync()
    assert (behind.exit_code, behind.fetched, x_of(gate)) == (0, [FIRST], 0.1)
    caught_up = gate.sync()
    assert (caught_up.fetched, x_of(gate)) == ([FIRST], 0.11)
    assert gate.sync().requests == ALL_REQUESTS_OF_A_LISTING
    equals_fresh(gate)


def test_labels_that_lag_halfway_are_written_and_fetched_again(gate: SyncedWarehouse, equals_fresh: Comparison) -> None:
    gate.project.move_box(FIRST, BOX)
    halfway = labels_of(gate)
    gate.project.move_box(FIRST, BOX)
    answers_instead(gate, halfway)
    assert gate.sync().fetched == [FIRST]
    assert x_of(gate) == 0.11
    assert gate.sync().fetched == [FIRST]
    assert x_of(gate) == 0.12
    assert gate.sync().requests == ALL_REQUESTS_OF_A_LISTING
    equals_fresh(gate)


def test_labels_that_stay_older_than_the_listing_are_not_fetched_for_ever(
    gate: SyncedWarehouse, equals_fresh: Comparison
) -> None:
    """On a server whose listing moves for more than labels, the two stamps simply differ."""
    row = gate.project.row(FIRST)
    row.metadata["last_edited_at"] = listing_time(gate.project.clock.tick())
    row.forget()
    fetched = [gate.sync().fetched for _ in range(4)]
    assert fetched == [[FIRST], [FIRST], [], []]
    # A fresh sync has seen the row once only, so it has no version yet.
    assert gate.value(
        "SELECT synced_last_edited_at = last_edited_at FROM label_row WHERE label_hash = $hash", hash=FIRST
    )
    gate.project.save_labels(FIRST)
    gate.sync()
    equals_fresh(gate)


def test_older_labels_never_overwrite_newer_ones(gate: SyncedWarehouse, equals_fresh: Comparison) -> None:
    older = labels_of(gate)
    gate.project.move_box(FIRST, BOX)
    gate.sync()
    gate.project.move_box(FIRST, BOX)
    lag = answers_instead(gate, older, times=None)
    refused = gate.sync()
    assert refused.exit_code == 7
    assert refused.counts() == {"failed": 1, "unchanged": IMAGES - 1, "skipped": 2}
    assert gate.failures() == {FIRST: "outdated"}
    assert x_of(gate) == 0.11
    # It is not taken by --full by accident of its stamp only: that is what --full is for.
    assert lag.hits == 1
    gate.server.faults.clear()
    healed = gate.sync()
    assert (healed.exit_code, healed.fetched, gate.failures(), x_of(gate)) == (0, [FIRST], {}, 0.12)
    equals_fresh(gate)


def restore(synced: SyncedWarehouse, labels: dict[str, Any], metadata: dict[str, Any]) -> None:
    """Take the first image back to an older state: its labels, and what the listing says of it."""
    row = synced.project.row(FIRST)
    row.labels.clear()
    row.labels.update(labels)
    row.metadata.update(metadata)
    row.forget()


def test_labels_that_were_restored_to_an_older_state_are_taken(gate: SyncedWarehouse, equals_fresh: Comparison) -> None:
    """Listing and labels agree on the older stamp: nothing is outdated."""
    old = (labels_of(gate), dict(gate.project.row(FIRST).metadata))
    gate.project.move_box(FIRST, BOX)
    gate.sync()
    assert x_of(gate) == 0.11
    restore(gate, *old)
    restored = gate.sync()
    assert (restored.exit_code, restored.fetched, gate.failures(), x_of(gate)) == (0, [FIRST], {}, 0.1)
    assert gate.sync().requests == ALL_REQUESTS_OF_A_LISTING
    equals_fresh(gate)


def test_labels_older_than_the_restored_state_are_still_outdated(
    gate: SyncedWarehouse, equals_fresh: Comparison
) -> None:
    """The listing goes back one edit, a copy of the server that lags answers with the one before that."""
    oldest = labels_of(gate)
    gate.project.move_box(FIRST, BOX)
    old = (labels_of(gate), dict(gate.project.row(FIRST).metadata))
    gate.project.move_box(FIRST, BOX)
    gate.sync()
    restore(gate, *old)
    answers_instead(gate, oldest)
    refused = gate.sync()
    assert (refused.exit_code, gate.failures(), x_of(gate)) == (7, {FIRST: "outdated"}, 0.12)
    healed = gate.sync()
    assert (healed.exit_code, gate.failures(), x_of(gate)) == (0, {}, 0.11)
    equals_fresh(gate)


def test_an_edit_that_carries_an_older_stamp_is_noticed(gate: SyncedWarehouse, equals_fresh: Comparison) -> None:
    """Stamps are compared one by one, not with the newest one seen: an edit that shows late is still fetched."""
    gate.project.move_box(OTHERS[0], BOX)
    gate.sync()
    late = gate.project.clock.now - datetime.timedelta(minutes=3)
    gate.project.move_box(FIRST, BOX)
    row = gate.project.row(FIRST)
    row.metadata["last_edited_at"], row.labels["last_edited_at"] = listing_time(late), label_time(late)
    row.forget()
    assert gate.sync().fetched == [FIRST]
    assert x_of(gate) == 0.11
    equals_fresh(gate)


def test_a_row_fetched_soon_after_an_edit_is_looked_at_once_more(
    new_gate: SyncedWarehouse, equals_fresh: Comparison
) -> None:
    """With the settle window: once, when the listing has moved on, and not before anything moves."""
    gate, window = new_gate, 300
    gate.project.clock.step = datetime.timedelta(seconds=100)
    gate.project.move_box(FIRST, BOX)
    assert gate.sync(settle_seconds=window).receipt.loaded == IMAGES
    assert gate.sync(settle_seconds=window).requests == ALL_REQUESTS_OF_A_LISTING
    gate.project.move_box(OTHERS[0], BOX)
    assert gate.sync(settle_seconds=window).fetched == [OTHERS[0]]
    gate.project.clock.advance(datetime.timedelta(seconds=150))
    gate.project.move_box(OTHERS[1], BOX)
    third = gate.sync(settle_seconds=window)
    assert third.fetched == sorted([FIRST, OTHERS[1]])
    assert third.receipt.fetch_reasons == {"unsettled": 1, "edited": 1}
    assert gate.rewritten_by(third) == [OTHERS[1]]
    assert gate.sync(settle_seconds=window).requests == ALL_REQUESTS_OF_A_LISTING
    equals_fresh(gate)


def test_a_label_row_that_goes_back_to_an_older_time_has_that_time(
    gate: SyncedWarehouse, equals_fresh: Comparison
) -> None:
    labels, listed = labels_of(gate), gate.project.row(FIRST).metadata["last_edited_at"]
    gate.project.save_labels(FIRST)
    gate.sync()
    gate.project.restore_labels(FIRST, labels, listed)
    outcome = gate.sync()
    assert (outcome.fetched, outcome.receipt.loaded) == ([FIRST], 1)
    assert gate.sync().requests == ALL_REQUESTS_OF_A_LISTING
    equals_fresh(gate)
