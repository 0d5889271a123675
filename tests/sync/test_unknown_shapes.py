"""What a newer Encord may send: a shape and an ontology that this release does not know. Kept, and warned of."""

import json

from connector.sample import Fault, with_unknown_shape
from tests.sync.synced_warehouse import SyncedWarehouse


def test_an_unknown_shape_is_kept_as_json_with_a_warning(gate: SyncedWarehouse) -> None:
    label_hash = next(iter(gate.project.label_hashes))
    gate.project.save_labels(label_hash)
    gate.server.faults.add(Fault(with_unknown_shape("hexagon"), kind="label_rows", label_hash=label_hash))
    outcome = gate.sync()
    assert outcome.exit_code == 0
    assert outcome.receipt.warned == 1
    assert "1 loaded with warnings" in outcome.receipt.sentence()
    (warnings,) = gate.rows(f"SELECT warnings FROM label_row WHERE label_hash = '{label_hash}'")[0]
    assert any("unknown shape: hexagon" in warning for warning in json.loads(warnings))
    geometries = gate.rows(f"SELECT geometry FROM object_annotation WHERE label_hash = '{label_hash}'")
    assert any(geometry and isinstance(json.loads(geometry), dict) for (geometry,) in geometries)


def test_an_ontology_with_an_unknown_shape_still_syncs(gate: SyncedWarehouse) -> None:
    added = gate.project.add_class("Honeycomb", "hexagon")
    outcome = gate.sync()
    assert outcome.exit_code == 0
    assert gate.rows(f"SELECT name, shape FROM ontology_class WHERE feature_hash = '{added}'") == [
        ("Honeycomb", "hexagon")
    ]
