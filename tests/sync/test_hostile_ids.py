"""Ids that are none, in what Encord sends and in files: the entry or label row fails by name, its old rows stay."""

import json
from pathlib import Path

import pytest

from connector.sample import EditElement, Fault, with_value
from tests.load_files.conftest import Exported, Load, empty_warehouse, events, exported, load, new_file, rows_of
from tests.source.world import data_hash_of, label_hash_of
from tests.sync.conftest import IMAGES, Comparison
from tests.sync.synced_warehouse import SyncedWarehouse

__all__ = ["empty_warehouse", "exported", "load", "new_file"]

BAD = label_hash_of(3)
KEPT = "SELECT count(*) FROM label_row WHERE deleted_at IS NULL AND content_hash IS NOT NULL"


@pytest.mark.parametrize("data_hash", ["../../dataset", "/etc", "a\nb", ""])
def test_a_listing_entry_whose_data_hash_is_no_id_is_set_aside(
    data_hash: str, gate: SyncedWarehouse, equals_fresh: Comparison
) -> None:
    before = gate.value(KEPT)
    gate.project.move_box(label_hash_of(1), "Zm9vYmFy")
    gate.server.faults.add(Fault(with_value("data_hash", data_hash), kind="listing", label_hash=BAD, times=None))
    outcome = gate.sync()
    assert (outcome.exit_code, outcome.fetched) == (7, [label_hash_of(1)])
    assert gate.failures() == {BAD: "source_content"}
    assert gate.value("SELECT message FROM sync_failure").startswith(
        "its entry is not of Encord's format: data_hash is text that is not an id."
    )
    assert gate.value(KEPT) == before, "nothing is tombstoned while the listing has entries that are not understood"
    assert gate.value("SELECT count(*) FROM data_unit WHERE data_hash = $bad", bad=data_hash) == 0
    gate.server.faults.clear()
    assert gate.sync().exit_code == 0
    assert gate.failures() == {}
    equals_fresh(gate)


def test_a_label_row_whose_object_hash_is_no_id_fails_by_name(gate: SyncedWarehouse, equals_fresh: Comparison) -> None:
    def renamed(labels: dict[str, object]) -> object:
        return json.loads(json.dumps(labels).replace('"objectHash": "', '"objectHash": "../../'))

    for number in (3, 4):
        gate.project.move_box(label_hash_of(number), "Zm9vYmFy")
    gate.server.faults.add(Fault(EditElement(renamed), kind="label_rows", label_hash=BAD, times=None))
    outcome = gate.sync()
    assert (outcome.exit_code, outcome.receipt.failed, outcome.receipt.loaded) == (7, 1, 1)
    assert gate.failures() == {BAD: "source_content"}
    assert "object_hash is text that is not a hash" in gate.value("SELECT message FROM sync_failure")
    assert gate.value("SELECT x FROM object_annotation WHERE label_hash = $bad", bad=BAD) == 0.1, "its old rows stay"
    gate.server.faults.clear()
    assert gate.sync().exit_code == 0
    equals_fresh(gate)
    assert gate.value("SELECT count(*) FROM data_unit") >= IMAGES
    assert gate.value("SELECT count(*) FROM data_unit WHERE data_hash = $known", known=data_hash_of(3)) == 1


def test_a_file_with_a_label_row_that_names_no_id_loads_the_others(
    exported: Exported, load: Load, new_file: Path, tmp_path: Path
) -> None:
    rows = json.loads(exported.labels.read_text())
    first, second, third = rows[:3]
    first["data_hash"] = "../../dataset"
    second["object_answers"] = {"x": {"objectHash": "x", "featureHash": "a\nb", "classifications": []}}
    drawn = {"objectHash": "x", "featureHash": "a\nb", "shape": "point", "point": {"0": {"x": 0.1, "y": 0.1}}}
    unit = next(iter(second["data_units"].values()))
    unit["labels"] = {"0": {"objects": [drawn], "classifications": []}}
    second["data_type"] = "video"
    third["label_hash"] = "\x1b[2J"
    file = tmp_path / "labels.json"
    file.write_text(json.dumps(rows))
    result = load(file)
    failures = {event["label_hash"]: event["text"] for event in events(result, "label_row_failed")}
    assert result.exit_code == 7
    assert failures.keys() == {first["label_hash"], second["label_hash"], f"{third['data_hash']}/main"}, result.output
    assert "data_hash is text that is not an id" in failures[first["label_hash"]]
    assert "feature_hash is text that is not a hash" in failures[second["label_hash"]]
    assert "label_hash is text that is not an id" in failures[f"{third['data_hash']}/main"]
    loaded = {row[4] for row in rows_of(new_file, "label_row")["label_row"]}
    assert {row["label_hash"] for row in rows[3:]} <= loaded
    assert not {first["label_hash"], third["label_hash"]} & loaded
