"""Whatever goes wrong between a sync and Encord: it ends as it should, and one undisturbed run makes all well."""

from collections.abc import Iterator

import pytest

from tests.crash.engines import Engine
from tests.crash.fault_matrix import CASES, EDITS_MEANWHILE, edited_meanwhile, random_history, suffered
from tests.crash.scenes import Scene, scene

BRIEFLY = [
    name
    for number, name in enumerate(CASES)
    if "," not in name
    or number % 16 == 0
    or (name.endswith("label_rows") and not name.startswith(("429 ", "500", "504")))
]
"""Without most repetitions of a fault at other requests; `make torture` has them, on every engine."""


@pytest.fixture(scope="module")
def edited(duckdb_engine: Engine) -> Iterator[Scene]:
    with scene("edited", duckdb_engine) as made:
        yield made


@pytest.mark.parametrize("name", BRIEFLY)
def test_one_fault(name: str, edited: Scene) -> None:
    suffered(edited, CASES[name])


@pytest.mark.parametrize("name", EDITS_MEANWHILE)
def test_an_edit_while_a_sync_runs(name: str, duckdb_engine: Engine) -> None:
    edited_meanwhile(duckdb_engine, name)


def test_faults_mixed_at_random(engine: Engine) -> None:
    assert random_history(engine, engine.name) > 0
