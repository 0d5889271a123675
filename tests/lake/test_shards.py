"""One project shared out among workers: together they are one run, and each minds its own label rows."""

from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from connector.demo.walk import work_on
from connector.load.on_duckdb.session import DuckDBSession
from connector.load.on_iceberg.layout import KINDS, LOGS, OWNED_TABLES
from connector.load.questions.project_status import read_status
from connector.load.tables import METADATA
from connector.sample import SampleServer, build_sample_world
from connector.sync.streams import STREAMS
from tests.crash.crashed_warehouse import CrashedWarehouse
from tests.crash.crashed_warehouse import differences as whole_contents
from tests.crash.engines import with_tables
from tests.crash.lake_engine import LakeEngine
from tests.crash.scenes import BOX, COW, UNOPENED, edit, gate_world
from tests.duckdb_files import schema_of
from tests.lake.test_same_rows import differences
from tests.sync.synced_warehouse import Outcome, SyncedWarehouse

SHARDS = ("1/2", "2/2")
OF_RUNS = {"sync_run", "sync_run_project", "consensus_stage_read", "stream_read"}
"""Tables that say what a run did, and how far it read: each shard has rows of its own in them."""

Two = tuple[SyncedWarehouse, CrashedWarehouse]


def shards(lake: CrashedWarehouse, *which: str, **options: Any) -> list[Outcome]:  # noqa: ANN401 - any option of a sync
    """Syncs of some shards, one after another; each receipt balances."""
    outcomes = [lake.sync(shard=shard, **options) for shard in which]
    for outcome in outcomes:
        assert outcome.run.outcome == "succeeded", outcome.run.message
        assert outcome.receipt.is_balanced
    return outcomes


def test_every_table_has_a_kind() -> None:
    of_no_project = {"sync_run", "sync_run_project", "frame_number", "installed_view", "consensus_threshold", "mark"}
    assert set(KINDS) == {*METADATA.tables, "compared_ontology"} - OWNED_TABLES - LOGS.keys() - of_no_project


@pytest.fixture(scope="module")
def synced(lake_engine: LakeEngine, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Two]:
    """A file that one run synced, and a lake that two shards did: first, and after edits, twice."""
    with SampleServer(build_sample_world("small", seed=7)) as server:
        file = SyncedWarehouse(server, tmp_path_factory.mktemp("shards") / "labels.duckdb")
        shared = CrashedWarehouse(server, lake_engine, lake_engine.empty())
        for turn in range(3):
            streams = [stream.name for stream in STREAMS]
            options: dict[str, Any] = {"streams": streams, "task_actions": True, "allow_deletes": True}
            alone = file.sync(**options)
            assert alone.run.outcome == "succeeded"
            parts = shards(shared, *(reversed(SHARDS) if turn == 2 else SHARDS), **options)
            for name in ("listed", "loaded", "unchanged", "skipped", "tombstoned"):
                assert sum(getattr(part.receipt, name) for part in parts) == getattr(alone.receipt, name), name
            assert all(part.receipt.listed for part in parts)
            project = file.project
            if turn == 0:
                assert len(list(work_on(project))) > 3
                project.delete_label_row(next(filter(None, project.label_hashes)))
                project.archive_feature(project.class_named("Cow")["featureNodeHash"])
            elif turn == 1:
                project.unarchive_feature(project.class_named("Cow")["featureNodeHash"])
        yield file, shared


@pytest.mark.slow
def test_two_shards_are_one_run(synced: Two, tmp_path: Path) -> None:
    file, shared = synced
    shared_file = as_file(shared, tmp_path / "shared.duckdb")
    with closing(DuckDBSession(shared_file, "main", {"memory_limit": "2GB"})) as session:
        session.execute(f"ATTACH '{file.file}' AS file (READ_ONLY)")
        assert [text for text in differences(session) if text.partition(":")[0] not in OF_RUNS] == []


def as_file(lake: CrashedWarehouse, path: Path) -> Path:
    """The rows of a lake in a DuckDB file, where views are quicker than over many files."""
    with_tables(f"duckdb:///{path}")
    with lake.engine.reading(lake.url) as connection:
        connection.execute(f"ATTACH '{path}' AS copy")
        for name in METADATA.tables.keys() - {"installed_view"}:
            place = f"copy.{schema_of(name)}.{name}"
            connection.execute(f"DELETE FROM {place}")
            connection.execute(f"INSERT INTO {place} BY NAME SELECT * FROM {name}")
        connection.execute("DETACH copy")
    return path


@pytest.fixture
def gate(lake_engine: LakeEngine) -> Iterator[CrashedWarehouse]:
    """A lake without rows, and a server of a few images."""
    with SampleServer(gate_world()) as server:
        yield CrashedWarehouse(server, lake_engine, lake_engine.empty())


def assert_whole(lake: CrashedWarehouse) -> None:
    """It holds what a file that one run fills from nothing holds."""
    assert lake.damage() == []
    assert whole_contents(lake.contents(), lake.clean_contents()) == []


def test_an_ontology_edit_that_one_shard_has_seen_reaches_the_other(gate: CrashedWarehouse) -> None:
    """Whoever comes first stores the new ontology, or leaves the old one there: the other compares with its own."""
    gate.sync()
    shards(gate, *SHARDS)
    for change, order in (
        (gate.project.archive_feature, SHARDS),
        (gate.project.unarchive_feature, SHARDS[::-1]),
    ):
        change(COW)
        parts = shards(gate, *order)
        for part in parts:
            assert part.receipt.loaded > 1
            assert part.receipt.fetch_reasons == {"stale": part.receipt.listed - part.receipt.skipped}
        assert not any(part.receipt.loaded for part in shards(gate, *order))
    assert_whole(gate)


def test_a_project_may_be_shared_out_otherwise_at_any_time(gate: CrashedWarehouse) -> None:
    shards(gate, "1/2")
    gate.project.archive_feature(COW)
    shards(gate, "3/3", "2/2")
    gate.project.move_box(gate.project.label_hashes[0], BOX)
    assert gate.sync().run.outcome == "succeeded"
    gate.project.unarchive_feature(COW)
    shards(gate, "2/3")
    shards(gate, *SHARDS)
    assert gate.sync().counts() == {"unchanged": len(gate.project.label_hashes), "skipped": UNOPENED}
    assert_whole(gate)


def test_the_past_is_known_once_all_shards_have_run(gate: CrashedWarehouse) -> None:
    shards(gate, "1/2")
    early = datetime.now(UTC)
    shards(gate, "2/2")
    was, moment = gate.contents_at(), datetime.now(UTC)
    assert not any(gate.contents_at(early).values())
    edit(gate.project)
    shards(gate, *reversed(SHARDS), allow_deletes=True)
    gate.project.move_box(gate.project.label_hashes[0], BOX)
    shards(gate, "1/3", "2/3", "3/3")
    assert gate.sync().run.outcome == "succeeded"
    assert whole_contents(gate.contents_at(moment), was) == []
    assert whole_contents(gate.contents_at(), was) != []


def test_the_second_shard_may_come_first(gate: CrashedWarehouse) -> None:
    (second,) = shards(gate, "2/2")
    assert second.receipt.is_recorded
    (project,) = read_status(gate.url).projects
    assert (project.outcome, project.title) == ("partial", None)
    assert project.message == "1 of 2 shards succeeded; 1/2 never ran"
    shards(gate, "1/2")
    status = read_status(gate.url)
    assert status.is_well
    assert status.projects[0].title == gate.project.record["title"]
    assert_whole(gate)
