"""What is no JSON in one label row or entry of Encord's answers: it fails by name, and the others are loaded."""

import functools

import pytest

from connector.sample import Fault
from connector.sample.server.fault_actions import EditJson
from tests.bad_json import BAD_VALUES, with_bad_value
from tests.source.world import label_hash_of
from tests.sync.conftest import IMAGES, UNOPENED_IMAGES, Comparison
from tests.sync.synced_warehouse import SyncedWarehouse

BOX = "Zm9vYmFy"
BAD = {label_hash_of(number): name for number, name in enumerate(BAD_VALUES)}
GOOD = label_hash_of(len(BAD_VALUES))


def break_all(gate: SyncedWarehouse, kind: str) -> None:
    for label_hash, name in BAD.items():
        action = EditJson(functools.partial(with_bad_value, value=BAD_VALUES[name][0]))
        gate.server.faults.add(Fault(action, kind=kind, label_hash=label_hash, times=None))


def messages(gate: SyncedWarehouse) -> dict[str, tuple[str, str]]:
    return {name: (kind, text) for name, kind, text in gate.rows("SELECT label_hash, kind, message FROM sync_failure")}


def test_label_rows_that_are_no_json_fail_by_name(gate: SyncedWarehouse, equals_fresh: Comparison) -> None:
    for label_hash in (*BAD, GOOD):
        gate.project.move_box(label_hash, BOX)
    break_all(gate, "label_rows")
    outcome = gate.sync()
    assert (outcome.exit_code, outcome.receipt.failed, outcome.receipt.loaded) == (7, len(BAD), 1)
    assert outcome.requests["label_rows"] == 1
    found = messages(gate)
    assert found.keys() == BAD.keys()
    for label_hash, name in BAD.items():
        assert found[label_hash][0] == "source_content"
        assert f"Label row {label_hash} is not of Encord's format" in found[label_hash][1]
        assert BAD_VALUES[name][1] in found[label_hash][1]
    assert gate.value("SELECT x FROM object_annotation WHERE label_hash = $name", name=next(iter(BAD))) == 0.1
    gate.server.faults.clear()
    assert gate.sync().exit_code == 0
    assert messages(gate) == {}
    equals_fresh(gate)


def test_listing_entries_that_are_no_json_are_set_aside_by_name(
    gate: SyncedWarehouse, equals_fresh: Comparison
) -> None:
    gate.project.move_box(GOOD, BOX)
    break_all(gate, "listing")
    outcome = gate.sync()
    assert (outcome.exit_code, outcome.fetched) == (7, [GOOD])
    unchanged = IMAGES - len(BAD) - 1
    assert outcome.counts() == {
        "loaded": 1,
        "failed": len(BAD),
        "unchanged": unchanged,
        "skipped": UNOPENED_IMAGES,
    }
    found = messages(gate)
    assert {name: kind for name, (kind, _) in found.items()} == dict.fromkeys(BAD, "source_content")
    assert all(BAD_VALUES[name][1] in found[label_hash][1] for label_hash, name in BAD.items())
    gate.server.faults.clear()
    assert gate.sync().exit_code == 0
    equals_fresh(gate)


@pytest.mark.parametrize("name", ["NaN", "50,000 lists in one another"])
def test_an_ontology_that_is_no_json_is_no_outage(gate: SyncedWarehouse, name: str) -> None:
    """It arrives whole, so nothing is asked for again."""
    value = BAD_VALUES[name][0]

    class BendBody(EditJson):
        def bend(self, answer, label_hash, /):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202, ARG002
            answer.body = self.edit(answer.content())
            return answer

    gate.server.faults.add(Fault(BendBody(lambda json: with_bad_value(json, value)), kind="ontology", times=None))
    outcome = gate.sync(retry_attempts=3)
    assert outcome.requests["ontology"] == 1
    assert outcome.exit_code in {0, 7}
