"""What readers see of a lake: a working copy of all small tables, and the tables of labels as views over their files.

All tables are read as one noted commit saw them, so they show the same moment, whoever writes meanwhile.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from pyiceberg.table import Table

from connector.load.contract.statements import column_list, sql
from connector.load.on_duckdb.opening import NO_LIMIT_OF_OURS
from connector.load.on_iceberg.lake_tables import Lake
from connector.load.on_iceberg.layout import COMMIT_ID, OWNED, RECEIPTS, Owned
from connector.load.on_iceberg.working_copy import HELD, WorkingCopy
from connector.load.tables import METADATA
from connector.load.tables.declaration import is_internal
from connector.views import install

_DUCKDB_TYPES = {"string": "VARCHAR", "long": "BIGINT", "double": "DOUBLE", "boolean": "BOOLEAN"}


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
        session.take_in_all(tables)
        with session.transaction():
            for name in RECEIPTS:
                session.copy(name, lake.rows(tables[name]))
            for owned in OWNED:
                for name in owned.tables:
                    session.execute(sql("DROP TABLE {name}", name=name))
                    session.execute(valid_rows(lake, owned, name, tables[name]))
        if has_views:
            with session.connection() as connection:
                install(connection)
        yield session
    finally:
        session.close()


def valid_rows(lake: Lake, owned: Owned, name: str, table: Table) -> str:
    """A view of the rows of a table that their owners name, with the columns that it has on the other engines."""
    schema = "internal" if is_internal(METADATA.tables[name]) else "main"
    return (
        f"CREATE VIEW {schema}.{name} AS SELECT {column_list(METADATA.tables[name].columns.keys(), 'owned.')}"
        f" FROM {stored_rows(lake, table)} AS owned WHERE EXISTS (SELECT 1 FROM {HELD}.{owned.owner} AS owner"
        f" WHERE owner.project_hash = owned.project_hash AND owner.{owned.link} = owned.{owned.link}"
        f" AND owner.{COMMIT_ID} = owned.{COMMIT_ID})"
    )


def stored_rows(lake: Lake, table: Table) -> str:
    """The rows of a table's files, by the ids of its columns, so that older files may have fewer."""
    fields = table.schema().fields
    types = {field.name: _DUCKDB_TYPES.get(str(field.field_type), "TIMESTAMP WITH TIME ZONE") for field in fields}
    files = lake.files(table)
    if not files:
        nothing = ", ".join(f"CAST(NULL AS {types[field.name]}) AS {field.name}" for field in fields)
        return f"(SELECT {nothing} WHERE FALSE)"
    columns = ", ".join(
        f"{field.field_id}: {{'name': '{field.name}', 'type': '{types[field.name]}', 'default_value': NULL}}"
        for field in fields
    )
    places = ", ".join("'" + file.replace("'", "''") + "'" for file in files)
    return f"read_parquet([{places}], schema = MAP {{{columns}}}, hive_partitioning = false)"
