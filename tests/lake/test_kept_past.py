"""The past of a lake: when its moments begin to be so, how it is kept small, and marks and exports that look back."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from connector.load import open_warehouse
from connector.load.contract.pseudonyms import Pseudonyms
from connector.load.on_iceberg import upkeep
from connector.load.on_iceberg.lake_tables import arrow_schema
from connector.load.on_iceberg.layout import LOGS
from connector.load.on_iceberg.warehouse import LakeWarehouse
from connector.load.questions.reading import open_for_reading
from tests.lake.command import run_command
from tests.lake.test_upkeep import maintained, opened
from tests.load.warehouse_rows import PROJECT, SAME, labels, listing, rows, states

PLACES = "SELECT label_hash, frame, x FROM object_annotation ORDER BY ALL"


@pytest.fixture
def lake(tmp_path: Path) -> Iterator[LakeWarehouse]:
    """Two label rows, read once."""
    open_warehouse(url_of(tmp_path)).close()
    warehouse = opened(tmp_path / "lake")
    with warehouse.working_on(PROJECT):
        warehouse.upsert_metadata(PROJECT, listing([("v", "main", "label-1"), ("v", "anna", "label-2")]), SAME)
        move(warehouse, 0.0, "label-1")
        move(warehouse, 0.0, "label-2")
    yield warehouse
    warehouse.close()


def url_of(folder: Path) -> str:
    return f"iceberg:///{folder / 'lake'}"


def move(warehouse: LakeWarehouse, x: float, label_hash: str = "label-1") -> None:
    tables = labels(label_hash, x=x)
    found = tables["object_annotation"]
    place = found.schema.get_field_index("created_by")
    made = found.set_column(place, found.schema.field(place), pa.repeat("anna@example.com", found.num_rows))
    moved = states(label_hash, content_hash=str(x))
    warehouse.write_bundle(PROJECT, {**tables, "object_annotation": made}, moved, [], f"run-{x}")


def places(folder: Path, moment: datetime | None = None) -> list[tuple[Any, ...]]:
    asked = None if moment is None else moment.isoformat()
    with open_for_reading(url_of(folder), as_of=asked, has_views=False) as session:
        return [tuple(row) for row in session.rows(PLACES)]


def test_a_moment_that_was_asked_for_during_a_run_stays_as_it_was(lake: LakeWarehouse, tmp_path: Path) -> None:
    with lake.working_on(PROJECT):
        move(lake, 0.5)
        during = datetime.now(UTC)
        seen = places(tmp_path)
        move(lake, 0.75)
    assert places(tmp_path, during) == seen != places(tmp_path)
    assert places(tmp_path, datetime.now(UTC)) == places(tmp_path)
    with open_for_reading(url_of(tmp_path), has_views=False) as session:
        reasons = session.rows("SELECT reason, count(*) FROM label_row_version GROUP BY ALL ORDER BY ALL")
    assert reasons == [("edited", 2), ("first", 2)]


def test_frames_that_a_killed_run_left_are_replaced(lake: LakeWarehouse, tmp_path: Path) -> None:
    """They are written before the label row, of which nobody knows that it was read."""

    def frame(title: str) -> pa.Table:
        return rows("data_frame", {"project_hash": PROJECT, "data_hash": "w", "frame": 0, "title": title})

    with lake.working_on(PROJECT):
        lake.upsert_metadata(PROJECT, listing([("v", "main", "label-1"), ("w", "main", "label-3")]), SAME)
    left = frame("old")
    lake.lake.add("data_frame", left.cast(arrow_schema("data_frame")))
    with lake.working_on(PROJECT):
        lake.write_bundle(PROJECT, labels("label-3") | {"data_frame": frame("new")}, states("label-3"), [], "run-3")
    with open_for_reading(url_of(tmp_path), has_views=False) as session:
        assert session.rows("SELECT title FROM data_frame WHERE data_hash = 'w'") == [("new",)]


def test_upkeep_keeps_every_moment_in_few_files(
    lake: LakeWarehouse, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(upkeep, "LEAST_AGE_OF_FILES", timedelta(0))
    seen: dict[datetime, list[tuple[Any, ...]]] = {}
    for turn in range(1, 11):
        with lake.working_on(PROJECT):
            move(lake, turn / 16)
        seen[datetime.now(UTC)] = places(tmp_path)

    def files() -> int:
        return sum(len(lake.lake.files(lake.lake.table(name, fresh=True))) for name in LOGS)

    before = files()
    maintained(lake, timedelta(0))
    assert files() < before / 2
    assert {moment: places(tmp_path, moment) for moment in seen} == seen


def test_people_of_the_past_get_pseudonyms_too(lake: LakeWarehouse, tmp_path: Path) -> None:
    with lake.working_on(PROJECT):
        move(lake, 0.5)
    lake.copy.pseudonyms = Pseudonyms(b"key" * 8)
    with lake.working_on(PROJECT):
        assert lake.pseudonymise(PROJECT) > 0
    with open_for_reading(url_of(tmp_path), has_views=False) as session:
        people = session.rows(
            "SELECT created_by FROM object_annotation_history UNION SELECT created_by FROM object_annotation"
        )
    assert [person.partition("-")[0] for (person,) in people] == ["person"]


def test_marks_exports_and_prune_look_back(lake: LakeWarehouse, tmp_path: Path) -> None:
    def command(*arguments: str) -> str:
        done = run_command(*arguments, f"--warehouse={url_of(tmp_path)}", folder=tmp_path)
        assert done.exit_code == 0, done.err
        return done.out + done.err

    def exported(name: str, *more: str) -> bytes:
        command("export", "json", f"--project={PROJECT}", "--branch=all", f"--out={name}", *more)
        return (tmp_path / name).read_bytes()

    then, seen, at_first = exported("then"), places(tmp_path), datetime.now(UTC)
    command("mark", "training", "--note=first detector")
    with lake.working_on(PROJECT):
        move(lake, 0.5)
    assert exported("now") != then
    assert exported("again", "--as-of=training") == then
    assert command("mark", "--list").split()[1:] == ["training", "first", "detector"]
    a_week_on = datetime.now(UTC)
    command("mark", "training", "--remove")
    with lake.working_on(PROJECT):
        move(lake, 0.75)
        # Named while the run is at it.
        command("mark", "late", f"--at={at_first.isoformat()}")
        assert lake.forget_history(PROJECT, a_week_on) == 1, "but for when it was changed, the mark needs all of it"
    assert exported("still", "--as-of=late") == then
    command("mark", "late", "--remove")
    with lake.working_on(PROJECT):
        assert lake.forget_history(PROJECT, a_week_on) > 0
    refused = run_command("export", "json", "--as-of=training", f"--warehouse={url_of(tmp_path)}", folder=tmp_path)
    assert (refused.exit_code, "neither the name of a mark" in refused.err) == (2, True)
    assert places(tmp_path, a_week_on) != seen
    assert "history: 0 of" in command("prune", "--older-than=1d")
