"""Conditions on the rows of Iceberg tables."""

from collections.abc import Collection

from pyiceberg.expressions import AlwaysFalse, And, BooleanExpression, In, Reference
from pyiceberg.expressions.literals import literal


def among(column: str, values: Collection[str]) -> BooleanExpression:
    """Rows whose column has one of some values."""
    # Its type is made for pydantic, and declares other arguments than it takes.
    return In(Reference(column), {literal(value) for value in values}) if values else AlwaysFalse()  # type: ignore[call-arg,arg-type]


def equal(**values: str) -> BooleanExpression:
    """Rows whose columns have the given values; at least one column is given."""
    return all_of(*(among(column, (value,)) for column, value in values.items()))


def all_of(first: BooleanExpression, *others: BooleanExpression) -> BooleanExpression:
    """Rows that fit all conditions."""
    for other in others:
        first = And(first, other)
    return first
