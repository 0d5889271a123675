"""What readers see of a lake: a working copy of all small tables, and the tables of labels as views over their files.

All tables are read as one noted commit saw them, so they show the same moment, whoever writes meanwhile. For readers
with a DuckDB of their own there is a script that makes views of all tables.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from pyiceberg.table import Table

from connector.load.contract.lake_location import LakeLocation
from connector.load.contract.placement import placed
from connector.load.contract.statements import column_list, sql
from connector.load.on_duckdb.opening import NO_LIMIT_OF_OURS
from connector.load.on_iceberg.lake_tables import Lake, stored_rows
from connector.load.on_iceberg.layout import (
    COMMIT_ID,
    HELD,
    LAKE_TABLES,
    LOGS,
    OWNED,
    OWNED_TABLES,
    OWNERS,
    RECEIPTS,
    Owned,
    shown_rows,
)
from connector.load.on_iceberg.opening import open_lake_for_reading
from connector.load.on_iceberg.working_copy import WorkingCopy
from connector.load.tables import METADATA
from connector.load.tables.declaration import is_internal
from connector.sql_files import view_files
from connector.views import install
from connector.views.moments import as_of_functions
from connector.views.table_functions import duckdb_macro


@contextmanager
def reading_session(
    lake: Lake,
    settings: dict[str, str] | None = None,
    *,
    tables: dict[str, Table] | None = None,
    has_views: bool = True,
) -> Iterator[WorkingCopy]:
    """A session that shows the lake at one moment.

    Args:
        lake: the lake.
        settings: DuckDB settings of the working copy.
        tables: the tables to show; by default as the last noted commit saw them.
        has_views: whether the views and functions over the tables are installed.
    """
    tables = lake.noted() if tables is None else tables
    # Views over many small files need more memory than the connector gives a warehouse of its own.
    session = WorkingCopy(lake, {"memory_limit": NO_LIMIT_OF_OURS, **(settings or {})})
    try:
        if has_views:
            # Over tables that are empty yet: DuckDB looks into all files below a view when it is made.
            with session.connection() as connection:
                install(connection, has_texts=False)
        session.take_in_all(tables)
        with session.transaction():
            for name in RECEIPTS:
                session.copy(name, lake.rows(tables[name]))
            for owned in OWNED:
                for name in owned.tables:
                    session.execute(sql("DROP TABLE {name}", name=name))
                    session.execute(valid_rows(lake, owned, name, tables[name]))
            for name in LOGS:
                session.execute(sql("DROP TABLE {name}", name=name))
                session.execute(all_rows(lake, name, tables[name]))
        yield session
    finally:
        session.close()


def all_rows(lake: Lake, name: str, table: Table) -> str:
    """A view of the rows of a table that is no table of labels, with the columns that it has on the other engines."""
    return f"CREATE VIEW {_schema_of(name)}.{name} AS {shown_rows(name, stored_rows(lake, table))}"


def valid_rows(lake: Lake, owned: Owned, name: str, table: Table) -> str:
    """A view of the rows of a table that their owners name, with the columns that it has on the other engines."""
    return (
        f"CREATE VIEW {_schema_of(name)}.{name} AS SELECT {column_list(METADATA.tables[name].columns.keys(), 'owned.')}"
        f" FROM {stored_rows(lake, table)} AS owned WHERE EXISTS (SELECT 1 FROM {HELD}.{owned.owner} AS owner"
        f" WHERE owner.project_hash = owned.project_hash AND owner.{owned.link} = owned.{owned.link}"
        f" AND owner.{COMMIT_ID} = owned.{COMMIT_ID})"
    )


def duckdb_script(location: LakeLocation) -> str:
    """The statements that show a lake in an empty DuckDB, over its files as the last noted commit named them.

    Raises:
        ConnectorError: as `open_lake_for_reading`.
    """
    lake = open_lake_for_reading(location)
    tables = lake.noted()
    statements = ["CREATE SCHEMA internal", f"CREATE SCHEMA {HELD}", "SET TimeZone = 'UTC'"]
    statements += [f"CREATE VIEW {HELD}.{name} AS SELECT * FROM {stored_rows(lake, tables[name])}" for name in OWNERS]
    of_others = LAKE_TABLES.keys() & METADATA.tables.keys() - OWNED_TABLES
    statements += [all_rows(lake, name, tables[name]) for name in sorted(of_others)]
    statements += [valid_rows(lake, owned, name, tables[name]) for owned in OWNED for name in owned.tables]
    texts = [f"{statement};" for statement in statements]
    texts += [placed(file.sql, "main") for file in view_files()]
    texts += [duckdb_macro(function, "main") for function in as_of_functions()]
    return "\n".join(texts)


def _schema_of(name: str) -> str:
    return "internal" if is_internal(METADATA.tables[name]) else "main"
