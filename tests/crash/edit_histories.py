"""Histories of edits of every kind, with syncs in between, and after each sync a look at everything."""

import random
from typing import Any

from connector.sample import SampleServer, SampleWorld, build_sample_world
from connector.sample.farm_builder import SampleSize
from tests.crash.crashed_warehouse import CrashedWarehouse
from tests.crash.engines import Engine
from tests.crash.whole_comparison import assert_equals_fresh
from tests.sync.edits_by_chance import EditsByChance

MOST_EDITS_AT_ONCE = 8
OPTIONS: dict[str, Any] = {"include_client_metadata": True}


def small_farm() -> SampleWorld:
    """The sample farm, with every kind of data, shape and answer, of a few frames each."""
    world = build_sample_world(SampleSize(videos=3, frames=12, cows=2, consensus_frames=24))
    # Label rows of old say nothing of the size of their video: only the listing does.
    for unit in world.projects[world.project_hash].row_named("barn-east-001.mp4").labels["data_units"].values():
        del unit["width"], unit["height"]
    return world


def follow_edits(engine: Engine, seed: object, edits: int) -> int:
    """Edit a project, sync, and compare with a fresh sync, again and again.

    Args:
        engine: where the warehouse is.
        seed: of all that chance chooses; the same one makes the same history.
        edits: how many, at least.

    Returns:
        How many syncs were compared.
    """
    chance = random.Random(f"{seed}")
    done, made, syncs = list[str](), 0, 0
    with SampleServer(small_farm()) as server:
        warehouse = CrashedWarehouse(server, engine, engine.empty())
        try:
            warehouse.sync(**OPTIONS)
            by_chance = EditsByChance(warehouse.project, chance)
            while made < edits:
                at_once = chance.randint(1, MOST_EDITS_AT_ONCE)
                done += [*(by_chance.edit() for _ in range(at_once)), "|"]
                made += at_once
                outcome = warehouse.sync(
                    allow_deletes=True, bundle_rows=chance.choice([2, 500]), settle_seconds=300, **OPTIONS
                )
                assert outcome.exit_code == 0, (outcome.run.message, warehouse.failures())
                # Views are what the tables say: once, at the end, is enough.
                assert_equals_fresh(warehouse, with_views=made >= edits, **OPTIONS)
                syncs += 1
        except Exception as failure:
            failure.add_note(f"seed {seed}, after the edits: {' '.join(done)}")
            raise
        finally:
            warehouse.remove()
    return syncs
