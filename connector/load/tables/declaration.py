"""How a table is declared: once, together with the Arrow schema of its rows.

`sql/columns.toml` says what its columns mean, for tables and views alike.

Keys, references and indexes are part of the declaration on every engine (docs/reference, the `relationship` view and
PostgreSQL's DDL come from them); DuckDB creates the tables without them, because a key on the per-frame table makes
loading slower and the file larger, and a foreign key breaks delete + insert in one transaction.
"""

from typing import Any

import pyarrow as pa
import sqlalchemy as sa
from sqlalchemy.types import TypeEngine


class Pseudonymous(sa.String):
    """Text that names a person, or was made from it: a pseudonym may stand in its place.

    Attributes:
        word: how its pseudonyms begin; it says what they stand for.
    """

    cache_ok = True

    def __init__(self, word: str) -> None:
        super().__init__()
        self.word = word


METADATA = sa.MetaData()
"""Every table of the warehouse."""

INTERNAL = {"internal": True}
"""The `info` of a table that only the connector reads: it is in `internal_schema`."""

TEXT = sa.String()
"""Text; `sa.String`, because `sa.Text` shows permanent false differences on DuckDB."""
JSON_TEXT = sa.String()
"""JSON as text: it loads fastest, and reads the same on both engines."""
PERSON = Pseudonymous("person")
"""The e-mail address of a person or service account. Every column with one has this type, and so has its history."""
MADE_FROM_PERSON = Pseudonymous("id")
"""An id that an address went into: whoever guesses the address could make the id, and so be sure of it."""
INTEGER = sa.BigInteger()
NUMBER: sa.Double[float] = sa.Double()
FLAG = sa.Boolean()
INSTANT = sa.DateTime(timezone=True)

ARROW_TYPES: dict[type[TypeEngine[Any]], pa.DataType] = {
    sa.String: pa.string(),
    Pseudonymous: pa.string(),
    sa.BigInteger: pa.int64(),
    sa.Double: pa.float64(),
    sa.Boolean: pa.bool_(),
    sa.DateTime: pa.timestamp("us", tz="UTC"),
}
"""The Arrow type of each column type."""


def internal_schema(schema: str) -> str:
    """The schema of the plumbing that belongs to a warehouse's schema."""
    return "internal" if schema == "main" else f"{schema}_internal"


def is_internal(table: sa.Table) -> bool:
    """Whether a table is plumbing."""
    return "internal" in table.info


def key(name: str, column_type: TypeEngine[Any]) -> sa.Column[Any]:
    """A column of the primary key."""
    return sa.Column(name, column_type, primary_key=True, nullable=False, autoincrement=False)


def required(name: str, column_type: TypeEngine[Any]) -> sa.Column[Any]:
    """A column that every row fills."""
    return sa.Column(name, column_type, nullable=False)


def optional(name: str, column_type: TypeEngine[Any]) -> sa.Column[Any]:
    """A column that is NULL if Encord gives no value."""
    return sa.Column(name, column_type, nullable=True)


def reference(columns: str, table: str) -> sa.ForeignKeyConstraint:
    """A foreign key to the columns of the same names (separated by spaces) in another table."""
    names = columns.split()
    return sa.ForeignKeyConstraint(names, [f"{table}.{name}" for name in names])


def index(name: str, columns: str) -> sa.Index:
    """An index on columns (separated by spaces), for questions that the primary key does not serve."""
    return sa.Index(name, *columns.split())


def index_on_expression(name: str, expression: str) -> sa.Index:
    """An index on an expression that a view computes and questions filter by."""
    return sa.Index(name, sa.text(expression))


def arrow_schema(table: sa.Table) -> pa.Schema:
    """The Arrow schema of a table's rows: same names, same order; times are microseconds in UTC."""
    return pa.schema(
        pa.field(column.name, ARROW_TYPES[type(column.type)], nullable=bool(column.nullable))
        for column in table.columns
    )
