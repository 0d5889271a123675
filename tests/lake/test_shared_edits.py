"""Edits of all kinds between the syncs of shards, with another number of shards each time: the lake follows all."""

import random
from pathlib import Path

import pytest

from connector.sample import SampleServer, build_sample_world
from tests.crash.crashed_warehouse import CrashedWarehouse
from tests.crash.lake_engine import LakeEngine
from tests.lake.test_shards import as_file
from tests.sync.edits_by_chance import EditsByChance
from tests.sync.fresh_comparison import differences
from tests.sync.synced_warehouse import SyncedWarehouse

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]

COUNTS = (2, 3)
EDITS_BETWEEN = 6


def test_shards_follow_any_edits(lake_engine: LakeEngine, tmp_path: Path) -> None:
    chance = random.Random(1)
    with SampleServer(build_sample_world("small", seed=7)) as server:
        lake = CrashedWarehouse(server, lake_engine, lake_engine.empty())
        edits = EditsByChance(lake.project, chance)
        for count in COUNTS:
            shards = [f"{number}/{count}" for number in range(1, count + 1)]
            chance.shuffle(shards)
            for edits_before in (EDITS_BETWEEN, 0):
                for shard in shards:
                    for _ in range(edits_before):
                        edits.edit()
                    outcome = lake.sync(shard=shard, allow_deletes=True, settle_seconds=300)
                    assert outcome.run.outcome == "succeeded", outcome.run.message
            fresh = SyncedWarehouse(server, tmp_path / f"fresh-{count}.duckdb")
            assert fresh.sync(settle_seconds=300).run.outcome == "succeeded"
            assert differences(as_file(lake, tmp_path / f"shared-{count}.duckdb"), fresh.file)[:5] == []
