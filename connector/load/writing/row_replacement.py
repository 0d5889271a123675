"""How the rows of label rows are replaced: the part of a bundle's transaction that each engine does in its own way."""

from abc import abstractmethod
from collections.abc import Mapping, Sequence
from typing import Protocol

import pyarrow as pa
import pyarrow.compute as pc
from typing_extensions import override

from connector.load.contract.session import DataRefusedError, Session, Value
from connector.load.contract.statements import column_list, key_columns, references, sql
from connector.load.contract.warehouse import ARROW_SCHEMAS
from connector.load.history.change_log import ChangeLog
from connector.load.tables import LABEL_TABLES, METADATA

_OF_LABEL_ROWS = "{table}.label_hash = ANY (string_to_array($hashes, chr(10)))"
"""Rows of the label rows whose hashes a text names, one per line. Unlike the rows of a staged table, the hashes are
known when the statement is planned, so that PostgreSQL looks a few label rows of a large table up in its index."""

_OF_DATA_UNITS = (
    "data_frame.project_hash = $project_hash AND data_frame.data_hash IN (SELECT data_hash FROM renewed_data_unit)"
)


class RowReplacement:
    """Replaces the rows of label rows inside the caller's transaction: writes only what differs from what is there.

    An engine adds how it does that (`_write_differences`).
    """

    def __init__(self, session: Session) -> None:
        """Replaces rows over this session."""
        self._session = session

    def replace_labels(
        self, label_tables: Mapping[str, pa.Table], renewed: pa.Array, known: frozenset[str], changes: ChangeLog
    ) -> dict[str, int]:
        """Replaces the rows of some label rows with those that arrived.

        Args:
            label_tables: the rows that arrived, by table of LABEL_TABLES, of these label rows and of others.
            renewed: label_hash of the label rows whose rows are replaced; the rows of others are not touched.
            known: label_hash of those that may have rows already, or had some.
            changes: the log of the transaction.

        Returns:
            Rows inserted or changed, by table.
        """
        is_known = pc.is_in(renewed, value_set=pa.array(sorted(known), pa.string()))
        stored, new = renewed.filter(is_known), renewed.filter(pc.invert(is_known))
        written = dict.fromkeys(LABEL_TABLES, 0)
        if len(stored):
            for name in LABEL_TABLES:
                rows = label_tables.get(name, ARROW_SCHEMAS[name].empty_table())
                self._session.stage(f"arriving_{name}", _of_label_rows(rows, stored))
            written = self.replace_staged(stored.to_pylist(), changes)
        if len(new):
            for name, rows in label_tables.items():
                wanted = _of_label_rows(rows, new)
                written[name] += self._session.copy(name, wanted) if wanted.num_rows else 0
        return written

    def replace_staged(self, label_hashes: Sequence[str], changes: ChangeLog) -> dict[str, int]:
        """Replaces the rows of label rows with those staged as `arriving_…`; returns how many were new or differed."""
        return self._write_differences(
            LABEL_TABLES,
            _OF_LABEL_ROWS,
            {name: f"arriving_{name}" for name in LABEL_TABLES},
            changes,
            hashes="\n".join(label_hashes),
        )

    def replace_in_parts(self, label_hash: str, *, is_known: bool, changes: ChangeLog) -> "PartReplacement":
        """Begins to replace the rows of one label row with those of parts that are still to come.

        Args:
            label_hash: the label row.
            is_known: whether it may have rows already, or had some.
            changes: the log of the transaction.
        """
        if not is_known:
            return InsertedParts(self._session, label_hash)
        for name in LABEL_TABLES:
            self._session.gather(f"arriving_{name}", ARROW_SCHEMAS[name])
        return GatheredParts(self._session, self, label_hash, changes)

    def insert_frames(self, project_hash: str) -> int:
        """Inserts the staged frames of data units that have had none; otherwise the same as `replace_frames`."""
        insert = "INSERT INTO data_frame ({columns}) SELECT {columns} FROM ({frames}) AS frames ORDER BY {keys}"
        parts = {"columns": column_list(ARROW_SCHEMAS["data_frame"].names), "keys": _FRAME_KEY}
        return self._session.execute(sql(insert, frames=ONE_OF_EACH_FRAME, **parts), project_hash=project_hash)

    def replace_frames(self, project_hash: str, changes: ChangeLog) -> int:
        """Replaces the frames of the data units in staged `renewed_data_unit` with staged `arriving_data_frame`.

        The branches of a data unit carry the same frames: only one copy of each is taken.
        """
        name = "data_frame"
        frames = {name: f"({ONE_OF_EACH_FRAME})"}
        return self._write_differences((name,), _OF_DATA_UNITS, frames, changes, project_hash=project_hash)[name]

    @abstractmethod
    def _write_differences(
        self,
        names: Sequence[str],
        among: str,
        arriving: Mapping[str, str],
        changes: ChangeLog,
        **parameters: Value,
    ) -> dict[str, int]:
        """Makes some rows of tables what arrives, and keeps in the log what they were.

        Args:
            names: the tables, a table after those that its rows refer to.
            among: the condition for the rows, with `{table}` for the table's name.
            arriving: of each table the rows that take their place: a table, or a query in brackets.
            changes: the log.
            parameters: of `among` and `arriving`.

        Returns:
            Rows inserted or changed, by table.
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
    """DuckDB's way: it deletes the rows that differ, and inserts the new ones.

    In tables without keys this is faster than upserts and merges. The log says which rows differ.
    """

    @override
    def _write_differences(
        self,
        names: Sequence[str],
        among: str,
        arriving: Mapping[str, str],
        changes: ChangeLog,
        **parameters: Value,
    ) -> dict[str, int]:
        delete = (
            "DELETE FROM {table} WHERE {among} AND EXISTS (SELECT 1 FROM {table}_history AS kept"
            " WHERE kept.replaced_at = $moment AND kept.change <> 'added' AND {same_key})"
        )
        insert = (
            "INSERT INTO {table} ({columns}) SELECT {columns} FROM {arriving} AS arriving"
            " WHERE EXISTS (SELECT 1 FROM {table}_history AS kept"
            " WHERE kept.replaced_at = $moment AND kept.change <> 'removed' AND {arriving_key})"
        )
        written = {}
        for name in names:
            of_table = sql(among, table=name)
            written[name] = 0
            if not changes.keep_differences(name, of_table, arriving[name], **parameters):
                continue
            keys = key_columns(METADATA.tables[name])
            parts = {"table": name, "among": of_table, "arriving": arriving[name]}
            same_key = " AND ".join(f"kept.{key} = {name}.{key}" for key in keys)
            self._session.execute(sql(delete, same_key=same_key, **parts), moment=changes.at, **parameters)
            columns = column_list(ARROW_SCHEMAS[name].names)
            arriving_key = " AND ".join(f"kept.{key} = arriving.{key}" for key in keys)
            statement = sql(insert, columns=columns, arriving_key=arriving_key, **parts)
            written[name] = self._session.execute(statement, moment=changes.at, **parameters)
        return written


def _of_label_rows(rows: pa.Table, label_hashes: pa.Array) -> pa.Table:
    """The rows of these label rows; usually all."""
    if pc.all(pc.is_in(pc.unique(rows["label_hash"]), value_set=label_hashes)).as_py():
        return rows
    return rows.filter(pc.is_in(rows["label_hash"], value_set=label_hashes))


class InsertedParts(PartReplacement):
    """Inserts each part of a new label row as it comes."""

    def __init__(self, session: Session, label_hash: str) -> None:
        self._session = session
        self._label_hash = label_hash
        self._written: dict[str, int] = {}
        self._in_several_parts: set[str] = set()

    @override
    def take(self, label_tables: Mapping[str, pa.Table]) -> None:
        for name in LABEL_TABLES:
            if name in label_tables and label_tables[name].num_rows:
                count = self._session.copy(name, label_tables[name])
                if name in self._written:
                    self._in_several_parts.add(name)
                self._written[name] = self._written.get(name, 0) + count

    @override
    def finish(self) -> dict[str, int]:
        for name in self._in_several_parts:
            refuse_doubled_keys(self._session, name, name, self._label_hash)
        refuse_orphans(self._session, self._label_hash, "")
        return self._written


class GatheredParts(PartReplacement):
    """Gathers the rows of a stored label row, and compares them at the end with what is there."""

    def __init__(self, session: Session, replacement: RowReplacement, label_hash: str, changes: ChangeLog) -> None:
        self._session = session
        self._replacement = replacement
        self._label_hash = label_hash
        self._changes = changes

    @override
    def take(self, label_tables: Mapping[str, pa.Table]) -> None:
        for name, rows in label_tables.items():
            self._session.copy(f"arriving_{name}", rows)

    @override
    def finish(self) -> dict[str, int]:
        for name in LABEL_TABLES:
            self._session.gathered(f"arriving_{name}")
            refuse_doubled_keys(self._session, name, f"arriving_{name}", self._label_hash)
        refuse_orphans(self._session, self._label_hash, "arriving_")
        return self._replacement.replace_staged([self._label_hash], self._changes)


def refuse_doubled_keys(session: Session, name: str, held_in: str, label_hash: str) -> None:
    """Raises DataRefusedError if a label row has two rows of table `name` with one key, in that table or a staged one.

    The keys within a part are checked before it is taken; this is for rows of several parts.
    """
    keys = column_list(key_columns(METADATA.tables[name]))
    query = "SELECT 1 FROM {held_in} WHERE label_hash = $label_hash GROUP BY {keys} HAVING count(*) > 1 LIMIT 1"
    if session.rows(sql(query, held_in=held_in, keys=keys), label_hash=label_hash):
        raise DataRefusedError(f"two rows of {name} have the same key")


def refuse_orphans(session: Session, label_hash: str, staged: str) -> None:
    """Raises DataRefusedError if a row of a label row refers to none; for engines without keys.

    Args:
        session: inside a transaction.
        label_hash: the label row.
        staged: what the names of its rows' tables begin with.
    """
    query = (
        "SELECT 1 FROM {child} AS child WHERE label_hash = $label_hash"
        " AND NOT EXISTS (SELECT 1 FROM {parent} AS parent WHERE {is_parent}) LIMIT 1"
    )
    for name in LABEL_TABLES:
        for referred, columns in references(METADATA.tables[name]):
            if referred in LABEL_TABLES:
                is_parent = " AND ".join(f"parent.{column} = child.{column}" for column in columns)
                question = sql(query, child=f"{staged}{name}", parent=f"{staged}{referred}", is_parent=is_parent)
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
