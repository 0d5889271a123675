"""Having the overlaps measured that the extents of two objects do not tell: one batch of pairs after another."""

from collections.abc import Callable, Iterator, Mapping
from typing import NamedTuple

import numpy as np
import pyarrow as pa

from connector.load.session import Session
from connector.load.statements import column_list, sql
from connector.load.tables import consensus
from connector.load.tables.declaration import arrow_schema
from connector.load.view_query import query_over

_IOU = arrow_schema(consensus.object_pair_iou)
_KEY = pa.schema([_IOU.field(name) for name in _IOU.names if name != "iou"])
_SIZED_KEY = _KEY.append(pa.field("byte_count", pa.int64()))

_BYTES_AT_ONCE = 8_000_000
"""Geometry that is held at once, as text; worked out it takes some ten times as much."""
_PAIRS_AT_ONCE = 20_000

_NUMBER_COLUMNS = ("x", "y", "width", "height", "rotation")

MEASURED_SCHEMA = pa.schema(
    [
        *_KEY,
        pa.field("shape", pa.string()),
        pa.field("geometry", pa.string()),
        *(pa.field(name, pa.float64()) for name in _NUMBER_COLUMNS),
        pa.field("other_shape", pa.string()),
        pa.field("other_geometry", pa.string()),
        *(pa.field(f"other_{name}", pa.float64()) for name in _NUMBER_COLUMNS),
        pa.field("frame_width", pa.int64()),
        pa.field("frame_height", pa.int64()),
    ]
)
"""What an OverlapMeasure is given: two annotations of one frame a row (see tables object_annotation, object_instance),
the other one's columns beginning with `other_`; frame_width and frame_height in pixels, where they are known."""


class OverlapMeasure(NamedTuple):
    """How overlaps are measured; the load knows no geometry.

    Attributes:
        shapes: the shapes (object_instance.shape) that can be measured.
        iou: pairs (MEASURED_SCHEMA) → intersection over union of each, null where it cannot be told.
    """

    shapes: tuple[str, ...]
    iou: Callable[[pa.Table], pa.Array]


def measure_overlaps(session: Session, measure: OverlapMeasure, given: Mapping[str, str]) -> int:
    """Measures the candidates that the extents alone decide so far, and stores what came of it.

    Args:
        session: inside a transaction.
        measure: how.
        given: what stands in for the views that consensus_object_candidate reads.

    Returns:
        How many pairs were measured.
    """
    shapes = ", ".join(f"'{shape}'" for shape in measure.shapes)
    given = {**given, "consensus_object": f"{given['consensus_object']} WHERE shape IN ({shapes})"}
    query = (
        "SELECT {columns}, COALESCE(LENGTH(a.geometry), 0) + COALESCE(LENGTH(b.geometry), 0) AS byte_count"
        " FROM consensus_object_candidate AS c{annotations} WHERE c.iou_method = 'extent'"
        # What could not be measured once has a row without a figure.
        " AND NOT EXISTS (SELECT 1 FROM object_pair_iou AS known WHERE {known})"
    )
    known = " AND ".join(f"known.{name} = c.{name}" for name in _IOU.names[:6])
    statement = sql(query, columns=column_list(_KEY.names, "c."), annotations=_annotations("c"), known=known)
    keys = session.table(query_over(given, ("consensus_object_candidate",), statement), _SIZED_KEY)
    for batch in _batches(keys):
        session.stage("measured_pair", batch)
        pairs = session.table(_GEOMETRY, MEASURED_SCHEMA)
        rows = pairs.select(_KEY.names).append_column("iou", measure.iou(pairs)).select(_IOU.names)
        session.stage("measured_iou", rows.cast(_IOU))
        insert = "INSERT INTO object_pair_iou ({columns}) SELECT {columns} FROM measured_iou"
        session.execute(sql(insert, columns=column_list(_IOU.names)))
    return int(keys.num_rows)


def _annotations(pair: str) -> str:
    """Joins both annotations of a pair: `a` and `b`."""
    return "".join(
        f" JOIN object_annotation AS {alias} ON {alias}.label_hash = {pair}.{side}label_hash"
        f" AND {alias}.object_hash = {pair}.{side}object_hash AND {alias}.space_id = {pair}.space_id"
        f" AND {alias}.frame = {pair}.frame"
        for alias, side in (("a", ""), ("b", "other_"))
    )


_GEOMETRY = sql(
    "SELECT {keys}, i.shape, a.geometry, {numbers}, j.shape AS other_shape, b.geometry AS other_geometry,"
    " {other_numbers},"
    # As in view object_on_frame: a part of a data group has its own size or none that is known.
    " CASE WHEN m.space_id = 'root' THEN COALESCE(NULLIF(f.width, 0), NULLIF(s.width, 0), NULLIF(d.width, 0))"
    " ELSE NULLIF(s.width, 0) END AS frame_width,"
    " CASE WHEN m.space_id = 'root' THEN COALESCE(NULLIF(f.height, 0), NULLIF(s.height, 0), NULLIF(d.height, 0))"
    " ELSE NULLIF(s.height, 0) END AS frame_height"
    " FROM measured_pair AS m{annotations}"
    " JOIN object_instance AS i ON i.label_hash = m.label_hash AND i.object_hash = m.object_hash"
    " JOIN object_instance AS j ON j.label_hash = m.other_label_hash AND j.object_hash = m.other_object_hash"
    " JOIN data_unit AS d ON d.project_hash = m.project_hash AND d.data_hash = m.data_hash"
    " LEFT JOIN data_space AS s ON s.label_hash = m.label_hash AND s.space_id = m.space_id"
    " LEFT JOIN data_frame AS f"
    " ON f.project_hash = m.project_hash AND f.data_hash = m.data_hash AND f.frame = m.frame",
    keys=column_list(_KEY.names, "m."),
    numbers=column_list(_NUMBER_COLUMNS, "a."),
    other_numbers=", ".join(f"b.{name} AS other_{name}" for name in _NUMBER_COLUMNS),
    annotations=_annotations("m"),
)


def _batches(keys: pa.Table) -> Iterator[pa.Table]:
    """The pairs in slices whose geometry is held at once; a pair that is larger is a slice of its own."""
    sizes = keys["byte_count"].to_numpy()
    ends = np.cumsum(sizes)
    start = 0
    while start < keys.num_rows:
        before = ends[start - 1] if start else 0
        fitting = int(np.searchsorted(ends, before + _BYTES_AT_ONCE, side="right"))
        end = min(max(fitting, start + 1), start + _PAIRS_AT_ONCE, keys.num_rows)
        yield keys.slice(start, end - start).select(_KEY.names)
        start = end
