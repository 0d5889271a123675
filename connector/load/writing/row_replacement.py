"""How the rows of label rows are replaced: the part of a bundle's transaction that each engine does in its own way."""

from collections.abc import Mapping
from typing import Protocol

import pyarrow as pa
import pyarrow.compute as pc
from typing_extensions import override

from connector.load.contract.session import DataRefusedError, Session
from connector.load.contract.statements import column_list, key_columns, references, sql
from connector.load.contract.warehouse import ARROW_SCHEMAS
from connector.load.tables import LABEL_TABLES, METADATA


class RowReplacement(Protocol):
    """Replaces the rows of label rows inside the caller's transaction."""

    def replace_labels(
        self, label_tables: Mapping[str, pa.Table], renewed: pa.Array, known: frozenset[str]
    ) -> dict[str, int]:
        """Replaces the rows of some label rows with those that arrived.

        Args:
            label_tables: the rows that arrived, by table of LABEL_TABLES, of these label rows and of others.
            renewed: label_hash of the label rows whose rows are replaced; the rows of others are not touched.
            known: label_hash of those that may have rows already.

        Returns:
            Rows inserted or changed, by table.
        """

    def replace_in_parts(self, label_hash: str, *, is_known: bool) -> "PartReplacement":
        """Begins to replace the rows of one label row with those of parts that are still to come.

        Args:
            label_hash: the label row.
            is_known: whether it may have rows already.
        """

    def replace_frames(self, project_hash: str) -> int:
        """Replaces the frames of the data units in staged `renewed_data_unit` with staged `arriving_data_frame`.

        The branches of a data unit carry the same frames: only one copy of each is taken.
        """


class PartReplacement(Protocol):
    """Takes the rows of one label row part after part; a row that refers to another comes with it or later."""

    def take(self, label_tables: Mapping[str, pa.Table]) -> None:
        """Takes a part: rows by table of LABEL_TABLES, all of the one label row."""

    def finish(self) -> dict[str, int]:
        """Ends the replacement, and returns the rows inserted or changed, by table.

        Raises:
            DataRefusedError: if two rows of different parts have the same key, or one refers to a row that never came.
        """


class DeleteAndInsert(RowReplacement):
    """DuckDB's way: it deletes the rows of a label row, and inserts the new ones.

    In tables without keys this is faster than upserts, merges and diffs.
    """

    def __init__(self, session: Session) -> None:
        """Replaces rows over this session."""
        self._session = session

    @override
    def replace_labels(
        self, label_tables: Mapping[str, pa.Table], renewed: pa.Array, known: frozenset[str]
    ) -> dict[str, int]:
        if known:  # on a first sync there is nothing to search 7 big tables for
            self._session.stage("renewed", pa.table({"label_hash": renewed}))
            for name in reversed(LABEL_TABLES):
                delete = "DELETE FROM {table} WHERE label_hash IN (SELECT label_hash FROM renewed)"
                self._session.execute(sql(delete, table=name))
        # Rows of other label rows are rare: looking for them in SQL, for each row, would take as long as the insert.
        wanted = {name: _of_label_rows(rows, renewed) for name, rows in label_tables.items()}
        return {name: self._session.copy(name, rows) for name, rows in wanted.items() if rows.num_rows}

    @override
    def replace_in_parts(self, label_hash: str, *, is_known: bool) -> "PartReplacement":
        if is_known:
            for name in reversed(LABEL_TABLES):
                delete = "DELETE FROM {table} WHERE label_hash = $label_hash"
                self._session.execute(sql(delete, table=name), label_hash=label_hash)
        return _InsertedParts(self._session, label_hash)

    @override
    def replace_frames(self, project_hash: str) -> int:
        self._session.execute(
            "DELETE FROM data_frame WHERE project_hash = $project_hash"
            " AND data_hash IN (SELECT data_hash FROM renewed_data_unit)",
            project_hash=project_hash,
        )
        insert = "INSERT INTO data_frame ({columns}) SELECT {columns} FROM ({frames}) AS frames ORDER BY {keys}"
        parts = {"columns": column_list(ARROW_SCHEMAS["data_frame"].names), "keys": _FRAME_KEY}
        return self._session.execute(sql(insert, frames=ONE_OF_EACH_FRAME, **parts), project_hash=project_hash)


def _of_label_rows(rows: pa.Table, label_hashes: pa.Array) -> pa.Table:
    """The rows of these label rows; usually all."""
    if pc.all(pc.is_in(pc.unique(rows["label_hash"]), value_set=label_hashes)).as_py():
        return rows
    return rows.filter(pc.is_in(rows["label_hash"], value_set=label_hashes))


class _InsertedParts(PartReplacement):
    """Inserts each part as it comes."""

    def __init__(self, session: Session, label_hash: str) -> None:
        self._session = session
        self._label_hash = label_hash
        self._written: dict[str, int] = {}
        self._in_several_parts: set[str] = set()

    @override
    def take(self, label_tables: Mapping[str, pa.Table]) -> None:
        for name, rows in label_tables.items():
            if rows.num_rows:
                count = self._session.copy(name, rows)
                if name in self._written:
                    self._in_several_parts.add(name)
                self._written[name] = self._written.get(name, 0) + count

    @override
    def finish(self) -> dict[str, int]:
        for name in self._in_several_parts:
            refuse_doubled_keys(self._session, name, name, self._label_hash)
        for name in LABEL_TABLES:
            _refuse_orphans(self._session, name, self._label_hash)
        return self._written


def refuse_doubled_keys(session: Session, name: str, held_in: str, label_hash: str) -> None:
    """Raises DataRefusedError if a label row has two rows of table `name` with one key, in that table or a staged one.

    The keys within a part are checked before it is taken; this is for rows of several parts.
    """
    keys = column_list(key_columns(METADATA.tables[name]))
    query = "SELECT 1 FROM {held_in} WHERE label_hash = $label_hash GROUP BY {keys} HAVING count(*) > 1 LIMIT 1"
    if session.rows(sql(query, held_in=held_in, keys=keys), label_hash=label_hash):
        raise DataRefusedError(f"two rows of {name} have the same key")


def _refuse_orphans(session: Session, name: str, label_hash: str) -> None:
    """Raises DataRefusedError if a label row's row of table `name` refers to none; for engines without keys."""
    query = (
        "SELECT 1 FROM {name} AS child WHERE label_hash = $label_hash"
        " AND NOT EXISTS (SELECT 1 FROM {referred} AS parent WHERE {is_parent}) LIMIT 1"
    )
    for referred, columns in references(METADATA.tables[name]):
        if referred in LABEL_TABLES:
            is_parent = " AND ".join(f"parent.{column} = child.{column}" for column in columns)
            question = sql(query, name=name, referred=referred, is_parent=is_parent)
            if session.rows(question, label_hash=label_hash):
                raise DataRefusedError(f"a row of {name} has no row of {referred}")


_FRAME_KEY = "project_hash, data_hash, frame"

ONE_OF_EACH_FRAME = sql(
    "SELECT {columns} FROM (SELECT {columns}, row_number() OVER (PARTITION BY {keys}) AS copy"
    " FROM arriving_data_frame WHERE project_hash = $project_hash"
    " AND data_hash IN (SELECT data_hash FROM renewed_data_unit)) AS copies WHERE copy = 1",
    columns=column_list(ARROW_SCHEMAS["data_frame"].names),
    keys=_FRAME_KEY,
)
"""The query for the staged frames of the renewed data units in project `$project_hash`, with one copy of each."""
