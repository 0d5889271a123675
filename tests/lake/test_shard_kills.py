"""Kill -9 at the commits of one shard: only its own work is undone, and it brings that when it runs again."""

from pathlib import Path

import pytest

from connector.sample import SampleServer
from tests.crash.command_server import CommandServer, points_in
from tests.crash.crashed_warehouse import CrashedWarehouse, differences
from tests.crash.kills import KILLED, sync_arguments
from tests.crash.lake_engine import LakeEngine
from tests.crash.scenes import edit, gate_world

pytestmark = pytest.mark.slow

KILLS = 3


def test_a_killed_shard_leaves_only_its_own_work_undone(
    lake_engine: LakeEngine, command_server: CommandServer, tmp_path: Path
) -> None:
    with SampleServer(gate_world()) as server:
        before = CrashedWarehouse(server, lake_engine, lake_engine.empty())
        for shard in ("1/2", "2/2"):
            assert before.sync(shard=shard).exit_code == 0
        edit(before.project)
        first = before.sync(shard="1/2", allow_deletes=True)
        assert first.receipt.loaded
        clean = before.clean_contents()
        second = ["--shard=2/2", "--allow-deletes"]
        output = tmp_path / "whole-run"
        assert command_server.run([*sync_arguments(before.copy(), tmp_path), *second], output) == 0
        points = [n for n, name in enumerate(points_in(output.read_text()), 1) if name.endswith("commit_table")]
        for point in points[:: len(points) // KILLS]:
            lake = before.copy()
            arguments = [*sync_arguments(lake, tmp_path), *second]
            assert command_server.run(arguments, tmp_path / "killed", kill_at=point) == KILLED
            assert lake.damage() == []
            again = lake.sync(shard="1/2", allow_deletes=True)
            assert (again.receipt.loaded, again.fetched) == (0, [])
            assert lake.sync(shard="2/2", allow_deletes=True).exit_code == 0
            assert lake.rewritten_by(first) == before.rewritten_by(first)
            assert differences(lake.contents(), clean) == []
