"""A run that is told to stop commits what it has, says so, and the next one carries on with the rest."""

import pytest

from connector.process.interruption import Interruption
from connector.sample import Fault, Hook
from tests.sync.conftest import IMAGES, Comparison
from tests.sync.synced_warehouse import ALL_REQUESTS_OF_A_LISTING, SyncedWarehouse


@pytest.mark.parametrize("in_flight", [1, 3])
def test_a_stop_half_way_loses_nothing_and_repeats_nothing(
    in_flight: int, new_gate: SyncedWarehouse, equals_fresh: Comparison
) -> None:
    gate, interruption = new_gate, Interruption()

    bundles = 0

    def stop_after_two_bundles() -> None:
        nonlocal bundles
        bundles += 1
        if bundles == 2:
            interruption.request("SIGTERM")

    stopped = gate.sync(
        interruption=interruption, on_progress=stop_after_two_bundles, bundle_rows=2, requests_in_flight=in_flight
    )
    assert (stopped.exit_code, stopped.run.outcome) == (75, "interrupted")
    assert "SIGTERM" in str(stopped.run.message)
    assert stopped.receipt.loaded == 4
    loaded = gate.rewritten_by(stopped)
    assert len(loaded) == 4
    rest = gate.sync()
    assert rest.exit_code == 0
    assert rest.fetched == sorted(set(gate.project.label_hashes) - set(loaded))
    assert rest.counts() == {"loaded": IMAGES - 4, "unchanged": 4, "skipped": 2}
    equals_fresh(gate)


def test_a_stop_while_the_listing_is_read_deletes_nothing(gate: SyncedWarehouse, equals_fresh: Comparison) -> None:
    """Nothing after the stop is done; what is gone is marked by the next run."""
    interruption = Interruption()
    gate.server.faults.add(Fault(Hook(lambda: interruption.request("SIGINT")), kind="listing"))
    gate.project.delete_label_row(gate.project.label_hashes[0])
    stopped = gate.sync(interruption=interruption)
    assert stopped.exit_code == 75
    assert gate.value("SELECT count(*) FROM label_row WHERE deleted_at IS NOT NULL") == 0
    next_run = gate.sync()
    assert (next_run.exit_code, next_run.receipt.tombstoned) == (0, 1)
    equals_fresh(gate)


def test_a_stop_before_the_first_request_sends_none(gate: SyncedWarehouse, equals_fresh: Comparison) -> None:
    interruption = Interruption()
    interruption.request("SIGTERM")
    stopped = gate.sync(interruption=interruption)
    assert (stopped.exit_code, stopped.requests) == (75, {})
    assert gate.sync().requests == ALL_REQUESTS_OF_A_LISTING
    equals_fresh(gate)
