"""How far two drawn shapes overlap, exactly: polygons, boxes turned or not, circles, ellipses and bitmasks. Pure.

The work is imported when it is first done: a sync of projects without consensus needs no geometry library.
"""

import pyarrow as pa

MEASURABLE_SHAPES = ("bounding_box", "rotatable_bounding_box", "polygon", "circle", "ellipse", "bitmask")
"""Shapes of which an overlap is measured; points, lines and skeletons have no area."""


def measured_iou(pairs: pa.Table) -> pa.Array:
    """The intersection over union of each pair, 0 to 1, null where it cannot be told; see `measurement`."""
    from connector.geometry import measurement

    return measurement.measured_iou(pairs)
