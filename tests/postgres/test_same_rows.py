"""The same source gives the same rows on both engines: every table, every view, in both directions."""

import random
from pathlib import Path

import duckdb
import pytest

from connector.load.tables import LABEL_TABLES
from connector.sample import SampleServer, build_sample_world
from connector.sync.streams import STREAMS
from tests.postgres.synced_engines import VIEWS, counts, differences, sync
from tests.source.world import image_world
from tests.sync.test_random_edits import some_edit

EDITS = 25
OF_CHANGES = {name for name in VIEWS if "change" in name} | {"review_correction"}


@pytest.mark.parametrize("seed", [3])
def test_the_same_source_gives_the_same_rows_on_both_engines(seed: int, tmp_path: Path, postgres_url: str) -> None:
    file = tmp_path / "labels.duckdb"
    chance = random.Random(seed)
    with SampleServer(build_sample_world("small", seed=7)) as server:
        project = server.world.projects[server.world.project_hash]
        for turn in range(2):
            for url in (f"duckdb:///{file}", postgres_url):
                run = sync(server, url, allow_deletes=True, streams=[stream.name for stream in STREAMS])
                assert run.outcome == "succeeded", run.message
            if turn == 0:
                held = counts(postgres_url, [*LABEL_TABLES, *VIEWS])
                empty = {name for name, rows in held.items() if not rows}
                assert empty == OF_CHANGES, "the sample has rows for everything but changes"
                for _ in range(EDITS):
                    some_edit(project, chance)
    # What a first sync made and was not edited is still there, beside what was.
    found = differences(file, postgres_url)
    assert not found, "\n".join(found[:20])


def test_the_comparison_sees_a_single_changed_number(tmp_path: Path, postgres_url: str) -> None:
    file = tmp_path / "labels.duckdb"
    with SampleServer(image_world(rows=3)) as server:
        for url in (f"duckdb:///{file}", postgres_url):
            assert sync(server, url).outcome == "succeeded"
    compared = ("label_row", "object_annotation", "object_on_frame", "label_on_frame")
    assert not differences(file, postgres_url, compared)
    with duckdb.connect(str(file)) as connection:
        connection.execute("UPDATE object_annotation SET x = x + 1e-15 WHERE rowid = 1")
    found = differences(file, postgres_url, compared)
    assert {line.partition(",")[0] for line in found} == {*compared} - {"label_row"}
    assert len([line for line in found if line.startswith("object_annotation")]) == 2
