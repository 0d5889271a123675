"""After many edits of all kinds, each in its sync, the warehouse can still show every moment between two of them."""

import random
from datetime import UTC, datetime
from pathlib import Path

import pytest

from connector.load.contract.session import Session
from connector.load.history.marks import set_mark
from connector.load.history.pruning import prune_history
from connector.load.questions.reading import open_for_reading
from connector.sample import SampleServer, build_sample_world
from tests.history.moments import Shown, shown_at, shown_now
from tests.history.synced_farms import writing
from tests.postgres.synced_engines import sync
from tests.sync.edits_by_chance import EditsByChance

pytestmark = pytest.mark.timeout(900)


@pytest.mark.parametrize(("kind", "seed", "steps"), [("duckdb", 1, 30), ("postgresql", 3, 30), ("iceberg", 5, 4)])
def test_every_moment_is_as_it_was(
    kind: str,
    seed: int,
    steps: int,
    tmp_path: Path,
    request: pytest.FixtureRequest,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Whatever was edited, also after old history was pruned; a pruned moment stays if it has a name."""
    if kind == "postgresql":
        engine, url, schema = kind, str(request.getfixturevalue("postgres_url")), "encord"
    else:
        engine, url, schema = "duckdb", f"{kind}:///{tmp_path / 'labels.duckdb'}?threads=1", "main"
        monkeypatch.setattr("connector.load.on_iceberg.warehouse.ROWS_A_COMMIT", 500)
    chance = random.Random(seed)
    seen: list[tuple[datetime, Shown]] = []
    made: list[list[str]] = []
    with SampleServer(build_sample_world("small", seed=seed)) as server:
        project_hash = server.world.project_hash
        edits = EditsByChance(server.world.projects[project_hash], chance)
        for step in range(steps):
            run = sync(server, url, allow_deletes=True, bundle_rows=chance.choice([3, 500]))
            assert run.outcome == "succeeded", run.message
            has_views = step in (steps // 3, steps - 2)  # they are slower than the tables that they show
            with open_for_reading(url, has_views=has_views) as session:
                seen.append((datetime.now(UTC), shown_now(session, engine, has_views=has_views)))
            made.append([edits.edit() for _ in range(chance.randint(1, 6))])

    def differing(session: Session, moment: datetime, shown: Shown) -> dict[str, object]:
        then = shown_at(session, engine, schema, moment, has_views="label_on_frame" in shown)
        return {name: (then[name], shown[name]) for name in shown if then[name] != shown[name]}

    tables = [(shown["object_annotation"], shown["label_row"]) for _, shown in seen]
    changed = [step for step in range(1, steps) if tables[step] != tables[step - 1]]
    assert len(changed) > steps // 2, "the edits can be seen"
    with open_for_reading(url) as session:
        for step, (moment, shown) in enumerate(seen):
            assert not differing(session, moment, shown), made[max(0, step - 1) : step + 2]
        for step in changed[:3]:
            assert differing(session, seen[step - 1][0], seen[step][1]), "the step before was another one"
    marked, limit = steps // 3, steps // 2
    with writing(url) as warehouse, warehouse.naming_moments() as session:
        set_mark(session, "training", seen[marked][0], None)
    with open_for_reading(url, has_views=False) as session, session.transaction():
        counted = prune_history(session, seen[limit][0], project_hash, is_dry=True)
        assert counted == prune_history(session, seen[limit][0], is_dry=True), "there is no other project"
    with writing(url) as warehouse, warehouse.working_on(project_hash):
        assert warehouse.forget_history(project_hash, seen[limit][0]) == counted > 0
    with open_for_reading(url, as_of="training", has_views=False) as session:
        looked = shown_now(session, engine, has_views=False)
    assert looked == {name: seen[marked][1][name] for name in looked}, "a session that looks back sees it, too"
    with open_for_reading(url) as session:
        for step in (marked, *range(limit, steps, 4)):
            assert not differing(session, *seen[step]), step
        forgotten = shown_at(session, engine, schema, seen[0][0], has_views=False)
        assert {count for count, _ in forgotten.values()} == {0}, "what is no longer known is not shown half"
