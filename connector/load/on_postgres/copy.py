"""Arrow rows into PostgreSQL and out of it, by COPY: binary on the way in, CSV on the way out."""

import io
from typing import Any

import psycopg
import pyarrow as pa
import pyarrow.csv
from pgpq import ArrowToPostgresBinaryEncoder
from psycopg import sql

_ROWS_A_WRITE = 8_192
"""Rows encoded at once; the server stores them while the next ones are encoded."""

_BYTES_A_READ = 64_000_000
"""Bytes of CSV read at once; no row may be longer."""

_TYPES = {
    pa.string(): "varchar",
    pa.int64(): "bigint",
    pa.float64(): "double precision",
    pa.bool_(): "boolean",
    pa.timestamp("us", tz="UTC"): "timestamp with time zone",
}
"""Arrow type → type of a temporary table's column, for the types of connector.load.tables. JSON is text there, because
binary COPY can load that (it does not take text for `jsonb`)."""


def postgres_columns(schema: pa.Schema) -> tuple[tuple[str, str], ...]:
    """(name, type) of each column of a temporary table for rows of a schema."""
    return tuple((field.name, _TYPES[field.type]) for field in schema)


def copy_rows(cursor: psycopg.Cursor[Any], table: str, rows: pa.Table) -> int:
    """Copies rows into a table, matching columns by name, and returns how many.

    Args:
        cursor: inside a transaction.
        table: the table, in the search path.
        rows: columns of the types of `postgres_columns`.
    """
    if not rows.num_rows:
        return 0
    columns = sql.SQL(", ").join(sql.Identifier(name) for name in rows.column_names)
    statement = sql.SQL("COPY {} ({}) FROM STDIN (FORMAT BINARY)").format(sql.Identifier(table), columns)
    encoder = ArrowToPostgresBinaryEncoder(rows.schema)
    with cursor.copy(statement) as copy:
        copy.write(encoder.write_header())
        for batch in rows.to_batches(max_chunksize=_ROWS_A_WRITE):
            copy.write(encoder.write_batch(batch))
        copy.write(encoder.finish())
    return int(rows.num_rows)


def fetch_rows(cursor: psycopg.Cursor[Any], query: str, schema: pa.Schema) -> pa.Table:
    """The rows of a query, whose values are filled in already, as Arrow of a schema with the query's names and order.

    This is much faster than rows of Python objects, and exact, because numbers are written with all their digits. NULL
    is an empty field without quotes, an empty text is one with quotes.
    """
    buffer = io.BytesIO()
    with cursor.copy(sql.SQL("COPY ({}) TO STDOUT (FORMAT CSV)").format(sql.SQL(query))) as copy:
        for block in copy:
            buffer.write(block)
    if not buffer.tell():
        return schema.empty_table()
    buffer.seek(0)
    return pa.csv.read_csv(
        buffer,
        read_options=pa.csv.ReadOptions(column_names=schema.names, use_threads=False, block_size=_BYTES_A_READ),
        parse_options=pa.csv.ParseOptions(newlines_in_values=True),
        convert_options=pa.csv.ConvertOptions(
            column_types=schema,
            null_values=[""],
            true_values=["t"],
            false_values=["f"],
            strings_can_be_null=True,
            quoted_strings_can_be_null=False,
        ),
    ).cast(schema)
