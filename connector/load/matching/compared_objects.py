"""The objects of branches that are compared, read as columns."""

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from connector.consensus.object_pairs import DrawnObjects, Flags, Indexes
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
