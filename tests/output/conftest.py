"""Fixtures: the command beside a warehouse that was synced, and what it can be asked."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from connector.sample import SampleServer
from tests.sync.command_line import CommandLine, secretive_world
from tests.sync.conftest import empty_file, folder
from tests.sync.synced_warehouse import SyncedWarehouse, copied

__all__ = ["empty_file", "folder"]

Arguments = Callable[[CommandLine], list[str]]


def of_encord(line: CommandLine) -> list[str]:
    return [
        f"--ssh-key-file={line.key_file}",
        f"--domain={line.server.domain}",
        f"--project={line.server.world.project_hash}",
        "--retry-attempts=1",
    ]


COMMANDS: dict[str, Arguments] = {
    "sync": lambda line: ["sync", *of_encord(line)],
    "check": lambda line: ["check", *of_encord(line)[:3]],
    "verify": lambda line: ["verify", *of_encord(line)],
    "status": lambda _: ["status"],
    "publish": lambda _: ["publish", "--publish=published.duckdb"],
    "migrate": lambda _: ["migrate"],
    "export json": lambda _: ["export", "json", "--out=rows.json"],
    "export coco": lambda _: ["export", "coco", "--out=coco.json"],
    "report": lambda _: ["report", "--out=report.html"],
    "load": lambda line: ["load", "loaded.json", f"--project={line.server.world.project_hash}"],
}
"""Each command that prints, as a user types it; the warehouse is added to it."""


@pytest.fixture(scope="module")
def synced(tmp_path_factory: pytest.TempPathFactory, empty_file: Path) -> Iterator[CommandLine]:
    """The command in a folder with a synced warehouse, labels.duckdb, and a file for `load`."""
    with SampleServer(secretive_world()) as server:
        line = CommandLine(server, tmp_path_factory.mktemp("synced"))
        copied(empty_file, line.file)
        assert SyncedWarehouse(server, line.file).sync().exit_code == 0
        assert line.run("export", "json", "--out=loaded.json").exit_code == 0
        yield line
