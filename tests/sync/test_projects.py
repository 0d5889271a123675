"""Several projects in one run: each has its receipt, and one that fails or vanishes does not stop the others."""

import copy
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from connector.sample import NOT_AUTHORISED, Fault, SampleServer, SampleWorld
from tests.source.world import PROJECT_HASH, image_world
from tests.sync.conftest import Comparison
from tests.sync.synced_warehouse import ALL_REQUESTS_OF_A_LISTING, Outcome, SyncedWarehouse, copied

GATE, YARD, BARN = (PROJECT_HASH, *(str(uuid.UUID(int=number, version=4)) for number in (77, 78)))
TITLES = {GATE: "Gate camera", YARD: "Yard camera", BARN: "Barn, 2025"}
NOBODYS = str(uuid.UUID(int=79, version=4))


def _add_copy(world: SampleWorld, project_hash: str) -> None:
    """Another project of three images, with hashes of its own."""
    source = image_world(rows=3, unopened=1)
    gate = source.projects[GATE]
    ontology_hash = str(uuid.uuid5(uuid.UUID(project_hash), "ontology"))
    renamed: list[dict[str, Any]] = []
    for row in gate.rows.values():
        data_hash = str(uuid.uuid5(uuid.UUID(project_hash), row.data_hash))
        label_hash = row.label_hash and str(uuid.uuid5(uuid.UUID(project_hash), row.label_hash))
        labels = None
        if row.label_hash:
            (unit,) = row.labels["data_units"].values()
            own = {"label_hash": label_hash, "data_hash": data_hash}
            labels = copy.deepcopy({**row.labels, **own, "data_units": {data_hash: {**unit, "data_hash": data_hash}}})
        renamed.append(
            {"metadata": {**row.metadata, "label_hash": label_hash, "data_hash": data_hash}, "labels": labels}
        )
    record = {
        **gate.record,
        "projectHash": project_hash,
        "title": TITLES[project_hash],
        "ontologyHash": ontology_hash,
    }
    world.add_project(record, {**gate.ontology, "ontologyUuid": ontology_hash}, renamed)


@pytest.fixture
def cameras(tmp_path: Path, empty_file: Path) -> Iterator[SyncedWarehouse]:
    """Three projects, none synced yet."""
    world = image_world(rows=2)
    for project_hash in (YARD, BARN):
        _add_copy(world, project_hash)
    with SampleServer(world) as server:
        yield SyncedWarehouse(server, copied(empty_file, tmp_path / "cameras.duckdb"))


def outcomes(outcome: Outcome) -> dict[str, str]:
    return {receipt.project_hash: receipt.outcome for receipt in outcome.run.receipts}


def synced_titles(synced: SyncedWarehouse) -> list[str]:
    return [title for (title,) in synced.rows("SELECT title FROM project WHERE deleted_at IS NULL ORDER BY title")]


def test_the_named_projects_are_synced_once_each(cameras: SyncedWarehouse, equals_fresh: Comparison) -> None:
    outcome = cameras.sync(project=[YARD, GATE, YARD])
    assert outcome.exit_code == 0
    assert list(outcomes(outcome)) == [YARD, GATE]
    assert outcome.requests == {"project": 2, "ontology": 2, "listing": 2, "label_rows": 2}
    assert [receipt.requests for receipt in outcome.run.receipts] == [4, 4]
    assert synced_titles(cameras) == ["Gate camera", "Yard camera"]
    equals_fresh(cameras, project=[GATE, YARD])


def test_all_projects_are_found_page_by_page(cameras: SyncedWarehouse, equals_fresh: Comparison) -> None:
    cameras.server.world.page_size = 2
    outcome = cameras.sync(all_projects=True)
    assert outcome.exit_code == 0
    assert outcome.requests == {"projects": 2, "project": 3, "ontology": 3, "listing": 3, "label_rows": 3}
    assert synced_titles(cameras) == sorted(TITLES.values())
    # One more request, the list itself, and one of each kind a project.
    second = cameras.sync(all_projects=True)
    assert second.requests == {"projects": 2, "project": 3, "ontology": 3, "listing": 3}
    equals_fresh(cameras, all_projects=True)


@pytest.mark.parametrize(
    ("filters", "found"),
    [
        ({"project_title": "Yard camera"}, ["Yard camera"]),
        ({"project_title_like": "%camera"}, ["Gate camera", "Yard camera"]),
        ({"project_title_like": "Nothing%"}, []),
    ],
)
def test_title_filters_choose_among_all_projects(
    filters: dict[str, Any], found: list[str], cameras: SyncedWarehouse, equals_fresh: Comparison
) -> None:
    assert cameras.sync(all_projects=True, **filters).exit_code == 0
    assert synced_titles(cameras) == found
    equals_fresh(cameras, all_projects=True, **filters)


def test_a_project_that_vanished_is_kept_until_deletes_are_allowed(
    cameras: SyncedWarehouse, equals_fresh: Comparison
) -> None:
    cameras.sync(all_projects=True)
    world = cameras.server.world
    vanished = world.projects[YARD]
    world.delete_project(YARD)

    # A filtered list proves nothing about the others.
    assert cameras.sync(all_projects=True, project_title_like="%camera").exit_code == 0

    kept = cameras.sync(all_projects=True)
    assert kept.exit_code == 7
    assert kept.run.outcome == "partial"
    assert outcomes(kept) == {GATE: "succeeded", BARN: "succeeded"}
    assert YARD in str(kept.run.message)
    assert "--allow-deletes" in str(kept.run.message)
    assert synced_titles(cameras) == sorted(TITLES.values())

    gone = cameras.sync(all_projects=True, allow_deletes=True)
    assert gone.exit_code == 0
    assert synced_titles(cameras) == ["Barn, 2025", "Gate camera"]
    live = "SELECT count(*) FROM {} WHERE project_hash = $project AND deleted_at IS NULL"
    assert cameras.value(live.format("label_row"), project=YARD) == 0
    assert cameras.value(live.format("data_unit"), project=YARD) == 0
    assert cameras.sync(all_projects=True).exit_code == 0

    world.projects[YARD] = vanished
    back = cameras.sync(all_projects=True)
    assert back.exit_code == 0
    assert back.fetched == sorted(vanished.label_hashes)
    assert synced_titles(cameras) == sorted(TITLES.values())
    equals_fresh(cameras, all_projects=True)


def test_the_only_project_that_is_left_may_be_the_healthy_one(
    cameras: SyncedWarehouse, equals_fresh: Comparison
) -> None:
    """One project gone and one well is a run in part, whatever the numbers."""
    cameras.sync(project=[GATE, YARD])
    world = cameras.server.world
    world.delete_project(YARD)
    world.delete_project(BARN)
    outcome = cameras.sync(all_projects=True)
    assert (outcome.run.outcome, outcome.exit_code) == ("partial", 7)
    cameras.sync(all_projects=True, allow_deletes=True)
    equals_fresh(cameras, all_projects=True)


@pytest.mark.parametrize("closed", [YARD, NOBODYS])
def test_a_project_without_access_does_not_stop_the_others(
    closed: str, cameras: SyncedWarehouse, equals_fresh: Comparison
) -> None:
    if closed == YARD:
        cameras.server.faults.add(Fault(NOT_AUTHORISED, project_hash=YARD, times=None))
    outcome = cameras.sync(project=[GATE, closed, BARN])
    assert outcome.exit_code == 7
    assert outcome.run.outcome == "partial"
    assert outcomes(outcome) == {GATE: "succeeded", closed: "failed", BARN: "succeeded"}
    assert closed in str(outcome.run.message)
    assert synced_titles(cameras) == ["Barn, 2025", "Gate camera"]
    # Alone it is a matter of access.
    alone = cameras.sync(project=[closed])
    assert (alone.run.outcome, alone.exit_code) == ("failed", 3)
    equals_fresh(cameras, project=[GATE, BARN])


def test_a_project_that_was_closed_keeps_its_rows(cameras: SyncedWarehouse, equals_fresh: Comparison) -> None:
    cameras.sync(project=[GATE])
    before = cameras.snapshot("label_row", "object_annotation", "project")
    cameras.server.faults.add(Fault(NOT_AUTHORISED, kind="project"))
    assert cameras.sync(project=[GATE], allow_deletes=True).exit_code == 3
    assert cameras.snapshot(*before) == before
    assert cameras.sync(project=[GATE]).requests == ALL_REQUESTS_OF_A_LISTING
    equals_fresh(cameras, project=[GATE])
