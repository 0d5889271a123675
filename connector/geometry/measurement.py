"""Pairs of annotations → their intersection over union, exactly."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt
import orjson
import pyarrow as pa
import shapely

from connector.geometry.masks import Mask
from connector.geometry.outlines import OUTLINED_SHAPES, areas_of

_IDENTITY = ("label_hash", "object_hash", "space_id", "frame")
_SHAPE = ("shape", "x", "y", "width", "height", "rotation", "geometry")
_PIECES_AT_ONCE = 4_000_000
"""Pieces of rows of the masks that are held, 64 MB: a mask of a few characters may have one a row of its frame."""
_OF_BOTH = ("space_id", "frame", "frame_width", "frame_height")

Numbers = npt.NDArray[np.float64]


def measured_iou(pairs: pa.Table) -> pa.Array:
    """The intersection over union of each pair, 0 to 1, in pixels of the frame.

    Args:
        pairs: one row a pair on one frame: label_hash, object_hash, shape, x, y, width, height, rotation and geometry
            (see table object_annotation), the same with `other_` before them, and space_id, frame, frame_width and
            frame_height of both.

    Returns:
        One number a row; null where a shape is not of its form, has no area, or the frame's size is needed and unknown.
    """
    annotations = _Annotations()
    left, right = annotations.add(pairs, ""), annotations.add(pairs, "other_")
    iou = np.full(pairs.num_rows, np.nan)
    areas = annotations.areas()
    outlined = np.array([area is not None for area in areas], dtype=bool)
    both = outlined[left] & outlined[right]
    iou[both] = _ratio(
        _shared_areas(areas[left[both]], areas[right[both]]),
        shapely.area(areas[left[both]]) + shapely.area(areas[right[both]]),
    )
    for place in np.flatnonzero(~both):
        one, other = int(left[place]), int(right[place])
        of_one, of_other = annotations.mask(one), annotations.mask(other)
        if of_one is not None and of_other is not None:
            shared, total = float(of_one.shared_with(of_other)), float(of_one.area + of_other.area)
        else:
            mask, area = (of_one, areas[other]) if of_one is not None else (of_other, areas[one])
            row = annotations.rows[one]
            if mask is None or area is None or not row["frame_width"] or not row["frame_height"]:
                continue
            shared, total = _shared_area(mask, area), mask.area + shapely.area(area)
        iou[place] = _ratio(np.array([shared]), np.array([total]))[0]
    return pa.array(iou, mask=np.isnan(iou))


class _Annotations:
    """The annotations of a batch of pairs, each once though it is in several pairs."""

    def __init__(self) -> None:
        self.rows: list[Mapping[str, Any]] = []
        self._places: dict[tuple[object, ...], int] = {}
        self._masks: dict[int, Mask | None] = {}
        self._pieces = 0

    def add(self, pairs: pa.Table, prefix: str) -> npt.NDArray[np.int64]:
        """Takes one side of the pairs in, and returns the place of each one's annotation."""
        own = pairs.select([f"{prefix}{name}" for name in ("label_hash", "object_hash", *_SHAPE)]).rename_columns(
            ["label_hash", "object_hash", *_SHAPE]
        )
        for name in _OF_BOTH:
            own = own.append_column(name, pairs[name])
        places = []
        for row in own.to_pylist():
            place = self._places.setdefault(tuple(row[name] for name in _IDENTITY), len(self.rows))
            if place == len(self.rows):
                self.rows.append(row)
            places.append(place)
        return np.array(places, dtype=np.int64)

    def areas(self) -> npt.NDArray[np.object_]:
        """The outlined shapes; None in place of the others."""
        found = np.full(len(self.rows), None, dtype=object)
        outlined = [place for place, row in enumerate(self.rows) if row["shape"] in OUTLINED_SHAPES]
        found[outlined] = areas_of([self.rows[place] for place in outlined])
        return found

    def mask(self, place: int) -> Mask | None:
        """The bitmask of a place; None if that is another shape, empty, or cannot be read."""
        row = self.rows[place]
        if row["shape"] != "bitmask":
            return None
        if place not in self._masks:
            if self._pieces > _PIECES_AT_ONCE:
                self._masks.clear()
                self._pieces = 0
            try:
                mask = Mask.of(orjson.loads(row["geometry"]), row["frame_width"], row["frame_height"])
            except (KeyError, TypeError, ValueError):
                self._masks[place] = None
            else:
                self._masks[place] = mask if mask.starts.size else None
                self._pieces += mask.starts.size
        return self._masks[place]


def _shared_areas(ones: npt.NDArray[np.object_], others: npt.NDArray[np.object_]) -> Numbers:
    try:
        shared: Numbers = shapely.area(shapely.intersection(ones, others))
    except shapely.errors.GEOSException:
        # Of many pairs one cannot be overlaid: which one, only asking one by one tells.
        shared = np.array([_shared_area(one, other) for one, other in zip(ones, others, strict=True)])
    return shared


def _shared_area(one: Mask | shapely.Geometry, other: shapely.Geometry) -> float:
    try:
        if isinstance(one, Mask):
            return one.area_within(other)
        return float(shapely.area(shapely.intersection(one, other)))
    except shapely.errors.GEOSException:
        return float("nan")


def _ratio(shared: Numbers, total: Numbers) -> Numbers:
    """Shared over union, within 0 and 1: rounding may lead a hair outside."""
    ratio: Numbers = np.clip(shared / (total - shared), 0.0, 1.0)
    return ratio
