"""The objects of branches that are compared, read as columns; and the overlaps of their shapes."""

from collections.abc import Callable, Iterator
from typing import NamedTuple, Protocol

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from connector.consensus.object_pairs import DrawnObjects, Flags, Indexes, Numbers, Pairs, extent_iou
from connector.load.contract.session import Session
from connector.load.contract.statements import column_list, sql
from connector.load.matching.compared_branches import NO_TITLES
from connector.load.matching.view_query import query_over

_TEXTS = ("data_hash", "label_row_id", "label_hash", "branch_name", "space_id", "object_hash", "feature_hash", "shape")
_NUMBERS = ("x_min", "y_min", "x_max", "y_max", "min_iou")
_OBJECT = pa.schema(
    [
        *(pa.field(name, pa.string()) for name in _TEXTS),
        pa.field("is_main", pa.bool_()),
        pa.field("frame", pa.int64()),
        *(pa.field(name, pa.float64()) for name in _NUMBERS),
        pa.field("byte_count", pa.int64()),
    ]
)
# Which branches are compared has been decided; the views' own words for them need only what they go on with.
_GIVEN_BRANCHES = sql(
    "SELECT *, CASE WHEN is_main THEN 'main' ELSE 'annotator' END AS branch_role, CAST(NULL AS VARCHAR) AS annotator,"
    " TRUE AS is_submitted, {no_titles} FROM due_branch",
    no_titles=NO_TITLES,
)
_OBJECTS = (
    "SELECT {columns}, b.is_main, COALESCE(LENGTH(a.geometry), 0) AS byte_count"
    " FROM consensus_object AS o JOIN due_branch AS b ON b.label_row_id = o.label_row_id"
    " JOIN object_annotation AS a ON a.label_hash = o.label_hash AND a.object_hash = o.object_hash"
    " AND a.space_id = o.space_id AND a.frame = o.frame{on_frames}"
    ' ORDER BY o.data_hash COLLATE "C", o.space_id COLLATE "C", o.frame, b.is_main, o.label_row_id COLLATE "C",'
    ' o.object_hash COLLATE "C"'
)

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


class Overlaps(NamedTuple):
    """How far pairs of objects overlap.

    Attributes:
        iou: of each pair, 0 to 1.
        method: of each pair, a place in METHODS: what was compared.
    """

    iou: Numbers
    method: Indexes


METHODS = ("box", "exact", "extent")
BOX, EXACT, EXTENT = range(3)


def read_objects(session: Session, first: int | None, last: int | None) -> pa.Table:
    """The objects of the staged `due_branch`es in the order of `DrawnObjects`, on some frames or on all."""
    names = [name for name in _OBJECT.names if name not in {"is_main", "byte_count"}]
    query = sql(
        _OBJECTS,
        columns=column_list(names, "o."),
        on_frames="" if first is None else " WHERE o.frame BETWEEN $first AND $last",
    )
    frames = {} if first is None else {"first": first, "last": last}
    query = query_over({"consensus_branch": _GIVEN_BRANCHES}, ("consensus_object",), query)
    # Engines give columns by their place.
    columns = [*names, "is_main", "byte_count"]
    schema = pa.schema([_OBJECT.field(name) for name in columns])
    return session.table(query, schema, **frames)


def as_drawn(objects: pa.Table) -> DrawnObjects:
    """The columns of `read_objects` as numbers."""
    label_row = _codes(objects["label_row_id"])
    place = _changes(_codes(objects["data_hash"]), _codes(objects["space_id"]), objects["frame"].to_numpy())
    hashes = objects["object_hash"].combine_chunks().dictionary_encode()
    rank = np.empty(len(hashes.dictionary), dtype=np.int64)
    rank[pc.sort_indices(hashes.dictionary).to_numpy()] = np.arange(rank.size)
    return DrawnObjects(
        place=place,
        branch=label_row,
        is_main=objects["is_main"].to_numpy(zero_copy_only=False),
        hash_order=rank[hashes.indices.to_numpy()],
        feature=_codes(objects["feature_hash"]),
        extent=np.stack([objects[name].to_numpy() for name in _NUMBERS[:4]], axis=1),
        min_iou=objects["min_iou"].to_numpy(),
    )


def overlaps_of(
    session: Session,
    measure: OverlapMeasure | None,
    project_hash: str,
    objects: pa.Table,
    drawn: DrawnObjects,
    pairs: Pairs,
) -> Overlaps:
    """How far pairs overlap: by the boxes around both, unless a shape is more than its box and can be measured.

    Args:
        session: inside a transaction.
        measure: how shapes are measured; without it the boxes around them decide.
        project_hash: the project.
        objects: of `read_objects`.
        drawn: the same, of `as_drawn`.
        pairs: those that overlap.
    """
    iou = extent_iou(drawn, pairs)
    shapes = objects["shape"]
    is_box = pc.equal(shapes, "bounding_box").to_numpy(zero_copy_only=False)
    method = np.where(is_box[pairs.left] & is_box[pairs.right], BOX, EXTENT)
    if measure is not None:
        can = pc.is_in(shapes, pa.array(measure.shapes)).to_numpy(zero_copy_only=False)
        asked = np.flatnonzero((method != BOX) & can[pairs.left] & can[pairs.right])
        for some in _batches(asked, pairs, objects["byte_count"].to_numpy()):
            exact = _measured(session, measure, project_hash, objects, pairs.where(some))
            known = ~np.isnan(exact)
            iou[some[known]] = exact[known]
            method[some[known]] = EXACT
    return Overlaps(iou, method)


def _measured(session: Session, measure: OverlapMeasure, project_hash: str, objects: pa.Table, pairs: Pairs) -> Numbers:
    rows, ends = np.unique(np.concatenate((pairs.left, pairs.right)), return_inverse=True)
    asked = objects.select(["data_hash", *_KEY]).take(rows)
    placed = asked.append_column("place", pa.array(np.arange(rows.size)))
    session.stage("measured_object", placed, is_part=True)
    shapes = session.table(sql(_SHAPES, frame_size=_FRAME_SIZE), SHAPE_SCHEMA, project_hash=project_hash)
    left, right = ends[: len(pairs)], ends[len(pairs) :]
    return measure.of(shapes).iou(left, right)


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


def _codes(texts: pa.ChunkedArray) -> Indexes:
    """A number for each different text, from 0 on, as they are met."""
    codes: Indexes = texts.combine_chunks().dictionary_encode().indices.to_numpy().astype(np.int64)
    return codes


def _changes(*columns: Indexes) -> Indexes:
    """A number for each run of rows that are alike in all columns."""
    is_new: Flags = np.zeros(columns[0].size, dtype=bool)
    for column in columns:
        is_new[1:] |= column[1:] != column[:-1]
    return np.cumsum(is_new)
