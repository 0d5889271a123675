"""Lets time pass for a warehouse of the tests: the moments that its syncs wrote become others."""

from datetime import datetime, timedelta

import sqlalchemy as sa

from connector.load.tables import METADATA
from connector.load.tables.declaration import INSTANT


def moved_back(url: str, since: datetime, by: timedelta) -> None:
    """Has every moment from `since` on, in every table, be so much earlier."""
    engine = sa.create_engine(url, poolclass=sa.NullPool)
    path = "'main,internal'" if engine.dialect.name == "duckdb" else "encord, encord_internal"
    with engine.begin() as connection:
        connection.exec_driver_sql(f"SET search_path = {path}")
        for table in METADATA.sorted_tables:
            for column in table.columns:
                if column.type is INSTANT:
                    earlier = {column.name: column - by}
                    connection.execute(sa.update(table).where(column >= since).values(earlier))
