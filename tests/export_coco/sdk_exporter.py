"""The SDK's own CocoExporter, as it is, and with what the README calls its faults mended, a method each."""

import itertools
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import shapely
import shapely.affinity
from encord.objects import OntologyStructure
from encord.utilities.coco.exporter import CocoAnnotation, CocoExporter, KeyPointVisibility, Size
from pycocotools import mask as coco_mask

__all__ = ["PICTURES", "Coco", "CocoExporter", "Raw", "keyed", "mended_coco", "sdk_coco", "within"]

Coco = dict[str, Any]
Raw = dict[str, Any]
Pixels = npt.NDArray[np.float64]

PICTURES = {"image", "img_group", "video", "dicom", "nifti"}


def sdk_coco(labels: Sequence[Raw], ontology: OntologyStructure) -> Coco:
    """What the SDK makes of label rows (`to_encord_dict`)."""
    return CocoExporter(list(labels), ontology).export()


def mended_coco(labels: Sequence[Raw], ontology: OntologyStructure) -> Coco:
    """What the SDK would make of them without its faults; label rows that are no pictures are left out."""
    return MendedExporter([row for row in labels if row["data_type"] in PICTURES], ontology).export()


class MendedExporter(CocoExporter):
    """Each override mends one fault; everything else is the SDK's."""

    def get_category(self, object_: Any) -> Raw:  # noqa: ANN401 - the SDK's
        """Keypoints are a list of names; skeletons have them, too (theirs are compared apart)."""
        category: Raw = super().get_category(object_)
        if category["supercategory"] in {"point", "skeleton"}:
            category |= {"keypoints": ["keypoint"] if category["supercategory"] == "point" else None, "skeleton": []}
        return category

    def get_dicom(self, data_unit: Raw) -> list[Raw]:
        """Every slice is called by its instance: `to_encord_dict` forgets them, `slices` has them again."""
        slices = data_unit.get("slices", {})
        named = {
            frame: {**blob, **({"metadata": slices[frame]} if frame in slices else {})}
            for frame, blob in data_unit["labels"].items()
        }
        images: list[Raw] = super().get_dicom({**data_unit, "labels": named})
        return images

    def get_all_annotations(self) -> list[CocoAnnotation]:
        """Dynamic answers are those of the label row at hand, not of the first one."""
        everything, found = self._labels_list, []
        for labels in everything:
            self._labels_list = [labels]
            self._id_and_object_hash_to_answers_map = None
            self._object_hash_to_track_id_map = {
                f"{position} of an earlier row": position for position in range(len(self._object_hash_to_track_id_map))
            }
            found += super().get_all_annotations()
        self._labels_list = everything
        return found

    def get_annotations(
        self, objects: list[Raw], image_id: int, object_answers: Raw, object_actions: Raw
    ) -> list[CocoAnnotation]:
        """What is in three dimensions has no place in the picture, nor has a line without points.

        What has no keypoints has none of them in an evaluation.
        """
        flat = [
            item
            for item in objects
            if not any("z" in point for point in _points(item)) and item.get("polyline", "none") not in ({}, [])
        ]
        annotations: list[CocoAnnotation] = super().get_annotations(flat, image_id, object_answers, object_actions)
        for annotation in annotations:
            annotation.num_keypoints = annotation.num_keypoints or 0
        return annotations

    def get_flat_dynamic_classifications(
        self,
        object_hash: str,
        feature_hash: str,
        image_id: int,
        id_and_object_hash_to_answers_map: dict[tuple[int, str], Raw],
    ) -> Raw:
        """Dynamic answers are looked up by the number of the frame, not by the id of the image."""
        [(data_hash, frame)] = [key for key, known in self._data_hash_to_image_id_map.items() if known == image_id]
        unit = self._labels_list[0]["data_units"][data_hash]
        if isinstance(unit["data_sequence"], str):  # an image of a group
            frame = int(unit["data_sequence"])
        answers: Raw = super().get_flat_dynamic_classifications(
            object_hash, feature_hash, frame, id_and_object_hash_to_answers_map
        )
        return dict(answers)

    def get_rotatable_bounding_box(
        self, object_: Raw, image_id: int, size: Size, object_answers: Raw, object_actions: Raw
    ) -> CocoAnnotation:
        """The corners are where they are drawn."""
        annotation = super().get_rotatable_bounding_box(object_, image_id, size, object_answers, object_actions)
        x, y, width, height = annotation.bbox
        turned = shapely.affinity.rotate(shapely.box(x, y, x + width, y + height), annotation.rotation, "center")
        # shapely's box begins at the top right corner; the SDK's at the top left, both in the same direction.
        corners = [turned.exterior.coords[place] for place in (3, 0, 1, 2)]
        annotation.segmentation = [[float(coordinate) for corner in corners for coordinate in corner]]
        left, top, right, bottom = turned.bounds
        annotation.bbox = (left, top, right - left, bottom - top)
        return annotation

    def get_rle_segmentation_from_multipolygon(self, multipolygon: Any, w: int, h: int) -> Raw:  # noqa: ANN401 - SDK
        """A pixel belongs to a polygon if its centre does; a hole is one in its own part only."""
        pixels = np.zeros((h, w), dtype=np.uint8)
        for polygon in multipolygon.geoms:
            left, top, right, bottom = polygon.bounds
            around = (
                slice(max(0, int(top)), max(0, int(bottom) + 1)),
                slice(max(0, int(left)), max(0, int(right) + 1)),
            )
            columns, rows = np.meshgrid(np.arange(w)[around[1]] + 0.5, np.arange(h)[around[0]] + 0.5)
            inside = within(polygon.exterior.coords, columns, rows)
            for interior in polygon.interiors:
                inside &= ~within(interior.coords, columns, rows)
            pixels[around] |= inside.astype(np.uint8)
        segmentation: Raw = coco_mask.encode(np.asfortranarray(pixels))
        segmentation["counts"] = segmentation["counts"].decode("ascii")
        return segmentation

    def get_skeleton_point_visibility(self, point: Raw) -> KeyPointVisibility:
        """The word that `to_encord_dict` writes is read, not the flags that it no longer writes."""
        if point.get("visibility"):
            word = str(getattr(point["visibility"], "value", point["visibility"]))
            point = {**point, word: True}
        visibility: KeyPointVisibility = super().get_skeleton_point_visibility(point)
        return visibility

    def get_skeleton(
        self, object_: Raw, image_id: int, size: Size, object_answers: Raw, object_actions: Raw
    ) -> CocoAnnotation:
        """Points that are not in the picture do not count; see `_keypoints` for the rest."""
        annotation = super().get_skeleton(object_, image_id, size, object_answers, object_actions)
        annotation.num_keypoints = sum(int(visibility > 0) for visibility in (annotation.keypoints or [])[2::3])
        return _keypoints(annotation, size)

    def get_point(
        self, object_: Raw, image_id: int, size: Size, object_answers: Raw, object_actions: Raw
    ) -> CocoAnnotation:
        """See `_keypoints`."""
        return _keypoints(super().get_point(object_, image_id, size, object_answers, object_actions), size)

    def get_polyline(
        self, object_: Raw, image_id: int, size: Size, object_answers: Raw, object_actions: Raw
    ) -> CocoAnnotation:
        """A line is a pixel wide."""
        annotation = super().get_polyline(object_, image_id, size, object_answers, object_actions)
        points = _on_frame(self.get_polygon_from_dict_or_list(object_["polyline"], size.width, size.height), size)
        annotation.segmentation = [_a_pixel_wide(*stretch) for stretch in itertools.pairwise(points)]
        annotation.bbox = _at_least_a_pixel(annotation.bbox)
        return annotation


def _keypoints(annotation: CocoAnnotation, size: Size) -> CocoAnnotation:
    """Points cover a pixel each, and have the area of the box around them."""
    keypoints = annotation.keypoints or []
    points = _on_frame(list(zip(keypoints[0::3], keypoints[1::3], strict=True)), size)
    annotation.segmentation = [_a_pixel_wide(point, point) for point in points]
    annotation.bbox = _at_least_a_pixel(annotation.bbox)
    annotation.area = annotation.bbox[2] * annotation.bbox[3]
    return annotation


def _on_frame(points: Sequence[tuple[float, float]], size: Size) -> list[tuple[float, float]]:
    """What lies on the border of the frame lies on the pixels inside it."""

    def inside(value: float, end: float) -> float:
        return float(np.clip(value, 0.5, end - 0.5)) if 0 <= value <= end else value

    return [(inside(x, size.width), inside(y, size.height)) for x, y in points]


def _a_pixel_wide(start: tuple[float, float], end: tuple[float, float]) -> list[float]:
    """A box of one pixel's width around a stretch, turned into its direction."""
    (x0, y0), (x1, y1) = start, end
    length = float(np.hypot(x1 - x0, y1 - y0))
    upright = shapely.box(x0 - 0.5, y0 - 0.5, x0 + length + 0.5, y0 + 0.5)
    turned = shapely.affinity.rotate(upright, np.arctan2(y1 - y0, x1 - x0), (x0, y0), use_radians=True)
    return [float(value) for place in (3, 0, 1, 2) for value in turned.exterior.coords[place]]


def _at_least_a_pixel(bbox: tuple[float, float, float, float]) -> tuple[float, float, float, float]:
    left, top, width, height = bbox
    wide, high = max(width, 1.0), max(height, 1.0)
    return (left + width / 2 - wide / 2, top + height / 2 - high / 2, wide, high)


def _points(item: Raw) -> list[Raw]:
    geometry = item.get("point") or item.get("polyline") or {}
    return list(geometry.values()) if isinstance(geometry, dict) else geometry


def within(ring: Any, columns: Pixels, rows: Pixels) -> npt.NDArray[np.bool_]:  # noqa: ANN401 - shapely's
    """Whether points lie within a ring, even-odd: a ray from each crosses it an odd number of times."""
    inside = np.zeros(columns.shape, dtype=np.bool_)
    for (x0, y0), (x1, y1) in itertools.pairwise(ring):
        if x0 != x1:
            crosses = (x0 > columns) != (x1 > columns)
            with np.errstate(over="ignore"):  # of columns far from an edge that is all but upright
                share = np.clip((columns - x0) / (x1 - x0), 0, 1)
            inside ^= crosses & (rows > y0 + share * (y1 - y0))
    return inside


def keyed(coco: Mapping[str, Any]) -> dict[tuple[str, str], Raw]:
    """Annotations by what identifies them in every export: the file of their image, and their object."""
    files = {image["id"]: image["file_name"] for image in coco["images"]}
    found = {}
    for annotation in coco["annotations"]:
        key = (files[annotation["image_id"]], annotation["attributes"]["encord_track_uuid"])
        assert key not in found
        found[key] = annotation
    return found
