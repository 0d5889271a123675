"""What of the views' keys does not hold in a warehouse."""

import sqlalchemy as sa

from connector.load import Warehouse
from connector.sql_files import ViewFile, view_files


def key_faults(warehouse: Warehouse) -> list[str]:
    """The views that hold a key twice, or NULL where the key does not say that there may be none."""
    with warehouse.connection() as connection:
        return [fault for file in view_files() if (fault := _fault(connection, file))]


def _fault(connection: sa.Connection, file: ViewFile) -> str:
    columns = ", ".join(name.rstrip("?") for name in file.key_columns)
    missing = " OR ".join(f"{name} IS NULL" for name in file.key_columns if not name.endswith("?"))
    query = f"SELECT {columns} FROM {file.view_name} GROUP BY {columns} HAVING count(*) > 1 OR {missing} LIMIT 1"
    found = connection.exec_driver_sql(query).first()
    return "" if found is None else f"{file.view_name}: {found._asdict()}"
