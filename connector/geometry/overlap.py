"""How far two drawn shapes overlap, exactly: polygons, boxes turned or not, circles, ellipses and bitmasks. Pure.

The work is imported when it is first done: a sync of projects without consensus needs no geometry library.
"""

from typing import TYPE_CHECKING

import pyarrow as pa

if TYPE_CHECKING:
    from connector.geometry.measurement import MeasuredShapes

MEASURABLE_SHAPES = ("bounding_box", "rotatable_bounding_box", "polygon", "circle", "ellipse", "bitmask")
"""Shapes of which an overlap is measured; points, lines and skeletons have no area."""


def measured_shapes(annotations: pa.Table) -> "MeasuredShapes":
    """Annotations, each once, whose overlaps can then be asked for; see `MeasuredShapes`."""
    from connector.geometry.measurement import MeasuredShapes

    return MeasuredShapes(annotations)
