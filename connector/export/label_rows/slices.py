"""Rows of many label rows → the rows of each, in the order of their keys, whatever order the engine used."""

from collections.abc import Iterator, Mapping

import numpy as np
import pyarrow as pa

ORDERS: dict[str, tuple[str, ...]] = {
    "data_space": ("space_id",),
    "object_instance": ("object_hash",),
    "object_annotation": ("space_id", "frame", "object_hash"),
    "object_range": ("object_hash", "space_id", "position"),
    "classification_instance": ("classification_hash",),
    "classification_range": ("classification_hash", "space_id", "position"),
    "attribute_answer": ("owner_kind", "owner_hash", "space_id", "attribute_feature_hash", "position"),
}
"""Table → the columns that sort its rows of one label row. Text is sorted by its bytes, the same everywhere."""


class LabelRowSlices:
    """The rows of a bundle of label rows, cut by label row without copying them."""

    def __init__(self, tables: Mapping[str, pa.Table]) -> None:
        """Sorts the tables of `ORDERS` by label row, then by key."""
        self._cuts = {name: _Cut(tables[name], "label_hash", order) for name, order in ORDERS.items()}

    def of(self, label_hash: str) -> dict[str, pa.Table]:
        """The rows of one label row by table; a table is empty if there are none."""
        return {name: cut.part(label_hash) for name, cut in self._cuts.items()}


class DataFrameSlices:
    """The rows of data_frame, cut by data unit."""

    def __init__(self, table: pa.Table) -> None:
        """Sorts them by data unit and frame."""
        self._cut = _Cut(table, "data_hash", ("frame",))

    def of(self, data_hash: str) -> pa.Table:
        """The frames of one data unit, in order."""
        return self._cut.part(data_hash)


class _Cut:
    def __init__(self, table: pa.Table, owner: str, order: tuple[str, ...]) -> None:
        self._table = table.sort_by([(name, "ascending") for name in (owner, *order)])
        self._bounds = dict(_bounds(self._table[owner]))

    def part(self, owner: str) -> pa.Table:
        start, end = self._bounds.get(owner, (0, 0))
        return self._table.slice(start, end - start)


def _bounds(owners: pa.ChunkedArray) -> Iterator[tuple[str, tuple[int, int]]]:
    """Each owner of a sorted column, and where its rows begin and end."""
    if not len(owners):
        return
    codes = owners.combine_chunks().dictionary_encode()
    numbers = codes.indices.to_numpy(zero_copy_only=False)
    starts = np.concatenate(([0], np.flatnonzero(np.diff(numbers)) + 1))
    ends = np.concatenate((starts[1:], [len(numbers)]))
    for start, end in zip(starts.tolist(), ends.tolist(), strict=True):
        yield codes.dictionary[int(numbers[start])].as_py(), (start, end)
