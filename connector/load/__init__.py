"""Tables, engines, the replace transaction, state and runs: everything that writes to the warehouse."""

from connector.load.duckdb_warehouse import DuckDBWarehouse
from connector.load.warehouse import ARROW_SCHEMAS, STATES_SCHEMA, STORED_SCHEMA, Failure, Warehouse, WrittenBundle
from connector.load.warehouse_url import warehouse_location

__all__ = [
    "ARROW_SCHEMAS",
    "STATES_SCHEMA",
    "STORED_SCHEMA",
    "Failure",
    "Warehouse",
    "WrittenBundle",
    "open_warehouse",
]


def open_warehouse(url: str, schema: str | None = None, *, migrate: bool = False) -> Warehouse:
    """Opens the warehouse that a URL names.

    Args:
        url: duckdb:///relative/path or duckdb:////absolute/path, `?memory_limit=` and `?threads=` allowed.
        schema: the schema of the tables; `main` if not given.
        migrate: whether an older schema is brought to this release. A new file always is.

    Raises:
        ConnectorError: CONFIGURATION, LOCKED, SCHEMA or WAREHOUSE, each saying what to do; the warehouse is as it was.
    """
    return DuckDBWarehouse.open(warehouse_location(url, schema), migrate=migrate)
