"""The names of files in a COCO document: no id or title of the warehouse leads out of the folder of images."""

import shutil
from itertools import islice
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from connector.export.coco.images import PictureIndex
from connector.load import Warehouse, open_warehouse
from connector.load.questions.coco_rows import ANNOTATION_SCHEMA, PictureLabelRow, PictureRows
from connector.load.writing.frame_numbers import LARGEST_FRAME_COUNT
from tests.export_coco.conftest import exported
from tests.memory_peak import memory_peak
from tests.sync.synced_warehouse import HeardReport
from tests.views.conftest import empty_file
from tests.views.herd import add_data_unit, add_label_row, add_object, add_project, insert

__all__ = ["empty_file"]

SIZE = {"width": 64, "height": 48}


@pytest.fixture
def warehouse(empty_file: Path, tmp_path: Path) -> Warehouse:
    """Project herd without a data unit; closed by `document`."""
    warehouse = open_warehouse(f"duckdb:///{shutil.copy(empty_file, tmp_path / 'labels.duckdb')}")
    add_project(warehouse)
    return warehouse


def document(warehouse: Warehouse, tmp_path: Path) -> tuple[list[str], int, dict[str, int]]:
    """The names of files, the number of annotations, and what was left out."""
    warehouse.close()
    report = HeardReport()
    found = exported(f"duckdb:///{tmp_path / 'labels.duckdb'}", tmp_path / "coco.json", report)
    left_out = [event.fields["left_out"] for event in report.events if event.name == "annotations_left_out"]
    return [image["file_name"] for image in found["images"]], len(found["annotations"]), left_out[0] if left_out else {}


TITLES = {
    "cow.jpg": "images/unit.jpg",
    "cow.JPEG_2000": "images/unit.JPEG_2000",
    "cow": "images/unit.cow",
    "cow.jpg/../../../etc/passwd": "images/unit",
    "cow.j\x1b[2Jpg": "images/unit",
    "cow.a b": "images/unit",
    "cow.": "images/unit",
    "cow.\\..\\x": "images/unit",
    "cow." + "x" * 300: "images/unit",
}


@pytest.mark.parametrize("title", TITLES)
def test_the_ending_of_a_title_is_one_that_a_file_can_have(title: str, warehouse: Warehouse, tmp_path: Path) -> None:
    add_data_unit(warehouse, "unit", "image", title=title, **SIZE)
    add_label_row(warehouse, "one", data_hash="unit")
    assert document(warehouse, tmp_path) == ([TITLES[title]], 0, {})


HOSTILE = ("../../dataset", "/etc/passwd", "..", "a\\..\\b", "a\nb")


@pytest.mark.parametrize("name", HOSTILE)
def test_what_an_older_release_let_in_is_left_out_and_counted(name: str, warehouse: Warehouse, tmp_path: Path) -> None:
    add_data_unit(warehouse, "good", "image", **SIZE)
    add_label_row(warehouse, "good", data_hash="good")
    add_object(warehouse, "good", "o1", [0])
    add_data_unit(warehouse, name, "video", **SIZE)
    add_label_row(warehouse, "of a video", data_hash=name)
    add_object(warehouse, "of a video", "o1", [0])
    add_data_unit(warehouse, "group", "group")
    add_label_row(warehouse, "of a group", data_hash="group")
    part = {"space_id": name, "space_type": "video", "file_name": "left.mp4", **SIZE}
    insert(warehouse, "data_space", {"label_hash": "of a group", **part})
    add_object(warehouse, "of a group", "o1", [0], space_id=name)
    for data_type, column in (("img_group", "image_hash"), ("dicom", "dicom_instance_uid")):
        add_data_unit(warehouse, data_type, data_type)
        add_label_row(warehouse, f"of {data_type}", data_hash=data_type)
        frame = {"project_hash": "herd", "data_hash": data_type, "frame": 0, column: name, **SIZE}
        insert(warehouse, "data_frame", frame)
        add_object(warehouse, f"of {data_type}", "o1", [0])
    left_out = {"on no picture whose size and name are known": 4}
    assert document(warehouse, tmp_path) == (["images/good.file"], 1, left_out)


def of_video(frame_count: int | None, *classified: tuple[str, str, int, int]) -> tuple[PictureIndex, PictureLabelRow]:
    rows = PictureRows(pa.Table.from_pylist([], schema=ANNOTATION_SCHEMA), [], classified, [], [])
    row: list[Any] = ["one", "unit", "unit.mp4", "video", "main", frame_count, 64, 48, 0]
    return PictureIndex(rows, "jpg"), PictureLabelRow(*row)


def test_frames_that_a_classification_holds_on_are_not_listed() -> None:
    index, row = of_video(None, ("one", "root", 5, 10**12), ("one", "root", 0, 2))
    with memory_peak() as peak:
        places = index.places([row], {("root", 3)})
        first = list(islice(places, 6))
    assert [frame for _, frame in first] == [0, 1, 2, 3, 5, 6]
    assert peak() < 1_000_000
    index, row = of_video(7, ("one", "root", 5, 10**12), ("one", "root", 0, 2))
    assert [frame for _, frame in index.places([row], {("root", 3)})] == [0, 1, 2, 3, 5, 6]
    index, row = of_video(10**15, ("one", "root", LARGEST_FRAME_COUNT - 2, 10**14))
    assert [frame for _, frame in index.places([row], ())] == [LARGEST_FRAME_COUNT - 2, LARGEST_FRAME_COUNT - 1]
