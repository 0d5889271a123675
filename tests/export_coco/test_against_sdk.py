"""The same label rows through the SDK's CocoExporter and through the warehouse give the same COCO file."""

from pathlib import Path

import pytest

from tests.export_coco.comparison import differences
from tests.export_coco.conftest import SampleProject, exported
from tests.export_coco.sdk_exporter import Coco, keyed, mended_coco

pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation doesn't accept a copy:DeprecationWarning")
"""pycocotools was built for an older numpy."""


def without(coco: Coco, hashes: set[str]) -> Coco:
    """The document without the images of some data units."""
    images = [image for image in coco["images"] if image["file_name"].split("/")[1] not in hashes]
    known = {image["id"] for image in images}
    annotations = [annotation for annotation in coco["annotations"] if annotation["image_id"] in known]
    return {**coco, "images": images, "annotations": annotations}


def test_every_branch_of_the_sample_project(sample: SampleProject, main: Coco, tmp_path: Path) -> None:
    compared = 0
    for branch, labels in sample.labels.items():
        ours = main if branch == "main" else exported(sample.url, tmp_path / "coco.json", branch=branch)
        theirs = mended_coco(labels, sample.ontology)
        groups = {row["data_hash"] for row in labels if row["data_type"] == "group"}
        assert differences(without(ours, groups), theirs) == [], branch
        assert [image["id"] for image in ours["images"]] == list(range(1, len(ours["images"]) + 1))
        assert [entry["id"] for entry in ours["annotations"]] == list(range(1, len(ours["annotations"]) + 1))
        compared += len(theirs["annotations"])
    assert compared > 3000
    assert len(sample.labels) > 5


def test_parts_of_data_groups_are_images_too(sample: SampleProject, main: Coco) -> None:
    [group] = [row for row in sample.labels["main"] if row["data_type"] == "group"]
    expected = {
        (f"videos/{group['data_hash']}/{space_id}/{frame}.jpg", item["objectHash"])
        for space_id, space in group["spaces"].items()
        if space["space_type"] == "video"
        for frame, blob in space["labels"].items()
        for item in blob["objects"]
    }
    assert expected
    found = {key for key in keyed(main) if key[0].startswith(f"videos/{group['data_hash']}/")}
    assert found == expected


def test_shapes_that_the_sdk_leaves_out_are_there(sample: SampleProject, main: Coco) -> None:
    shapes = {category["id"]: category["supercategory"] for category in main["categories"]}
    counted = dict.fromkeys(("circle", "ellipse", "cuboid_2d"), 0)
    for annotation in main["annotations"]:
        if shapes[annotation["category_id"]] in counted:
            counted[shapes[annotation["category_id"]]] += 1
    drawn = dict.fromkeys(counted, 0)
    for row in sample.labels["main"]:
        blobs = [unit["labels"] for unit in row["data_units"].values()] if row["data_type"] != "pdf" else []
        for blob in (blob for labels in blobs for blob in labels.values() if isinstance(blob, dict)):
            for item in blob["objects"]:
                if item["shape"] in drawn:
                    drawn[item["shape"]] += 1
    assert counted == drawn
    assert min(drawn.values()) > 0
