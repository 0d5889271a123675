"""Compares two Arrow tables by their key: missing rows, surplus rows, and cells with another value."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import pyarrow as pa
import pyarrow.compute as pc

Kind = Literal["changed", "missing", "surplus", "doubled"]


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing in which the warehouse differs from Encord.

    Attributes:
        kind: changed (a cell has another value), missing (a row that the warehouse lacks), surplus (a row that Encord
            does not have), doubled (a key that the warehouse holds several times).
        table: the table.
        key: what names the row: column → value.
        column: the cell, if kind is changed.
        encord: what Encord says, if kind is changed.
        warehouse: what the warehouse holds, if kind is changed; how often, if kind is doubled.
    """

    kind: Kind
    table: str
    key: Mapping[str, Any]
    column: str | None = None
    encord: Any = None
    warehouse: Any = None


def compare_rows(table: str, keys: Sequence[str], expected: pa.Table, held: pa.Table) -> Iterator[Difference]:
    """Compare rows made of what Encord says with the rows that the warehouse holds.

    Equal tables, the usual case, take only a sort by key and one comparison. NULL equals NULL, and NaN equals NaN.

    Args:
        table: its name.
        keys: columns that name a row; unique in `expected`.
        expected: the rows as they should be; its columns are the ones compared.
        held: the warehouse's rows, with at least those columns, of the same types.
    """
    order = [(key, "ascending") for key in keys]
    expected = expected.sort_by(order)
    held = held.select(expected.column_names).sort_by(order)
    if expected.equals(held):
        return
    joined = _positions(keys, expected, held)
    for row in joined.filter(pc.is_null(joined["held_min"])).select(keys).to_pylist():
        yield Difference("missing", table, row)
    for row in joined.filter(pc.is_null(joined["expected"])).select(keys).to_pylist():
        yield Difference("surplus", table, row)
    doubled = joined.filter(pc.greater(joined["held_count"], 1))
    for row, copies in zip(doubled.select(keys).to_pylist(), doubled["held_count"].to_pylist(), strict=True):
        yield Difference("doubled", table, row, warehouse=copies)
    both = joined.filter(pc.and_(pc.is_valid(joined["expected"]), pc.is_valid(joined["held_min"])))
    yield from _changed_cells(table, keys, expected.take(both["expected"]), held.take(both["held_min"]))


def _positions(keys: Sequence[str], expected: pa.Table, held: pa.Table) -> pa.Table:
    """Keys of both sides, with the position of the row in `expected` and of its first copy in `held`, or NULL."""
    wanted = expected.select(keys).append_column("expected", pa.array(range(expected.num_rows), pa.int64()))
    present = held.select(keys).append_column("held", pa.array(range(held.num_rows), pa.int64()))
    copies = present.group_by(list(keys), use_threads=False).aggregate([("held", "min"), ("held", "count")])
    joined = wanted.join(copies, keys=list(keys), join_type="full outer", use_threads=False)
    return joined.sort_by([(key, "ascending") for key in keys])


def _changed_cells(table: str, keys: Sequence[str], expected: pa.Table, held: pa.Table) -> Iterator[Difference]:
    """The cells that differ, row by row, in rows that both sides have in the same order."""
    places: list[tuple[int, str]] = []
    for name in expected.column_names:
        if name not in keys:
            places += [(place, name) for place in pc.indices_nonzero(_differs(expected[name], held[name])).to_pylist()]
    for place, name in sorted(places):
        (key,) = expected.select(keys).slice(place, 1).to_pylist()
        yield Difference("changed", table, key, name, expected[name][place].as_py(), held[name][place].as_py())


def _differs(left: pa.ChunkedArray, right: pa.ChunkedArray) -> pa.ChunkedArray:
    """IS DISTINCT FROM."""
    differs = pc.fill_null(pc.not_equal(left, right), fill_value=False)
    if pa.types.is_floating(left.type):
        both_nan = pc.fill_null(pc.and_(pc.is_nan(left), pc.is_nan(right)), fill_value=False)
        differs = pc.and_not(differs, both_nan)
    return pc.or_(differs, pc.xor(pc.is_null(left), pc.is_null(right)))
