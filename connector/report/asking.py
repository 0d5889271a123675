"""What a part of the page asks: one SQL statement over the views, and how each of its columns is shown."""

from collections.abc import Sequence
from typing import Any, Literal, NamedTuple

from connector.load.contract.session import Session, Value
from connector.report.names import Names
from connector.runs.printing import visible

Kind = Literal["text", "person", "unit", "private", "count", "number", "share", "hours", "moment", "day"]
"""What a column holds. `unit` is a data_hash, shown as its title; `private` is left out of an anonymous page."""

Row = tuple[Any, ...]


class Column(NamedTuple):
    """A column of an answer.

    Attributes:
        heading: its name on the page.
        kind: what it holds.
        mark: whether each number has a bar, or a shade by its size (shares only).
    """

    heading: str
    kind: Kind = "count"
    mark: Literal["", "bar", "shade"] = ""


class Question(NamedTuple):
    """A question of the page.

    Attributes:
        key: its name, unique on the page.
        title: heading of the answer.
        sql: one statement for all engines; $project is the project's hash.
        columns: what it selects, in order.
        empty: the sentence that stands there if it has no rows.
        note: what a reader should know to read it.
    """

    key: str
    title: str
    sql: str
    columns: tuple[Column, ...]
    empty: str
    note: str = ""


class Asking:
    """Asks a warehouse about one project, in the caller's transaction, and names people and data units in the answers.

    Attributes:
        session: on the warehouse.
        project_hash: the project.
        names: what people and data units are called on the page.
    """

    def __init__(self, session: Session, project_hash: str, names: Names) -> None:
        self.session = session
        self.project_hash = project_hash
        self.names = names

    def rows(self, question: Question, **parameters: Value) -> list[Row]:
        """The answer, with the page's names of people and data units; characters that cannot be seen are escapes."""
        found = self.session.rows(question.sql, project=self.project_hash, **parameters)
        return [tuple(self._named(column, value) for column, value in self._pairs(question, row)) for row in found]

    @staticmethod
    def _pairs(question: Question, row: Sequence[Any]) -> Sequence[tuple[Column, Any]]:
        return list(zip(question.columns, row, strict=True))

    def _named(self, column: Column, value: object) -> object:
        if value is None:
            return None
        if column.kind == "person":
            return self.names.person(str(value))
        if column.kind == "unit":
            return self.names.data_unit(str(value))
        if column.kind == "private" and self.names.is_anonymous:
            return ""
        return visible(value) if isinstance(value, str) else value
