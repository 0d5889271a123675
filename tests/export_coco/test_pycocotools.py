"""pycocotools reads the file: its index, its masks and its evaluation agree with what is written."""

import contextlib
import copy
from pathlib import Path

import numpy as np
import orjson
import pytest
from pycocotools.coco import COCO
from pycocotools.cocoeval import COCOeval

from tests.export_coco.conftest import SampleProject, exported
from tests.export_coco.evaluation import (
    WITHOUT_AREA,
    index_of,
    keypoint_evaluations,
    self_evaluation,
)
from tests.export_coco.sdk_exporter import Coco, mended_coco

pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation doesn't accept a copy:DeprecationWarning")
"""pycocotools was built for an older numpy."""


@pytest.fixture(scope="module")
def path(main: Coco, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("read") / "coco.json"
    path.write_bytes(orjson.dumps(main))
    return path


def test_masks_areas_and_boxes_agree(path: Path) -> None:
    coco = index_of(path)
    looked_at = dict.fromkeys(("bounding_box", "rotatable_bounding_box", "polygon", "bitmask", "circle", "ellipse"), 0)
    looked_at["cuboid_2d"] = 0
    for annotation in coco.loadAnns(coco.getAnnIds()):
        shape = coco.cats[annotation["category_id"]]["supercategory"]
        image = coco.imgs[annotation["image_id"]]
        left, top, width, height = annotation["bbox"]
        is_inside = left >= 0 and top >= 0 and left + width <= image["width"] and top + height <= image["height"]
        if shape not in looked_at or not is_inside or looked_at[shape] >= 12:
            continue
        looked_at[shape] += 1
        pixels = coco.annToMask(annotation)
        assert pixels.shape == (image["height"], image["width"])
        is_exact = isinstance(annotation["segmentation"], dict)
        outline = 0 if is_exact else 2 * (width + height)
        assert abs(int(pixels.sum()) - annotation["area"]) <= 0.5 * outline, shape
        columns, rows = np.flatnonzero(pixels.any(axis=0)), np.flatnonzero(pixels.any(axis=1))
        found = (columns[0], rows[0], columns[-1] + 1 - columns[0], rows[-1] + 1 - rows[0])
        assert found == pytest.approx(annotation["bbox"], abs=0 if is_exact else 2), shape
    assert min(looked_at.values()) >= 5, looked_at


def average_precision(truth: Coco, tmp_path: Path) -> float:
    """Of detections that are the truth itself, of the first ten images."""
    images = truth["images"][:10]
    known = {image["id"] for image in images}
    annotations = [annotation for annotation in truth["annotations"] if annotation["image_id"] in known]
    path = tmp_path / "truth.json"
    path.write_bytes(orjson.dumps({**truth, "images": images, "annotations": annotations}))
    found = [
        {"image_id": entry["image_id"], "category_id": entry["category_id"], "bbox": entry["bbox"], "score": 1.0}
        for entry in copy.deepcopy(annotations)
    ]
    with contextlib.redirect_stdout(None):
        coco = COCO(str(path))
        evaluation = COCOeval(coco, coco.loadRes(found), "bbox")
        # One class, on the only image of which it has one object: no other match hides the one that is lost.
        evaluation.params.catIds = [annotations[0]["category_id"]]
        evaluation.params.imgIds = [annotations[0]["image_id"]]
        evaluation.params.maxDets = [1, 10, 1000]
        evaluation.evaluate()
        evaluation.accumulate()
    return float(evaluation.eval["precision"][0, :, 0, 0, 2].mean())


def test_the_truth_detected_as_it_is_scores_one(sample: SampleProject, main: Coco, tmp_path: Path) -> None:
    """To pycocotools a match with annotation 0, the SDK's first, is none; so ours begin at 1."""
    assert average_precision(main, tmp_path) == pytest.approx(1.0)
    theirs = mended_coco(sample.labels["main"][:1], sample.ontology)
    assert theirs["annotations"][0]["id"] == 0
    assert average_precision(theirs, tmp_path) < 0.95


def of_few_images(document: Coco, images_a_category: int = 3) -> Coco:
    """The document of so many images that each category is on some."""
    by_category: dict[int, set[int]] = {}
    for annotation in document["annotations"]:
        images = by_category.setdefault(annotation["category_id"], set())
        if len(images) < images_a_category:
            images.add(annotation["image_id"])
    kept = set().union(*by_category.values())
    return {
        **document,
        "images": [image for image in document["images"] if image["id"] in kept],
        "annotations": [entry for entry in document["annotations"] if entry["image_id"] in kept],
    }


def test_every_annotation_has_a_mask(main: Coco, path: Path) -> None:
    coco = index_of(path)
    looked_at: dict[str, int] = {}
    for annotation in coco.loadAnns(coco.getAnnIds()):
        shape = coco.cats[annotation["category_id"]]["supercategory"]
        coco.annToRLE(annotation)
        looked_at[shape] = looked_at.get(shape, 0) + 1
        if looked_at[shape] < 20:
            assert coco.annToMask(annotation).any(), annotation
    assert looked_at.keys() >= WITHOUT_AREA
    assert sum(looked_at.values()) == len(main["annotations"])


@pytest.mark.parametrize("branch", ["main", "consensus"])
def test_a_file_evaluated_against_itself_is_found(sample: SampleProject, tmp_path: Path, branch: str) -> None:
    wanted = {"branch": None} if branch == "consensus" else {}
    document = of_few_images(exported(sample.url, tmp_path / "coco.json", **wanted))
    assert self_evaluation(document, "segm", tmp_path / "truth.json") == pytest.approx(1.0)
    assert self_evaluation(document, "bbox", tmp_path / "truth.json") == pytest.approx(1.0)
    scores = keypoint_evaluations(document, tmp_path / "truth.json")
    assert scores
    assert list(scores.values()) == pytest.approx([1.0] * len(scores))
    of_shape = {category["id"]: category["supercategory"] for category in document["categories"]}
    for annotation in document["annotations"]:
        if of_shape[annotation["category_id"]] in {"point", "skeleton"}:
            assert annotation["area"] >= 1
            assert annotation["num_keypoints"] > 0
        else:
            assert annotation["num_keypoints"] == 0
