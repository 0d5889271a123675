"""Decides, from one listing and what the warehouse holds, which label rows to fetch and why. Pure, column-wise.

Stamps are compared with what was synced, by inequality, and never with a clock or a high-water mark. So a late or a
restored row is noticed like any other.
"""

import dataclasses
import datetime
import functools
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence

import pyarrow as pa
import pyarrow.compute as pc

from connector.source.changes.fetch_plan import FetchPlan
from connector.source.label_rows.fetched import WantedLabelRow

REASONS = (
    "never_synced",
    "label_hash_changed",
    "edited",
    "validity_changed",
    "normaliser_changed",
    "stale",
    "failed_before",
    "unsettled",
    "full",
)
"""Why a label row is fetched; if several reasons apply, the first of them counts."""

_NEEDS_NEW_ROWS = ("never_synced", "label_hash_changed", "normaliser_changed", "stale", "full")
"""Reasons for which rows are made again, even from labels with the same content hash."""

LISTED_COLUMNS = ("label_row_id", "label_hash", "last_edited_at", "is_valid")
STORED_COLUMNS = (
    "label_row_id",
    "label_hash",
    "synced_last_edited_at",
    "synced_is_valid",
    "is_settled",
    "normaliser_version",
    "stale_reason",
    "content_hash",
    "labels_last_edited_at",
    "annotation_count",
    "deleted_at",
    "has_failed",
)


@dataclasses.dataclass(frozen=True, slots=True)
class Changes:
    """The outcome of a comparison: each listed label row is in exactly one of the first three.

    Attributes:
        fetch: label rows to fetch, by label hash.
        unchanged: how many label rows have up-to-date labels in the warehouse.
        skipped: how many have no label hash, because nobody has opened them: there is nothing to fetch.
        gone: label_row_ids in the warehouse, not yet marked deleted, that the listing no longer has.
        live: how many label rows of the warehouse are not marked deleted.
    """

    fetch: FetchPlan
    unchanged: int
    skipped: int
    gone: list[str]
    live: int


def compare(
    listed: pa.Table,
    stored: pa.Table,
    *,
    normaliser_version: int,
    settle: datetime.timedelta,
    full: bool = False,
    failed_before: Collection[str] = (),
    newest: datetime.datetime | None = None,
) -> Changes:
    """Compare one project's listing with what the warehouse holds of it.

    A label row that was fetched soon after an edit is unsettled: another edit may have an older stamp and show late. It
    is fetched once more when the newest stamp of a later listing is newer than its own by the settle window. Only
    Encord's stamps are compared with each other, so nothing is fetched again while nothing moves, and no clock matters.

    Args:
        listed: one row for each listed label row, with at least `LISTED_COLUMNS`; label_row_id is unique.
        stored: the same for the warehouse, with at least `STORED_COLUMNS`.
        normaliser_version: the version of the rules that would make the rows now.
        settle: the settle window.
        full: fetch everything.
        failed_before: label hashes that failed before, in addition to the rows with `has_failed`.
        newest: the newest stamp of the whole listing, if `listed` is a part of it.
    """
    listed = listed.select(LISTED_COLUMNS)
    known = _align(stored.select(STORED_COLUMNS), listed["label_row_id"])
    latest = pc.max(listed["last_edited_at"])
    if newest is not None:
        latest = pa.scalar(newest, latest.type)
    # Nobody can see a row without a stamp change, so it is settled at once.
    is_settled = pc.fill_null(pc.less_equal(pc.add(listed["last_edited_at"], _duration(settle)), latest), True)

    is_opened = pc.is_valid(listed["label_hash"])
    has_failed = pc.fill_null(known["has_failed"], False)
    if failed_before:
        has_failed = pc.or_(has_failed, pc.is_in(listed["label_hash"], value_set=pa.array(failed_before, pa.string())))
    conditions = (
        pc.or_(pc.is_null(known["content_hash"]), pc.is_valid(known["deleted_at"])),
        _differ(listed["label_hash"], known["label_hash"]),
        _differ(listed["last_edited_at"], known["synced_last_edited_at"]),
        _differ(listed["is_valid"], known["synced_is_valid"]),
        _differ(known["normaliser_version"], pa.scalar(normaliser_version, pa.int64())),
        pc.is_valid(known["stale_reason"]),
        has_failed,
        pc.and_(pc.invert(pc.fill_null(known["is_settled"], True)), is_settled),
        pa.scalar(full),
    )
    columns = {
        reason: _as_column(condition, len(listed)) for reason, condition in zip(REASONS, conditions, strict=True)
    }
    reason = pc.case_when(pc.make_struct(*columns.values()), *map(pa.scalar, REASONS))
    needs_new_rows = functools.reduce(pc.or_, (columns[name] for name in _NEEDS_NEW_ROWS))
    is_changed = pc.and_(is_opened, pc.is_valid(reason))
    ids = listed["label_row_id"]
    candidates = pa.table(
        {
            **{name: listed[name] for name in LISTED_COLUMNS},
            "stored_content_hash": known["content_hash"],
            "stored_last_edited_at": known["synced_last_edited_at"],
            "stored_labels_last_edited_at": known["labels_last_edited_at"],
            "annotation_count": known["annotation_count"],
            "reason": pc.dictionary_encode(reason),
            "needs_new_rows": needs_new_rows,
            "is_settled": is_settled,
        }
    ).filter(is_changed)
    is_live = pc.is_null(stored["deleted_at"])
    is_listed = pc.is_in(stored["label_row_id"], value_set=ids.combine_chunks())
    return Changes(
        fetch=FetchPlan([candidates]),
        unchanged=_count(pc.and_(is_opened, pc.is_null(reason))),
        skipped=_count(pc.invert(is_opened)),
        gone=stored["label_row_id"].filter(pc.and_(is_live, pc.invert(is_listed))).to_pylist(),
        live=_count(is_live),
    )


def compare_stored(
    pages: Iterable[pa.Table],
    are_listed: Callable[[pa.ChunkedArray], pa.Array],
    newest: datetime.datetime | None,
    *,
    normaliser_version: int,
    settle: datetime.timedelta,
    full: bool = False,
) -> Changes:
    """Compare a listing that the warehouse has stored with the labels that it holds, some label rows at a time.

    Args:
        pages: the warehouse's label rows, each in one page: `STORED_COLUMNS` and `LISTED_COLUMNS`, the latter as the
            listing has them, if it has the label row.
        are_listed: says which of some label_row_ids the listing has.
        newest: the newest stamp of the listing.
        normaliser_version: as for `compare`.
        settle: as for `compare`.
        full: as for `compare`.
    """
    planned: list[pa.Table] = []
    gone: list[str] = []
    unchanged = skipped = live = 0
    for page in pages:
        part = compare(
            page.filter(are_listed(page["label_row_id"])),
            page,
            normaliser_version=normaliser_version,
            settle=settle,
            full=full,
            newest=newest,
        )
        planned.append(part.fetch.columns)
        gone += part.gone
        unchanged, skipped, live = unchanged + part.unchanged, skipped + part.skipped, live + part.live
        del page, part
    return Changes(FetchPlan(planned), unchanged, skipped, gone, live)


def wanted_label_rows(
    plan: FetchPlan, frame_counts: Callable[[pa.ChunkedArray], Sequence[int | None]] | None = None
) -> Iterator[WantedLabelRow]:
    """The label rows to fetch, one after another, with the counts that determine the size of requests.

    Args:
        plan: what was decided to fetch.
        frame_counts: frames of some label_row_ids, as listed.
    """
    for rows in plan.pieces():
        frames = frame_counts(rows["label_row_id"]) if frame_counts else [None] * rows.num_rows
        counts = rows["annotation_count"].to_pylist()
        for row in zip(rows["label_hash"].to_pylist(), counts, frames, strict=True):
            yield WantedLabelRow(*row)


def _align(stored: pa.Table, label_row_ids: pa.ChunkedArray) -> pa.Table:
    """The stored rows in the order of `label_row_ids`; NULL in all columns if there is none."""
    return stored.take(pc.index_in(label_row_ids, value_set=stored["label_row_id"].combine_chunks()))


def _differ(left: pa.ChunkedArray, right: pa.ChunkedArray | pa.Scalar) -> pa.ChunkedArray:
    """IS DISTINCT FROM: NULL equals NULL and differs from everything else."""
    one_is_null = pc.xor(pc.is_null(left), pc.is_null(right))
    return pc.or_(one_is_null, pc.fill_null(pc.not_equal(left, right), False))


def _as_column(condition: pa.ChunkedArray | pa.Scalar, length: int) -> pa.Array:
    if isinstance(condition, pa.Scalar):
        return pa.repeat(condition, length)
    return condition.combine_chunks()


def _count(condition: pa.ChunkedArray) -> int:
    return int(pc.sum(condition).as_py() or 0)


def _duration(window: datetime.timedelta) -> pa.Scalar:
    return pa.scalar(window, pa.duration("us"))
