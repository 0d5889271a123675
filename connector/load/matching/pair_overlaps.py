"""How far pairs of objects overlap: by the boxes around both, or exactly, as far as that can matter."""

from collections.abc import Callable, Iterator
from typing import NamedTuple, Protocol

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from connector.consensus.object_pairs import DrawnObjects, Flags, Indexes, Numbers, Pairs, extent_iou
from connector.load.contract.session import Session
from connector.load.contract.statements import sql

SHAPE_SCHEMA = pa.schema(
    [
        pa.field("shape", pa.string()),
        *(pa.field(name, pa.float64()) for name in ("x", "y", "width", "height", "rotation")),
        pa.field("geometry", pa.string()),
        pa.field("frame_width", pa.int64()),
        pa.field("frame_height", pa.int64()),
    ]
)
"""What an OverlapMeasure is given of an annotation (see tables object_annotation and object_instance); frame_width and
frame_height in pixels, where they are known."""
_BYTES_AT_ONCE = 16_000_000
"""Geometry that is held at once, as text; worked out it takes some ten times as much."""
_KEY = ("label_hash", "object_hash", "space_id", "frame")


class MeasuredShapes(Protocol):
    """Annotations whose overlaps can be asked for."""

    def most_iou(self, left: Indexes, right: Indexes) -> Numbers:
        """What the intersection over union of pairs is at most, told quickly; NaN where it cannot be told."""

    def iou(self, left: Indexes, right: Indexes) -> Numbers:
        """The intersection over union of pairs of annotations, given by their rows; NaN where it cannot be told."""


class OverlapMeasure(NamedTuple):
    """How overlaps are measured; the load knows no geometry.

    Attributes:
        shapes: the shapes (object_instance.shape) that can be measured.
        of: takes in annotations (SHAPE_SCHEMA).
    """

    shapes: tuple[str, ...]
    of: Callable[[pa.Table], MeasuredShapes]


METHODS = ("box", "exact", "extent")
BOX, EXACT, EXTENT = range(3)
_MARGIN = 1e-6
"""Of an overlap: what a measure and what it is at most may miss of one another is far less."""


class PairOverlaps:
    """How far pairs of objects overlap: by the boxes around both, unless a shape is more and can be measured.

    Attributes:
        iou: of each pair, 0 to 1; of one that is not measured yet, what it is at most.
        method: of each pair, a place in METHODS: what was compared.
    """

    def __init__(
        self,
        session: Session,
        measure: OverlapMeasure | None,
        project_hash: str,
        objects: pa.Table,
        drawn: DrawnObjects,
        pairs: Pairs,
    ) -> None:
        """Compares the boxes.

        Args:
            session: inside a transaction.
            measure: how shapes are measured; without it the boxes around them decide.
            project_hash: the project.
            objects: of `read_objects`.
            drawn: the same, of `as_drawn`.
            pairs: those that overlap.
        """
        self._session, self._measure, self._project_hash = session, measure, project_hash
        self._objects, self._pairs = objects, pairs
        self.iou = extent_iou(drawn, pairs)
        shapes = objects["shape"]
        is_box = pc.equal(shapes, "bounding_box").to_numpy(zero_copy_only=False)
        self.method = np.where(is_box[pairs.left] & is_box[pairs.right], BOX, EXTENT)
        self._is_open: Flags = np.zeros(len(pairs), dtype=bool)
        if measure is not None:
            can = pc.is_in(shapes, pa.array(measure.shapes)).to_numpy(zero_copy_only=False)
            self._is_open = (self.method != BOX) & can[pairs.left] & can[pairs.right]

    def measure(self, among: Flags, least: Numbers | None = None) -> None:
        """Measure those of some pairs that were not measured before.

        Args:
            among: of each pair, whether it is one of them.
            least: of each pair; one that cannot overlap as much is not measured. None if all are.
        """
        if self._measure is None:
            return
        asked = np.flatnonzero(self._is_open & among)
        for some in _batches(asked, self._pairs, self._objects["byte_count"].to_numpy()):
            shapes, left, right = self._shapes_of(self._measure, some)
            if least is not None:
                most = shapes.most_iou(left, right)
                is_less = most < least[some] - _MARGIN
                self.iou[some[is_less]] = most[is_less]
                some, left, right = some[~is_less], left[~is_less], right[~is_less]
            exact = shapes.iou(left, right)
            known = ~np.isnan(exact)
            self.iou[some[known]] = exact[known]
            self.method[some[known]] = EXACT
            self._is_open[some] = False

    def _shapes_of(self, measure: OverlapMeasure, some: Indexes) -> tuple[MeasuredShapes, Indexes, Indexes]:
        """The shapes of some pairs, and the places of both ends of each among them."""
        pairs = self._pairs.where(some)
        rows, ends = np.unique(np.concatenate((pairs.left, pairs.right)), return_inverse=True)
        asked = self._objects.select(["data_hash", *_KEY]).take(rows)
        placed = asked.append_column("place", pa.array(np.arange(rows.size)))
        self._session.stage("measured_object", placed, is_part=True)
        statement = sql(_SHAPES, frame_size=_FRAME_SIZE)
        shapes = self._session.table(statement, SHAPE_SCHEMA, project_hash=self._project_hash)
        return measure.of(shapes), ends[: some.size], ends[some.size :]


# As in view object_on_frame: a part of a data group has its own size or none that is known.
_FRAME_SIZE = "".join(
    f", CASE WHEN m.space_id = 'root' THEN COALESCE(NULLIF(f.{name}, 0), NULLIF(s.{name}, 0), NULLIF(d.{name}, 0))"
    f" ELSE NULLIF(s.{name}, 0) END AS frame_{name}"
    for name in ("width", "height")
)
_SHAPES = (
    "SELECT i.shape, a.x, a.y, a.width, a.height, a.rotation, a.geometry{frame_size}"
    " FROM measured_object AS m JOIN object_annotation AS a ON a.label_hash = m.label_hash"
    " AND a.object_hash = m.object_hash AND a.space_id = m.space_id AND a.frame = m.frame"
    " JOIN object_instance AS i ON i.label_hash = a.label_hash AND i.object_hash = a.object_hash"
    " JOIN data_unit AS d ON d.project_hash = $project_hash AND d.data_hash = m.data_hash"
    " LEFT JOIN data_space AS s ON s.label_hash = m.label_hash AND s.space_id = m.space_id"
    " LEFT JOIN data_frame AS f ON f.project_hash = d.project_hash AND f.data_hash = m.data_hash AND f.frame = m.frame"
    " ORDER BY m.place"
)


def _batches(asked: Indexes, pairs: Pairs, byte_count: Indexes) -> Iterator[Indexes]:
    """The asked pairs in pieces whose geometry is held at once; a pair that is larger is a piece of its own."""
    ends = np.cumsum(byte_count[pairs.left[asked]] + byte_count[pairs.right[asked]])
    start = 0
    while start < asked.size:
        before = ends[start - 1] if start else 0
        end = max(int(np.searchsorted(ends, before + _BYTES_AT_ONCE, side="right")), start + 1)
        yield asked[start:end]
        start = end
