"""The script `views.sql` of a published Parquet folder: gives a DuckDB all views and functions, from any folder."""

from pathlib import Path

import duckdb
import sqlalchemy as sa

from connector.load.contract.placement import placed
from connector.load.contract.statements import column_list, sql
from connector.load.publish.attached_warehouse import quoted
from connector.load.publish.parquet_files import tables_to_publish
from connector.load.tables.declaration import internal_schema, is_internal
from connector.sql_files import shipped_view

VIEWS = "views.sql"
FOLDER = "labels_folder"
"""The variable of a DuckDB session that says where the files are."""

_HEAD = """\
-- All views and functions over the files of this folder, for a DuckDB in any folder. README.md says how to open them.
-- If the files are elsewhere now, say so before this script, in the same session:
--   SET VARIABLE {variable} = '/where/they/are';
SET VARIABLE {variable} = coalesce(getvariable('{variable}'), '{folder}');
CREATE SCHEMA IF NOT EXISTS {schema}; CREATE SCHEMA IF NOT EXISTS {internal}; SET schema = '{schema}';"""


def installed_views(connection: duckdb.DuckDBPyConnection) -> dict[str, str]:
    """The installed views with their statements, each after the ones that it reads.

    For a view of this release it takes the text that ships. The stored text has lost the word MATERIALIZED, which the
    storage does not keep; without it DuckDB before 1.4 computes common parts again and again.
    """
    installed = connection.execute(
        "SELECT view_name, digest, sql FROM installed_view JOIN duckdb_views() USING (schema_name, view_name)"
        " WHERE database_name = current_database() ORDER BY position"
    ).fetchall()
    return {
        name: file.statement if (file := shipped_view(name)) and file.digest == digest else stored
        for name, digest, stored in installed
    }


def views_script(connection: duckdb.DuckDBPyConnection, schema: str, folder: Path) -> str:
    """SQL that creates all views and functions.

    Args:
        connection: of the warehouse.
        schema: the warehouse's.
        folder: where the files will be; the script says how to name another place.
    """
    internal = internal_schema(schema)
    # DuckDB keeps the schema in a view's statement, unless it is main.
    head = sql(_HEAD, schema=schema, internal=internal, variable=FOLDER, folder=quoted(folder))
    tables = [_table_sql(table, internal if is_internal(table) else schema) for table in tables_to_publish()]
    views = [placed(text, schema).rstrip().rstrip(";") + ";" for text in installed_views(connection).values()]
    functions = [
        sql("CREATE MACRO {name}({parameters}) AS TABLE {query};", name=name, parameters=parameters, query=query)
        for name, parameters, query in connection.execute(
            "SELECT function_name, array_to_string(parameters, ', '), macro_definition FROM duckdb_functions()"
            " WHERE database_name = current_database() AND schema_name = current_schema()"
            " AND function_type = 'table_macro' AND comment LIKE '%Installed by encord-sync%' ORDER BY function_name"
        ).fetchall()
    ]
    return "\n".join([head, *tables, *views, *functions]) + "\n"


def _table_sql(table: sa.Table, schema: str) -> str:
    names = [column.name for column in table.columns]
    # With the file's name before each column, because a column could be taken for a function's parameter of that name.
    return sql(
        "CREATE VIEW {schema}.{name} ({columns}) AS SELECT {of_file}"
        " FROM read_parquet(getvariable('{variable}') || '/{name}.parquet') AS file;",
        schema=schema,
        name=table.name,
        columns=column_list(names),
        of_file=column_list(names, "file."),
        variable=FOLDER,
    )
