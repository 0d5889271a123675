"""The key columns of every consensus view tell its rows apart where annotators agree, differ and leave things open."""

import random

from connector.load import Warehouse
from tests.consensus.given_answers import add_reviewed
from tests.consensus.herd_of_three import add_herd, add_unit
from tests.consensus.test_against_references import scene
from tests.consensus.test_libraries import ANNOTATORS, add_told, ticks_and_numbers
from tests.views.herd import asked
from tests.views.keys import key_faults


def test_keys_of_generated_objects(warehouse: Warehouse) -> None:
    add_herd(warehouse)
    seen = scene(random.Random(3))
    add_unit(warehouse, "video", "review", {"main": [], **{f"encord-{who}": drawn for who, drawn in seen.items()}})
    warehouse.refresh_matches("herd")
    assert asked(warehouse, "SELECT count(*) > 100 FROM consensus_object_side") == [(True,)]
    assert key_faults(warehouse) == []


def test_keys_of_generated_answers(warehouse: Warehouse) -> None:
    add_herd(warehouse)
    add_reviewed(warehouse, ANNOTATORS)
    add_told(warehouse, ticks_and_numbers(random.Random(11)))
    assert asked(warehouse, "SELECT count(*) > 100 FROM consensus_vote") == [(True,)]
    assert key_faults(warehouse) == []
