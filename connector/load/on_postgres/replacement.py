"""How PostgreSQL replaces the rows of label rows: it changes only what differs, row by row.

Deleting and inserting would let the tables grow, because a deleted row leaves its place behind. Here rows that stay as
they are cost no write at all. A join on the key finds them, not ON CONFLICT, which locks, and so writes, every row that
it meets.
"""

from collections.abc import Mapping, Sequence

from typing_extensions import override

from connector.load.contract.session import Value
from connector.load.contract.statements import column_list, key_columns, same_key, sql
from connector.load.contract.warehouse import ARROW_SCHEMAS
from connector.load.history.change_log import ChangeLog
from connector.load.tables import METADATA
from connector.load.writing.row_replacement import RowReplacement


class ChangeInPlace(RowReplacement):
    """Copies the rows of new label rows in, and changes of stored ones only what differs."""

    @override
    def _write_differences(
        self,
        names: Sequence[str],
        among: str,
        arriving: Mapping[str, str],
        changes: ChangeLog,
        **parameters: Value,
    ) -> dict[str, int]:
        differing = {
            name: changes.keep_differences(name, sql(among, table=name), arriving[name], **parameters) for name in names
        }
        names = [name for name in names if differing[name]]
        parts = {name: _parts(name, sql(among, table=name), arriving[name]) for name in names}
        for name in reversed(names):  # children before the parents that they refer to
            delete = (
                "DELETE FROM {table} WHERE {among} AND NOT EXISTS (SELECT 1 FROM {wanted} AS wanted WHERE {same_key})"
            )
            self._session.execute(sql(delete, **parts[name]), **parameters)
        return dict.fromkeys(differing, 0) | {
            name: self._write_what_differs(name, parts[name], **parameters) for name in names
        }

    def _write_what_differs(self, name: str, parts: Mapping[str, str], **parameters: Value) -> int:
        """Changes the rows that differ from those that are wanted, inserts those missing; returns how many.

        The keys alone would find the rows; `among` tells the planner that they are few and close together in the index.
        """
        columns = ARROW_SCHEMAS[name].names
        values = [column for column in columns if column not in key_columns(METADATA.tables[name])]
        update = (
            "UPDATE {table} SET {changes} FROM {wanted} AS wanted"
            " WHERE {among} AND {same_key} AND ({stored}) IS DISTINCT FROM ({arriving})"
        )
        insert = (
            "INSERT INTO {table} ({columns}) SELECT {columns} FROM {wanted} AS wanted"
            " WHERE NOT EXISTS (SELECT 1 FROM {table} WHERE {among} AND {same_key})"
        )
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


def _parts(name: str, among: str, wanted: str) -> dict[str, str]:
    return {"table": name, "among": among, "wanted": wanted, "same_key": same_key(METADATA.tables[name], "wanted")}
