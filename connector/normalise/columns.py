"""Growing columns of the tables that label rows fill; they can be rolled back to where a label row began.

Each column is a Python list, which becomes Arrow once for each bundle: there are no row objects in between. The rows of
a label row that is too large for that are handed over part by part.
"""

import sys
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import pyarrow as pa

from connector.normalise.ids import require_ids
from connector.normalise.storable_text import storable

FACTS_SCHEMA = pa.schema(
    [
        pa.field("label_hash", pa.string(), nullable=False),
        pa.field("is_event_based", pa.bool_(), nullable=False),
        pa.field("object_count", pa.int64(), nullable=False),
        pa.field("annotation_count", pa.int64(), nullable=False),
        pa.field("classification_count", pa.int64(), nullable=False),
        pa.field("warnings", pa.string()),
        pa.field("labels_last_edited_at", pa.timestamp("us", tz="UTC")),
    ]
)
"""What a bundle says about its label rows themselves; columns of table label_row."""

ROW_TABLES = (
    "data_frame",
    "data_space",
    "object_instance",
    "object_annotation",
    "object_range",
    "classification_instance",
    "classification_range",
    "attribute_answer",
)
"""The tables that label rows fill."""


def arrow_column(table: str, field: pa.Field, values: Sequence[object]) -> pa.Array:
    """A column of a table in its declared type, with text that every engine can store, and with its ids checked.

    Raises:
        pa.ArrowException, TypeError, ValueError, OverflowError: a value does not have its column's type.
        NotAnIdError: a text is not an id, in a column that names ids for the first time.
    """
    column = storable(pa.array(values, type=field.type, from_pandas=False))
    require_ids(table, field.name, column)
    return column


class ColumnBuffer:
    """The columns of one table, as Python lists of equal length.

    Attributes:
        table: its name.
        schema: the Arrow schema of the table; times are integers here, microseconds since 1970 in UTC.
        append: appends one row, a tuple of values in the schema's order; like `add`, but for hot loops.
    """

    __slots__ = ("_added", "_columns", "_first", "_lists", "append", "schema", "table")

    def __init__(self, table: str, schema: pa.Schema) -> None:
        self.table = table
        self.schema = schema
        self._columns: dict[str, list[Any]] = {name: [] for name in schema.names}
        self._lists = tuple(self._columns.values())
        self._first = self._lists[0]
        # Rows wait here until somebody wants columns: turning all of them at once is faster.
        self._added: list[tuple[object, ...]] = []
        self.append: Callable[[tuple[object, ...]], None] = self._added.append

    def __len__(self) -> int:
        return len(self._first) + len(self._added)

    def add(self, *values: object) -> None:
        """Append one row, values in the schema's order."""
        self._added.append(values)

    @property
    def columns(self) -> dict[str, list[Any]]:
        """Name → values so far. Hot loops append to these lists directly, and add no rows meanwhile.

        Raises:
            ValueError: a row was added that does not have the length of the schema.
        """
        if self._added:
            for column, values in zip(self._lists, zip(*self._added, strict=True), strict=True):
                column.extend(values)
            self._added.clear()
        return self._columns

    def roll_back(self, length: int) -> None:
        """Forget every value after the first `length` of each column, even if columns differ in length."""
        del self._added[max(0, length - len(self._first)) :]
        for column in self._lists:
            del column[length:]

    def to_arrow(self) -> pa.Table:
        """The table with exactly the schema.

        Raises:
            pa.ArrowException, TypeError, ValueError, OverflowError: see `arrow_column`.
        """
        columns = self.columns
        arrays = [arrow_column(self.table, field, columns[field.name]) for field in self.schema]
        return pa.Table.from_arrays(arrays, schema=self.schema)


TakePart = Callable[[dict[str, pa.Table]], None]
"""Takes the rows of one part of a label row, by table; all parts together are its rows."""


class BundleColumns:
    """The columns of all tables that a bundle of label rows fills, and of their facts.

    Attributes:
        part_rows: how many rows of a table make a part.
    """

    __slots__ = (
        "_buffers",
        "_handed_over",
        "_take",
        "attribute_answer",
        "classification_instance",
        "classification_range",
        "data_frame",
        "data_space",
        "facts",
        "object_annotation",
        "object_instance",
        "object_range",
        "part_rows",
    )

    def __init__(
        self, schemas: Mapping[str, pa.Schema], take: TakePart | None = None, part_rows: int = sys.maxsize
    ) -> None:
        """Begin with no rows.

        Args:
            schemas: table name → Arrow schema.
            take: takes the parts of a label row; without it there are none.
            part_rows: how many rows of one table make a part.
        """
        self.part_rows = part_rows
        self._take = take
        self._handed_over = dict.fromkeys((*ROW_TABLES, "facts"), 0)
        self.data_frame = ColumnBuffer("data_frame", schemas["data_frame"])
        self.data_space = ColumnBuffer("data_space", schemas["data_space"])
        self.object_instance = ColumnBuffer("object_instance", schemas["object_instance"])
        self.object_annotation = ColumnBuffer("object_annotation", schemas["object_annotation"])
        self.object_range = ColumnBuffer("object_range", schemas["object_range"])
        self.classification_instance = ColumnBuffer("classification_instance", schemas["classification_instance"])
        self.classification_range = ColumnBuffer("classification_range", schemas["classification_range"])
        self.attribute_answer = ColumnBuffer("attribute_answer", schemas["attribute_answer"])
        self.facts = ColumnBuffer("facts", FACTS_SCHEMA)
        self._buffers: tuple[ColumnBuffer, ...] = tuple(getattr(self, name) for name in (*ROW_TABLES, "facts"))

    def mark(self) -> tuple[int, ...]:
        """Where the tables end now, to roll back to if the next label row cannot be read."""
        return tuple(map(len, self._buffers))

    def added_since(self, mark: Sequence[int], name: str) -> int:
        """How many rows were added to a table since a mark, those handed over included."""
        buffer: ColumnBuffer = getattr(self, name)
        return self._handed_over[name] + len(buffer) - mark[ROW_TABLES.index(name)]

    def roll_back(self, mark: Sequence[int]) -> None:
        """Remove everything that came after the mark."""
        for buffer, length in zip(self._buffers, mark, strict=True):
            buffer.roll_back(length)

    def hand_over_if_full(self) -> None:
        """Hand the rows over if there are enough for a part; see `hand_over`."""
        growing = (self.object_annotation, self.object_range, self.classification_range, self.attribute_answer)
        if self._take is not None and any(len(rows) >= self.part_rows for rows in growing):
            self.hand_over()

    def hand_over(self) -> None:
        """Hand the rows over as a part and start again; all columns of a table must have the same length.

        Raises:
            pa.ArrowException, TypeError, ValueError, OverflowError: a value does not have its column's type.
        """
        if self._take is not None:
            self._take(self.tables())
            for name in ROW_TABLES:
                buffer: ColumnBuffer = getattr(self, name)
                self._handed_over[name] += len(buffer)
                buffer.roll_back(0)

    def tables(self) -> dict[str, pa.Table]:
        """Every table in Arrow; raises what `ColumnBuffer.to_arrow` raises."""
        return {name: getattr(self, name).to_arrow() for name in ROW_TABLES}
