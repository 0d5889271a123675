"""Shares of a project: which data units each has, who may write at the same time, and what is refused."""

import datetime
import itertools
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path

import pyarrow as pa
import pytest

from connector.errors import ConnectorError, ErrorKind
from connector.load import WHOLE, Share, open_warehouse
from connector.load.on_iceberg import lease as lease_module
from connector.load.on_iceberg.lease import Lease
from connector.load.on_iceberg.opening import open_lake_for_reading
from connector.load.on_iceberg.taking_in import replaced_by, taken_in
from connector.load.on_iceberg.warehouse import LakeWarehouse
from connector.load.questions.project_status import read_status
from connector.sample import SampleServer
from connector.source.answers.listed_entries import RawEntries
from connector.sync.shared_listing import shared_listing
from tests.lake.test_leases import holder
from tests.load.test_failures_and_receipts import run
from tests.load.warehouse_rows import PROJECT
from tests.source.world import data_hash_of, image_world
from tests.sync.command_line import CommandLine

ROUNDS = 5
DAY = datetime.datetime(2026, 6, 1, 8, tzinfo=datetime.UTC)


@pytest.fixture
def warehouse(tmp_path: Path) -> Iterator[LakeWarehouse]:
    opened = open_warehouse(f"iceberg:///{tmp_path / 'lake'}")
    assert isinstance(opened, LakeWarehouse)
    yield opened
    opened.close()


def test_each_data_unit_is_in_one_share_and_always_the_same() -> None:
    names = [data_hash_of(number) for number in range(1000)]
    for count in (1, 2, 3, 7):
        held = [[name for name in names if Share(number, count).holds(name)] for number in range(1, count + 1)]
        assert sorted(itertools.chain(*held)) == names
        assert min(map(len, held)) > 1000 / count / 2
    assert [Share(number, 4).holds("0f4a4c1e-5c3b-4c39-9c7e-8f1f7a0c1d2e") for number in (1, 2, 3, 4)].index(True) == 2


@pytest.mark.parametrize("text", ["0/4", "5/4", "1", "1/", "a/b", "1/4/4", "-1/4", "1/0", ""])
def test_what_is_no_share_is_refused(text: str) -> None:
    with pytest.raises(ConnectorError, match="is not a share") as caught:
        Share.of(text)
    assert caught.value.kind is ErrorKind.CONFIGURATION


@pytest.mark.parametrize(
    ("one", "other", "overlaps"),
    [("1/4", "1/4", True), ("1/4", "2/4", False), ("1/4", "2/3", True), ("1/4", None, True), (None, None, True)],
)
def test_two_leases_conflict_unless_they_are_different_shares_of_one_count(
    warehouse: LakeWarehouse, one: str | None, other: str | None, overlaps: bool
) -> None:
    first = Lease(warehouse.lake, PROJECT, holder("host-a", 17), Share.of(one))
    second = Lease(warehouse.lake, PROJECT, holder("host-b", 18), Share.of(other))
    first.take()
    if overlaps:
        with pytest.raises(ConnectorError, match=r"host-a, process 17") as caught:
            second.take()
        assert caught.value.kind is ErrorKind.LOCKED
        assert ("Shard 1/4" in str(caught.value)) is (one is not None)
        first.give_back()
    second.take()
    second.check()
    if not overlaps:
        first.check()


def test_a_dead_shards_lease_is_taken_over_and_no_other(
    warehouse: LakeWarehouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = (Lease(warehouse.lake, PROJECT, holder("host-a", number), Share(number, 2)) for number in (1, 2))
    first.take()
    second.take()
    monkeypatch.setattr(lease_module, "LEASE", datetime.timedelta(0))
    again = Lease(warehouse.lake, PROJECT, holder("host-b", 1), Share(1, 2))
    again.take()
    second.check()
    with pytest.raises(ConnectorError, match="host-b"):
        first.check()


def test_two_that_add_the_first_lease_of_a_project_at_once_do_not_both_have_it(warehouse: LakeWarehouse) -> None:
    together = threading.Barrier(2)
    location = warehouse.lake.location

    def take_some(name: str) -> list[int]:
        lake, taken = open_lake_for_reading(location), list[int]()
        for number in range(ROUNDS):
            together.wait()
            with suppress(ConnectorError):
                Lease(lake, f"project-{number}", holder(name, 1)).take()
                taken.append(number)
        return taken

    with ThreadPoolExecutor(2) as threads:
        first, second = threads.map(take_some, ("host-a", "host-b"))
    assert not set(first) & set(second)


def test_an_entry_without_a_data_unit_is_the_first_shares_and_hinders_deletes_of_all() -> None:
    entries = RawEntries.of_values([{"data_hash": data_hash_of(number)} for number in range(9)] + [{"data_hash": 7}, 8])
    first, second = (shared_listing(entries, Share(number, 2)) for number in (1, 2))
    assert first.places is not None
    assert second.places is not None
    assert sorted([*first.places, *second.places]) == list(range(11))
    assert {9, 10} <= set(first.places)
    assert (first.of_unknown_share, second.of_unknown_share) == (0, 2)
    assert shared_listing(entries, Share(1, 1)) == (None, 0)


@pytest.mark.parametrize(
    ("flags", "says"),
    [
        (["--shard=1/2"], "needs a lake: in DuckDB and PostgreSQL a project is written by one process"),
        (["--shard=0/2"], "is not a share of a project"),
        (["--shard=1/2", "--project=11111111-5c3b-4c39-9c7e-8f1f7a0c1d2e"], "the run names 2"),
    ],
)
def test_a_shard_is_refused_in_one_sentence(flags: list[str], says: str, tmp_path: Path) -> None:
    with SampleServer(image_world(2)) as server:
        command = CommandLine(server, tmp_path)
        done = command.sync(*flags)
        assert done.exit_code == 2
        assert says in done.err
        assert not command.file.exists()
        assert command.sync("--shard=1/1").exit_code == 0


def receipt(warehouse: LakeWarehouse, day: int, shard: str | None, outcome: str = "succeeded") -> None:
    at = DAY + datetime.timedelta(days=day, minutes=int(shard[0]) if shard else 0)
    message = None if outcome == "succeeded" else f"it {outcome}"
    row = run(run_id=f"run-{day}-{shard}", started_at=at, ended_at=at, outcome=outcome, message=message)
    warehouse.record_project(row | {"project_hash": PROJECT, "shard": shard})


def test_the_last_runs_of_all_shards_are_one(warehouse: LakeWarehouse, tmp_path: Path) -> None:
    def status() -> tuple[str | None, str | None, datetime.datetime | None]:
        (project,) = read_status(f"iceberg:///{tmp_path / 'lake'}").projects
        return project.outcome, project.message, project.last_success

    receipt(warehouse, 0, None)
    receipt(warehouse, 1, "1/3")
    receipt(warehouse, 1, "2/3", "failed")
    assert status() == ("partial", "1 of 3 shards succeeded; 2/3 failed: it failed; 3/3 never ran", DAY)
    receipt(warehouse, 1, "3/3")
    receipt(warehouse, 2, "2/3")
    assert status() == ("succeeded", None, DAY + datetime.timedelta(days=1, minutes=1))
    receipt(warehouse, 2, "1/3")
    receipt(warehouse, 3, "1/3")
    receipt(warehouse, 3, "2/3")
    text = "2 of 3 shards succeeded; 3/3 has not run since 2026-06-02 08:03:00Z"
    assert status() == ("partial", text, DAY + datetime.timedelta(days=1, minutes=3))
    receipt(warehouse, 4, None)
    assert status() == ("succeeded", None, DAY + datetime.timedelta(days=4))


def test_what_overlapping_shares_left_counts_until_all_of_the_new_count_have_written() -> None:
    wrote = [("1/1", "old"), ("1/2", "new"), ("2/2", "other")]
    columns = {"project_hash": [PROJECT] * 3, "rules_digest": [rules for _, rules in wrote]}
    rules = pa.table({**columns, "shard": [shard for shard, _ in wrote]})
    name = "consensus_match_rules"
    own = taken_in(name, rules, Share(1, 2), set())
    assert own.held["rules_digest"].to_pylist() == ["new"]
    assert own.now["rules_digest"].to_pylist() == [""]
    assert taken_in(name, rules.slice(1), Share(1, 2), set()).now["rules_digest"].to_pylist() == ["new"]
    ontologies = rules.rename_columns(["project_hash", "ontology", "shard"])
    assert sorted(taken_in("compared_ontology", ontologies, Share(2, 2), set()).now["ontology"].to_pylist()) == [
        "old",
        "other",
    ]
    assert replaced_by(Share(1, 2), {WHOLE, Share(1, 3)}) == set()
    assert replaced_by(Share(1, 2), {WHOLE, Share(2, 2), Share(1, 3)}) == {WHOLE, Share(1, 3)}
    assert replaced_by(WHOLE, {Share(2, 2)}) == {Share(2, 2)}


def test_a_failure_goes_with_its_label_row_whichever_share_wrote_it() -> None:
    failures = pa.table({"label_hash": ["ours", "theirs", "of no label row"], "shard": ["1/1", "1/1", "2/2"]})
    assert taken_in("sync_failure", failures, Share(1, 2), {"theirs"}).held["label_hash"].to_pylist() == ["ours"]
    found = taken_in("sync_failure", failures, Share(2, 2), {"ours"}).held["label_hash"].to_pylist()
    assert found == ["theirs", "of no label row"]
