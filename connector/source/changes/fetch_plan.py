"""The label rows to fetch, as columns; each becomes an object only when its turn comes.

A first sync plans every label row of a project, and columns take far less memory than objects.
"""

import bisect
import datetime
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple, cast

import pyarrow as pa
import pyarrow.compute as pc

_ROWS_A_PIECE = 1_000
_PIECES_AT_HAND = 8
"""Pieces whose objects are kept: the label rows of the bundles under way are close together."""


class Change(NamedTuple):
    """One label row to fetch.

    Attributes:
        label_row_id: its id in the warehouse.
        label_hash: its id at Encord.
        last_edited_at: as listed now: the version of the labels that will be fetched.
        is_valid: as listed now.
        stored_content_hash: content hash in the warehouse; None if nothing was synced.
        stored_last_edited_at: the version of the labels in the warehouse; None if nothing was synced, or if what was
            synced is not reliable.
        stored_labels_last_edited_at: the stamp inside the labels in the warehouse.
        annotation_count: objects on frames in the warehouse.
        reason: one of `REASONS`.
        needs_new_rows: whether rows must be made again even if the labels have the stored content hash, because their
            meaning, or the rules that make the rows, may have changed in addition to what `reason` says.
        is_settled: whether labels fetched now need not be looked at again once the settle window has passed.
    """

    label_row_id: str
    label_hash: str
    last_edited_at: datetime.datetime | None
    is_valid: bool | None
    stored_content_hash: str | None
    stored_last_edited_at: datetime.datetime | None
    stored_labels_last_edited_at: datetime.datetime | None
    annotation_count: int | None
    reason: str
    needs_new_rows: bool
    is_settled: bool


class FetchPlan:
    """Label rows to fetch, in the order of their label hashes.

    DuckDB then keeps their rows in that order, so that a question about one data unit skips nearly all of a table.
    """

    def __init__(self, tables: list[pa.Table]) -> None:
        """Put the plan together.

        Args:
            tables: the fields of `Change` as columns, at least one table; the list is emptied, so that the plan is not
                in memory twice.
        """
        rows = pa.concat_tables(tables).unify_dictionaries()
        tables.clear()
        order = pc.sort_indices(rows["label_hash"])
        columns = {}
        for name in rows.column_names:
            columns[name] = rows[name].take(order).combine_chunks()
            rows = rows.drop_columns(name)
        self._rows = pa.table(columns)

    @property
    def columns(self) -> pa.Table:
        """The fields of `Change` as columns."""
        return self._rows

    def __len__(self) -> int:
        return int(self._rows.num_rows)

    def __iter__(self) -> Iterator[Change]:
        for rows in self.pieces():
            yield from _changes(rows)

    def pieces(self) -> Iterator[pa.Table]:
        """The columns, some rows at a time."""
        for start in range(0, len(self), _ROWS_A_PIECE):
            yield self._rows.slice(start, _ROWS_A_PIECE)

    def reasons(self) -> dict[str, int]:
        """How many label rows are fetched for each reason."""
        counted = pc.value_counts(self._rows["reason"].cast(pa.string())).to_pylist()
        return {count["values"]: count["counts"] for count in counted}

    def by_label_hash(self) -> "ChangesByLabelHash":
        """The label rows under their label hashes."""
        return ChangesByLabelHash(self._rows)


class ChangesByLabelHash(Mapping[str, Change]):
    """The label rows of a plan under their label hashes. Ask for neighbours together: they then cost a look-up each."""

    def __init__(self, rows: pa.Table) -> None:
        self._rows = rows
        self._at_hand: dict[int, dict[str, Change]] = {}
        self._hashes = rows["label_hash"]

    def __len__(self) -> int:
        return int(self._rows.num_rows)

    def __iter__(self) -> Iterator[str]:
        for chunk in self._hashes.iterchunks():
            yield from (text.as_py() for text in chunk)

    def __getitem__(self, label_hash: str) -> Change:
        for piece in tuple(self._at_hand.values()):
            if label_hash in piece:
                return piece[label_hash]
        place = bisect.bisect_left(range(len(self)), label_hash, key=lambda row: self._hashes[row].as_py())
        number = place // _ROWS_A_PIECE
        found = {
            change.label_hash: change for change in _changes(self._rows.slice(number * _ROWS_A_PIECE, _ROWS_A_PIECE))
        }
        while len(self._at_hand) >= _PIECES_AT_HAND:
            del self._at_hand[next(iter(self._at_hand))]
        self._at_hand[number] = found
        return found[label_hash]


def _changes(rows: pa.Table) -> list[Change]:
    return list(map(Change._make, zip(*(_values(rows[name]) for name in Change._fields), strict=True)))


def _values(column: pa.ChunkedArray) -> list[Any]:
    """The column as Python values; numpy makes those of instants much faster than Arrow."""
    if not pa.types.is_timestamp(column.type):
        return cast("list[Any]", column.to_pylist())
    naive = column.cast(pa.timestamp("us")).to_numpy().astype(object)
    return [None if instant is None else instant.replace(tzinfo=datetime.UTC) for instant in naive]
