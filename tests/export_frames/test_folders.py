"""Which video is meant, what an export leaves in its folder, and what is drawn there."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from connector.errors import ConnectorError
from connector.load import Warehouse
from tests.export_frames.coded_video import HEIGHT, WIDTH, number_of
from tests.export_frames.conftest import LabelledHerd
from tests.export_frames.test_manifest import two_branches, video
from tests.views.herd import add_data_unit, add_label_row, add_object, insert

__all__ = ["video"]

ENGINES = ("duckdb",)


def test_exporting_again_leaves_what_is_labelled_now(herd: LabelledHerd, video: Path) -> None:
    herd.fill(two_branches)
    herd.export(video)
    folder = herd.out / "videos" / "video"
    (folder / "7.png").write_text("the user's own")
    herd.export(video, where="frame > 4", image_format="jpg")
    assert sorted(path.name for path in folder.iterdir()) == ["5.jpg", "7.png", "9.jpg", "manifest.jsonl"]
    assert [line["file"] for line in herd.manifest()] == ["videos/video/5.jpg", "videos/video/9.jpg"]
    assert number_of(folder / "9.jpg") == 9
    with pytest.raises(ConnectorError, match=r"No frame of video\.file"):
        herd.export(video, where="frame > 30")
    assert len(herd.manifest()) == 2, "a run that saves nothing leaves what is there"


def test_labels_are_drawn_on_request(herd: LabelledHerd, video: Path) -> None:
    herd.fill(two_branches)
    herd.export(video, where="frame = 9")
    with Image.open(herd.images()[9]) as image:
        plain = np.asarray(image).astype(int)
    herd.export(video, where="frame = 9", draw=True)
    with Image.open(herd.images()[9]) as image:
        drawn = np.asarray(image).astype(int)
    # The box is (32, 12) to (44.8, 31.2), in the class's colour.
    assert tuple(drawn[20, 32]) == (170, 0, 0)
    assert tuple(drawn[31, 40]) == (170, 0, 0)
    changed = np.abs(drawn - plain).max(axis=2) > 0
    assert not changed[:, :30].any()
    assert not changed[34:].any()


def test_the_video_is_found_by_the_name_of_its_file(herd: LabelledHerd, video: Path, tmp_path: Path) -> None:
    herd.fill(two_branches)
    named = tmp_path / "video.file"
    named.symlink_to(video)
    herd.export(named, data_hash=None)
    assert len(herd.images()) == 4
    misspelt = tmp_path / "vidoe.file"
    misspelt.symlink_to(video)
    with pytest.raises(ConnectorError, match=r"no video of the title vidoe\.file\. Did you mean video\.file\?"):
        herd.export(misspelt, data_hash=None)
    herd.export(misspelt, data_hash=None, title="video.file")
    herd.fill(
        lambda warehouse: insert(warehouse, "project", {"project_hash": "other", "title": "Other"}),
        lambda warehouse: insert(
            warehouse,
            "data_unit",
            {"project_hash": "other", "data_hash": "video", "title": "video.file", "data_type": "video"},
        ),
        lambda warehouse: insert(
            warehouse,
            "label_row",
            {"label_row_id": "x", "project_hash": "other", "data_hash": "video", "branch_name": "main"},
        ),
    )
    with pytest.raises(ConnectorError, match=r"2 videos of the id video: --project herd .*; --project other"):
        herd.export(video)
    herd.export(video, project_hash="herd")
    with pytest.raises(ConnectorError, match="no video of the id video in that project"):
        herd.export(video, project_hash="nobody")


def group(warehouse: Warehouse) -> None:
    add_data_unit(warehouse, "group", "group")
    add_label_row(warehouse, "two", data_hash="group")
    of_both = {"label_hash": "two", "space_type": "video", "frame_count": 60, "width": WIDTH, "height": HEIGHT}
    insert(warehouse, "data_space", {**of_both, "space_id": "left", "file_name": "left.mp4"})
    insert(warehouse, "data_space", {**of_both, "space_id": "right", "file_name": "right.mp4"})
    add_object(warehouse, "two", "o1", [2, 4], space_id="left")
    add_object(warehouse, "two", "o2", [7], space_id="right")


def test_a_part_of_a_data_group_is_found_by_its_own_file_name(herd: LabelledHerd, video: Path) -> None:
    herd.fill(group)
    herd.export(video, title="right.mp4")
    assert sorted(herd.images("group/right")) == [7]
    assert herd.manifest("group/right")[0]["space_id"] == "right"
    herd.export(video, title="left.mp4")
    assert sorted(herd.images("group/left")) == [2, 4]
    with pytest.raises(ConnectorError, match="2 videos of the id group"):
        herd.export(video, data_hash="group")


def test_a_folder_that_cannot_be_written_is_named(herd: LabelledHerd, video: Path) -> None:
    herd.fill(two_branches)
    herd.out.write_text("a file where the folder should be")
    with pytest.raises(ConnectorError, match=r"work/out cannot be written: "):
        herd.export(video)
