"""Everything that writes to the warehouse: tables, engines, the replacing transaction, sync state and receipts."""

from connector.load.contract.lake_location import LakeLocation
from connector.load.contract.postgres_location import PostgresLocation
from connector.load.contract.share import WHOLE, Share
from connector.load.contract.stream_store import StreamRead
from connector.load.contract.warehouse import (
    ARROW_SCHEMAS,
    STATES_SCHEMA,
    STORED_SCHEMA,
    Failure,
    TakePart,
    Warehouse,
    WrittenBundle,
)
from connector.load.contract.warehouse_url import warehouse_location
from connector.load.matching.pair_overlaps import OverlapMeasure
from connector.load.on_duckdb.warehouse import DuckDBWarehouse
from connector.load.on_iceberg.driver import require_pyiceberg
from connector.load.on_postgres.driver import require_postgres_driver

__all__ = [
    "ARROW_SCHEMAS",
    "STATES_SCHEMA",
    "STORED_SCHEMA",
    "WHOLE",
    "Failure",
    "OverlapMeasure",
    "Share",
    "StreamRead",
    "TakePart",
    "Warehouse",
    "WrittenBundle",
    "open_warehouse",
]


def open_warehouse(
    url: str, schema: str | None = None, *, migrate: bool = False, measure: OverlapMeasure | None = None
) -> Warehouse:
    """Opens the warehouse that a URL names.

    Args:
        url: duckdb:///relative/path or duckdb:////absolute/path, `?memory_limit=` and `?threads=` allowed; or
            postgresql+psycopg://user:password@host:port/database, with libpq's parameters such as `?sslmode=`; or
            iceberg://CATALOG/NAMESPACE, iceberg:///relative/folder.
        schema: the schema of the tables; if not given, `main` in DuckDB, `encord` in PostgreSQL.
        migrate: whether to bring an older schema up to this release. A new file or schema always gets its tables.
        measure: how the overlaps of two objects' shapes are measured; without it their extents decide.

    Raises:
        ConnectorError: CONFIGURATION, LOCKED, SCHEMA or WAREHOUSE, each of which says what to do; the warehouse is then
            unchanged.
    """
    location = warehouse_location(url, schema)
    if isinstance(location, PostgresLocation):
        require_postgres_driver()
        from connector.load.on_postgres.warehouse import PostgresWarehouse

        return PostgresWarehouse.open(location, migrate=migrate, measure=measure)
    if isinstance(location, LakeLocation):
        require_pyiceberg()
        from connector.load.on_iceberg.warehouse import LakeWarehouse

        return LakeWarehouse.open_lake(location, migrate=migrate, measure=measure)
    return DuckDBWarehouse.open(location, migrate=migrate, measure=measure)
