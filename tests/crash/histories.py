"""Any history of edits, faults, stops and kills, made by hypothesis beside a plain-Python model of the warehouse."""

import itertools
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from connector.process.interruption import Interruption
from connector.sample import Fault, SampleServer
from tests.crash.command_server import CommandServer
from tests.crash.crashed_warehouse import CrashedWarehouse
from tests.crash.engines import Engine
from tests.crash.fault_matrix import CASES, Case
from tests.crash.kills import sync_arguments
from tests.crash.modelled_project import ModelledProject, facts_of, modelled_world, states_of

STEPS_A_HISTORY = 20
LABELLED_AT_FIRST = 4
"""Data units that have labels when a history begins, so that edits find something to edit from the start."""

picks = st.integers(min_value=0, max_value=9_999)
NOT_OF_ONE_ROW = [case for case in CASES.values() if case.label_hash is None]


class History(RuleBasedStateMachine):
    """One history; the class attributes are set for each engine."""

    engine: Engine
    command: CommandServer
    folder: Path
    steps: "itertools.count[int]"

    def __init__(self) -> None:
        super().__init__()
        self.server = SampleServer(modelled_world())
        self.server.__enter__()
        self.warehouse = CrashedWarehouse(self.server, self.engine, self.engine.empty())
        self.modelled = ModelledProject(self.warehouse.project)
        for pick in range(LABELLED_AT_FIRST):
            self.modelled.open_row(0)
            for edit in (self.modelled.draw, self.modelled.answer, self.modelled.classify):
                edit(pick)

    def teardown(self) -> None:
        self._sync()
        self.warehouse.remove()
        self.server.__exit__(None, None, None)

    @rule(pick=picks)
    def open_row(self, pick: int) -> None:
        self.modelled.open_row(pick)

    @rule(pick=picks)
    def add_data_unit(self, pick: int) -> None:
        self.modelled.add_data_unit(pick)

    @rule(pick=picks, is_copy=st.booleans())
    def add_branch(self, pick: int, *, is_copy: bool) -> None:
        self.modelled.add_branch(pick, is_copy=is_copy)

    @rule(pick=picks)
    def draw_one(self, pick: int) -> None:
        self.modelled.draw(pick)

    @rule(pick=picks)
    def draw(self, pick: int) -> None:
        self.modelled.draw(pick)

    @rule(pick=picks)
    def move(self, pick: int) -> None:
        self.modelled.move(pick)

    @rule(pick=picks)
    def save(self, pick: int) -> None:
        self.modelled.save(pick)

    @rule(pick=picks)
    def set_priority(self, pick: int) -> None:
        self.modelled.set_priority(pick)

    @rule(pick=picks)
    def answer(self, pick: int) -> None:
        self.modelled.answer(pick)

    @rule(pick=picks)
    def classify(self, pick: int) -> None:
        self.modelled.classify(pick)

    @rule(pick=picks)
    def rename_class(self, pick: int) -> None:
        self.modelled.rename_class(pick)

    @rule(pick=picks)
    def archive_or_back(self, pick: int) -> None:
        self.modelled.archive_or_back(pick)

    @rule(pick=picks)
    def erase(self, pick: int) -> None:
        self.modelled.erase(pick)

    @rule(pick=picks)
    def delete_label_row(self, pick: int) -> None:
        self.modelled.delete_label_row(pick)

    @rule(pick=picks)
    def delete_data_unit(self, pick: int) -> None:
        self.modelled.delete_data_unit(pick)

    @rule(pick=picks)
    def sync_after_the_ontology_was_edited(self, pick: int) -> None:
        """Label rows do not move, so nothing else brings what it means for them."""
        self.modelled.archive_or_back(pick)
        self.modelled.model.remember()
        self._sync()

    @rule()
    def sync(self) -> None:
        self._sync()

    @rule(case=st.sampled_from(NOT_OF_ONE_ROW), times=st.sampled_from([1, 2, None]), skip=st.integers(0, 2))
    def sync_under_a_fault(self, case: Case, times: int | None, skip: int) -> None:
        self.server.faults.add(Fault(case.action, kind=case.kind, times=times, skip=skip))
        outcome = self.warehouse.sync(bundle_rows=2)
        self.server.faults.clear()
        assert outcome.exit_code in {0, 3, 4, 7}, outcome.run.message
        if outcome.exit_code == 0:
            self._is_as_modelled()
        self._is_whole()

    @rule(bundles=st.integers(0, 3))
    def sync_that_is_stopped(self, bundles: int) -> None:
        interruption, done = Interruption(), itertools.count(1)

        def stop_in_time() -> None:
            if next(done) >= bundles:
                interruption.request("SIGTERM")

        if not bundles:
            interruption.request("SIGTERM")
        outcome = self.warehouse.sync(interruption=interruption, on_progress=stop_in_time, bundle_rows=1)
        assert outcome.exit_code in {0, 75, 7}, outcome.run.message
        self._is_whole()

    @rule(point=st.integers(1, 45))
    def sync_that_is_killed(self, point: int) -> None:
        printed = self.folder / "killed"
        code = self.command.run(sync_arguments(self.warehouse, self.folder), printed, kill_at=point)
        assert code in {0, 7, -9}, printed.read_text()
        self._is_whole()

    @invariant()
    def count(self) -> None:
        next(self.steps)
        self.modelled.model.remember()

    def _sync(self) -> None:
        outcome = self.warehouse.sync(allow_deletes=True)
        assert outcome.exit_code == 0, outcome.run.message
        self._is_as_modelled()

    def _is_as_modelled(self) -> None:
        with self.warehouse.looked_into():
            model, found, damage = self.modelled.model, facts_of(self.warehouse), self.warehouse.damage()
        model.synced()
        for subject, expected in model.facts().items():
            assert found[subject] >= expected, f"{subject} missing: {expected - found[subject]}"
            # A run that was broken off may have listed what was deleted before any other run.
            surplus = set() if subject == "deleted" else found[subject] - expected
            assert not surplus, f"{subject} too many: {surplus}"
        assert not damage

    def _is_whole(self) -> None:
        """Every label row shows labels that it once had, all of them together, though maybe not the latest."""
        with self.warehouse.looked_into():
            damage, states = self.warehouse.damage(), states_of(self.warehouse)
        assert not damage
        passed = self.modelled.model.passed
        for label_hash, state in states.items():
            assert state in passed[label_hash], f"label row {label_hash} never was like that: {state}"


def run_histories(engine: Engine, command: CommandServer, folder: Path, steps: int, chance: str | None = None) -> int:
    """Runs histories of so many steps in all, and returns how many they were.

    Args:
        engine: where the warehouses are.
        command: what syncs that are killed are forked from.
        folder: for what they print.
        steps: how many, at least.
        chance: a seed; None always makes the same histories.
    """
    counted = itertools.count()
    made: Any = type("HistoryOnEngine", (History,), {})
    made.engine, made.command, made.folder, made.steps = engine, command, folder, counted
    if chance is not None:
        made = seed(chance)(made)
    run_state_machine_as_test(
        made,
        settings=settings(
            max_examples=-(-steps // STEPS_A_HISTORY),
            stateful_step_count=STEPS_A_HISTORY,
            derandomize=chance is None,
            database=None,
            deadline=None,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        ),
    )
    return next(counted)
