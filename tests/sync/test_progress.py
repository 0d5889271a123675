"""Progress is told while a bundle is being read, and within a label row that is written in parts."""

from pathlib import Path

import pytest

from bench.large_worlds.scale import Scale, build_scale_world
from connector.config import load_settings
from connector.process.interruption import Interruption
from connector.reading import label_row_group
from connector.sample import SampleServer
from connector.sync import bundle_loader as bundle
from connector.sync.run import run_sync
from tests.sync.synced_warehouse import HeardReport, copied

Told = tuple[int, int, int]


class HeardProgress(HeardReport):
    """Keeps label rows read, label rows in all and annotations, each time that they are told."""

    def __init__(self) -> None:
        super().__init__()
        self.told: list[Told] = []

    def progress(self, title: str, done: int, total: int, annotations: int) -> None:
        assert title
        self.told.append((done, total, annotations))


def told_by_a_sync(tmp_path: Path, empty_file: Path, rows: int, annotations: int) -> list[Told]:
    report = HeardProgress()
    world = build_scale_world(Scale(rows=rows, annotations=annotations))
    file = copied(empty_file, tmp_path / "labels.duckdb")
    with SampleServer(world) as server:
        flags = {"domain": server.domain, "ssh_key": world.private_key, "project": world.project_hash}
        settings = load_settings({**flags, "warehouse": f"duckdb:///{file}"}, environment={})
        assert run_sync(settings, report, Interruption()).outcome == "succeeded"
    assert report.told == sorted(report.told), "it never goes back"
    assert (report.told[0], report.told[-1]) == ((0, rows, 0), (rows, rows, rows * annotations))
    return report.told


def test_a_bundle_of_many_label_rows_moves_it_group_by_group(
    tmp_path: Path, empty_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(label_row_group, "GROUP_BYTES", 1)
    told = told_by_a_sync(tmp_path, empty_file, rows=6, annotations=10)
    assert [done for done, _, _ in told] == [0, 1, 2, 3, 4, 5, 6]


def test_a_label_row_in_parts_moves_the_annotations(
    tmp_path: Path, empty_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bundle, "LARGE_LABEL_ROW_BYTES", 0)
    monkeypatch.setattr(bundle, "PART_ROWS", 10)
    told = told_by_a_sync(tmp_path, empty_file, rows=1, annotations=60)
    within = [annotations for done, _, annotations in told if done == 0]
    assert len(set(within)) > 3
