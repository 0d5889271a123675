"""The published Parquet folder: one file per table, a manifest, and a link `current` to the newest version.

`labels-parquet/20261123T014503Z-ab12cd/` holds one run; `labels-parquet/current` is a symbolic link to it, which is
moved in one step. Readers of several files should resolve the link first. The version before the current one always
stays, for readers that have not finished with it.
"""

import hashlib
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb
import orjson
import sqlalchemy as sa

from connector import __version__
from connector.load.contract.placement import placed
from connector.load.contract.revisions import head_revision
from connector.load.contract.statements import column_list, sql
from connector.load.contract.warehouse_url import DuckDBLocation
from connector.load.publish.attached_warehouse import attached_warehouse, quoted
from connector.load.publish.content import PublishedContent
from connector.load.publish.file_system import file_system_failures, put_in_place, remove, settle
from connector.load.publish.target import PublishTarget
from connector.load.tables import METADATA
from connector.load.tables.declaration import internal_schema, is_internal
from connector.load.tables.histories import TABLES_OF_THE_PAST
from connector.sql_files import shipped_view, view_files

MANIFEST = "manifest.json"
VIEWS = "views.sql"

_EXPANDING = re.compile(
    r"_on_frame$|^consensus_object|^consensus_(answer|vote|item|attribute_side|checklist_pair|keypoint_pair)$"
)
"""Views with a row for each label or answer on each frame: as files they would be several times as large as all tables
together. Their text is in views.sql instead."""


def publish_folder(location: DuckDBLocation, target: PublishTarget, content: PublishedContent, keep: int) -> Path:
    """Exports a warehouse that nobody writes to as Parquet, and makes this the current version.

    Args:
        location: the warehouse.
        target: where to put it.
        content: what the warehouse holds.
        keep: how many older versions stay, at least one.

    Returns:
        The version's folder.

    Raises:
        ConnectorError: WAREHOUSE or LOCKED, or CONFIGURATION if the folder is a link; then the earlier version is still
            the current one.
    """
    root = target.parquet_within()
    with file_system_failures(root):
        root.mkdir(exist_ok=True)
        for unfinished in filter(target.is_unfinished, root.iterdir()):
            remove(unfinished)
        new = root / f".{content.run_id}.new"
        new.mkdir()
        try:
            with attached_warehouse(location, root / ".spill.new", root) as connection:
                manifest = {
                    "format_version": 1,
                    "run_id": content.run_id,
                    "fingerprint": content.fingerprint,
                    "published_at": datetime.now(UTC),
                    "connector_version": __version__,
                    "schema_version": head_revision(),
                    "tables": list(_written(connection, new)),
                }
                (new / VIEWS).write_text(_views_sql(connection, location.schema), encoding="utf-8")
            (new / MANIFEST).write_bytes(orjson.dumps(manifest, option=orjson.OPT_INDENT_2 | orjson.OPT_UTC_Z))
            for file in new.iterdir():
                settle(file)
            version = _free_name(root, content.run_id)
            put_in_place(new, version)
            pointer = root / ".current.new"
            pointer.symlink_to(version.name)
            put_in_place(pointer, root / "current")
        finally:
            remove(new)
        _remove_older(target, version, max(keep, 1))
    return version


def published_version(target: PublishTarget) -> tuple[Path, PublishedContent] | None:
    """The folder of the current version and what it holds; None if there is none that can be read."""
    try:
        version = (target.parquet / "current").resolve(strict=True)
        if version.parent != target.parquet.resolve():
            return None
        manifest = orjson.loads((version / MANIFEST).read_bytes())
        return target.parquet / version.name, PublishedContent(manifest["run_id"], manifest.get("fingerprint"))
    except (OSError, ValueError, KeyError, TypeError):
        return None


def mark_as_current(version: Path) -> None:
    """Marks a version as up to date with the warehouse, by the modification time of its manifest."""
    (version / MANIFEST).touch()


def _written(connection: duckdb.DuckDBPyConnection, folder: Path) -> Iterator[dict[str, Any]]:
    """Writes every table, and every view that is about as large as its tables; yields their entries in the manifest."""
    for table in _tables():
        yield _write(connection, folder, table.name, "table")
    for name, _ in _views(connection):
        file = shipped_view(name)
        if not _EXPANDING.search(name) and not (file and file.is_internal):
            yield _write(connection, folder, name, "view")


def _tables() -> list[sa.Table]:
    """The tables for people, and those of the plumbing that a view reads."""
    read = frozenset[str]().union(*(file.reads for file in view_files()))
    # The functions of moments read all that is about the past.
    read |= TABLES_OF_THE_PAST
    return [table for name, table in METADATA.tables.items() if not is_internal(table) or name in read]


def _write(connection: duckdb.DuckDBPyConnection, folder: Path, name: str, kind: str) -> dict[str, Any]:
    file = folder / f"{name}.parquet"
    written = connection.execute(
        sql("COPY (SELECT * FROM {name}) TO '{file}' (FORMAT parquet, COMPRESSION zstd)", name=name, file=quoted(file))
    ).fetchone()
    columns = connection.execute(
        "SELECT column_name, data_type, comment FROM duckdb_columns()"
        " WHERE database_name = current_database() AND list_contains(current_schemas(false), schema_name)"
        " AND table_name = $name"
        " ORDER BY column_index",
        {"name": name},
    ).fetchall()
    with file.open("rb") as content:
        digest = hashlib.file_digest(content, "sha256").hexdigest()
    return {
        "name": name,
        "kind": kind,
        "file": file.name,
        "rows": written[0] if written else 0,
        "bytes": file.stat().st_size,
        "sha256": digest,
        "columns": [{"name": column, "type": data_type, "comment": comment} for column, data_type, comment in columns],
    }


def _views(connection: duckdb.DuckDBPyConnection) -> list[tuple[str, str]]:
    """The installed views with their statements, each after the ones that it reads.

    For a view of this release it takes the text that ships. The stored text has lost the word MATERIALIZED, which the
    storage does not keep; without it DuckDB before 1.4 computes common parts again and again.
    """
    installed = connection.execute(
        "SELECT view_name, digest, sql FROM installed_view JOIN duckdb_views() USING (schema_name, view_name)"
        " WHERE database_name = current_database() ORDER BY position"
    ).fetchall()
    return [
        (name, file.statement if (file := shipped_view(name)) and file.digest == digest else stored)
        for name, digest, stored in installed
    ]


def _views_sql(connection: duckdb.DuckDBPyConnection, schema: str) -> str:
    """SQL that creates all views and functions, for a DuckDB that is started in the version's folder."""
    internal = internal_schema(schema)
    tables = [_table_sql(table, internal if is_internal(table) else schema) for table in _tables()]
    views = [placed(statement, schema).rstrip().rstrip(";") + ";" for _, statement in _views(connection)]
    functions = [
        sql("CREATE MACRO {name}({parameters}) AS TABLE {query};", name=name, parameters=parameters, query=query)
        for name, parameters, query in connection.execute(
            "SELECT function_name, array_to_string(parameters, ', '), macro_definition FROM duckdb_functions()"
            " WHERE database_name = current_database() AND schema_name = current_schema()"
            " AND function_type = 'table_macro' AND comment LIKE '%Installed by encord-sync%' ORDER BY function_name"
        ).fetchall()
    ]
    # DuckDB keeps the schema in a view's statement, unless it is main.
    create = "CREATE SCHEMA IF NOT EXISTS {schema}; CREATE SCHEMA IF NOT EXISTS {internal}; SET schema = '{schema}';"
    within = [sql(create, schema=schema, internal=internal)]
    return "\n".join(["-- In this folder: duckdb -init views.sql", *within, *tables, *views, *functions]) + "\n"


def _table_sql(table: sa.Table, schema: str) -> str:
    names = [column.name for column in table.columns]
    # With the file's name before each column, because a column could be taken for a function's parameter of that name.
    return sql(
        "CREATE VIEW {schema}.{name} ({columns}) AS SELECT {of_file} FROM read_parquet('{name}.parquet') AS file;",
        schema=schema,
        name=table.name,
        columns=column_list(names),
        of_file=column_list(names, "file."),
    )


def _free_name(root: Path, run_id: str) -> Path:
    """The folder of a version: named after its run, with a number if that run was published before."""
    version, number = root / run_id, 1
    while version.exists():
        number += 1
        version = root / f"{run_id}.{number}"
    return version


def _remove_older(target: PublishTarget, current: Path, keep: int) -> None:
    found = filter(target.is_version, target.parquet.iterdir())
    versions = [version for version in found if (version / MANIFEST).is_file() and not version.is_symlink()]
    older = [version for version in versions if version != current]
    older.sort(key=lambda version: (version / MANIFEST).stat().st_mtime_ns, reverse=True)
    for version in older[keep:]:
        remove(version)
