"""U+0000, which PostgreSQL cannot store, is replaced on every engine; all else stays bit for bit."""

import pyarrow as pa

from connector.normalise.columns import ColumnBuffer
from connector.normalise.storable_text import storable


def test_the_null_character_is_replaced() -> None:
    column = pa.array(["a\0b", None, "", "\0\0", "plain"])
    assert storable(column).to_pylist() == ["a\ufffdb", None, "", "\ufffd\ufffd", "plain"]


def test_columns_without_it_stay_as_they_are() -> None:
    for column in (
        pa.array(["plain", "ü€😀", None]),
        pa.array([0, 1]),
        pa.array([], pa.string()),
        pa.nulls(3, pa.string()),
    ):
        assert storable(column).equals(column)


def test_every_column_goes_through_it() -> None:
    buffer = ColumnBuffer(
        "attribute_answer", pa.schema([pa.field("answer_text", pa.string()), pa.field("frame", pa.int64())])
    )
    buffer.add("nul \0 inside", 0)
    assert buffer.to_arrow().to_pylist() == [{"answer_text": "nul \ufffd inside", "frame": 0}]
