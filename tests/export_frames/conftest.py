"""A warehouse with one labelled video, and a report that listens."""

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson
import pytest

from connector.export.frames.chosen_video import FramesWanted
from connector.export.frames.saved_frames import FramesSaved, save_frames
from connector.load import Warehouse, open_warehouse
from connector.process.interruption import Interruption
from tests.export_frames.coded_video import HEIGHT, WIDTH
from tests.sync.synced_warehouse import HeardReport
from tests.views.conftest import empty_file, engine, pytest_generate_tests
from tests.views.herd import add_data_unit, add_label_row, add_project, insert

__all__ = ["empty_file", "engine", "pytest_generate_tests"]


@dataclass
class LabelledHerd:
    """A warehouse with video `video.file` of 60 frames, opened on main as label row `one`; filled by the test.

    Attributes:
        url: of the warehouse.
        folder: an empty folder.
        report: what the exports told.
    """

    url: str
    folder: Path
    report: HeardReport

    def fill(self, *steps: Callable[[Warehouse], None]) -> None:
        """Change the warehouse; it is closed again after that."""
        warehouse = open_warehouse(self.url)
        try:
            for step in steps:
                step(warehouse)
        finally:
            warehouse.close()

    @property
    def out(self) -> Path:
        return self.folder / "out"

    def export(self, video: Path, **wanted: Any) -> FramesSaved:  # noqa: ANN401 - the fields of FramesWanted
        """Export frames of a file as of data unit `video`, unless told otherwise."""
        of_unit = {} if "title" in wanted else {"data_hash": "video"}
        asked = FramesWanted(video=video, out=self.out, **{**of_unit, **wanted})
        return save_frames(self.url, None, asked, self.report, Interruption())

    def images(self, data_hash: str = "video") -> dict[int, Path]:
        """Frame → saved image."""
        return {int(path.stem): path for path in (self.out / "videos" / data_hash).glob("[0-9]*")}

    def manifest(self, data_hash: str = "video") -> list[dict[str, Any]]:
        text = (self.out / "videos" / data_hash / "manifest.jsonl").read_bytes()
        return [orjson.loads(line) for line in text.splitlines()]


@pytest.fixture
def herd(engine: str, request: pytest.FixtureRequest, tmp_path: Path) -> LabelledHerd:
    if engine == "postgresql":
        url = request.getfixturevalue("postgres_url")
    else:
        url = f"duckdb:///{shutil.copy(request.getfixturevalue('empty_file'), tmp_path / 'labels.duckdb')}"
    folder = tmp_path / "work"
    folder.mkdir()
    labelled = LabelledHerd(url, folder, HeardReport())
    labelled.fill(
        add_project,
        lambda warehouse: add_data_unit(warehouse, "video", "video", width=WIDTH, height=HEIGHT, frame_count=60),
        lambda warehouse: add_label_row(warehouse, "one"),
        lambda warehouse: insert(warehouse, "frame_number", *({"frame": frame} for frame in range(60))),
    )
    return labelled
