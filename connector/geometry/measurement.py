"""Annotations, each once → how far any two of them overlap, exactly."""

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import shapely

from connector.geometry.convex_shapes import ConvexShapes
from connector.geometry.masks import Masks
from connector.geometry.polygons import polygons_of

Numbers = npt.NDArray[np.float64]
Places = npt.NDArray[np.int64]

_NUMBERS = ("x", "y", "width", "height", "rotation", "frame_width", "frame_height")
_DIGITS = 12
"""Of a ratio: what two equal overlaps may differ by is rounding, and is no order among them."""


class MeasuredShapes:
    """Drawn shapes, as they lie in the pixels of their frames.

    Attributes:
        areas: of each annotation; NaN where it has none, is not of its form, or needs a frame whose size is not known.
    """

    def __init__(self, annotations: pa.Table) -> None:
        """Takes the annotations.

        Args:
            annotations: shape, x, y, width, height, rotation and geometry as in the tables, and frame_width and
                frame_height.
        """
        shape = np.array(annotations["shape"].to_pylist(), dtype=object)
        columns = {name: _numbers(annotations[name]) for name in _NUMBERS}
        self._is_frame_known = (columns["frame_width"] > 0) & (columns["frame_height"] > 0)
        for name in ("frame_width", "frame_height"):
            columns[name][~self._is_frame_known] = np.nan
        geometry = annotations["geometry"]
        self._convex = ConvexShapes.of(shape, columns, geometry)
        self.areas, self._extents = self._convex.areas, self._convex.extents

        places = np.flatnonzero(shape == "polygon")
        self._outlines = np.full(shape.size, None, dtype=object)
        self._outlines[places] = polygons_of(
            geometry.take(places).to_pylist(),
            np.where(self._is_frame_known, columns["frame_width"], 1.0)[places],
            np.where(self._is_frame_known, columns["frame_height"], 1.0)[places],
        )
        self.areas[places] = shapely.area(self._outlines[places])
        self._extents[:, places] = shapely.bounds(self._outlines[places]).T

        places = np.flatnonzero(shape == "bitmask")
        self._masks = Masks(
            geometry.take(places).to_pylist(), columns["frame_width"][places], columns["frame_height"][places]
        )
        self._mask = np.full(shape.size, -1)
        self._mask[places] = np.arange(places.size)
        self.areas[places] = self._masks.areas
        self._extents[:, places] = self._masks.extents
        self.areas[self.areas <= 0] = np.nan

    def most_iou(self, left: Places, right: Places) -> Numbers:
        """What the intersection over union of each pair is at most: two shapes share no more than their extents do.

        Args:
            left: the place of an annotation, for each pair.
            right: the place of another one on the same frame.

        Returns:
            0 to 1; NaN where it cannot be told.
        """
        smaller = np.minimum(self.areas[left], self.areas[right])
        return self._ratio(left, right, np.minimum(self._both(left, right), smaller))

    def iou(self, left: Places, right: Places) -> Numbers:
        """The intersection over union of each pair, 0 to 1; NaN where it cannot be told.

        Args:
            left: the place of an annotation, for each pair.
            right: the place of another one on the same frame.
        """
        shared = np.zeros(left.size)
        is_near = (self._both(left, right) > 0) & self._is_told(left, right)
        is_convex = self._convex.is_convex[left] & self._convex.is_convex[right]
        mask_count = (self._mask[left] >= 0).astype(np.int64) + (self._mask[right] >= 0)
        for chosen, measure in (
            (is_convex, self._convex.shared),
            (mask_count == 2, self._shared_by_masks),
            (mask_count == 1, self._shared_by_mask_and_outline),
            (~is_convex & (mask_count == 0), self._shared_by_outlines),
        ):
            pairs = np.flatnonzero(chosen & is_near)
            shared[pairs] = measure(left[pairs], right[pairs])
        return self._ratio(left, right, shared)

    def _both(self, left: Places, right: Places) -> Numbers:
        """The area that the extents of each pair share."""
        one, other = self._extents[:, left], self._extents[:, right]
        sides = np.minimum(one[2:], other[2:]) - np.maximum(one[:2], other[:2])
        return np.asarray(np.maximum(sides, 0.0).prod(axis=0))

    def _is_told(self, left: Places, right: Places) -> npt.NDArray[np.bool_]:
        """Whether an overlap can be measured: how large an outline is in pixels only the frame's size tells."""
        is_alike = (self._mask[left] >= 0) == (self._mask[right] >= 0)
        return np.asarray(~np.isnan(self.areas[left] + self.areas[right]) & (is_alike | self._is_frame_known[left]))

    def _ratio(self, left: Places, right: Places, shared: Numbers) -> Numbers:
        ratio = shared / (self.areas[left] + self.areas[right] - shared)
        ratio[~self._is_told(left, right)] = np.nan
        return np.clip(np.round(ratio, _DIGITS), 0.0, 1.0)

    def _shared_by_masks(self, left: Places, right: Places) -> Numbers:
        return self._masks.shared(self._mask[left], self._mask[right]).astype(np.float64)

    def _shared_by_mask_and_outline(self, left: Places, right: Places) -> Numbers:
        is_left = self._mask[left] >= 0
        outlines = self._outlined(np.where(is_left, right, left))
        return self._masks.covered(self._mask[np.where(is_left, left, right)], outlines)

    def _shared_by_outlines(self, left: Places, right: Places) -> Numbers:
        ones, others = self._outlined(left), self._outlined(right)
        try:
            shared: Numbers = shapely.area(shapely.intersection(ones, others))
        except shapely.errors.GEOSException:
            # Of many pairs one cannot be overlaid: which one, only asking one by one tells.
            shared = np.array([_shared_area(one, other) for one, other in zip(ones, others, strict=True)])
        return shared

    def _outlined(self, places: Places) -> npt.NDArray[np.object_]:
        """The outlines of annotations; those of convex shapes are made when they are first needed."""
        wanted = np.unique(places)
        missing = wanted[shapely.is_missing(self._outlines[wanted])]
        self._outlines[missing] = self._convex.polygons(missing)
        return self._outlines[places]


def _numbers(column: pa.ChunkedArray) -> Numbers:
    return np.array(pc.fill_null(pc.cast(column, pa.float64()), np.nan).to_numpy())


def _shared_area(one: shapely.Geometry, other: shapely.Geometry) -> float:
    try:
        return float(shapely.area(shapely.intersection(one, other)))
    except shapely.errors.GEOSException:
        return float("nan")
