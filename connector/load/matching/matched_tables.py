"""What matching came to, as rows of the tables that keep it."""

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from connector.consensus.object_pairs import Indexes, Numbers, Pairs
from connector.consensus.things import Votes
from connector.consensus.tracks import Tracks
from connector.load.matching.pair_overlaps import METHODS
from connector.load.tables import consensus
from connector.load.tables.declaration import arrow_schema

MATCH = arrow_schema(consensus.consensus_object_match)
COMPARED_OBJECT = arrow_schema(consensus.consensus_compared_object)
TRACK = arrow_schema(consensus.consensus_object_track)


def match_rows(project_hash: str, objects: pa.Table, matches: Pairs, iou: Numbers, method: Indexes) -> pa.Table:
    """Rows of consensus_object_match.

    Args:
        project_hash: the project.
        objects: of `read_objects`.
        matches: the pairs that are taken for one.
        iou: of each match.
        method: of each match, a place in METHODS.
    """
    one, other = objects.take(matches.left), objects.take(matches.right)
    is_main = other["is_main"].to_numpy(zero_copy_only=False)
    sides = {
        name: one[name] for name in ("label_row_id", "label_hash", "branch_name", "object_hash", "feature_hash")
    } | {f"other_{name}": other[name] for name in ("label_row_id", "label_hash", "branch_name")}
    return _table(
        MATCH,
        project_hash,
        len(matches),
        data_hash=one["data_hash"],
        space_id=one["space_id"],
        frame=one["frame"],
        pair_kind=pa.array(np.where(is_main, "main", "peer"), pa.string()),
        other_object_hash=other["object_hash"],
        other_feature_hash=other["feature_hash"],
        same_class=pc.equal(one["feature_hash"], other["feature_hash"]),
        iou=pa.array(iou),
        iou_method=pa.array(METHODS).take(pa.array(method)),
        **sides,
    )


def object_rows(project_hash: str, objects: pa.Table, votes: Votes) -> pa.Table:
    """Rows of consensus_compared_object."""
    names = ("data_hash", "label_row_id", "label_hash", "space_id", "frame", "object_hash", "feature_hash")
    return _table(
        COMPARED_OBJECT,
        project_hash,
        objects.num_rows,
        **{name: objects[name] for name in names},
        thing=pa.array(votes.thing, mask=votes.thing == 0),
        is_medoid=pa.array(votes.is_medoid),
        n_found=pa.array(votes.n_found),
        most_found=pa.array(votes.most_found),
        score_sum=pa.array(votes.score_sum),
        n_placed=pa.array(votes.n_placed),
        n_by_extent=pa.array(votes.n_by_extent),
    )


def track_rows(project_hash: str, instances: pa.Table, tracks: Tracks) -> pa.Table:
    """Rows of consensus_object_track.

    Args:
        project_hash: the project.
        instances: the objects that the tracks are of, each once, by their numbers.
        tracks: the tracks.
    """
    one, other = instances.take(tracks.left), instances.take(tracks.right)
    both = ("label_row_id", "object_hash", "feature_hash")
    return _table(
        TRACK,
        project_hash,
        one.num_rows,
        data_hash=one["data_hash"],
        space_id=one["space_id"],
        **{name: one[name] for name in both},
        **{f"other_{name}": other[name] for name in both},
        min_iou=pa.array(np.maximum(one["min_iou"].to_numpy(), other["min_iou"].to_numpy())),
        n_frames=pa.array(tracks.n_frames),
        n_other_frames=pa.array(tracks.n_other_frames),
        n_both=pa.array(tracks.n_both),
        n_matched=pa.array(tracks.n_matched),
        n_by_extent=pa.array(tracks.n_by_extent),
        volume_iou=pa.array(tracks.volume_iou),
    )


def _table(schema: pa.Schema, project_hash: str, count: int, **columns: pa.Array | pa.ChunkedArray) -> pa.Table:
    columns["project_hash"] = pa.repeat(project_hash, count)
    return pa.table([columns[name] for name in schema.names], names=schema.names).cast(schema)
