"""Sets the comments on tables from their declarations, and those on columns from the texts in `sql/columns.toml`."""

from collections.abc import Collection

import sqlalchemy as sa

from connector.load.contract.placement import current_schema
from connector.load.tables import METADATA
from connector.load.tables.declaration import internal_schema
from connector.sql_files import ColumnTexts
from connector.views.execution import execute_text

_PRESENT = {
    "duckdb": (
        "SELECT schema_name, table_name, column_name, comment FROM ("
        "SELECT database_name, schema_name, table_name, NULL AS column_name, 0 AS column_index, comment"
        " FROM duckdb_tables()"
        " UNION ALL SELECT database_name, schema_name, table_name, column_name, column_index, comment"
        " FROM duckdb_columns()) AS place"
        " WHERE database_name = current_database() AND schema_name IN (:schema, :internal)"
        " ORDER BY table_name, column_index"
    ),
    "postgresql": (
        "SELECT n.nspname, c.relname, a.attname, d.description"
        " FROM pg_catalog.pg_class AS c JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace"
        " CROSS JOIN LATERAL (SELECT NULL AS attname, 0 AS attnum"
        " UNION ALL SELECT attname, attnum FROM pg_catalog.pg_attribute"
        " WHERE attrelid = c.oid AND attnum > 0 AND NOT attisdropped) AS a"
        " LEFT JOIN pg_catalog.pg_description AS d"
        " ON d.objoid = c.oid AND d.classoid = 'pg_catalog.pg_class'::regclass AND d.objsubid = a.attnum"
        " WHERE c.relkind IN ('r', 'v') AND n.nspname IN (:schema, :internal)"
        " ORDER BY c.relname, a.attnum"
    ),
}
"""Schema, relation, column and comment of everything that may have one; of a table itself the column is NULL."""


def set_comments(connection: sa.Connection, views: Collection[str], texts: ColumnTexts) -> None:
    """Gives each table, and each column of tables and views, its text, if it has another one or none.

    Args:
        connection: in a transaction, which the caller commits; its schema is the warehouse's.
        views: the connector's views. Other people's views are left alone, as are columns that somebody added.
        texts: what the columns mean.

    Raises:
        ConnectorError: INTERNAL, if a column has no text; SCHEMA, if this user may not comment on a table.
    """
    quote = connection.dialect.identifier_preparer.quote
    statements = []
    schema = current_schema(connection)
    schemas = {"schema": schema, "internal": internal_schema(schema)}
    for schema_name, relation, column, present in connection.execute(
        sa.text(_PRESENT[connection.dialect.name]), schemas
    ):
        text = _wanted(relation, column, views, texts)
        if text is not None and text != present:
            place = f"{quote(schema_name)}.{quote(relation)}"
            what = f"TABLE {place}" if column is None else f"COLUMN {place}.{quote(column)}"
            quoted = text.replace("'", "''")
            statements.append(f"COMMENT ON {what} IS '{quoted}'")
    if statements:
        # One text: a thousand statements, sent one by one through SQLAlchemy, would take as long as creating the views.
        execute_text(
            connection,
            ";\n".join(statements),
            "The comments of tables and columns could not be set.",
            "Run `encord-sync migrate` as the user that owns the tables.",
        )


def _wanted(relation: str, column: str | None, views: Collection[str], texts: ColumnTexts) -> str | None:
    """The text of a column, or of a table if `column` is None; None for what is not ours."""
    table = METADATA.tables.get(relation)
    if table is None:
        return texts.of(relation, column) if column is not None and relation in views else None
    if column is None:
        return table.comment
    return texts.of(relation, column) if column in table.columns else None
