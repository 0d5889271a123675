"""Kill -9 at the commits to a lake: never half a label row, and the next run brings all the rest."""

from pathlib import Path

import pytest

from tests.crash.command_server import CommandServer, points_in
from tests.crash.kills import KILLED, killed_at_point, sync_arguments
from tests.crash.lake_engine import LakeEngine
from tests.crash.scenes import scene

pytestmark = pytest.mark.slow

EVERY = 9
"""Of the moments right before and right after each commit, so many are passed over between two kills."""


@pytest.mark.parametrize("name", ["first", "edited"])
def test_kill_9_at_commits_to_the_catalog(
    name: str, lake_engine: LakeEngine, command_server: CommandServer, tmp_path: Path
) -> None:
    with scene(name, lake_engine) as going_on:
        output = tmp_path / "whole-run"
        assert command_server.run(sync_arguments(going_on.warehouse(), tmp_path), output) == 0, output.read_text()
        names = points_in(output.read_text())
        points = [number for number, point in enumerate(names, 1) if point.endswith("commit_table")]
        assert len(points) >= 30
        for point in points[::EVERY]:
            assert killed_at_point(going_on, command_server, tmp_path, point).exit_code == KILLED
