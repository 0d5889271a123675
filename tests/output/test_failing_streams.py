"""Labels first: output that cannot be written is told once, elsewhere, and every command ends as it would have."""

import os
import subprocess
import time

import duckdb
import pytest

from tests.output.conftest import COMMANDS
from tests.output.terminal import on_terminal
from tests.sync.command_line import COMMAND, CommandLine

NOTE = "cannot be written ("


def run(line: CommandLine, *arguments: str, ending: str) -> tuple[int, str]:
    """The exit code, and all that arrived at the streams that the shell words `ending` leave."""
    script = f'"$0" "$@" {ending}'
    done = subprocess.run(
        ["bash", "-o", "pipefail", "-c", script, str(COMMAND), *arguments],
        cwd=line.folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=120,
        check=False,
    )
    return done.returncode, done.stdout


def last_outcome(line: CommandLine) -> str:
    with duckdb.connect(str(line.file), read_only=True) as connection:
        ((outcome,),) = connection.execute("SELECT outcome FROM sync_run ORDER BY started_at DESC LIMIT 1").fetchall()
        return str(outcome)


@pytest.mark.parametrize("name", COMMANDS)
def test_a_full_disk_under_the_log_changes_no_exit_code(name: str, synced: CommandLine) -> None:
    """JSON lines, and what check, status and migrate print, go to standard output."""
    exit_code, told = run(synced, *COMMANDS[name](synced), "--log-format=json", ending="> /dev/full")
    assert (exit_code, told.count(NOTE)) == (0, 1), told
    assert told == (
        "encord-sync: Standard output cannot be written (No space left on device); the command goes on without it.\n"
    )
    assert last_outcome(synced) == "succeeded"


@pytest.mark.parametrize(
    ("log_format", "ending", "notes"),
    [
        ("json", ">&-", 1),
        ("json", "| true", 1),
        ("json", "2>&1 | true", 0),
        ("text", "2> /dev/full", 1),
        ("text", "2>&-", 1),
        ("text", "2>&1 | true", 0),
        ("text", "<&- >&- 2>&-", 0),
        ("text", "> /dev/full 2>&1", 0),
    ],
)
def test_a_sync_that_nobody_hears_is_finished_and_recorded(
    log_format: str, ending: str, notes: int, synced: CommandLine
) -> None:
    arguments = COMMANDS["sync"](synced)
    exit_code, told = run(synced, *arguments, "--full", f"--log-format={log_format}", ending=ending)
    assert (exit_code, told.count(NOTE)) == (0, notes), told
    assert "Exception ignored" not in told
    assert "Traceback" not in told
    assert last_outcome(synced) == "succeeded"
    with duckdb.connect(str(synced.file), read_only=True) as connection:
        assert connection.execute("SELECT loaded FROM sync_run ORDER BY started_at DESC LIMIT 1").fetchall() == [(4,)]


@pytest.mark.parametrize("ending", ["> /dev/full", "| true", ">&-"])
def test_help_that_nobody_reads_is_no_failure(ending: str, synced: CommandLine) -> None:
    exit_code, told = run(synced, "sync", "--help", ending=ending)
    assert exit_code == 0, told
    assert told.count(NOTE) <= 1
    assert "Traceback" not in told


def test_a_message_that_cannot_be_told_keeps_its_exit_code(synced: CommandLine) -> None:
    exit_code, told = run(synced, "status", "--warehouse=duckdb:///nowhere.duckdb", ending="2> /dev/full")
    assert (exit_code, told.count(NOTE)) == (6, 1)
    exit_code, told = run(synced, "status", "--debug", "--warehouse=duckdb:///nowhere.duckdb", ending="2>&-")
    assert (exit_code, told.count(NOTE)) == (6, 1)


@pytest.mark.parametrize("ending", ["> /dev/full", ">&-", "| true"])
@pytest.mark.parametrize("what", ["json", "coco"])
def test_an_export_to_standard_output_must_be_whole(what: str, ending: str, synced: CommandLine) -> None:
    exit_code, told = run(synced, "export", what, "--out=-", ending=ending)
    assert exit_code == 2
    assert told.count("Standard output cannot be written: ") == 1
    assert "name a file with --out" in told
    assert "goes on without it" not in told


@pytest.mark.parametrize("ending", ["2> /dev/full", "2>&-"])
def test_nothing_is_told_in_the_midst_of_an_export(ending: str, synced: CommandLine) -> None:
    exit_code, told = run(synced, "export", "json", "--out=-", ending=ending)
    assert (exit_code, NOTE in told) == (0, False)
    assert told == (synced.folder / "loaded.json").read_text(encoding="utf-8")


def test_a_warehouse_does_not_get_the_number_of_a_closed_stream(synced: CommandLine) -> None:
    """What is printed would be written into it otherwise."""
    exit_code, _ = run(synced, *COMMANDS["sync"](synced), "--full", "--verbose", ending=">&- 2>&-")
    assert exit_code == 0
    status = synced.run("status")
    assert status.exit_code == 0, status.all


def test_a_pipe_that_does_not_wait_loses_nothing(synced: CommandLine) -> None:
    """As programs leave their terminals and pipes: a write that finds no room fails at once."""
    reading, writing = os.pipe()
    os.set_blocking(writing, False)
    filler = 0
    while True:
        try:
            filler += os.write(writing, b"." * 4096)
        except BlockingIOError:
            break
    process = subprocess.Popen([str(COMMAND), "status"], cwd=synced.folder, stdout=writing)
    os.close(writing)
    time.sleep(2)
    with open(reading, "rb") as pipe:  # noqa: PTH123 - a number has no path
        told = pipe.read()[filler:].decode()
    assert process.wait(60) == 0
    assert told == synced.run("status").out


def test_a_terminal_that_is_closed_does_not_end_a_sync_in_progress(synced: CommandLine) -> None:
    """The progress bar's thread writes there, too."""
    exit_code, received = on_terminal(synced.folder, *COMMANDS["sync"](synced), "--full", hang_up_after=1)
    assert exit_code == 0, received
    assert last_outcome(synced) == "succeeded"
