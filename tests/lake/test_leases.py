"""Who may write a project of a lake: one run at a time, a dead one's lease is taken over, a lost one is noticed."""

import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from connector.errors import ConnectorError, ErrorKind
from connector.load import open_warehouse
from connector.load.locks.lock_holder import LockHolder
from connector.load.on_iceberg import lease as lease_module
from connector.load.on_iceberg.lake_tables import Lake
from connector.load.on_iceberg.lease import LEASE, Lease
from connector.load.on_iceberg.warehouse import LakeWarehouse
from connector.load.questions.project_status import read_status
from connector.runs.run_record import Run
from tests.load.warehouse_rows import PROJECT, SAME, labels, listing, read, states

LISTED = listing([("video-1", "main", "label-1")])


@pytest.fixture
def warehouse(tmp_path: Path) -> Iterator[LakeWarehouse]:
    opened = open_warehouse(f"iceberg:///{tmp_path / 'lake'}")
    assert isinstance(opened, LakeWarehouse)
    yield opened
    opened.close()


def holder(host: str | None = None, pid: int | None = None, ago: float = 0) -> LockHolder:
    began = datetime.now(UTC) - timedelta(seconds=ago)
    return LockHolder("sync", "anna", host or socket.gethostname(), pid or os.getpid(), began, "run-7")


def taken(lake: Lake, who: LockHolder) -> Lease:
    lease = Lease(lake, PROJECT, who)
    lease.take()
    return lease


def dead_process() -> int:
    with subprocess.Popen([sys.executable, "-c", ""]) as process:
        process.wait()
    return process.pid


def test_a_project_has_one_writer_and_another_project_another_one(warehouse: LakeWarehouse) -> None:
    first = taken(warehouse.lake, holder("host-a", 17))
    with pytest.raises(ConnectorError, match=r"host-a, process 17.*run-7") as caught:
        taken(warehouse.lake, holder("host-b", 17))
    assert caught.value.kind is ErrorKind.LOCKED
    Lease(warehouse.lake, "project-2", holder("host-b", 17)).take()
    first.give_back()
    taken(warehouse.lake, holder("host-b", 17))


@pytest.mark.parametrize("how", ["its process is gone", "its number is ours now", "it is too old"])
def test_the_lease_of_a_dead_holder_is_taken_over(
    warehouse: LakeWarehouse, how: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    if how == "it is too old":
        taken(warehouse.lake, holder("host-a", 17))
        monkeypatch.setattr(lease_module, "LEASE", timedelta(0))
    else:
        taken(warehouse.lake, holder(pid=None if "ours" in how else dead_process(), ago=5))
    taken(warehouse.lake, holder())


def test_a_lost_lease_is_noticed_before_the_labels_are_seen(warehouse: LakeWarehouse) -> None:
    with warehouse.working_on(PROJECT):
        warehouse.upsert_metadata(PROJECT, LISTED, SAME)
    lease = taken(warehouse.lake, holder("host-a", 17))

    def lose_it() -> None:
        with warehouse.working_on(PROJECT, lease):
            warehouse.write_bundle(PROJECT, labels("label-1"), states("label-1"), [], "run-1")
            lease.give_back()
            taken(warehouse.lake, holder("host-b", 18))

    with pytest.raises(ConnectorError) as caught:
        lose_it()
    assert caught.value.kind is ErrorKind.LOCKED
    assert read(warehouse, "SELECT count(*) FROM object_annotation") == [(0,)]
    with warehouse.working_on(PROJECT):
        warehouse.write_bundle(PROJECT, labels("label-1"), states("label-1"), [], "run-1")
    assert read(warehouse, "SELECT count(*) FROM object_annotation") == [(3,)]


def test_label_rows_that_another_process_wrote_meanwhile_are_not_overwritten(
    warehouse: LakeWarehouse, tmp_path: Path
) -> None:
    with warehouse.working_on(PROJECT):
        warehouse.upsert_metadata(PROJECT, LISTED, SAME)
    other = open_warehouse(f"iceberg:///{tmp_path / 'lake'}")

    def write_twice() -> None:
        with warehouse.working_on(PROJECT):
            warehouse.write_bundle(PROJECT, labels("label-1", x=0.9), states("label-1"), [], "run-1")
            with other.working_on(PROJECT):
                other.write_bundle(PROJECT, labels("label-1", x=0.1), states("label-1"), [], "run-2")

    with pytest.raises(ConnectorError, match="video-1/main") as caught:
        write_twice()
    assert caught.value.kind is ErrorKind.LOCKED
    assert read(other, "SELECT DISTINCT x FROM object_annotation") == [(0.1,)]
    other.close()


def test_two_processes_write_two_projects_at_once(warehouse: LakeWarehouse, tmp_path: Path) -> None:
    processes = [
        subprocess.Popen([sys.executable, "-c", WRITING, f"iceberg:///{tmp_path / 'lake'}", f"project-{number}"])
        for number in (1, 2)
    ]
    assert [process.wait(timeout=120) for process in processes] == [0, 0]
    found = read(
        warehouse,
        "SELECT project_hash, count(*) FROM label_row JOIN object_annotation USING (label_hash)"
        " GROUP BY ALL ORDER BY ALL",
    )
    assert found == [("project-1", 8), ("project-2", 8)]


WRITING = """
import sys
from connector.load import open_warehouse
from connector.load.questions.project_status import read_status
from connector.runs.run_record import Run
from tests.load.warehouse_rows import SAME, labels, listing, states
url, project = sys.argv[1:]
warehouse = open_warehouse(url)
with warehouse.working_on(project):
    warehouse.upsert_metadata(project, listing([("video-1", "main", project)], project), SAME)
for turn in range(4):
    with warehouse.working_on(project):
        content = labels(project, frames=range(2 * turn + 2))
        warehouse.write_bundle(project, content, states(project, content_hash=str(turn)), [], f"run-{turn}")
warehouse.close()
"""


@pytest.mark.parametrize(
    ("began_ago", "who", "outcome"),
    [
        (timedelta(0), None, "running"),
        (2 * LEASE, "this run", "running"),
        (2 * LEASE, "another run, for which it waits", "running"),
        (2 * LEASE, None, "died"),
    ],
)
def test_status_says_that_a_run_died_when_it_is_old_and_nobody_holds_a_lease(
    warehouse: LakeWarehouse, began_ago: timedelta, who: str | None, outcome: str
) -> None:
    run = Run.begin()
    run.started_at -= began_ago
    warehouse.record_run(run.row(warehouse, 0))
    if who is not None:
        taken(warehouse.lake, LockHolder.this_process("sync", run.run_id if who == "this run" else "run-7"))
    last = read_status(f"iceberg:///{warehouse.lake.location.folder}").last_run
    assert last is not None
    assert last.outcome == outcome
