"""Keeping the matched objects of consensus in step with the label rows, in the transaction that changes these.

What was made before is known by a hash of the contents, data unit by data unit, so nothing is compared twice, and
whatever moved (labels, a stage, a task, a threshold) is noticed by the next transaction that looks. A project without
branches costs one query here and there.
"""

from collections import Counter
from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
import pyarrow as pa

from connector.consensus.matching import least_iou, matched
from connector.consensus.object_pairs import DrawnObjects, Flags, Indexes, Pairs, overlapping_pairs
from connector.consensus.things import votes
from connector.consensus.tracks import TrackTally, is_of_track
from connector.load.contract.session import Session
from connector.load.contract.statements import sql
from connector.load.matching.compared_branches import (
    due_branches,
    forget_stale_units,
    keep_rules,
    match_rules,
    stage_current_branches,
    stored_rules,
)
from connector.load.matching.compared_objects import as_drawn, read_objects
from connector.load.matching.matched_tables import match_rows, object_rows, track_rows
from connector.load.matching.pair_overlaps import EXTENT, OverlapMeasure, PairOverlaps
from connector.load.tables import consensus
from connector.load.tables.declaration import arrow_schema

ANNOTATIONS_AT_ONCE = 100_000
"""Annotations that are compared with one another at once; a larger data unit is compared some frames at a time."""

_MATCHED = arrow_schema(consensus.consensus_matched_branch)
_INSTANCE = ("label_row_id", "space_id", "object_hash", "data_hash", "feature_hash", "min_iou")


class _Part(NamedTuple):
    """Branches that are compared at once, on some frames or on all.

    Attributes:
        branches: rows of DUE_SCHEMA, all of a data unit's.
        first: the first frame; None for all frames.
        last: the last frame.
        is_end: whether no other part of these branches follows.
    """

    branches: pa.Table
    first: int | None = None
    last: int | None = None
    is_end: bool = True

    @property
    def is_whole(self) -> bool:
        """Whether it is all frames."""
        return self.first is None


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
    has_new_rules = rules != stored_rules(session, project_hash)
    if has_new_rules:
        units = None
    stage_current_branches(session, project_hash, units)
    forgotten = forget_stale_units(
        session, project_hash, in_touched_units=units is not None, has_new_rules=has_new_rules
    )
    due = due_branches(session)
    written = Counter({"consensus_matched_branch": forgotten + due.num_rows})
    comparison = _Comparison(session, measure, project_hash)
    for part in _parts(session, due):
        written += comparison.compare(part)
    if due.num_rows:
        session.copy("consensus_matched_branch", due.select(_MATCHED.names))
    if due.num_rows or has_new_rules:
        keep_rules(session, project_hash, rules)
    return written


class _Comparison:
    """Compares parts, one after another, and writes what came of it."""

    def __init__(self, session: Session, measure: OverlapMeasure | None, project_hash: str) -> None:
        self._session, self._measure, self._project_hash = session, measure, project_hash
        self._tally = TrackTally()
        self._instances = _Instances()

    def compare(self, part: _Part) -> Counter[str]:
        """Compare the branches of a part; writes the tracks at the end of their last part."""
        self._session.stage("due_branch", part.branches)
        self._session.bring_labels(part.branches["label_hash"].drop_null().to_pylist())
        self._session.expect_large_query()
        objects = read_objects(self._session, part.first, part.last)
        written: Counter[str] = Counter()
        if objects.num_rows:
            drawn = as_drawn(objects)
            pairs = overlapping_pairs(drawn)
            overlaps = PairOverlaps(self._session, self._measure, self._project_hash, objects, drawn, pairs)
            of_object = self._instances.numbers(objects)
            is_match = self._matched(part, drawn, of_object, pairs, overlaps)
            iou, method = overlaps.iou, overlaps.method
            by_extent = method == EXTENT
            matches = pairs.where(is_match)
            self._tally.add(drawn, of_object, objects["frame"].to_numpy(), pairs, iou, is_match, by_extent)
            project = self._project_hash
            written += self._write(
                "consensus_object_match", match_rows(project, objects, matches, iou[is_match], method[is_match])
            )
            said = votes(drawn, matches, iou[is_match], by_extent[is_match])
            written += self._write("consensus_compared_object", object_rows(project, objects, said))
        if part.is_end and self._instances:
            tracks = self._tally.tracks()
            rows = track_rows(self._project_hash, self._instances.table(), tracks)
            written += self._write("consensus_object_track", rows)
            self._tally, self._instances = TrackTally(), _Instances()
        return written

    @staticmethod
    def _matched(part: _Part, drawn: DrawnObjects, of_object: Indexes, pairs: Pairs, overlaps: PairOverlaps) -> Flags:
        """Which pairs are matches; after this all overlaps are measured that anything is made of.

        Nothing is kept of two objects that are taken for one on no frame. So at first only overlaps are measured that
        may reach their threshold, and then those on the other frames of objects that have matched on some.
        """
        if not part.is_whole:  # on the frames of another part they may match
            overlaps.measure(np.ones(len(pairs), dtype=bool))
            return matched(drawn, pairs, overlaps.iou)
        overlaps.measure(np.ones(len(pairs), dtype=bool), least_iou(drawn, pairs))
        is_match = matched(drawn, pairs, overlaps.iou)
        overlaps.measure(is_of_track(of_object, pairs, is_match))
        return is_match

    def _write(self, table: str, rows: pa.Table) -> Counter[str]:
        return Counter({table: self._session.copy(table, rows)}) if rows.num_rows else Counter()


class _Instances:
    """Numbers the objects of branches, each space of one by itself, over all parts of a data unit."""

    def __init__(self) -> None:
        self._numbers: dict[tuple[str, ...], int] = {}
        self._rows: list[pa.Table] = []

    def __len__(self) -> int:
        return len(self._numbers)

    def numbers(self, objects: pa.Table) -> Indexes:
        """The number of each row's object."""
        codes = np.zeros(objects.num_rows, dtype=np.int64)
        for name in _INSTANCE[:3]:
            texts = objects[name].combine_chunks().dictionary_encode()
            codes = codes * len(texts.dictionary) + texts.indices.to_numpy()
        _, first, place = np.unique(codes, return_index=True, return_inverse=True)
        met = objects.select(_INSTANCE).take(first)
        numbers, new = [], []
        for row, key in enumerate(zip(*(met[name].to_pylist() for name in _INSTANCE[:3]), strict=True)):
            if key not in self._numbers:
                self._numbers[key] = len(self._numbers)
                new.append(row)
            numbers.append(self._numbers[key])
        self._rows.append(met.take(pa.array(new, pa.int64())))
        return np.array(numbers, dtype=np.int64)[place]

    def table(self) -> pa.Table:
        """The objects by their numbers."""
        return pa.concat_tables(self._rows)


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
    """The branches in piles of about ANNOTATIONS_AT_ONCE, data units kept whole; larger ones by ranges of frames."""
    if not due.num_rows:
        return
    names = due["data_hash"].to_numpy(zero_copy_only=False)
    starts = np.flatnonzero(np.concatenate(([True], names[1:] != names[:-1])))
    sizes = np.add.reduceat(due["annotations"].to_numpy(), starts)
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


def _frame_ranges(session: Session, branches: pa.Table) -> Iterator[_Part]:
    """The branches of one data unit, as often as it takes, each time on some of its frames."""
    session.stage("due_branch", branches)
    session.bring_labels(branches["label_hash"].drop_null().to_pylist())
    per_frame = session.rows(
        "SELECT frame, COUNT(*) FROM object_annotation WHERE label_hash IN (SELECT label_hash FROM due_branch)"
        " GROUP BY frame ORDER BY frame"
    )
    first, held = None, 0
    for place, (frame, count) in enumerate(per_frame):
        first = frame if first is None else first
        held += count
        is_end = place == len(per_frame) - 1
        if held >= ANNOTATIONS_AT_ONCE or is_end:
            yield _Part(branches, first, frame, is_end)
            first, held = None, 0
