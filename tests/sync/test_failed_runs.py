"""What a failed run leaves: nothing, if it was at no project of the warehouse; else a receipt, which `status` tells."""

import json
import signal
import socket
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from connector.load.questions.project_status import read_status
from connector.sample import Fault, Hook, HttpStatus, SampleServer
from connector.sample.world.signatures import SampleKey
from tests.locks.started_commands import StartedCommands
from tests.postgres.synced_engines import counts
from tests.source.world import image_world
from tests.sync.command_line import CommandLine, Printed

UNKNOWN = "00000000-0000-4000-8000-000000000001"


@pytest.fixture
def command(tmp_path: Path) -> Iterator[CommandLine]:
    """The command, where there is no warehouse yet."""
    with SampleServer(image_world(rows=3)) as server:
        yield CommandLine(server, tmp_path)


@pytest.fixture
def synced(command: CommandLine) -> CommandLine:
    assert command.sync().exit_code == 0
    return command


@pytest.fixture
def nobody() -> Iterator[str]:
    """An address where nothing listens."""
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        yield f"http://127.0.0.1:{bound.getsockname()[1]}"


def status(command: CommandLine, form: str = "text") -> Printed:
    return command.run("status", f"--warehouse=duckdb:///{command.file}", f"--log-format={form}")


def with_an_unknown_key(command: CommandLine) -> Printed:
    stranger = command.folder / "stranger"
    stranger.write_text(command.is_secret(SampleKey("a stranger").private_text))
    return command.sync(ssh_key_file=stranger)


def of_an_unknown_project(command: CommandLine) -> Printed:
    return command.sync(project=UNKNOWN)


def while_encord_is_down(command: CommandLine) -> Printed:
    command.server.faults.add(Fault(HttpStatus(503), times=None))
    return command.sync()


def of_all_projects_while_encord_is_down(command: CommandLine) -> Printed:
    command.server.faults.add(Fault(HttpStatus(503), times=None))
    return command.sync("--all-projects", project=None)


@pytest.mark.parametrize(
    ("failing", "exit_code"),
    [
        (with_an_unknown_key, 3),
        (of_an_unknown_project, 3),
        (while_encord_is_down, 4),
        (of_all_projects_while_encord_is_down, 4),
    ],
)
def test_a_first_sync_that_reached_no_project_leaves_no_warehouse(
    failing: Callable[[CommandLine], Printed], exit_code: int, command: CommandLine
) -> None:
    printed = failing(command)
    assert printed.exit_code == exit_code, printed.all
    assert not [path.name for path in command.folder.iterdir() if "labels" in path.name]


def test_a_first_sync_that_is_stopped_before_it_has_a_listing_leaves_no_warehouse(tmp_path: Path) -> None:
    with SampleServer(image_world(rows=3)) as server:
        commands = StartedCommands(server, tmp_path)
        started: list[signal.Signals] = []

        def stop() -> None:
            started.append(signal.SIGTERM)
            running.terminate()

        server.faults.add(Fault(Hook(stop), kind="project"))
        server.faults.add(Fault(HttpStatus(503), kind="project", times=None))
        running = commands.sync("--retry-attempts=6")
        assert running.ended().exit_code == 75
        assert started
        assert not commands.file.exists()
        commands.end()


def test_a_failed_first_sync_on_postgresql_leaves_no_run(command: CommandLine, postgres_url: str) -> None:
    assert command.sync(project=UNKNOWN, warehouse=postgres_url).exit_code == 3
    assert counts(postgres_url, ["sync_run", "sync_run_project", "project"]) == {
        "sync_run": 0,
        "sync_run_project": 0,
        "project": 0,
    }


def test_a_failed_run_of_an_unknown_project_leaves_the_warehouse_as_it_was(synced: CommandLine) -> None:
    before = status(synced)
    assert before.exit_code == 0
    assert synced.sync(project=UNKNOWN).exit_code == 3
    assert status(synced) == before
    published = synced.run("publish", f"--warehouse=duckdb:///{synced.file}", "--publish=copies/")
    assert published.exit_code == 0, published.all


def test_a_failed_run_of_a_known_project_shows_in_the_status_until_one_succeeds(
    synced: CommandLine, nobody: str
) -> None:
    assert synced.sync(domain=nobody).exit_code == 4
    for form in ("text", "json"):
        told = status(synced, form)
        assert told.exit_code == 7
        assert "encord-sync: the last run (" in told.err
        assert "failed. No connection to 127.0.0.1" in told.err
    [project] = [json.loads(line) for line in status(synced, "json").out.splitlines()]
    assert (project["outcome"], project["label_rows"]) == ("failed", 3)
    assert synced.sync().exit_code == 0
    assert status(synced).exit_code == 0


def test_a_failed_listing_of_all_projects_shows_in_the_status(synced: CommandLine, nobody: str) -> None:
    """No project has a receipt of it."""
    assert synced.sync("--all-projects", project=None, domain=nobody).exit_code == 4
    told = status(synced)
    assert (told.exit_code, "failed. No connection to" in told.err) == (7, True)
    assert "last run      succeeded" in told.out


def test_of_several_projects_each_failure_is_told_and_none_is_nameless(command: CommandLine) -> None:
    others = [UNKNOWN, UNKNOWN.replace("1", "2")]
    printed = command.sync(*(f"--project={project}" for project in others), log_format="text")
    assert printed.exit_code == 7
    for project in others:
        assert f"{project}: failed. 0 listed" in printed.err
        assert f"No access, or no such thing: reading project {project}" in printed.err
    known = read_status(f"duckdb:///{command.file}")
    assert [project.project_hash for project in known.projects] == [command.server.world.project_hash]
    told = status(command)
    assert (told.exit_code, "partial. No access" in told.err) == (7, True)
