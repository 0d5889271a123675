"""Alembic on DuckDB: the comments of a new table in one go. Imported where something is to be migrated only."""

from typing import Any

from duckdb_sqlalchemy.alembic_impl import DuckDBImpl
from sqlalchemy import Column, Table
from sqlalchemy.schema import SetColumnComment


class CommentsTogether(DuckDBImpl):
    """What Alembic does on DuckDB from here on: as the dialect declares it, only quicker.

    DuckDB takes comments in statements of their own. Sent one by one through SQLAlchemy, those of the 309 columns of a
    new warehouse cost more than everything else that its migrations do.
    """

    __dialect__ = "duckdb"
    _awaiting: list[str] | None = None

    def create_table(self, table: Table, **kw: Any) -> None:  # noqa: ANN401 - as Alembic declares it
        """Creates a table, then says what its columns are."""
        if self.as_sql or self.connection is None:
            super().create_table(table, **kw)
            return
        self._awaiting = []
        super().create_table(table, **kw)
        statements, self._awaiting = ";\n".join(self._awaiting), None
        if statements:
            self.connection.exec_driver_sql(statements, execution_options={"no_parameters": True})

    def create_column_comment(self, column: Column[Any]) -> None:
        """Keeps a column's comment for the end of `create_table`; that of a column which is added, it sends."""
        if self._awaiting is None:
            super().create_column_comment(column)
        else:
            self._awaiting.append(str(SetColumnComment(column).compile(dialect=self.dialect)))
