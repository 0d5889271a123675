"""Checks the staged rows for what keys, references and NOT NULL would catch.

DuckDB's tables have none of them, because they cost time at every insert.
"""

from collections.abc import Mapping

import pyarrow as pa
import pyarrow.compute as pc

from connector.errors import ErrorKind
from connector.load.contract.statements import key_columns, references
from connector.load.contract.warehouse import Failure
from connector.load.tables import LABEL_TABLES, METADATA


def unusable_label_rows(tables: Mapping[str, pa.Table], *, is_part: bool = False) -> dict[str, Failure]:
    """Finds label rows whose rows hold a key twice, lack a value that every row must have, or refer to no row.

    Args:
        tables: the staged rows, by table; of tables with a label_hash.
        is_part: whether what the rows refer to may have come before, so that it is not looked for.

    Returns:
        One failure a label row, by label_hash.
    """
    found: dict[str, Failure] = {}
    for name, rows in tables.items():
        if rows.num_rows:
            for label_hash, column in _missing(name, rows):
                found.setdefault(label_hash, _failure(label_hash, f"a row of {name} has no {column}"))
            for label_hash, key in _doubled(name, rows):
                found.setdefault(label_hash, _failure(label_hash, f"two rows of {name} have the same key ({key})"))
            for label_hash, what in () if is_part else _orphans(name, rows, tables):
                found.setdefault(label_hash, _failure(label_hash, f"a row of {name} has no row of {what}"))
    return found


def _failure(label_hash: str, what: str) -> Failure:
    return Failure(
        label_hash,
        ErrorKind.INTERNAL,
        f"Label row {label_hash} was not written: {what}. Its old rows were kept; please report it.",
    )


def _missing(name: str, rows: pa.Table) -> list[tuple[str, str]]:
    """(label_hash, column) of rows with a NULL where the table needs a value; null counts cost nothing."""
    missing = []
    for column in METADATA.tables[name].columns:
        if not column.nullable and rows[column.name].null_count:
            label_hashes = rows.filter(pc.is_null(rows[column.name]))["label_hash"]
            missing += [(label_hash, column.name) for label_hash in pc.unique(label_hashes).to_pylist() if label_hash]
    return missing


def _doubled(name: str, rows: pa.Table) -> list[tuple[str, str]]:
    """(label_hash, the rest of the key) of keys that come twice."""
    keys = key_columns(METADATA.tables[name])
    counted = rows.select(keys).group_by(keys, use_threads=False).aggregate([([], "count_all")])
    doubled = counted.filter(pc.greater(counted["count_all"], 1)).select(keys).to_pylist()
    return [(row["label_hash"], ", ".join(f"{key} {row[key]}" for key in keys[1:])) for row in doubled]


def _orphans(name: str, rows: pa.Table, tables: Mapping[str, pa.Table]) -> list[tuple[str, str]]:
    """(label_hash, what is missing) of rows that refer to a row which was not staged."""
    orphans = []
    for referred, columns in references(METADATA.tables[name]):
        if referred in LABEL_TABLES:
            owners = rows.select(columns).group_by(columns, use_threads=False).aggregate([])
            present = tables.get(referred, owners.slice(0, 0)).select(columns)
            missing = owners.join(present, columns, join_type="left anti", use_threads=False).to_pylist()
            orphans += [
                (row["label_hash"], f"{referred} ({', '.join(f'{column} {row[column]}' for column in columns[1:])})")
                for row in missing
            ]
    return orphans
