"""Kill -9 of what writes a lake: never half a label row, and the next run brings all the rest."""

import bisect
import itertools
import os
import random
import time
from collections import Counter
from pathlib import Path

import pytest

from connector.load.on_iceberg.opening import open_lake_for_reading
from connector.load.questions.reading import open_for_reading
from connector.sample import SampleServer, build_sample_world
from tests.crash.command_server import CommandServer, points_in
from tests.crash.crashed_warehouse import Contents, CrashedWarehouse, differences
from tests.crash.kills import KILLED, killed_at_instants, killed_at_point, sync_arguments
from tests.crash.lake_engine import LakeEngine
from tests.crash.scenes import edit, gate_world, scene

pytestmark = pytest.mark.slow

EVERY = 17
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
        assert len(points) >= 24
        for point in points[::EVERY]:
            assert killed_at_point(going_on, command_server, tmp_path, point).exit_code == KILLED


def test_readers_see_what_the_next_run_finds_whole(
    lake_engine: LakeEngine, command_server: CommandServer, tmp_path: Path
) -> None:
    """Label rows of a run that was killed before its note are not fetched again, and nothing else may change."""
    as_readers_see = LakeEngine(tmp_path, reads_notes=True)
    with scene("edited", lake_engine) as going_on:
        output = tmp_path / "whole-run"
        assert command_server.run(sync_arguments(going_on.warehouse(), tmp_path), output) == 0
        points = [at for at, name in enumerate(points_in(output.read_text()), 1) if name == "after commit_table"]
        for point in points[-7:-2:2]:
            lake = going_on.warehouse()
            assert command_server.run(sync_arguments(lake, tmp_path), output, kill_at=point) == KILLED
            assert lake.sync().fetched == []
            seen = CrashedWarehouse(going_on.server, as_readers_see, lake.url).contents()
            assert differences(seen, going_on.after) == []


def test_what_a_first_run_wrote_right_before_its_label_rows_is_there_once(
    lake_engine: LakeEngine, command_server: CommandServer, tmp_path: Path
) -> None:
    with SampleServer(build_sample_world("small", seed=7)) as server:
        empty, output = CrashedWarehouse(server, lake_engine, lake_engine.empty()), tmp_path / "whole-run"
        whole = empty.copy()
        assert command_server.run(sync_arguments(whole, tmp_path), output) == 0
        points = [at for at, name in enumerate(points_in(output.read_text()), 1) if name == "after commit_table"]

        def killed(point: int) -> CrashedWarehouse:
            lake = empty.copy()
            assert command_server.run(sync_arguments(lake, tmp_path), output, kill_at=point) == KILLED
            return lake

        has_labels = "SELECT count(content_hash) > 0 FROM label_row"
        first = bisect.bisect_left(points, 1, key=lambda point: int(killed(point).value(has_labels)))
        lake = killed(points[first - 1])
        assert lake.value("SELECT count(*) > 0 FROM data_frame")
        assert lake.value("SELECT count(*) > 0 FROM label_row_version")
        assert lake.sync().run.outcome == "succeeded"
        assert differences(lake.contents(), whole.contents()) == []
        assert differences(told_changes(lake), told_changes(whole)) == []


def test_a_killed_run_leaves_no_change_that_never_was(
    lake_engine: LakeEngine, command_server: CommandServer, tmp_path: Path
) -> None:
    """What rows were is written first: what the run writes that follows is told once, whatever was there already."""
    with scene("edited", lake_engine) as going_on:
        whole, output = going_on.warehouse(), tmp_path / "whole-run"
        assert command_server.run(sync_arguments(whole, tmp_path), output) == 0
        expected = told_changes(whole)
        assert all(expected.values())
        points = [at for at, name in enumerate(points_in(output.read_text()), 1) if name == "after commit_table"]
        for point in points[len(points) // 4 :: 9]:
            lake = going_on.warehouse()
            assert command_server.run(sync_arguments(lake, tmp_path), output, kill_at=point) == KILLED
            assert lake.sync().exit_code == 0
            assert differences(told_changes(lake), expected) == [], point


def told_changes(lake: CrashedWarehouse) -> Contents:
    """What was changed, without when and by which run."""
    moments = {"written_at", "changed_at", "unchanged_until", "run_id"}
    contents: Contents = {}
    with open_for_reading(lake.url) as session:
        for name in ("label_row_version", "label_change", "label_row_change"):
            columns = [column for (column,) in session.rows(f"SELECT column_name FROM (DESCRIBE {name})")]
            query = f"SELECT {', '.join(column for column in columns if column not in moments)} FROM {name}"
            contents[name] = Counter(map(repr, session.rows(query)))
    return contents


def test_a_run_without_news_notes_nothing(lake_engine: LakeEngine) -> None:
    with SampleServer(gate_world()) as server:
        lake = CrashedWarehouse(server, lake_engine, lake_engine.empty())
        notes = []
        for _ in range(3):
            assert lake.sync().exit_code == 0
            opened = open_lake_for_reading(LakeEngine.location(lake.url))
            notes.append(opened.rows(opened.table("lake_commit")).num_rows)
    assert notes[0] > 0
    assert notes == notes[:1] * 3


def test_kill_9_at_random_instants(lake_engine: LakeEngine, command_server: CommandServer, tmp_path: Path) -> None:
    chance = random.Random("instants of a lake")
    with scene("edited", lake_engine) as going_on:
        killed = list(killed_at_instants(going_on, command_server, tmp_path, chance, kills=3))
    assert [attempt.exit_code for attempt in killed] == [KILLED] * 3


def test_kill_9_of_upkeep(lake_engine: LakeEngine, command_server: CommandServer, tmp_path: Path) -> None:
    with SampleServer(gate_world()) as server:
        lake = CrashedWarehouse(server, lake_engine, lake_engine.absent())
        assert lake.sync().exit_code == 0
        edit(lake.project)
        assert lake.sync().exit_code == 0
        expected = lake.contents()
        maintain = ["lake", "maintain", "--grace-hours=0", f"--warehouse={lake.url}"]
        kills = 0
        for point in itertools.count(1, EVERY):
            an_hour_ago = time.time() - 3600
            for folder, _, files in os.walk(lake_engine.folder(lake.url)):
                for file in files:
                    os.utime(Path(folder, file), (an_hour_ago, an_hour_ago))
            code = command_server.run(maintain, tmp_path / "upkeep", kill_at=point)
            with lake.looked_into():
                found = [*lake.damage(), *differences(lake.contents(), expected)]
            assert not found, f"killed at commit point {point}: {found[:9]}"
            assert lake.sync().fetched == []
            if code != KILLED:
                break
            kills += 1
        printed = (tmp_path / "upkeep").read_text()
        assert code == 0, printed
        assert kills > 2
        assert "files deleted: 0." not in printed
