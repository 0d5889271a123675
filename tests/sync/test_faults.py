"""Things that go wrong with a label row, an entry, a request or the key: what is well is loaded, the rest heals."""

import socket

from connector.sample import (
    KEY_REVOKED,
    DropElement,
    EditElement,
    Fault,
    FaultAction,
    HttpStatus,
    TooLarge,
    with_value,
    without_key,
)
from connector.sample import (
    RESET_IN_BODY as RESET,
)
from connector.sample import (
    TRUNCATED_BODY as CUT_SHORT,
)
from tests.source.world import label_hash_of
from tests.sync.conftest import IMAGES, UNOPENED_IMAGES, Comparison
from tests.sync.synced_warehouse import ALL_REQUESTS_OF_A_LISTING, SyncedWarehouse

BOX = "Zm9vYmFy"
BAD, GOOD = label_hash_of(0), label_hash_of(1)
XS = "SELECT label_hash, x FROM object_annotation ORDER BY label_hash"

BAD_LABEL_ROWS: list[tuple[FaultAction, str]] = [
    (without_key("data_units"), "source_content"),
    (with_value("data_units", ["none"]), "source_content"),
    (EditElement(lambda _: 17), "source_content"),
    (without_key("label_hash"), "source_content"),
    (DropElement(), "missing"),
]


def test_bad_label_rows_keep_their_old_rows_and_heal(gate: SyncedWarehouse, equals_fresh: Comparison) -> None:
    """No data units, units of a wrong type, no object at all, no label hash, not in the answer: all in one bundle."""
    bad = {label_hash_of(number): kind for number, (_, kind) in enumerate(BAD_LABEL_ROWS)}
    good = label_hash_of(len(bad))
    for label_hash in (*bad, good):
        gate.project.move_box(label_hash, BOX)
    for label_hash, (fault, _) in zip(bad, BAD_LABEL_ROWS, strict=True):
        gate.server.faults.add(Fault(fault, kind="label_rows", label_hash=label_hash, times=None))
    for attempts, loaded in ((1, 1), (2, 0)):
        outcome = gate.sync()
        assert outcome.exit_code == 7
        assert outcome.run.outcome == "partial"
        assert (outcome.receipt.failed, outcome.receipt.loaded) == (len(bad), loaded)
        assert {event.fields["label_hash"] for event in outcome.events_named("label_row_failed")} == set(bad)
        assert dict(gate.rows("SELECT label_hash, attempts FROM sync_failure")) == dict.fromkeys(bad, attempts)
        assert gate.rows(XS)[: len(bad) + 1] == [*((label_hash, 0.1) for label_hash in bad), (good, 0.11)]
    assert gate.failures() == bad
    gate.server.faults.clear()
    healed = gate.sync()
    assert (healed.exit_code, healed.fetched) == (0, sorted(bad))
    assert gate.failures() == {}
    assert [x for _, x in gate.rows(XS)][: len(bad) + 1] == [0.11] * (len(bad) + 1)
    assert gate.sync().requests == ALL_REQUESTS_OF_A_LISTING
    equals_fresh(gate)


def test_a_bad_label_row_of_a_first_sync_leaves_no_half_row(
    new_gate: SyncedWarehouse, equals_fresh: Comparison
) -> None:
    new_gate.server.faults.add(Fault(without_key("data_units"), kind="label_rows", label_hash=BAD))
    outcome = new_gate.sync(bundle_rows=5)
    assert outcome.counts() == {"loaded": IMAGES - 1, "failed": 1, "skipped": UNOPENED_IMAGES}
    assert new_gate.value("SELECT count(*) FROM object_instance WHERE label_hash = $bad", bad=BAD) == 0
    assert new_gate.sync().fetched == [BAD]
    equals_fresh(new_gate)


def test_a_failed_row_that_is_deleted_leaves_no_failure(gate: SyncedWarehouse, equals_fresh: Comparison) -> None:
    gate.project.move_box(BAD, BOX)
    gate.server.faults.add(Fault(without_key("data_units"), kind="label_rows", label_hash=BAD))
    assert gate.sync().exit_code == 7
    gate.project.delete_label_row(BAD)
    assert gate.sync().exit_code == 0
    assert gate.failures() == {}
    equals_fresh(gate)


BAD_ENTRIES: list[FaultAction] = [
    without_key("data_type"),
    EditElement(lambda _: "?"),
    with_value("last_edited_at", "yesterday"),
    with_value("number_of_frames", "many"),
]


def test_bad_listing_entries_are_counted_and_hold_back_deletes(gate: SyncedWarehouse, equals_fresh: Comparison) -> None:
    """An entry without its data type, one that is no object, a time that is none, a number that is none."""
    gone = label_hash_of(IMAGES - 1)
    gate.project.delete_label_row(gone)
    good = label_hash_of(len(BAD_ENTRIES))
    gate.project.move_box(good, BOX)
    for number, fault in enumerate(BAD_ENTRIES):
        gate.server.faults.add(Fault(fault, kind="listing", label_hash=label_hash_of(number)))
    outcome = gate.sync()
    assert outcome.exit_code == 7
    assert outcome.fetched == [good]
    unchanged = IMAGES - len(BAD_ENTRIES) - 2
    assert outcome.counts() == {"loaded": 1, "failed": 4, "unchanged": unchanged, "skipped": UNOPENED_IMAGES}
    assert list(gate.failures().values()) == ["source_content"] * 4
    # Any entry that cannot be read may be the one that seems gone.
    assert outcome.receipt.tombstoned == 0
    assert gate.value("SELECT count(*) FROM label_row WHERE deleted_at IS NOT NULL") == 0
    healed = gate.sync()
    assert healed.exit_code == 0
    assert healed.receipt.tombstoned == 1
    assert gate.failures() == {}
    assert gate.sync().requests == ALL_REQUESTS_OF_A_LISTING
    equals_fresh(gate)


def test_a_wait_that_the_server_asks_for_is_told(gate: SyncedWarehouse, equals_fresh: Comparison) -> None:
    gate.project.move_box(GOOD, BOX)
    gate.server.faults.add(Fault(HttpStatus(429, retry_after=1), kind="label_rows"))
    outcome = gate.sync(retry_attempts=2)
    assert outcome.exit_code == 0
    assert outcome.requests["label_rows"] == 2
    (waiting,) = outcome.events_named("waiting")
    assert waiting.level == "warning"
    assert 1.0 <= waiting.fields["wait_seconds"] < 2.1
    assert "as the server asked" in waiting.text
    equals_fresh(gate)


def test_an_hour_is_not_waited_for(gate: SyncedWarehouse, equals_fresh: Comparison) -> None:
    gate.server.faults.add(Fault(HttpStatus(429, retry_after=3600), kind="listing"))
    outcome = gate.sync(retry_attempts=5)
    assert (outcome.exit_code, outcome.run.outcome) == (4, "failed")
    assert "60 minutes" in str(outcome.run.message)
    assert gate.sync().requests == ALL_REQUESTS_OF_A_LISTING
    equals_fresh(gate)


def test_requests_that_are_too_large_are_made_smaller(new_gate: SyncedWarehouse, equals_fresh: Comparison) -> None:
    new_gate.server.faults.add(Fault(TooLarge(row_limit=3), kind="label_rows", times=None))
    outcome = new_gate.sync(requests_in_flight=1)
    assert outcome.exit_code == 0
    assert outcome.receipt.loaded == IMAGES
    assert {event.fields["row_limit"] for event in outcome.events_named("bundle_halved")} == {6, 3}
    equals_fresh(new_gate)


def test_outages_that_pass_cost_a_wait_only(gate: SyncedWarehouse, equals_fresh: Comparison) -> None:
    gate.project.move_box(GOOD, BOX)
    for kind, fault in (("ontology", HttpStatus(503, is_html=True)), ("listing", RESET), ("label_rows", CUT_SHORT)):
        gate.server.faults.add(Fault(fault, kind=kind))
    outcome = gate.sync(retry_attempts=2)
    assert (outcome.exit_code, outcome.receipt.loaded) == (0, 1)
    assert len(outcome.events_named("waiting")) == 3
    equals_fresh(gate)


def test_a_key_revoked_half_way_keeps_what_was_committed(new_gate: SyncedWarehouse, equals_fresh: Comparison) -> None:
    gate = new_gate
    gate.server.faults.add(Fault(KEY_REVOKED, kind="label_rows", skip=2, times=None))
    stopped = gate.sync(bundle_rows=2, requests_in_flight=1)
    assert (stopped.exit_code, stopped.run.outcome) == (3, "failed")
    assert (stopped.receipt.planned, stopped.receipt.loaded) == (IMAGES, 4)
    loaded = gate.rewritten_by(stopped)
    assert len(loaded) == 4
    assert gate.value("SELECT count(*) FROM object_annotation") == 4
    assert gate.value("SELECT count(*) FROM label_row WHERE deleted_at IS NOT NULL") == 0
    gate.server.faults.clear()
    rest = gate.sync()
    assert rest.exit_code == 0
    assert rest.fetched == sorted(set(gate.project.label_hashes) - set(loaded))
    equals_fresh(gate)


def test_an_unreachable_server_leaves_everything_as_it_was(gate: SyncedWarehouse, equals_fresh: Comparison) -> None:
    before = gate.snapshot("label_row", "project", "object_annotation")
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))  # bound and not listening: every connection is refused
        outcome = gate.sync(domain=f"http://127.0.0.1:{nobody.getsockname()[1]}")
    assert (outcome.exit_code, outcome.run.outcome) == (4, "failed")
    assert gate.snapshot(*before) == before
    equals_fresh(gate)


def test_a_listing_that_fails_deletes_nothing(gate: SyncedWarehouse, equals_fresh: Comparison) -> None:
    before = gate.snapshot("label_row", "project", "object_annotation")
    gate.server.faults.add(Fault(HttpStatus(502, is_html=True), kind="listing"))
    outcome = gate.sync(allow_deletes=True)
    assert outcome.exit_code == 4
    assert gate.snapshot(*before) == before
    equals_fresh(gate)
