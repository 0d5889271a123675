"""Having the overlaps measured that the extents of two objects do not tell: one batch of pairs after another."""

from collections.abc import Callable, Iterator, Mapping
from typing import NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from connector.load.contract.session import Session
from connector.load.contract.statements import column_list, sql
from connector.load.matching.view_query import query_over
from connector.load.tables import consensus
from connector.load.tables.declaration import arrow_schema

_IOU = arrow_schema(consensus.object_pair_iou)
_KEY = pa.schema([_IOU.field(name) for name in _IOU.names if name != "iou"])
_SIZE = pa.schema([*(_KEY.field(name) for name in ("label_hash", "object_hash", "space_id", "frame"))]).append(
    pa.field("byte_count", pa.int64())
)

_BYTES_AT_ONCE = 8_000_000
"""Geometry that is held at once, as text; worked out it takes some ten times as much."""
_PAIRS_AT_ONCE = 20_000

_NUMBER_COLUMNS = ("x", "y", "width", "height", "rotation")

_SIDES = {
    "": pa.schema(
        [
            pa.field("shape", pa.string()),
            pa.field("geometry", pa.string()),
            *(pa.field(name, pa.float64()) for name in _NUMBER_COLUMNS),
            pa.field("frame_width", pa.int64()),
            pa.field("frame_height", pa.int64()),
        ]
    ),
    "other_": pa.schema(
        [
            pa.field("other_shape", pa.string()),
            pa.field("other_geometry", pa.string()),
            *(pa.field(f"other_{name}", pa.float64()) for name in _NUMBER_COLUMNS),
        ]
    ),
}

MEASURED_SCHEMA = pa.schema([*_KEY, *_SIDES[""], *_SIDES["other_"]])
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
        "SELECT {columns} FROM consensus_object_candidate AS c WHERE c.iou_method = 'extent'"
        # What could not be measured once has a row without a figure.
        " AND NOT EXISTS (SELECT 1 FROM object_pair_iou AS known WHERE {known})"
    )
    known = " AND ".join(f"known.{name} = c.{name}" for name in _IOU.names[:6])
    statement = sql(query, columns=column_list(_KEY.names, "c."), known=known)
    keys = session.table(query_over(given, ("consensus_object_candidate",), statement), _KEY)
    if not keys.num_rows:
        return 0
    sizes = session.table(_SIZES, _SIZE)
    for batch in _batches(keys, sizes):
        session.stage("measured_pair", batch.append_column("place", pa.array(range(batch.num_rows), pa.int64())))
        pairs = batch
        for side, schema in _SIDES.items():
            drawn = session.table(_geometry(side), schema)
            for name in schema.names:
                pairs = pairs.append_column(schema.field(name), drawn[name])
        rows = pairs.select(_KEY.names).append_column("iou", measure.iou(pairs)).select(_IOU.names)
        session.stage("measured_iou", rows.cast(_IOU))
        insert = "INSERT INTO object_pair_iou ({columns}) SELECT {columns} FROM measured_iou"
        session.execute(sql(insert, columns=column_list(_IOU.names)))
    return int(keys.num_rows)


_SIZES = (
    "SELECT o.label_hash, o.object_hash, o.space_id, o.frame, COALESCE(LENGTH(a.geometry), 0) AS byte_count"
    " FROM due_object AS o JOIN object_annotation AS a ON a.label_hash = o.label_hash"
    " AND a.object_hash = o.object_hash AND a.space_id = o.space_id AND a.frame = o.frame"
)


def _geometry(side: str) -> str:
    """The query of one side of the staged `measured_pair`s, in their order, and for the first side of the frame's size.

    One side at a time: asked for both at once DuckDB may join all annotations of a frame number with one another.
    """
    columns = [f"i.shape AS {side}shape", *(f"a.{name} AS {side}{name}" for name in ("geometry", *_NUMBER_COLUMNS))]
    return sql(
        "SELECT {columns}{size} FROM measured_pair AS m JOIN object_annotation AS a"
        " ON a.label_hash = m.{side}label_hash AND a.object_hash = m.{side}object_hash AND a.space_id = m.space_id"
        " AND a.frame = m.frame"
        " JOIN object_instance AS i ON i.label_hash = a.label_hash AND i.object_hash = a.object_hash{frames}"
        " ORDER BY m.place",
        columns=", ".join(columns),
        size="" if side else _FRAME_SIZE,
        frames="" if side else _FRAMES,
        side=side,
    )


# As in view object_on_frame: a part of a data group has its own size or none that is known.
_FRAME_SIZE = "".join(
    f", CASE WHEN m.space_id = 'root' THEN COALESCE(NULLIF(f.{name}, 0), NULLIF(s.{name}, 0), NULLIF(d.{name}, 0))"
    f" ELSE NULLIF(s.{name}, 0) END AS frame_{name}"
    for name in ("width", "height")
)
_FRAMES = (
    " JOIN data_unit AS d ON d.project_hash = m.project_hash AND d.data_hash = m.data_hash"
    " LEFT JOIN data_space AS s ON s.label_hash = m.label_hash AND s.space_id = m.space_id"
    " LEFT JOIN data_frame AS f ON f.project_hash = m.project_hash AND f.data_hash = m.data_hash AND f.frame = m.frame"
)


def _batches(keys: pa.Table, sizes: pa.Table) -> Iterator[pa.Table]:
    """The pairs in slices whose geometry is held at once; a pair that is larger is a slice of its own."""
    own = ["label_hash", "object_hash", "space_id", "frame"]
    others = [f"other_{name}" for name in own[:2]] + own[2:]
    sized = keys.join(sizes, own).join(sizes.rename_columns([*others, "other_byte_count"]), others)
    ends = np.cumsum(pc.add(sized["byte_count"], sized["other_byte_count"]).to_numpy())
    start = 0
    while start < sized.num_rows:
        before = ends[start - 1] if start else 0
        fitting = int(np.searchsorted(ends, before + _BYTES_AT_ONCE, side="right"))
        end = min(max(fitting, start + 1), start + _PAIRS_AT_ONCE, sized.num_rows)
        yield sized.slice(start, end - start).select(_KEY.names)
        start = end
