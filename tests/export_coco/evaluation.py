"""A COCO file as pycocotools sees it: every mask is read, and the file is evaluated against itself."""

import contextlib
import copy
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np
import orjson
from pycocotools.coco import COCO
from pycocotools.cocoeval import COCOeval

from tests.export_coco.sdk_exporter import Coco, Raw

WITHOUT_AREA = {"point", "skeleton", "polyline"}


def index_of(path: Path) -> Any:  # noqa: ANN401 - pycocotools has no types
    with contextlib.redirect_stdout(None):
        return COCO(str(path))


def written_to(document: Coco, path: Path) -> Any:  # noqa: ANN401 - as above
    """The index of a document as a file."""
    path.write_bytes(orjson.dumps(document))
    return index_of(path)


def self_evaluation(
    document: Coco,
    kind: str,
    path: Path,
    categories: Iterable[int] | None = None,
    is_of: Any = None,  # noqa: ANN401 - a test of an annotation
) -> float:
    """The average precision of the document's own annotations, detected as they are; 1 if each is found.

    Args:
        document: the truth.
        kind: bbox, segm or keypoints.
        path: where pycocotools reads it from.
        categories: of the evaluation; all, if not given.
        is_of: which annotations count; all, if not given.
    """
    annotations = [entry for entry in document["annotations"] if is_of is None or is_of(entry)]
    truth = written_to({**document, "annotations": annotations}, path)
    members = ("image_id", "category_id", "bbox", "segmentation", "keypoints")
    found = [{**{name: entry[name] for name in members}, "score": 1.0} for entry in copy.deepcopy(annotations)]
    with contextlib.redirect_stdout(None):
        evaluation = COCOeval(truth, truth.loadRes(found), kind)
        evaluation.params.maxDets = [1, 10, 1000]
        if categories is not None:
            evaluation.params.catIds = sorted(categories)
        if kind == "keypoints":
            [length] = {len(entry["keypoints"]) for entry in annotations}
            evaluation.params.kpt_oks_sigmas = np.full(length // 3, 0.05)
            evaluation.params.areaRng, evaluation.params.areaRngLbl = [[0, 1e10]], ["all"]
        evaluation.evaluate()
        evaluation.accumulate()
    precision = evaluation.eval["precision"][:, :, :, 0, -1]
    return float(precision[precision > -1].mean()) if (precision > -1).any() else 1.0


def keypoint_evaluations(document: Coco, path: Path) -> dict[tuple[int, int], float]:
    """Category and number of keypoints → the average precision of its annotations, detected as they are."""

    def key_of(entry: Raw) -> tuple[int, int] | None:
        return (entry["category_id"], len(entry["keypoints"])) if entry["num_keypoints"] else None

    keys = {key for entry in document["annotations"] if (key := key_of(entry)) is not None}
    return {
        key: self_evaluation(document, "keypoints", path, [key[0]], lambda entry, key=key: key_of(entry) == key)
        for key in sorted(keys)
    }
