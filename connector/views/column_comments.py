"""Sets the comments on the columns of tables and views from the texts in `sql/columns.toml`."""

from collections.abc import Collection

import sqlalchemy as sa

from connector.load.contract.placement import current_schema
from connector.load.tables import METADATA
from connector.load.tables.declaration import internal_schema
from connector.sql_files import ColumnTexts
from connector.views.execution import execute_text

_COLUMNS = {
    "duckdb": (
        "SELECT schema_name, table_name, column_name, comment FROM duckdb_columns()"
        " WHERE database_name = current_database() AND schema_name IN (:schema, :internal)"
        " ORDER BY table_name, column_index"
    ),
    "postgresql": (
        "SELECT n.nspname, c.relname, a.attname, pg_catalog.col_description(c.oid, a.attnum)"
        " FROM pg_catalog.pg_class AS c JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace"
        " JOIN pg_catalog.pg_attribute AS a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped"
        " WHERE c.relkind IN ('r', 'v') AND n.nspname IN (:schema, :internal)"
        " ORDER BY c.relname, a.attnum"
    ),
}


def comment_on_columns(connection: sa.Connection, views: Collection[str], texts: ColumnTexts) -> None:
    """Gives every column of the warehouse's tables and views its text, if it has another one or none.

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
    columns = sa.text(_COLUMNS[connection.dialect.name])
    schemas = {"schema": schema, "internal": internal_schema(schema)}
    for schema_name, relation, column, present in connection.execute(columns, schemas):
        table = METADATA.tables.get(relation)
        is_ours = relation in views if table is None else column in table.columns
        if is_ours and (text := texts.of(relation, column)) != present:
            quoted = text.replace("'", "''")
            statements.append(f"COMMENT ON COLUMN {quote(schema_name)}.{quote(relation)}.{quote(column)} IS '{quoted}'")
    if statements:
        # One text: a thousand statements, sent one by one through SQLAlchemy, would take as long as creating the views.
        execute_text(
            connection,
            ";\n".join(statements),
            "The comments of columns could not be set.",
            "Run `encord-sync migrate` as the user that owns the tables.",
        )
