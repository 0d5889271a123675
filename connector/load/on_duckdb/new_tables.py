"""The tables of a new DuckDB database, made as they are declared.

All revisions one after the other end in the same tables (tests/migrations shows it), and take several times as long.
"""

import pyarrow as pa
import sqlalchemy as sa

from connector.load.contract.placement import current_schema
from connector.load.contract.revisions import head_revision
from connector.load.tables import METADATA, arrow_schema
from connector.load.tables.consensus import FIRST_THRESHOLD, consensus_threshold
from connector.load.tables.declaration import internal_schema, is_internal

_TYPES = {
    pa.string(): "VARCHAR",
    pa.int64(): "BIGINT",
    pa.float64(): "DOUBLE",
    pa.bool_(): "BOOLEAN",
    pa.timestamp("us", tz="UTC"): "TIMESTAMP WITH TIME ZONE",
}


def create_table(table: sa.Table, schema: str) -> str:
    """The statement that makes a table, which on DuckDB has no keys.

    Args:
        table: its declaration.
        schema: the warehouse's schema; plumbing goes into the other one.
    """
    place = internal_schema(schema) if is_internal(table) else schema
    columns = ", ".join(
        f"{field.name} {_TYPES[field.type]}{'' if field.nullable else ' NOT NULL'}" for field in arrow_schema(table)
    )
    return f'CREATE TABLE "{place}".{table.name} ({columns})'


def create_tables(connection: sa.Connection) -> None:
    """Makes all tables, with the row that one has at first, and notes in Alembic's own table which revision they have.

    Args:
        connection: in a transaction, on a schema without tables of these names.
    """
    schema = current_schema(connection)
    internal = internal_schema(schema)
    statements = [
        f'CREATE SCHEMA IF NOT EXISTS "{internal}"',
        *(create_table(table, schema) for table in METADATA.tables.values()),
        f'CREATE TABLE "{internal}".alembic_version (version_num VARCHAR PRIMARY KEY)',
    ]
    connection.exec_driver_sql(";\n".join(statements))
    connection.execute(consensus_threshold.insert(), [FIRST_THRESHOLD])
    of_alembic = sa.table("alembic_version", sa.column("version_num"), schema=internal)
    connection.execute(of_alembic.insert(), [{"version_num": head_revision()}])
