"""`encord-sync export coco` as users call it: files, standard output, choices, and what is told; on both engines."""

import json
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import orjson
import pytest
from click.testing import CliRunner, Result

from connector.cli import application
from connector.errors import ConnectorError, ErrorKind
from connector.load import Warehouse, open_warehouse
from tests.export_coco.sdk_exporter import Coco
from tests.sync.command_line import COMMAND
from tests.views.conftest import empty_file, engine, pytest_generate_tests
from tests.views.herd import add_classification, add_data_unit, add_label_row, add_object, add_project, insert

__all__ = ["empty_file", "engine", "pytest_generate_tests"]


def two_images_and_a_video(warehouse: Warehouse) -> None:
    """Images `first.png` and `second.png` with object o1 each, and a video of ten frames with o1 on 2 and 3."""
    add_project(warehouse)
    for name in ("first", "second"):
        add_data_unit(warehouse, name, "image", width=200, height=100, frame_count=1)
        add_label_row(warehouse, f"label-{name}", data_hash=name, workflow_stage_title=name)
        add_object(warehouse, f"label-{name}", "o1", [0])
    add_data_unit(warehouse, "video", "video", width=100, height=50, frame_count=10)
    add_label_row(warehouse, "label-video", data_hash="video")
    add_object(warehouse, "label-video", "o1", [2, 3])
    add_classification(warehouse, "label-video", "c1", "day", (8, 30))
    add_data_unit(warehouse, "never", "image", width=200, height=100, frame_count=1)
    add_label_row(warehouse, None, data_hash="never")
    add_label_row(warehouse, "label-ana", data_hash="first", branch_name="ana")
    add_object(warehouse, "label-ana", "o2", [0], is_manual=False)


Fill = Callable[[Callable[[Warehouse], None]], None]


@pytest.fixture
def url(engine: str, request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if engine == "postgresql":
        return str(request.getfixturevalue("postgres_url"))
    path = tmp_path / "labels.duckdb"
    path.write_bytes(request.getfixturevalue("empty_file").read_bytes())
    return f"duckdb:///{path}"


@pytest.fixture
def filled(url: str) -> str:
    fill(url, two_images_and_a_video)
    return url


def fill(url: str, step: Callable[[Warehouse], None]) -> None:
    warehouse = open_warehouse(url)
    try:
        step(warehouse)
    finally:
        warehouse.close()


def run(url: str, *arguments: str) -> Result:
    return CliRunner().invoke(application, ["export", "coco", "--warehouse", url, "--log-format=json", *arguments])


def document(url: str, out: Path, *arguments: str) -> Coco:
    result = run(url, "--out", str(out), *arguments)
    assert result.exit_code == 0, result.output
    made: Coco = orjson.loads(out.read_bytes())
    return made


def test_the_whole_document(filled: str, tmp_path: Path) -> None:
    coco = document(filled, tmp_path / "coco.json")
    assert coco["info"]["description"] == "Herd, main"
    assert [(image["id"], image["file_name"]) for image in coco["images"]] == [
        (1, "images/first.file"),
        (2, "images/second.file"),
        (3, "videos/video/2.jpg"),
        (4, "videos/video/3.jpg"),
        (5, "videos/video/8.jpg"),
        (6, "videos/video/9.jpg"),
    ]
    assert coco["images"][0] == {
        "id": 1, "coco_url": None, "image_title": "first.file", "file_name": "images/first.file",
        "width": 200, "height": 100,
    }  # fmt: skip
    assert coco["images"][5]["video_title"] == "video.file"
    names = {category["id"]: category["name"] for category in coco["categories"]}
    assert names == {1: "Cow", 2: "Old"}, "a sound is no category"
    first, *others = coco["annotations"]
    assert first == {
        "id": 1,
        "image_id": 1,
        "category_id": 1,
        "area": pytest.approx(1600.0),
        "bbox": pytest.approx([100.0, 25.0, 40.0, 40.0]),
        "iscrowd": 0,
        "segmentation": [pytest.approx([100.0, 25.0, 140.0, 25.0, 140.0, 65.0, 100.0, 65.0])],
        "keypoints": None,
        "num_keypoints": 0,
        "attributes": {
            "track_id": 1,
            "encord_track_uuid": "o1",
            "classifications": {"Colour": None, "Pose": None, "Ear tag": False, "Brand": False},
        },
    }
    # o1 of another label row is another object; on two frames of one it is one.
    assert [entry["attributes"]["track_id"] for entry in others] == [2, 3, 3]
    assert [entry["image_id"] for entry in others] == [2, 3, 4]


def test_branches_conditions_and_endings(filled: str, tmp_path: Path) -> None:
    out = tmp_path / "coco.json"
    coco = document(filled, out, "--branch", "ana")
    [annotation] = coco["annotations"]
    assert (annotation["attributes"]["encord_track_uuid"], annotation["attributes"]["manual_annotation"]) == (
        "o2",
        False,
    )
    coco = document(filled, out, "--where", "workflow_stage_title = 'second'")
    assert [image["file_name"] for image in coco["images"]] == ["images/second.file"]
    coco = document(filled, out, "--where", "data_type = 'video'", "--image-format", "png")
    assert [image["file_name"] for image in coco["images"]][:1] == ["videos/video/2.png"]
    coco = document(filled, out, "--where", "FALSE")
    assert (coco["images"], coco["annotations"], len(coco["categories"])) == ([], [], 2)
    result = run(filled, "--out", str(out), "--where", "no_such_column = 1")
    assert isinstance(result.exception, ConnectorError)
    assert "--where cannot be used" in result.exception.message
    result = run(filled, "--out", str(out), "--branch", "nobody")
    assert "No label row of project herd is on branch nobody. It has ana, main." in str(result.exception)
    assert orjson.loads(out.read_bytes()) == coco, "a failure leaves the file as it was"
    assert [path.name for path in tmp_path.glob("*coco*")] == ["coco.json"]


def test_standard_output_holds_the_document_alone(filled: str) -> None:
    arguments = ("export", "coco", "--warehouse", filled, "--log-format=json", "--out=-", "--where=data_type = 'image'")
    result = subprocess.run([COMMAND, *arguments], capture_output=True, text=True, check=True)
    assert len(json.loads(result.stdout)["images"]) == 2
    events = [json.loads(line) for line in result.stderr.splitlines()]
    assert [event["event"] for event in events][-1:] == ["coco_written"]
    assert (events[-1]["images"], events[-1]["annotations"]) == (2, 2)


def test_several_projects_need_a_name(filled: str, tmp_path: Path) -> None:
    fill(filled, lambda warehouse: insert(warehouse, "project", {"project_hash": "other", "title": "Other"}))
    result = run(filled, "--out", str(tmp_path / "coco.json"))
    assert isinstance(result.exception, ConnectorError)
    assert result.exception.kind is ErrorKind.CONFIGURATION
    assert "2 projects: Herd (herd); Other (other)" in result.exception.message
    assert len(document(filled, tmp_path / "coco.json", "--project", "herd")["annotations"]) == 4
    result = run(filled, "--out", str(tmp_path / "coco.json"), "--project", "nobody")
    assert "has no project nobody" in str(result.exception)


def masks(warehouse: Warehouse) -> None:
    """A polygon with a hole, and a bitmask that is smaller than its frame, on the first image; one unreadable."""
    for shape, feature_hash in (("polygon", "area"), ("bitmask", "udder")):
        insert(
            warehouse,
            "ontology_class",
            {
                "project_hash": "herd", "feature_hash": feature_hash, "kind": "object", "name": feature_hash,
                "shape": shape, "is_global": False, "is_archived": False, "position": 50,
            },
        )  # fmt: skip
    nothing: dict[str, Any] = dict.fromkeys(("x", "y", "width", "height"))
    rings = [[[0.1, 0.1, 0.5, 0.1, 0.5, 0.5, 0.1, 0.5], [0.2, 0.2, 0.4, 0.2, 0.4, 0.4, 0.2, 0.4]]]
    add_object(
        warehouse, "label-first", "p", [0], feature_hash="area", geometry=orjson.dumps(rings).decode(), **nothing
    )
    # Five pixels: two of the first row, three of the second, of a mask of four columns at (50, 20).
    mask = {"top": 20, "left": 50, "width": 4, "height": 2, "rle": "221"}
    add_object(
        warehouse, "label-first", "m", [0], feature_hash="udder", geometry=orjson.dumps(mask).decode(), **nothing
    )
    broken = orjson.dumps({"polygon": "?"}).decode()
    add_object(warehouse, "label-first", "b", [0], feature_hash="area", geometry=broken, **nothing)


def test_run_lengths_are_crowds_unless_told_otherwise(filled: str, tmp_path: Path) -> None:
    fill(filled, masks)
    out = tmp_path / "coco.json"
    result = run(filled, "--out", str(out), "--where", "data_hash = 'first'")
    assert result.exit_code == 0
    left_out = next(json.loads(line) for line in result.output.splitlines() if "left_out" in line)
    assert left_out["left_out"] == {"polygon": 1}
    coco = orjson.loads(out.read_bytes())
    entries = {entry["attributes"]["encord_track_uuid"]: entry for entry in coco["annotations"]}
    assert sorted(entries) == ["m", "o1", "p"]
    assert (entries["p"]["area"], entries["p"]["bbox"]) == (80 * 40 - 40 * 20, [20.0, 10.0, 80.0, 40.0])
    assert entries["p"]["segmentation"]["size"] == [100, 200]
    assert (entries["m"]["area"], entries["m"]["bbox"]) == (2.0, [52.0, 20.0, 2.0, 1.0])
    assert [entries[name]["iscrowd"] for name in ("o1", "p", "m")] == [0, 1, 1]
    coco = document(filled, out, "--where", "data_hash = 'first'", "--never-crowd")
    assert {entry["iscrowd"] for entry in coco["annotations"]} == {0}


def test_a_folder_that_is_not_there_is_named(filled: str, tmp_path: Path) -> None:
    result = run(filled, "--out", str(tmp_path / "missing" / "coco.json"))
    assert isinstance(result.exception, ConnectorError)
    assert "missing/coco.json cannot be written: No such file" in result.exception.message
