"""Keeping the matched objects of consensus in step with the label rows, in the transaction that changes these.

Two branches are compared by the views' own rules (sql/), over the data units that were touched. What was made before is
known by a hash of the contents, so nothing is compared twice, and whatever moved (labels, a stage, a task, a threshold)
is noticed by the next transaction that looks. A project without branches costs one query here and there.
"""

from collections import Counter
from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from connector.load.contract.session import Session
from connector.load.contract.statements import column_list, sql
from connector.load.matching.consensus_overlaps import OverlapMeasure, measure_overlaps
from connector.load.matching.consensus_pairs import (
    NO_TITLES,
    due_pairs,
    forget_stale_pairs,
    keep_matched,
    match_rules,
    stage_current_pairs,
    stored_rules,
)
from connector.load.matching.view_query import query_over
from connector.load.tables import consensus
from connector.load.tables.declaration import arrow_schema

ANNOTATIONS_AT_ONCE = 100_000
"""Annotations that are compared with one another at once; a larger data unit is compared some frames at a time."""

_MATCH = arrow_schema(consensus.consensus_object_match)
_OBJECT = pa.schema(
    [
        *(pa.field(name, pa.string()) for name in ("label_row_id", "label_hash", "space_id")),
        pa.field("frame", pa.int64()),
        *(pa.field(name, pa.string()) for name in ("object_hash", "feature_hash", "shape")),
        *(pa.field(name, pa.float64()) for name in ("x_min", "y_min", "x_max", "y_max", "min_iou")),
    ]
)
_BRANCHES = (
    "SELECT {side}label_row_id AS label_row_id, {side}label_hash AS label_hash, {side}branch_name AS branch_name,"
    " {side}is_event_based AS is_event_based, project_hash, data_hash, 'main' AS branch_role,"
    " CAST(NULL AS VARCHAR) AS annotator, TRUE AS is_submitted, {no_titles} FROM due_pair"
)
# Which branches are compared has been decided; the views' own words for them need only what they go on with.
_GIVEN_BRANCHES = " UNION ".join(sql(_BRANCHES, side=side, no_titles=NO_TITLES) for side in ("", "other_"))
_GIVEN = {
    "consensus_branch_pair": sql("SELECT *, {no_titles} FROM due_pair", no_titles=NO_TITLES),
    "consensus_object": "SELECT *, CAST(NULL AS VARCHAR) AS object_name FROM due_object",
}


class _Part(NamedTuple):
    """Pairs that are compared at once, on some frames or on all."""

    pairs: pa.Table
    first: int | None = None
    last: int | None = None


def refresh_matches(
    session: Session, measure: OverlapMeasure | None, project_hash: str, units: pa.Table | None = None
) -> Counter[str]:
    """Brings the matches of some data units, or of a whole project, in step; inside the caller's transaction.

    Args:
        session: inside a transaction.
        measure: how overlaps of shapes are measured; without it they are compared by their extents.
        project_hash: the project.
        units: the data units (one column data_hash); all of the project's if the rules have changed, or if None.

    Returns:
        Rows written or deleted, by table, about.
    """
    rules = match_rules(session, project_hash)
    is_ruled_anew = rules != stored_rules(session, project_hash)
    if is_ruled_anew:
        units = None
    written: Counter[str] = Counter()
    stage_current_pairs(session, project_hash, units)
    forgotten = forget_stale_pairs(
        session, project_hash, in_touched_units=units is not None, has_new_rules=is_ruled_anew
    )
    due = due_pairs(session)
    if due.num_rows:
        session.expect_large_query()
    for part in _parts(session, due):
        written += _match(session, measure, part)
    if due.num_rows or is_ruled_anew:
        keep_matched(session, project_hash, due, rules)
    written["consensus_matched_pair"] += forgotten + due.num_rows
    return written


def has_branches(session: Session, project_hash: str) -> bool:
    """Whether a project has a label row of any branch but main."""
    any_branch = "SELECT 1 FROM label_row WHERE project_hash = $project_hash AND branch_name <> 'main' LIMIT 1"
    return bool(session.rows(any_branch, project_hash=project_hash))


def refresh_units_of(session: Session, measure: OverlapMeasure | None, project_hash: str, staged: str) -> Counter[str]:
    """Brings the data units in step that have several branches, and one of them among staged label rows.

    Args:
        session: inside a transaction.
        measure: how overlaps of shapes are measured.
        project_hash: the project.
        staged: a query of the label_row_ids that were touched.
    """
    query = (
        "SELECT DISTINCT touched.data_hash FROM label_row AS touched WHERE touched.project_hash = $project_hash"
        " AND touched.label_row_id IN ({staged})"
        " AND EXISTS (SELECT 1 FROM label_row AS branch WHERE branch.project_hash = touched.project_hash"
        " AND branch.data_hash = touched.data_hash AND branch.branch_name <> 'main')"
    )
    schema = pa.schema([pa.field("data_hash", pa.string())])
    units = session.table(sql(query, staged=staged), schema, project_hash=project_hash)
    return refresh_matches(session, measure, project_hash, units) if units.num_rows else Counter()


def refresh_after_listing(
    session: Session, measure: OverlapMeasure | None, project_hash: str, *, has_branches: bool, has_moved: bool
) -> Counter[str]:
    """Brings a project in step after its listing was taken in.

    Args:
        session: inside a transaction.
        measure: how overlaps of shapes are measured.
        project_hash: the project.
        has_branches: whether the listing has any other branch than main.
        has_moved: whether any label row or stage changed.
    """
    known = stored_rules(session, project_hash)
    if known is None and not has_branches:
        return Counter()
    if not has_moved and known == match_rules(session, project_hash):
        return Counter()
    return refresh_matches(session, measure, project_hash)


def has_new_rules(session: Session, project_hash: str) -> bool:
    """Whether a project has matches, and they were made by other rules or thresholds than there are now."""
    known = stored_rules(session, project_hash)
    return known is not None and known != match_rules(session, project_hash)


def _parts(session: Session, due: pa.Table) -> Iterator[_Part]:
    """The pairs in piles of about ANNOTATIONS_AT_ONCE, data units kept together; larger ones by ranges of frames."""
    if not due.num_rows:
        return
    names = due["data_hash"].to_numpy(zero_copy_only=False)
    starts = np.flatnonzero(np.concatenate(([True], names[1:] != names[:-1])))
    sizes = np.add.reduceat(due["annotations"].to_numpy() + due["other_annotations"].to_numpy(), starts)
    ends = np.append(starts[1:], due.num_rows)
    pile_start, pile = 0, 0
    for start, end, size in zip(starts.tolist(), ends.tolist(), sizes.tolist(), strict=True):
        if pile and pile + size > ANNOTATIONS_AT_ONCE:
            yield _Part(due.slice(pile_start, start - pile_start))
            pile_start, pile = start, 0
        if size > ANNOTATIONS_AT_ONCE:
            yield from _frame_ranges(session, due.slice(start, end - start))
            pile_start, pile = end, 0
        else:
            pile += size
    if pile_start < due.num_rows:
        yield _Part(due.slice(pile_start))


def _frame_ranges(session: Session, pairs: pa.Table) -> Iterator[_Part]:
    """The pairs of one data unit, as often as it takes, each time on some of its frames."""
    session.stage("due_pair", pairs)
    per_frame = session.rows(
        "SELECT frame, COUNT(*) FROM object_annotation WHERE label_hash IN"
        " (SELECT label_hash FROM due_pair UNION SELECT other_label_hash FROM due_pair) GROUP BY frame ORDER BY frame"
    )
    first, held = None, 0
    for place, (frame, count) in enumerate(per_frame):
        first = frame if first is None else first
        held += count
        if held >= ANNOTATIONS_AT_ONCE or place == len(per_frame) - 1:
            yield _Part(pairs, first, frame)
            first, held = None, 0


def _match(session: Session, measure: OverlapMeasure | None, part: _Part) -> Counter[str]:
    session.stage("due_pair", part.pairs)
    on_frames = "" if part.first is None else " WHERE frame BETWEEN $first AND $last"
    query = sql(
        "SELECT {columns} FROM consensus_object{on_frames}", columns=column_list(_OBJECT.names), on_frames=on_frames
    )
    parameters = {} if part.first is None else {"first": part.first, "last": part.last}
    objects = session.table(
        query_over({"consensus_branch": _GIVEN_BRANCHES}, ("consensus_object",), query), _OBJECT, **parameters
    )
    if not objects.num_rows:
        return Counter()
    session.stage("due_object", objects)
    measured = 0
    if measure is not None and pc.any(pc.not_equal(objects["shape"], "bounding_box")).as_py():
        measured = measure_overlaps(session, measure, _GIVEN)
    found = query_over(
        _GIVEN,
        ("consensus_object_candidate", "consensus_object_match_now"),
        sql("SELECT {columns} FROM consensus_object_match_now", columns=column_list(_MATCH.names)),
    )
    insert = sql(
        "INSERT INTO consensus_object_match ({columns}) {found}", columns=column_list(_MATCH.names), found=found
    )
    matched = session.execute(insert)
    return Counter({"consensus_object_match": matched, "object_pair_iou": measured})
