"""Any edits, in any order: after each sync the warehouse is what a fresh one would be, on both engines."""

import os
import secrets

from tests.crash.edit_histories import follow_edits
from tests.crash.engines import Engine

EDITS = 14
SEEDS = {"duckdb": 210, "postgresql": 310}
"""A history that is long enough to have most kinds of edits; ENCORD_SYNC_TEST_HISTORIES asks for others, and more."""


def test_every_table_and_view_follows_any_edits(engine: Engine) -> None:
    asked = os.environ.get("ENCORD_SYNC_TEST_HISTORIES")
    seeds: list[object] = [SEEDS[engine.name]] if asked is None else [secrets.token_hex(4) for _ in range(int(asked))]
    for seed in seeds:
        assert follow_edits(engine, seed, EDITS) > 1
