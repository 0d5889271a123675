"""DuckDB files as the tests look into them: names mean tables and views of both schemas, also the connector's own."""

from pathlib import Path

import duckdb

from connector.load.tables import METADATA
from connector.load.tables.declaration import is_internal


def connected(file: Path, *, read_only: bool = False) -> duckdb.DuckDBPyConnection:
    """A connection on one thread to a warehouse, whose schema is main or named in every query."""
    connection = duckdb.connect(str(file), read_only=read_only, config={"threads": 1})
    if connection.execute("SELECT 1 FROM duckdb_schemas() WHERE schema_name = 'internal'").fetchone():
        connection.execute("SET search_path = 'main,internal'")
    return connection


def schema_of(table: str) -> str:
    """The schema of a declared table."""
    return "internal" if is_internal(METADATA.tables[table]) else "main"
