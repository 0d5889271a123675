"""Any history of edits, faults, stops and kills: the warehouse holds what a plain-Python model of it says."""

import os
import secrets
from pathlib import Path

import pytest

from connector.sample import SampleServer
from tests.crash.command_server import CommandServer
from tests.crash.crashed_warehouse import CrashedWarehouse
from tests.crash.engines import Engine
from tests.crash.histories import run_histories
from tests.crash.modelled_project import ModelledProject, facts_of, modelled_world

STEPS = {"duckdb": 20, "postgresql": 40}
"""Steps on each engine, about; `make torture` takes more."""


def test_the_warehouse_holds_what_the_model_says(engine: Engine, command_server: CommandServer, tmp_path: Path) -> None:
    asked = os.environ.get("ENCORD_SYNC_TEST_STEPS")
    steps = int(asked or STEPS[engine.name])
    chance = None if asked is None else secrets.token_hex(4)
    assert run_histories(engine, command_server, tmp_path, steps, chance) >= steps


@pytest.mark.parametrize("subject", ["row", "object", "box", "answer"])
def test_the_model_notices_a_row_that_is_lost(subject: str, duckdb_engine: Engine) -> None:
    """Otherwise the test above might compare nothing."""
    with SampleServer(modelled_world()) as server:
        warehouse = CrashedWarehouse(server, duckdb_engine, duckdb_engine.empty())
        modelled = ModelledProject(warehouse.project)
        for edit in (modelled.open_row, modelled.draw, modelled.answer, modelled.classify):
            edit(0)
        assert warehouse.sync().exit_code == 0
        assert {name: facts for name, facts in modelled.model.facts().items() if name != "deleted"} == {
            name: facts for name, facts in facts_of(warehouse).items() if name != "deleted"
        }
        facts_of_model = modelled.model.facts()[subject]
        modelled.move(0) if subject == "box" else modelled.erase(0)
        assert modelled.model.facts()[subject] != facts_of_model
        assert facts_of(warehouse)[subject] == facts_of_model
