"""The warehouse as publishing reads it: attached read-only to a DuckDB in memory that keeps nothing."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb

from connector.load.contract.warehouse_url import DuckDBLocation
from connector.load.on_duckdb.opening import connect_in_memory, opening_failure, writing_failure
from connector.load.publish.file_system import remove
from connector.load.tables.declaration import internal_schema

WAREHOUSE = "warehouse"
"""The name of the attached warehouse."""


@contextmanager
def attached_warehouse(location: DuckDBLocation, spill: Path, target: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """A connection that finds unqualified names in the warehouse's schema.

    Args:
        location: the warehouse; nobody may have it open for writing.
        spill: the folder for rows that do not fit into memory; removed at the end.
        target: what is published, for messages.

    Raises:
        ConnectorError: LOCKED or WAREHOUSE if the warehouse cannot be opened; WAREHOUSE for every failure of DuckDB in
            the block.
    """
    connection = connect_in_memory({**location.settings, "temp_directory": str(spill)})
    try:
        try:
            connection.execute(f"ATTACH '{quoted(location.path)}' AS {WAREHOUSE} (READ_ONLY)")
        except duckdb.Error as error:
            raise opening_failure(location.path, error) from error
        try:
            schemas = (location.schema, internal_schema(location.schema))
            path = ",".join(f"{WAREHOUSE}.{schema}" for schema in schemas)
            connection.execute(f"SET search_path = '{path}'")
            yield connection
        except duckdb.Error as error:
            raise writing_failure(target, error) from error
    finally:
        connection.close()
        remove(spill)


def quoted(path: Path) -> str:
    """A path, for use between the quotes of a statement."""
    return str(path).replace("'", "''")
