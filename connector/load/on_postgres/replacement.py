"""How PostgreSQL replaces the rows of label rows: it copies new ones in, and changes of stored ones only what differs.

Deleting and inserting would let the tables grow, because a deleted row leaves its place behind. Here rows that stay as
they are cost no write at all. A join on the key finds them, not ON CONFLICT, which locks, and so writes, every row that
it meets.
"""

from collections.abc import Mapping, Sequence

import pyarrow as pa
import pyarrow.compute as pc
import sqlalchemy as sa
from typing_extensions import override

from connector.load.contract.session import Value
from connector.load.contract.statements import column_list, key_columns, same_key, sql
from connector.load.contract.warehouse import ARROW_SCHEMAS
from connector.load.on_postgres.session import PostgresSession
from connector.load.tables import LABEL_TABLES, METADATA
from connector.load.writing.row_replacement import (
    ONE_OF_EACH_FRAME,
    PartReplacement,
    RowReplacement,
    refuse_doubled_keys,
)

_OF_LABEL_ROWS = "{table}.label_hash = ANY (string_to_array($hashes, chr(10)))"
"""Rows of the label rows whose hashes a text names, one per line. Unlike the rows of a staged table, the hashes are
known when the statement is planned, so that PostgreSQL looks a few label rows of a large table up in its index."""


class CopyAndCompare(RowReplacement):
    """Copies the rows of new label rows in, and changes of stored ones only what differs."""

    def __init__(self, session: PostgresSession) -> None:
        """Replaces rows over this session."""
        self._session = session

    @override
    def replace_labels(
        self, label_tables: Mapping[str, pa.Table], renewed: pa.Array, known: frozenset[str]
    ) -> dict[str, int]:
        is_known = pc.is_in(renewed, value_set=pa.array(sorted(known), pa.string()))
        stored, new = renewed.filter(is_known), renewed.filter(pc.invert(is_known))
        written = dict.fromkeys(LABEL_TABLES, 0)
        if len(stored):
            for name in LABEL_TABLES:
                rows = label_tables.get(name, ARROW_SCHEMAS[name].empty_table())
                self._session.stage(f"arriving_{name}", _rows_of(rows, stored))
            written = self.replace_staged(stored.to_pylist())
        if len(new):
            for name in LABEL_TABLES:
                if name in label_tables:
                    written[name] += self._session.copy(name, _rows_of(label_tables[name], new))
        return written

    def replace_staged(self, label_hashes: Sequence[str]) -> dict[str, int]:
        """Replaces the rows of label rows with those staged as `arriving_…`; returns how many were new or differed."""
        hashes = "\n".join(label_hashes)
        for name in reversed(LABEL_TABLES):  # children before the parents that they refer to
            self._delete_what_is_gone(name, _OF_LABEL_ROWS, f"arriving_{name}", hashes=hashes)
        return {
            name: self._write_what_differs(name, _OF_LABEL_ROWS, f"arriving_{name}", hashes=hashes)
            for name in LABEL_TABLES
        }

    @override
    def replace_in_parts(self, label_hash: str, *, is_known: bool) -> PartReplacement:
        if not is_known:
            return _CopiedParts(self._session)
        for name in LABEL_TABLES:
            self._session.stage(f"arriving_{name}", ARROW_SCHEMAS[name].empty_table())
        return _StagedParts(self._session, self, label_hash)

    @override
    def replace_frames(self, project_hash: str) -> int:
        among = (
            "data_frame.project_hash = $project_hash"
            " AND data_frame.data_hash IN (SELECT data_hash FROM renewed_data_unit)"
        )
        frames = f"({ONE_OF_EACH_FRAME})"
        self._delete_what_is_gone("data_frame", among, frames, project_hash=project_hash)
        return self._write_what_differs("data_frame", among, frames, project_hash=project_hash)

    def _delete_what_is_gone(self, name: str, among: str, wanted: str, **parameters: Value) -> None:
        """Deletes the rows of a table that fulfil `among` and whose key is not in `wanted`, a table or query."""
        table = METADATA.tables[name]
        delete = "DELETE FROM {table} WHERE {among} AND NOT EXISTS (SELECT 1 FROM {wanted} AS wanted WHERE {same_key})"
        parts = _parts(table, among, wanted)
        self._session.execute(sql(delete, **parts), **parameters)

    def _write_what_differs(self, name: str, among: str, wanted: str, **parameters: Value) -> int:
        """Changes the rows that fulfil `among` and differ from `wanted`, inserts those missing; returns how many.

        The keys alone would find the rows; `among` tells the planner that they are few and close together in the index.
        """
        table = METADATA.tables[name]
        columns = ARROW_SCHEMAS[name].names
        values = [column for column in columns if column not in key_columns(table)]
        update = (
            "UPDATE {table} SET {changes} FROM {wanted} AS wanted"
            " WHERE {among} AND {same_key} AND ({stored}) IS DISTINCT FROM ({arriving})"
        )
        insert = (
            "INSERT INTO {table} ({columns}) SELECT {columns} FROM {wanted} AS wanted"
            " WHERE NOT EXISTS (SELECT 1 FROM {table} WHERE {among} AND {same_key})"
        )
        parts = _parts(table, among, wanted)
        changed = self._session.execute(
            sql(
                update,
                changes=", ".join(f"{column} = wanted.{column}" for column in values),
                stored=column_list(values, f"{name}."),
                arriving=column_list(values, "wanted."),
                **parts,
            ),
            **parameters,
        )
        return changed + self._session.execute(sql(insert, columns=column_list(columns), **parts), **parameters)


class _CopiedParts(PartReplacement):
    """Copies the rows of a new label row in; the keys of the tables refuse doubled ones."""

    def __init__(self, session: PostgresSession) -> None:
        self._session = session
        self._written = dict.fromkeys(LABEL_TABLES, 0)

    @override
    def take(self, label_tables: Mapping[str, pa.Table]) -> None:
        for name in LABEL_TABLES:
            if name in label_tables:
                self._written[name] += self._session.copy(name, label_tables[name])

    @override
    def finish(self) -> dict[str, int]:
        return self._written


class _StagedParts(PartReplacement):
    """Gathers the rows of a stored label row, and compares them at the end with what is there.

    The server gathers them in temporary tables, which it keeps on its disk.
    """

    def __init__(self, session: PostgresSession, replacement: CopyAndCompare, label_hash: str) -> None:
        self._session = session
        self._replacement = replacement
        self._label_hash = label_hash

    @override
    def take(self, label_tables: Mapping[str, pa.Table]) -> None:
        for name, rows in label_tables.items():
            self._session.copy(f"arriving_{name}", rows)

    @override
    def finish(self) -> dict[str, int]:
        for name in LABEL_TABLES:
            self._session.execute(f"ANALYZE pg_temp.arriving_{name}")
            refuse_doubled_keys(self._session, name, f"arriving_{name}", self._label_hash)
        return self._replacement.replace_staged([self._label_hash])


def _parts(table: sa.Table, among: str, wanted: str) -> dict[str, str]:
    return {
        "table": table.name,
        "among": sql(among, table=table.name),
        "wanted": wanted,
        "same_key": same_key(table, "wanted"),
    }


def _rows_of(rows: pa.Table, label_hashes: pa.Array) -> pa.Table:
    return rows.filter(pc.is_in(rows["label_hash"], value_set=label_hashes))
