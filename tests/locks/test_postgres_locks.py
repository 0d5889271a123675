"""Advisory locks on PostgreSQL: one sync a project, several projects at once, nothing left of a killed one."""

import contextlib
import getpass
import json
import re
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
import sqlalchemy as sa

from bench.large_worlds.scale import Scale, add_scale_project
from connector.errors import ConnectorError, ErrorKind, ExitCode
from connector.load import open_warehouse
from connector.load.contract.warehouse_url import warehouse_location
from connector.load.locks.lock_holder import LockHolder
from connector.load.on_postgres.connecting import connect
from connector.load.on_postgres.writing_lock import WritingLock
from connector.load.questions.project_status import read_status
from connector.load.sync_locks import sync_locks
from connector.runs.run_record import Run
from connector.sample import Fault, Hook, SampleServer
from tests.locks.started_commands import PATIENCE, StartedCommands
from tests.postgres.synced_engines import counts, sync
from tests.source.world import image_world

ME = LockHolder.this_process("sync", "20261123T014503Z-ab12cd")
OTHER = LockHolder("sync", "ana", "farm-7", 4711, ME.started_at, "20261123T014400Z-ffffff")


def refused(url: str, project_hash: str, schema: str | None = None) -> ConnectorError:
    with pytest.raises(ConnectorError) as caught, sync_locks(url, schema, ME) as locks, locks.project(project_hash):
        pass
    return caught.value


def is_free(url: str, project_hash: str, schema: str | None = None) -> bool:
    with sync_locks(url, schema, ME) as locks, locks.project(project_hash):
        return True


def test_a_project_is_one_runs_at_a_time(postgres_url: str) -> None:
    with sync_locks(postgres_url, None, OTHER) as locks:
        with locks.project("project-1"):
            error = refused(postgres_url, "project-1")
            assert error.kind is ErrorKind.LOCKED
            who = "is held by encord-sync sync of ana on farm-7, process 4711, since "
            assert str(error).startswith("Project project-1 in the warehouse (database ")
            assert who in str(error)
            assert "run 20261123T014400Z-ffffff" in str(error)
            assert "postgres:" not in str(error)
            assert is_free(postgres_url, "project-2")
            assert is_free(postgres_url, "project-1", "another_schema")
        assert is_free(postgres_url, "project-1")
        with locks.project("project-2"):
            assert refused(postgres_url, "project-2").kind is ErrorKind.LOCKED
    assert is_free(postgres_url, "project-2")


def test_a_lock_ends_with_its_connection_and_the_next_one_is_on_a_new_one(postgres_url: str) -> None:
    url = sa.make_url(postgres_url).set(drivername="postgresql").render_as_string(hide_password=False)
    with sync_locks(postgres_url, None, OTHER) as locks:
        with locks.project("project-1"):
            with psycopg.connect(url, autocommit=True) as administrator:
                administrator.execute("SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory'")
            deadline = time.monotonic() + 30
            while time.monotonic() < deadline:
                try:
                    assert is_free(postgres_url, "project-1")
                    break
                except ConnectorError:
                    time.sleep(0.05)
            else:
                pytest.fail("the lock outlived its connection")
        with locks.project("project-2"):
            assert refused(postgres_url, "project-2").kind is ErrorKind.LOCKED


def test_the_schema_is_made_by_one_at_a_time(postgres_url: str) -> None:
    with (
        sync_locks(postgres_url, None, OTHER) as locks,
        locks.schema(),
        pytest.raises(ConnectorError) as caught,
        sync_locks(f"{postgres_url}?options=-c%20lock_timeout=200ms", None, ME) as others,
        others.schema(),
    ):
        pass
    assert caught.value.kind is ErrorKind.LOCKED
    with sync_locks(postgres_url, None, ME) as locks, locks.schema(), locks.project("project-1"):
        pass


ADVISORY = "SELECT DISTINCT pid, query FROM pg_locks JOIN pg_stat_activity USING (pid) WHERE locktype = 'advisory'"


def cut_connections(url: str, *, that_says_who: bool = True, that_writes: bool = True) -> None:
    """Cut the connections with advisory locks: the one that says who holds a project, the one that writes it."""
    plain = sa.make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(plain, autocommit=True) as administrator:
        holders = administrator.execute(f"{ADVISORY} AND datname = current_database()".encode()).fetchall()
        assert len(holders) == 2
        for pid, query in holders:
            if that_says_who if "held by" in query else that_writes:
                assert administrator.execute("SELECT pg_terminate_backend(%s, 10000)", [pid]).fetchone() == (True,)


def test_a_run_that_was_killed_is_told_from_one_that_goes_on(commands: StartedCommands, postgres_url: str) -> None:
    def status() -> tuple[int, str]:
        printed = commands.start("status", f"--warehouse={postgres_url}", "--log-format=text").ended()
        return printed.exit_code, printed.err

    def has_begun() -> bool:
        return "running" in {run.outcome for run in [read_status(postgres_url).last_run] if run}

    assert commands.sync(warehouse=postgres_url).ended().exit_code == 0
    first = commands.held_up_sync(warehouse=postgres_url)
    deadline = time.monotonic() + PATIENCE
    while not has_begun() and time.monotonic() < deadline:
        time.sleep(0.1)
    assert status() == (0, "")
    first.kill()
    while status()[0] == 0 and time.monotonic() < deadline:
        time.sleep(0.1)
    exit_code, told = status()
    assert exit_code == 7
    assert re.match(r"encord-sync: the last run \(\S+, [-\d]+ [:\d]+Z\) died\.", told), told
    commands.let_go()
    assert commands.sync(warehouse=postgres_url).ended().exit_code == 0
    assert status() == (0, "")


def test_a_run_between_two_projects_goes_on(postgres_url: str) -> None:
    def outcome() -> str | None:
        last = read_status(postgres_url).last_run
        return None if last is None else last.outcome

    with contextlib.closing(open_warehouse(postgres_url)) as warehouse, sync_locks(postgres_url, None, ME) as locks:
        with locks.schema():
            pass
        warehouse.record_run(Run.begin().row(warehouse, 0))
        assert outcome() == "died", "nobody has said yet that it is at work"
        locks.write_with(warehouse)
        assert outcome() == "running"
        with locks.project("project-1"):
            cut_connections(postgres_url, that_writes=False)
        with locks.project("project-2"):
            pass
        assert outcome() == "running", "it is said again on a new connection"
    assert outcome() == "died"


@pytest.fixture
def server() -> Iterator[SampleServer]:
    with SampleServer(image_world(rows=6)) as running:
        yield running


def test_a_lost_connection_takes_its_lock_again_before_it_writes_on(postgres_url: str) -> None:
    ends = []

    def second_run() -> None:
        ends.append(sync(larger, postgres_url).exit_code)

    with SampleServer(image_world(rows=12)) as larger:
        larger.faults.add(Fault(Hook(lambda: cut_connections(postgres_url)), kind="label_rows"))
        # Sent when the second transaction, of four requests each, has begun, and so the first is through.
        larger.faults.add(Fault(Hook(second_run), kind="label_rows", skip=9))
        run = sync(larger, postgres_url, bundle_rows=1, requests_in_flight=1)
        assert (run.outcome, run.receipts[0].loaded) == ("succeeded", 12)
        assert ends == [8]
        assert is_free(postgres_url, larger.world.project_hash)


def test_a_run_whose_project_another_one_took_meanwhile_stops_writing(server: SampleServer, postgres_url: str) -> None:
    project_hash = server.world.project_hash
    with contextlib.ExitStack() as of_the_other:

        def lose_it() -> None:
            cut_connections(postgres_url)
            locks = of_the_other.enter_context(sync_locks(postgres_url, None, OTHER))
            writer = open_warehouse(postgres_url)
            of_the_other.callback(writer.close)
            locks.write_with(writer)
            of_the_other.enter_context(locks.project(project_hash))

        server.faults.add(Fault(Hook(lose_it), kind="label_rows", skip=2))
        run = sync(server, postgres_url, bundle_rows=1, requests_in_flight=1)
        [receipt] = run.receipts
        assert (run.exit_code, run.outcome, receipt.outcome) == (8, "failed", "failed")
        assert str(run.message).startswith(f"The connection was lost, and meanwhile project {project_hash} in the ware")
        assert counts(postgres_url, ["object_annotation"]) == {"object_annotation": receipt.loaded}
        assert receipt.loaded < 3
    again = sync(server, postgres_url)
    assert (again.outcome, again.receipts[0].loaded) == ("succeeded", 6 - receipt.loaded)


def test_the_lock_of_the_writing_connection_keeps_others_out_by_itself(server: SampleServer, postgres_url: str) -> None:
    """The connection that says who holds the project may be cut, and be the only one that is."""
    ends = []

    def second_run() -> None:
        cut_connections(postgres_url, that_writes=False)
        ends.append(sync(server, postgres_url).exit_code)

    server.faults.add(Fault(Hook(second_run), kind="label_rows", skip=1))
    assert sync(server, postgres_url, bundle_rows=1, requests_in_flight=1).outcome == "succeeded"
    assert ends == [8]
    # The run that found it taken did nothing, and is no reason to call the project's last run a failure.
    assert counts(postgres_url, ["sync_run", "sync_run_project"]) == {"sync_run": 1, "sync_run_project": 1}
    assert read_status(postgres_url).is_well


def test_a_second_ctrl_c_breaks_off_what_the_server_is_at(commands: StartedCommands, postgres_url: str) -> None:
    """The rows are copied in a thread, which is not where a signal arrives."""
    open_warehouse(postgres_url).close()
    plain = sa.make_url(postgres_url).set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(plain) as other, psycopg.connect(plain, autocommit=True) as watching:
        other.execute("LOCK TABLE encord.object_annotation IN EXCLUSIVE MODE")
        started = commands.sync(warehouse=postgres_url)
        waiting = "SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
        deadline = time.monotonic() + PATIENCE
        while not watching.execute(waiting).fetchall() and time.monotonic() < deadline:
            time.sleep(0.05)
        begun = time.monotonic()
        started.process.send_signal(signal.SIGINT)
        time.sleep(0.3)
        assert started.process.poll() is None, "the first one lets the transaction come to its end"
        started.process.send_signal(signal.SIGINT)
        ended = started.ended()
        assert time.monotonic() - begun < 20, "it would wait for a minute"
    assert ended.exit_code == ExitCode.INTERRUPTED
    assert "interrupted; the transaction in flight was rolled back" in ended.err
    assert counts(postgres_url, ["object_annotation"]) == {"object_annotation": 0}
    assert is_free(postgres_url, commands.server.world.project_hash)


def test_a_connection_that_lives_on_at_the_servers_end_only_is_ended(postgres_url: str) -> None:
    """As after a firewall has dropped it: the server would keep the lock until its own keep-alive gives up."""
    location = warehouse_location(postgres_url)
    lock = WritingLock(4711, "The project")
    with contextlib.ExitStack() as opened:
        connections = [opened.enter_context(connect(location)) for _ in range(3)]  # type: ignore[arg-type] # PostgreSQL's
        lock.take(connections[0])
        lock.take(connections[1])
        with pytest.raises(psycopg.OperationalError):
            connections[0].execute("SELECT 1")
        with pytest.raises(ConnectorError, match=r"^The project is held by another process") as caught:
            WritingLock(4711, "The project").take(connections[2])
        assert caught.value.kind is ErrorKind.LOCKED
        lock.release(connections[1])
        WritingLock(4711, "The project").take(connections[2])


@pytest.fixture
def two_projects(tmp_path: Path, postgres_url: str) -> Iterator[tuple[StartedCommands, str]]:
    """The command on PostgreSQL, and a second project beside the world's main one."""
    world = image_world(rows=4)
    second = add_scale_project(world, Scale(rows=2, annotations=3, objects=3))
    with SampleServer(world) as server:
        started = StartedCommands(server, tmp_path)
        started.warehouse = postgres_url
        yield started, second.project_hash
        started.end()


def test_syncs_of_two_projects_run_side_by_side_and_of_one_they_do_not(
    two_projects: tuple[StartedCommands, str],
) -> None:
    commands, second_project = two_projects
    first = commands.held_up_sync()

    other_project = commands.sync(project=second_project).ended()
    assert other_project.exit_code == 0, other_project.all

    both_projects = commands.sync(f"--project={second_project}", "--log-format=json").ended()
    assert both_projects.exit_code == 8, both_projects.all
    assert f"is held by encord-sync sync of {getpass.getuser()}" in both_projects.all
    assert f"process {first.pid}, since 2" in both_projects.all
    assert '"outcome":"succeeded","listed":2,' in both_projects.out

    waiting = commands.sync("--wait=60", "--log-format=json")
    assert f"process {first.pid}" in json.loads(waiting.line_with("waiting_for_lock"))["text"]
    first.kill()
    printed = waiting.ended()
    assert printed.exit_code == 0, printed.all
    assert "4 loaded" in printed.out
