"""Two processes at one DuckDB file: the second waits or goes, and knows who is at it; a killed one holds nobody up."""

import getpass
import json
import os
import re
import socket
import time

import duckdb

from connector.load import open_warehouse
from tests.locks.started_commands import StartedCommands


def loaded(commands: StartedCommands) -> int:
    with duckdb.connect(str(commands.file), read_only=True) as connection:
        row = connection.execute("SELECT count(*) FROM label_row WHERE content_hash IS NOT NULL").fetchone()
    assert row is not None
    return int(row[0])


def test_the_second_one_ends_with_8_and_says_who_is_at_it(commands: StartedCommands) -> None:
    first = commands.held_up_sync()
    holder = json.loads(commands.lock_file.read_text())
    assert (holder["command"], holder["pid"]) == ("sync", first.pid)
    assert (holder["owner"], holder["host"]) == (getpass.getuser(), socket.gethostname())
    assert set(holder) == {"command", "owner", "host", "pid", "started_at", "run_id"}
    who = f"is held by encord-sync sync of {getpass.getuser()} on {socket.gethostname()}, process {first.pid}, since 2"

    second = commands.sync().ended()
    assert second.exit_code == 8
    (message,) = second.err.splitlines()
    assert f"The warehouse {commands.file} {who}" in message
    assert re.search(rf"Z \(0:\d\d:\d\d\), run {holder['run_id']}\.", message)
    assert "--wait SECONDS" in message

    link = commands.file.with_name("linked.duckdb")
    link.symlink_to(commands.file)
    for other in (
        commands.sync(warehouse=f"duckdb:///{link}"),
        commands.start("migrate", f"--warehouse={commands.warehouse}"),
        commands.start("status", f"--warehouse={commands.warehouse}"),
    ):
        printed = other.ended()
        assert printed.exit_code == 8, printed.all
        assert who in printed.err

    began = time.monotonic()
    assert commands.sync("--wait=1.5").ended().exit_code == 8
    assert time.monotonic() - began > 1.5

    commands.let_go()
    printed = first.ended()
    assert printed.exit_code == 0
    assert holder["run_id"] in printed.err
    assert loaded(commands) == 4
    assert not commands.lock_file.exists()


def test_the_second_one_waits_if_it_is_told_to(commands: StartedCommands) -> None:
    first = commands.held_up_sync()
    second, third = (commands.sync("--wait=60", "--log-format=json") for _ in range(2))
    for started in (second, third):
        waiting = json.loads(started.line_with("waiting_for_lock"))
        assert f"process {first.pid}" in waiting["text"]
        assert waiting["wait_seconds"] == 60

    third.terminate()
    printed = third.ended()
    assert printed.exit_code == 75
    assert "Stopped by SIGTERM" in printed.err

    commands.let_go()
    assert first.ended().exit_code == 0
    printed = second.ended()
    assert printed.exit_code == 0, printed.all
    assert "4 unchanged" in printed.out
    assert "waiting_for_lock" not in printed.out  # said once


def test_the_lock_of_a_killed_run_is_taken_over(commands: StartedCommands) -> None:
    """Who only looks needs no lock and leaves it as it is; the next sync takes it."""
    first = commands.held_up_sync()
    first.kill()
    left = commands.lock_file.read_bytes()
    status = commands.start("status", f"--warehouse={commands.warehouse}", "--log-format=text").ended()
    assert status.exit_code == 7, status.all
    assert re.match(r"encord-sync: the last run \(\S+, [-\d]+ [:\d]+Z\) died\.", status.err), status.err
    assert commands.lock_file.read_bytes() == left

    printed = commands.sync("--log-format=json").ended()
    assert printed.exit_code == 0, printed.all
    (taken_over,) = [line for line in printed.out.splitlines() if "lock_taken_over" in line]
    assert f"process {first.pid}" in json.loads(taken_over)["text"]
    assert loaded(commands) == 4
    assert not commands.lock_file.exists()


def test_a_wait_is_also_for_a_reader_to_close_the_file(commands: StartedCommands) -> None:
    open_warehouse(commands.warehouse).close()
    with duckdb.connect(str(commands.file), read_only=True):
        sync = commands.sync("--wait=60", "--log-format=json")
        waiting = json.loads(sync.line_with("waiting_for_lock"))
    assert f"is held by process {os.getpid()}" in waiting["text"]
    assert sync.ended().exit_code == 0
