"""Two tables compared by key: every kind of difference, and none where there is none."""

import math

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connector.verify.row_comparison import Difference, compare_rows

SCHEMA = pa.schema([("label_hash", pa.string()), ("frame", pa.int64()), ("x", pa.float64()), ("text", pa.string())])
Row = tuple[str, int, float | None, str | None]


def table(*rows: Row) -> pa.Table:
    return pa.Table.from_pylist([dict(zip(SCHEMA.names, row, strict=True)) for row in rows], SCHEMA)


def compared(expected: pa.Table, held: pa.Table) -> list[Difference]:
    return list(compare_rows("t", ["label_hash", "frame"], expected, held))


def test_equal_tables_differ_in_nothing_whatever_their_order() -> None:
    rows: list[Row] = [("b", 1, None, None), ("a", 2, math.nan, "x"), ("a", 1, 0.5, "")]
    assert compared(table(*rows), table(*reversed(rows))) == []
    assert compared(table(), table()) == []


@pytest.mark.parametrize(
    ("encord", "warehouse"),
    [((0.1, "a"), (0.1 + 1e-17, "a")), ((0.1, "a"), (math.nextafter(0.1, 1), "a")), ((None, "a"), (0.0, "a"))],
)
def test_numbers_are_compared_to_the_last_bit(
    encord: tuple[float | None, str], warehouse: tuple[float | None, str]
) -> None:
    found = compared(table(("a", 1, *encord)), table(("a", 1, *warehouse)))
    if encord == warehouse:  # the sum is the number itself
        assert found == []
    else:
        key = {"label_hash": "a", "frame": 1}
        assert found == [Difference("changed", "t", key, "x", encord[0], warehouse[0])]


def test_an_empty_text_is_not_no_text() -> None:
    (found,) = compared(table(("a", 1, 0.5, "")), table(("a", 1, 0.5, None)))
    assert (found.column, found.encord, found.warehouse) == ("text", "", None)


def test_missing_surplus_doubled_and_changed_are_told_apart() -> None:
    expected = table(("a", 1, 0.1, "a"), ("a", 2, 0.2, "b"), ("a", 3, 0.3, "c"))
    held = table(("a", 2, 0.2, "b"), ("a", 2, 0.2, "b"), ("a", 3, 0.4, "d"), ("b", 1, 0.1, "a"))
    assert compared(expected, held) == [
        Difference("missing", "t", {"label_hash": "a", "frame": 1}),
        Difference("surplus", "t", {"label_hash": "b", "frame": 1}),
        Difference("doubled", "t", {"label_hash": "a", "frame": 2}, warehouse=2),
        Difference("changed", "t", {"label_hash": "a", "frame": 3}, "text", "c", "d"),
        Difference("changed", "t", {"label_hash": "a", "frame": 3}, "x", 0.3, 0.4),
    ]


ROWS = st.dictionaries(
    st.tuples(st.sampled_from("abc"), st.integers(0, 3)),
    st.tuples(st.sampled_from([None, 0.0, 0.5]), st.sampled_from([None, "", "text"])),
)


@settings(max_examples=60, deadline=None)
@given(expected=ROWS, held=ROWS)
def test_it_finds_what_a_loop_over_dicts_finds(
    expected: dict[tuple[str, int], tuple[float | None, str | None]],
    held: dict[tuple[str, int], tuple[float | None, str | None]],
) -> None:
    truth: set[tuple[str, tuple[str, int], str | None]] = set()
    truth |= {("missing", key, None) for key in expected.keys() - held.keys()}
    truth |= {("surplus", key, None) for key in held.keys() - expected.keys()}
    for key in expected.keys() & held.keys():
        for column, left, right in zip(("x", "text"), expected[key], held[key], strict=True):
            if left != right:
                truth.add(("changed", key, column))
    found = compared(*(table(*((*key, *row) for key, row in rows.items())) for rows in (expected, held)))
    told = [(item.kind, (item.key["label_hash"], item.key["frame"]), item.column) for item in found]
    assert len(told) == len(truth)
    assert set(told) == truth
