"""The published DuckDB file: compact, with tables, views and comments, in a storage that older clients can read."""

from datetime import UTC, datetime
from pathlib import Path

import duckdb

from connector import __version__
from connector.errors import ConnectorError, ErrorKind
from connector.load.contract.statements import sql
from connector.load.contract.warehouse_url import DuckDBLocation
from connector.load.on_duckdb.opening import STORAGE_VERSION, connect_in_memory, log_of, opening_failure
from connector.load.publish.attached_warehouse import WAREHOUSE, attached_warehouse, quoted
from connector.load.publish.content import PublishedContent
from connector.load.publish.file_system import file_system_failures, keep_under, put_in_place, remove
from connector.load.publish.target import RUN_ID, PublishTarget

_COMMENTS = {
    "TABLE {table}": "One row: which run this published copy holds.",
    "COLUMN {table}.run_id": "The run, as in sync_run.",
    "COLUMN {table}.published_at": "When the copy was made.",
    "COLUMN {table}.fingerprint": "What it holds, summed up: a run that leaves the same leaves the copy, too.",
    "COLUMN {table}.connector_version": "The release of encord-sync that made it.",
}


def publish_file(location: DuckDBLocation, target: PublishTarget, content: PublishedContent, keep: int) -> Path:
    """Copies a warehouse that nobody writes, and puts the copy in place.

    Args:
        location: the warehouse.
        target: where to put the copy.
        content: what the warehouse holds.
        keep: how many older copies stay, under names with their run.

    Returns:
        The published file. It is read-only, because anybody who opened it for writing would lock all others out.

    Raises:
        ConnectorError: WAREHOUSE or LOCKED, or CONFIGURATION if something else is there; the earlier copy is then still
            in place.
    """
    file = target.file
    new = file.with_name(f".{file.name}.new")
    with file_system_failures(file):
        _remove_with_log(new)
        earlier = published_content(file, location.schema)
        try:
            _copy(location, new, content)
            new.chmod((new if earlier is None else file).stat().st_mode & ~0o222)
            if keep and earlier is not None and earlier.run_id != content.run_id:
                keep_under(target.older_file(earlier.run_id), file)
            # The log of a reader that wrote nevertheless, and died: the new file could not be opened next to it.
            remove(log_of(file))
            put_in_place(new, file)
        finally:
            _remove_with_log(new)
        for older in target.older_files()[keep:]:
            older.unlink()
    return file


def published_content(file: Path, schema: str) -> PublishedContent | None:
    """What a published file holds; None if there is no file.

    Raises:
        ConnectorError: CONFIGURATION if the file is something else, or cannot be read: it must not be replaced; LOCKED
            if a program has it open for writing.
    """
    if not file.exists():
        return None
    # Attached, not opened: a program in this process may have opened the copy already, with other settings.
    connection = connect_in_memory({})
    try:
        attach = "ATTACH '{path}' AS published (READ_ONLY)"
        connection.execute(sql(attach, path=quoted(file)))
        found = connection.execute(sql('SELECT * FROM published."{schema}".publication', schema=schema))
        names = [column[0] for column in found.description or ()]
        row = dict(zip(names, found.fetchone() or (), strict=True))
    except duckdb.Error as error:
        failure = opening_failure(file, error)
        raise (failure if failure.kind is ErrorKind.LOCKED else _not_ours(file)) from error
    finally:
        connection.close()
    if not RUN_ID.fullmatch(str(row.get("run_id"))):
        raise _not_ours(file)
    return PublishedContent(row["run_id"], row.get("fingerprint"))


def _not_ours(file: Path) -> ConnectorError:
    return ConnectorError(
        ErrorKind.CONFIGURATION,
        f"{file} is not a published copy, and is not replaced by one.",
        remedy="Name another path with --publish, or move this file away.",
    )


def _copy(location: DuckDBLocation, new: Path, content: PublishedContent) -> None:
    with attached_warehouse(location, new.with_name(f"{new.name}.tmp"), new) as connection:
        connection.execute(f"ATTACH '{quoted(new)}' AS copy (STORAGE_VERSION '{STORAGE_VERSION}')")
        connection.execute(f"COPY FROM DATABASE {WAREHOUSE} TO copy")
        _compare_counts(connection)
        _mark(connection, f'copy."{location.schema}".publication', content)
        connection.execute("CHECKPOINT copy")
        connection.execute("DETACH copy")


def _compare_counts(connection: duckdb.DuckDBPyConnection) -> None:
    """Checks that every table was copied completely.

    Raises:
        ConnectorError: INTERNAL; then nothing is published.
    """
    tables = connection.execute(
        "SELECT schema_name, table_name FROM duckdb_tables() WHERE database_name = $name AND NOT internal",
        {"name": WAREHOUSE},
    ).fetchall()
    count = 'SELECT count(*) FROM {database}."{schema}"."{table}"'
    for schema, table in tables:
        counts = [
            connection.execute(sql(count, database=database, schema=schema, table=table)).fetchone()
            for database in (WAREHOUSE, "copy")
        ]
        if counts[0] != counts[1]:
            raise ConnectorError(
                ErrorKind.INTERNAL,
                f"The copy of table {table} has {counts[1]} rows, the warehouse {counts[0]}: it was not published.",
            )


def _mark(connection: duckdb.DuckDBPyConnection, table: str, content: PublishedContent) -> None:
    connection.execute(
        f"CREATE OR REPLACE TABLE {table} (run_id VARCHAR NOT NULL, published_at TIMESTAMP WITH TIME ZONE NOT NULL,"
        " connector_version VARCHAR NOT NULL, fingerprint VARCHAR)"
    )
    insert = sql("INSERT INTO {table} VALUES (?, ?, ?, ?)", table=table)
    connection.execute(insert, [content.run_id, datetime.now(UTC), __version__, content.fingerprint])
    for what, comment in _COMMENTS.items():
        connection.execute(f"COMMENT ON {what.format(table=table)} IS '{comment}'")


def _remove_with_log(file: Path) -> None:
    remove(file)
    remove(log_of(file))
