"""SQL that shows a lake in any DuckDB, over its files as the last noted commit named them."""

from connector.load.contract.lake_location import LakeLocation
from connector.load.contract.placement import placed
from connector.load.contract.statements import column_list
from connector.load.on_iceberg.layout import LAKE_TABLES, OWNED, OWNED_TABLES, OWNERS, WITH_REPEATS, lake_views
from connector.load.on_iceberg.opening import open_lake_for_reading
from connector.load.on_iceberg.reading_session import stored_rows, valid_rows
from connector.load.on_iceberg.working_copy import HELD
from connector.load.tables import METADATA
from connector.load.tables.declaration import is_internal


def duckdb_script(location: LakeLocation) -> str:
    """The statements, for an empty database.

    Raises:
        ConnectorError: as `open_lake_for_reading`.
    """
    lake = open_lake_for_reading(location)
    tables = lake.noted()
    statements = ["CREATE SCHEMA internal", f"CREATE SCHEMA {HELD}", "SET TimeZone = 'UTC'"]
    statements += [f"CREATE VIEW {HELD}.{name} AS SELECT * FROM {stored_rows(lake, tables[name])}" for name in OWNERS]
    for name in LAKE_TABLES:
        if name in METADATA.tables and name not in OWNED_TABLES:
            schema = "internal" if is_internal(METADATA.tables[name]) else "main"
            columns = column_list(METADATA.tables[name].columns.keys())
            once = "DISTINCT " if name in WITH_REPEATS else ""
            statements.append(
                f"CREATE VIEW {schema}.{name} AS SELECT {once}{columns} FROM {stored_rows(lake, tables[name])}"
            )
    statements += [valid_rows(lake, owned, name, tables[name]) for owned in OWNED for name in owned.tables]
    return "\n".join([*(f"{statement};" for statement in statements), *(placed(v.sql, "main") for v in lake_views())])
