"""One Parquet file for each table and view of a published folder, with the texts of its columns inside."""

import base64
import hashlib
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import orjson
import pyarrow as pa
import sqlalchemy as sa

from connector.load.contract.statements import sql
from connector.load.publish.attached_warehouse import quoted
from connector.load.tables import METADATA
from connector.load.tables.declaration import is_internal
from connector.load.tables.histories import TABLES_OF_THE_PAST
from connector.sql_files import shipped_view, view_files

ON_REQUEST = frozenset({"label_on_frame", "object_on_frame"})
"""Views that are written as files, too, if somebody asks for them."""

_EXPANDING = re.compile(
    r"_on_frame$|^consensus_object|^consensus_(answer|vote|item|attribute_side|checklist_pair|keypoint_pair)$"
)
"""Views with a row for each label or answer on each frame: as files they would be several times as large as all tables
together. Their text is in views.sql instead."""

COMMENT = "comment"
"""The key of a text: of a relation in a file's metadata, of a column in its field's."""
_COLUMN_COMMENTS = "column_comments"
_ARROW = "ARROW:schema"
_PLACE = "database_name = current_database() AND list_contains(current_schemas(false), schema_name)"
_DESCRIBED = (
    "SELECT name, coalesce(relation.comment, ''), list((column_name, data_type, coalesce(columns.comment, ''))"
    " ORDER BY column_index) FROM (SELECT schema_name, table_name AS name, comment FROM duckdb_tables() WHERE {place}"
    " UNION ALL SELECT schema_name, view_name, comment FROM duckdb_views() WHERE {place}) AS relation"
    " JOIN (FROM duckdb_columns() WHERE {place}) AS columns"
    " ON columns.schema_name = relation.schema_name AND table_name = name GROUP BY ALL"
)
"""All relations at once: DuckDB goes through its whole catalogue whatever is asked of it."""


def written_files(
    connection: duckdb.DuckDBPyConnection, folder: Path, views: list[str], *, with_views: bool
) -> Iterator[dict[str, Any]]:
    """Writes every table, and every view that is about as large as its tables; yields their entries in the manifest.

    Args:
        connection: of the warehouse.
        folder: where the files go.
        views: the installed views.
        with_views: whether also those of `ON_REQUEST`.
    """
    described = {
        name: (comment, columns)
        for name, comment, columns in connection.execute(sql(_DESCRIBED, place=_PLACE)).fetchall()
    }
    for table in tables_to_publish():
        yield _write(connection, folder, table.name, "table", *described[table.name])
    for name in views:
        file = shipped_view(name)
        is_small = not _EXPANDING.search(name) and not (file and file.is_internal)
        if is_small or (with_views and name in ON_REQUEST):
            yield _write(connection, folder, name, "view", *described[name])


def tables_to_publish() -> list[sa.Table]:
    """The tables for people, and those of the plumbing that a view reads."""
    read = frozenset[str]().union(*(file.reads for file in view_files()))
    # The functions of moments read all that is about the past.
    read |= TABLES_OF_THE_PAST
    return [table for name, table in METADATA.tables.items() if not is_internal(table) or name in read]


def _write(
    connection: duckdb.DuckDBPyConnection,
    folder: Path,
    name: str,
    kind: str,
    comment: str,
    columns: list[tuple[str, str, str]],
) -> dict[str, Any]:
    """Writes the file of a table or view; its columns are given with their types and texts."""
    file = folder / f"{name}.parquet"
    texts = {column: text for column, _, text in columns}
    metadata = {
        COMMENT: comment,
        _COLUMN_COMMENTS: orjson.dumps(texts).decode(),
        _ARROW: _arrow_schema(connection, comment, columns),
    }
    pairs = ", ".join(f"""\"{key}": '{value.replace("'", "''")}'""" for key, value in metadata.items())
    written = connection.execute(
        sql(
            "COPY (SELECT * FROM {name}) TO '{file}' (FORMAT parquet, COMPRESSION zstd, KV_METADATA {{{pairs}}})",
            name=name,
            file=quoted(file),
            pairs=pairs,
        )
    ).fetchone()
    with file.open("rb") as content:
        digest = hashlib.file_digest(content, "sha256").hexdigest()
    return {
        "name": name,
        "kind": kind,
        "comment": comment,
        "file": file.name,
        "rows": written[0] if written else 0,
        "bytes": file.stat().st_size,
        "sha256": digest,
        "columns": [{"name": column, "type": data_type, "comment": text} for column, data_type, text in columns],
    }


def _arrow_schema(connection: duckdb.DuckDBPyConnection, comment: str, columns: list[tuple[str, str, str]]) -> str:
    """The schema as readers with Arrow look for it: only there do columns have texts."""
    # Of the types alone: to plan a view takes longer than to write its rows.
    nothing = ", ".join(f'CAST(NULL AS {data_type}) AS "{column}"' for column, data_type, _ in columns)
    plain = connection.execute(f"SELECT {nothing}").to_arrow_table().schema
    texts = {column: text for column, _, text in columns}
    fields = []
    for field in plain:
        # Moments are in UTC, whatever the time zone of this machine.
        of_type = pa.timestamp(field.type.unit, "UTC") if pa.types.is_timestamp(field.type) and field.type.tz else None
        fields.append(field.with_type(of_type or field.type).with_metadata({COMMENT: texts[field.name]}))
    schema = pa.schema(fields, metadata={COMMENT: comment})
    return base64.b64encode(schema.serialize().to_pybytes()).decode()
