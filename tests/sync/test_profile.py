"""`sync --profile` tells where the time went: of each project, and of the run around them."""

from collections.abc import Iterator
from pathlib import Path

import orjson
import pytest

from connector.sample import SampleServer
from tests.sync.command_line import CommandLine, secretive_world


@pytest.fixture
def command(tmp_path: Path) -> Iterator[CommandLine]:
    with SampleServer(secretive_world()) as server:
        yield CommandLine(server, tmp_path)


def test_a_profile_names_every_stage_and_adds_up(command: CommandLine) -> None:
    target = command.folder / "published.duckdb"
    printed = command.sync("--profile", f"--publish={target}", log_format="json")
    assert printed.exit_code == 0
    events = {event["event"]: event for event in map(orjson.loads, printed.out.splitlines())}
    project, run = events["project_profile"], events["run_profile"]
    assert {"list", "compare", "fetch", "normalise", "write", "tombstone"} <= project["stages"].keys()
    assert list(run["stages"]) == ["open", "projects", "close", "publish"]
    for profile in (project, run):
        assert sum(stage["wall_seconds"] for stage in profile["stages"].values()) <= profile["wall_seconds"] + 0.01
        assert all(0 <= stage["cpu_seconds"] <= stage["wall_seconds"] + 0.05 for stage in profile["stages"].values())
    assert run["stages"]["projects"]["wall_seconds"] >= project["wall_seconds"] / 2
    stored = orjson.loads(events["project_finished"]["stage_seconds"])
    assert stored.keys() == project["stages"].keys()


def test_without_the_option_there_is_none(command: CommandLine) -> None:
    assert "profile" not in command.sync(log_format="json").out
