"""Polygons' JSON → areas in the plane, many at once, in pixels of their frame.

Where the frame's size is not known they are taken on a unit square: that changes no ratio of areas.
"""

from collections.abc import Sequence
from itertools import chain

import msgspec
import numpy as np
import numpy.typing as npt
import shapely

from connector.geometry.pixel_shapes import FARTHEST

Numbers = npt.NDArray[np.float64]

_PARTS = msgspec.json.Decoder(list[list[list[float]]])


def polygons_of(texts: Sequence[str | None], widths: Numbers, heights: Numbers) -> npt.NDArray[np.object_]:
    """The polygons as geometries of shapely; an empty one for what is not of its form or lies too far away.

    An outline that crosses itself is taken as all that it encloses; the parts of a polygon may overlap. An outline of
    two points encloses nothing, and a hole of two points is none.

    Args:
        texts: the canonical JSON of each: parts, each an outline and its holes, each x0, y0, x1, y1 and so on.
        widths: of their frames, or 1.
        heights: as above.
    """
    shapes = [_read(text) for text in texts]
    parts = list(chain.from_iterable(shapes))
    rings = list(chain.from_iterable(parts))
    values = np.fromiter(chain.from_iterable(rings), dtype=np.float64)
    shape_of_part = np.repeat(np.arange(len(shapes)), _counts(shapes))
    part_of_ring = np.repeat(np.arange(len(parts)), _counts(parts))
    ring_of_value = np.repeat(np.arange(len(rings)), _counts(rings))
    shape_of_ring = shape_of_part[part_of_ring]

    is_long = _counts(rings) >= 6
    is_outline = np.diff(part_of_ring, prepend=-1) > 0
    is_open = np.zeros(len(parts), dtype=np.bool_)
    is_open[part_of_ring[is_outline]] = is_long[is_outline]
    is_kept = is_long & is_open[part_of_ring]
    is_far = np.zeros(len(rings), dtype=np.bool_)
    is_far[ring_of_value[np.abs(values) >= FARTHEST / np.maximum(widths, heights)[shape_of_ring[ring_of_value]]]] = True
    is_bad = np.zeros(len(shapes), dtype=np.bool_)
    is_bad[shape_of_ring[is_kept & (is_far | (_counts(rings) % 2 == 1))]] = True
    is_kept &= ~is_bad[shape_of_ring]

    points = values[is_kept[ring_of_value]].reshape(-1, 2)
    counts = _counts(rings)[is_kept] // 2
    shape_of_point = np.repeat(shape_of_ring[is_kept], counts)
    points *= np.stack((widths, heights), axis=1)[shape_of_point]
    ends = np.cumsum(counts)
    closed = np.insert(points, ends, points[ends - counts], axis=0)
    ring_counts = np.bincount(part_of_ring[is_kept], minlength=len(parts))
    part_counts = np.bincount(shape_of_part[ring_counts > 0], minlength=len(shapes))
    areas: npt.NDArray[np.object_] = shapely.from_ragged_array(
        shapely.GeometryType.MULTIPOLYGON,
        closed,
        tuple(
            np.concatenate(([0], np.cumsum(each))) for each in (counts + 1, ring_counts[ring_counts > 0], part_counts)
        ),
    )
    crossing = ~shapely.is_valid(areas)
    if crossing.any():
        areas[crossing] = shapely.make_valid(areas[crossing], method="structure", keep_collapsed=False)
    return areas


def _counts(lists: Sequence[Sequence[object]]) -> npt.NDArray[np.int64]:
    return np.fromiter(map(len, lists), dtype=np.int64, count=len(lists))


def _read(text: str | None) -> list[list[list[float]]]:
    try:
        return _PARTS.decode(text or "")
    except msgspec.DecodeError:
        return []
