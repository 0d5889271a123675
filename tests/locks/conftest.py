"""Fixtures: the command beside a server that can be held up."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from connector.sample import SampleServer
from tests.locks.started_commands import StartedCommands
from tests.source.world import image_world


@pytest.fixture
def commands(tmp_path: Path) -> Iterator[StartedCommands]:
    """The command and a server of four images; whatever is still running is killed at the end."""
    with SampleServer(image_world(rows=4)) as server:
        started = StartedCommands(server, tmp_path)
        yield started
        started.end()
