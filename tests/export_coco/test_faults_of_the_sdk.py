"""Each difference that the README lists is one: what the SDK's exporter writes, and what is right."""

from pathlib import Path
from typing import Any

import numpy as np
import orjson
import pytest
from encord.objects import OntologyStructure
from pycocotools import mask as coco_mask
from shapely.geometry import MultiPolygon

from connector.export.coco.segmentations import coco_shape
from tests.export_coco.conftest import SampleProject, exported
from tests.export_coco.evaluation import self_evaluation, written_to
from tests.export_coco.sdk_exporter import Coco, CocoExporter, Raw, keyed, sdk_coco

pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation doesn't accept a copy:DeprecationWarning")
"""pycocotools was built for an older numpy."""

VIDEOS = ("barn-east-001.mp4", "barn-parlour-002.mp4")


@pytest.fixture(scope="module")
def both(sample: SampleProject, tmp_path_factory: pytest.TempPathFactory) -> tuple[Coco, Coco, list[Raw]]:
    """Two videos: ours, the SDK's, and the label rows."""
    labels = [row for row in sample.labels["main"] if row["data_title"] in VIDEOS]
    where = f"data_title IN {VIDEOS}"
    ours = exported(sample.url, tmp_path_factory.mktemp("faults") / "coco.json", where=where)
    return ours, sdk_coco(labels, sample.ontology), labels


def of_class(coco: Coco, shape: str) -> dict[tuple[str, str], Raw]:
    wanted = {category["id"] for category in coco["categories"] if category["supercategory"] == shape}
    return {key: annotation for key, annotation in keyed(coco).items() if annotation["category_id"] in wanted}


def test_dynamic_answers_are_those_of_the_frame(both: tuple[Coco, Coco, list[Raw]]) -> None:
    ours, theirs, labels = both
    first, second = (row["data_hash"] for row in labels)
    expected: dict[tuple[str, str], dict[str, Any]] = {}
    for row in labels:
        for object_hash, entry in row["object_actions"].items():
            for action in entry["actions"]:
                if action["name"] == "Posture":
                    for start, end in action["range"]:
                        for frame in range(start, end + 1):
                            key = (f"videos/{row['data_hash']}/{frame}.jpg", object_hash)
                            expected[key] = action["answers"][0]["name"]
    ours_by, theirs_by = keyed(ours), keyed(theirs)
    seen = [key for key in expected if key in ours_by]
    assert len(seen) > 300
    assert [key for key in seen if ours_by[key]["attributes"]["classifications"]["Posture"] != expected[key]] == []
    right = {
        data_hash: sum(
            theirs_by[key]["attributes"]["classifications"]["Posture"] == expected[key]
            for key in seen
            if data_hash in key[0]
        )
        for data_hash in (first, second)
    }
    assert right[second] == 0, "the SDK looks answers up in the first label row only"


def test_a_turned_box_covers_what_it_was_drawn_around(both: tuple[Coco, Coco, list[Raw]]) -> None:
    ours, theirs = of_class(both[0], "rotatable_bounding_box"), of_class(both[1], "rotatable_bounding_box")
    [key] = [key for key, entry in ours.items() if key[0].endswith(f"{both[2][0]['data_hash']}/25.jpg")]
    turned, upright = ours[key], theirs[key]
    assert turned["attributes"]["rotation"] == upright["attributes"]["rotation"] != 0
    assert turned["area"] == upright["area"]
    masks = [coco_mask.merge(coco_mask.frPyObjects(entry["segmentation"], 1080, 1920)) for entry in (turned, upright)]
    assert coco_mask.iou([masks[0]], [masks[1]], [0])[0, 0] < 0.95
    # The corners: half the diagonal away from the same centre, as before the turn.
    corners = np.array(turned["segmentation"][0]).reshape(4, 2)
    before = np.array(upright["segmentation"][0]).reshape(4, 2)
    assert corners.mean(axis=0) == pytest.approx(before.mean(axis=0))
    turn = np.degrees(np.arctan2(*(corners[1] - corners[0])[::-1]))
    assert turn == pytest.approx(turned["attributes"]["rotation"])


def test_hidden_keypoints_are_hidden(both: tuple[Coco, Coco, list[Raw]]) -> None:
    ours, theirs = of_class(both[0], "skeleton"), of_class(both[1], "skeleton")
    visibilities = {
        "ours": {v for entry in ours.values() for v in entry["keypoints"][2::3]},
        "theirs": {v for entry in theirs.values() for v in entry["keypoints"][2::3]},
    }
    assert visibilities == {"ours": {1.0, 2.0}, "theirs": {2.0}}, "the SDK reads flags that are no longer written"


def test_keypoint_categories_name_their_points(both: tuple[Coco, Coco, list[Raw]]) -> None:
    categories = [{category["supercategory"]: category for category in coco["categories"]} for coco in both[:2]]
    assert categories[0]["point"]["keypoints"] == ["keypoint"]
    assert categories[1]["point"]["keypoints"] == "keypoint"
    names = categories[0]["skeleton"]["keypoints"]
    assert len(names) == len(next(iter(of_class(both[0], "skeleton").values()))["keypoints"]) // 3
    assert "hip" in names
    assert "keypoints" not in categories[1]["skeleton"]


def test_pycocotools_reads_what_has_no_area(both: tuple[Coco, Coco, list[Raw]], tmp_path: Path) -> None:
    indexes = [written_to(coco, tmp_path / "coco.json") for coco in both[:2]]
    for shape in ("point", "skeleton"):
        for entry in of_class(both[0], shape).values():
            assert indexes[0].annToMask(entry).any()
            assert entry["area"] >= 1
        for entry in of_class(both[1], shape).values():
            with pytest.raises(Exception, match=r"out of range|not supported"):
                indexes[1].annToMask(entry)
            assert entry["area"] == 0
    for entry in of_class(both[0], "polyline").values():
        assert indexes[0].annToMask(entry).any()
    assert not any(indexes[1].annToMask(entry).any() for entry in of_class(both[1], "polyline").values())
    with pytest.raises(Exception, match=r"out of range|not supported"):
        self_evaluation(both[1], "segm", tmp_path / "coco.json")


@pytest.mark.parametrize(
    ("shape", "geometry"),
    [
        ("polyline", [[0.2, 0.3]]),
        ("polyline", [[0.0, 0.0], [1.0, 1.0]]),
        ("polygon", [[[0.2, 0.3]]]),
        ("polygon", [[[0.2, 0.3, 0.4, 0.3]]]),
        ("cuboid_2d", {"front": [0.1, 0.1, 0.2, 0.2], "offset": {"x": 0.1, "y": 0.1}}),
        ("cuboid_2d", {"front": [1.0, 1.0, 1.0, 1.0], "offset": {"x": 0.0, "y": 0.0}}),
    ],
)
def test_degenerate_shapes_cover_a_pixel_at_least(shape: str, geometry: object) -> None:
    """Fewer than three corners: as a list of four numbers pycocotools takes them for a box, and fails."""
    found = coco_shape({"ontology_shape": shape, "geometry": orjson.dumps(geometry)}, 100, 50)
    assert found is not None
    assert coco_mask.area(coco_mask.merge(coco_mask.frPyObjects(found.segmentation, 50, 100))) >= 1
    assert (found.area, min(found.bbox[2:]) >= 1) == (0.0, True)


def test_round_shapes_are_not_lost(both: tuple[Coco, Coco, list[Raw]]) -> None:
    for shape in ("circle", "ellipse", "cuboid_2d"):
        assert of_class(both[0], shape)
        assert not of_class(both[1], shape)
    for bowl in of_class(both[0], "circle").values():
        radius = bowl["bbox"][2] / 2
        assert bowl["bbox"][3] == pytest.approx(2 * radius), "round in pixels"
        assert bowl["area"] == pytest.approx(np.pi * radius**2)
        mask = coco_mask.merge(coco_mask.frPyObjects(bowl["segmentation"], 1080, 1920))
        assert coco_mask.area(mask) == pytest.approx(bowl["area"], rel=0.02)


def test_what_is_no_picture_does_not_end_the_export(sample: SampleProject, main: Coco) -> None:
    def of_type(data_type: str) -> list[Raw]:
        return [row for row in sample.labels["main"] if row["data_type"] == data_type]

    with pytest.raises(KeyError, match="data_link"):
        sdk_coco(of_type("group"), sample.ontology)
    [image] = sdk_coco(of_type("scene"), sample.ontology)["images"]
    assert (image["width"], image["height"]) == (0, 0)
    assert min(image["width"] for image in main["images"]) > 0


def test_slices_of_dicom_series_are_called_by_their_instance(sample: SampleProject, main: Coco) -> None:
    series = [row for row in sample.labels["main"] if row["data_type"] == "dicom"]
    folder = f"dicom/{series[0]['data_hash']}"
    theirs = {image["file_name"] for image in sdk_coco(series, sample.ontology)["images"]}
    ours = {image["file_name"] for image in main["images"] if image["file_name"].startswith(folder)}
    assert len(theirs) == len(ours) > 0
    assert all(name.removeprefix(f"{folder}/").isdigit() for name in theirs)
    known = {
        entry["dicom_instance_uid"]
        for row in series
        for entry in row["data_units"][row["data_hash"]]["slices"].values()
    }
    assert {name.split("/")[2] for name in ours} <= known


def test_masks_of_polygons_with_holes_are_as_large_as_they() -> None:
    def square(start: float, end: float) -> list[float]:
        return [start, start, end, start, end, end, start, end]

    def areas(parts: list[list[list[float]]]) -> tuple[float, float]:
        exporter = CocoExporter([], OntologyStructure())
        theirs = MultiPolygon(exporter.get_multipolygon_from_polygons(parts, 1000, 1000))
        row = {"ontology_shape": "polygon", "geometry": orjson.dumps(parts)}
        ours = coco_shape(row, 1000, 1000)
        assert ours is not None
        return ours.area, float(coco_mask.area(exporter.get_rle_segmentation_from_multipolygon(theirs, 1000, 1000)))

    assert areas([[square(0.1, 0.116), square(0.104, 0.112)]]) == (192, 208), "16 x 16 pixels less 8 x 8"
    overlapping = [[square(0.1, 0.4)], [square(0.2, 0.3), square(0.22, 0.28)]]
    assert areas(overlapping)[0] == 300 * 300, "the hole is in the second part; the first covers it"
    assert areas(overlapping)[1] < 300 * 300
