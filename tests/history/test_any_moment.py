"""After many edits of all kinds, each in its sync, the warehouse can still show every moment between two of them."""

import random
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest

from connector.load.contract.session import Session
from connector.load.questions.reading import open_for_reading
from connector.sample import SampleServer, build_sample_world
from tests.history.moments import Shown, shown_at, shown_now
from tests.postgres.synced_engines import sync
from tests.sync.edits_by_chance import EditsByChance

STEPS = 30


@pytest.mark.parametrize(("engine", "seed"), [("duckdb", 1), ("duckdb", 2), ("postgresql", 3)])
def test_every_moment_is_as_it_was(engine: str, seed: int, tmp_path: Path, request: pytest.FixtureRequest) -> None:
    url = (
        f"duckdb:///{tmp_path / 'labels.duckdb'}?threads=1"
        if engine == "duckdb"
        else str(request.getfixturevalue("postgres_url"))
    )
    chance = random.Random(seed)
    seen: list[tuple[datetime, Shown]] = []
    made = []
    with SampleServer(build_sample_world("small", seed=seed)) as server:
        project = server.world.projects[server.world.project_hash]
        edits = EditsByChance(project, chance)
        for _ in range(STEPS):
            run = sync(server, url, allow_deletes=True, bundle_rows=chance.choice([3, 500]))
            assert run.outcome == "succeeded", run.message
            with open_for_reading(url) as session:
                seen.append((datetime.now(UTC), shown_now(session, engine, schema_of(engine))))
            made.append([edits.edit() for _ in range(chance.randint(1, 6))])
    with open_for_reading(url) as session:
        for place, (moment, shown) in enumerate(seen):
            then = shown_at(session, engine, schema_of(engine), moment)
            wrong = {name: (then[name], shown[name]) for name in shown if then[name] != shown[name]}
            assert not wrong, (place, made[max(0, place - 1) : place + 2], wrong)
    assert len({str(shown) for _, shown in seen}) > STEPS // 2, "the edits can be seen"


def schema_of(engine: str) -> str:
    return "main" if engine == "duckdb" else "encord"
