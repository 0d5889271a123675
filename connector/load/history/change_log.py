"""Writes down what a transaction is about to replace, so that any earlier moment can be asked for later.

What a row was goes into its table's history, with the moment at which it was replaced. Of several changes of one row in
a transaction only the first is written, because nobody ever saw the ones in between.
"""

from datetime import UTC, datetime, timedelta

import sqlalchemy as sa

from connector.load.contract.session import Session, Value
from connector.load.contract.statements import column_list, key_columns, same_key, sql
from connector.load.tables import METADATA, histories
from connector.load.tables.histories import HISTORIES, kept_columns

_ONE_MOMENT = timedelta(microseconds=1)


class ChangeLog:
    """What one transaction changes of one project.

    Attributes:
        at: the moment of its changes. It is later than that of every earlier transaction about the project, whatever
            the machine's clock says.
        written: the tables of which something was written down.
    """

    def __init__(self, session: Session, project_hash: str, *, is_kept: bool = True) -> None:
        """Begins the log.

        Args:
            session: inside the transaction.
            project_hash: the project.
            is_kept: whether the user wants a history. If not, the moments before the transaction can no longer be known
                once it has changed something.
        """
        self._session = session
        self._project_hash = project_hash
        self._is_kept = is_kept
        self.written: set[str] = set()
        now = datetime.now(UTC)
        query = "SELECT known_since, last_at FROM history_clock WHERE project_hash = $project_hash"
        found = session.rows(query, project_hash=project_hash)
        self._known_since = found[0][0] if found else None
        self.at = max(now, found[0][1] + _ONE_MOMENT) if found else now

    def keep(self, name: str, change: str, where: str, **parameters: Value) -> int:
        """Writes down the rows of a table that are about to be changed or removed; returns how many.

        Args:
            name: the table; one without a history is passed over.
            change: changed or removed.
            where: what follows the table's name in a query for these rows: joins and conditions.
            parameters: of `where`.
        """
        if name not in HISTORIES:
            return 0
        table, columns = METADATA.tables[name], kept_columns(METADATA.tables[name])
        values = column_list(columns, f"{name}.")
        return self._write(table, columns, values, f"'{change}'", f"{name} {where}", **parameters)

    def keep_upserted(self, name: str, staged: str, differs: str) -> bool:
        """Writes down what an upsert will change, and the keys of what it will add.

        Args:
            name: the table.
            staged: the rows to upsert.
            differs: the condition for a staged row to differ from the stored one of its key.

        Returns:
            Whether it will change or add anything; also true if that cannot be said, because the transaction has
            written something down of the table before.
        """
        table = METADATA.tables[name]
        keys = key_columns(table)
        values = [
            f"COALESCE({name}.{column}, {staged}.{column}) AS {column}" if column in keys else f"{name}.{column}"
            for column in kept_columns(table)
        ]
        was_written = name in self.written
        source = sql(
            "{staged} LEFT JOIN {name} ON {same_key} WHERE {name}.{first} IS NULL OR {differs}",
            staged=staged,
            name=name,
            same_key=same_key(table, staged),
            first=keys[0],
            differs=differs,
        )
        change = f"CASE WHEN {name}.{keys[0]} IS NULL THEN 'added' ELSE 'changed' END"
        return bool(self._write(table, kept_columns(table), ", ".join(values), change, source)) or was_written

    def keep_added(self, name: str, staged: str) -> int:
        """Writes down the keys of staged rows that were just added to a table; returns how many."""
        table = METADATA.tables[name]
        keys = key_columns(table)
        return self._write(table, keys, column_list(keys, f"{staged}."), "'added'", staged)

    def _write(
        self, table: sa.Table, columns: list[str], values: str, change: str, source: str, **parameters: Value
    ) -> int:
        insert = (
            "INSERT INTO {table}_history ({columns}, replaced_at, change)"
            " SELECT {columns}, CAST($moment AS TIMESTAMPTZ), change"
            " FROM (SELECT {values}, {change} AS change FROM {source}) AS found{first_only}"
        )
        # Only what was written down of the table before, in this transaction, can be there already.
        first_only = (
            " WHERE NOT EXISTS (SELECT 1 FROM {table}_history AS written"
            " WHERE written.replaced_at = $moment AND {is_written})"
        )
        is_written = " AND ".join(f"written.{name} = found.{name}" for name in key_columns(table))
        statement = sql(
            insert,
            table=table.name,
            columns=column_list(columns),
            values=values,
            change=change,
            source=source,
            first_only=sql(first_only, table=table.name, is_written=is_written) if table.name in self.written else "",
        )
        return self._noted(table.name, self._session.execute(statement, moment=self.at, **parameters))

    def keep_differences(self, name: str, among: str, arriving: str, **parameters: Value) -> int:
        """Writes down how some rows of a table differ from those that will take their place; returns how many do.

        Args:
            name: the table.
            among: the condition for the rows that are replaced.
            arriving: the rows that take their place: a table or a query in brackets.
            parameters: of `among` and `arriving`.
        """
        table = METADATA.tables[name]
        keys, columns = key_columns(table), kept_columns(table)
        values = [column for column in columns if column not in keys]
        insert = (
            "INSERT INTO {name}_history ({columns}, replaced_at, change)"
            " SELECT {kept}, CAST($moment AS TIMESTAMPTZ), CASE WHEN stored.{first} IS NULL THEN 'added'"
            " WHEN arriving.{first} IS NULL THEN 'removed' ELSE 'changed' END"
            " FROM (SELECT {columns} FROM {name} WHERE {among}) AS stored"
            " FULL JOIN {arriving} AS arriving ON {same_key}"
            " WHERE stored.{first} IS NULL OR arriving.{first} IS NULL{differs}"
        )
        statement = sql(
            insert,
            name=name,
            columns=column_list(columns),
            kept=", ".join(
                f"COALESCE(stored.{column}, arriving.{column})" if column in keys else f"stored.{column}"
                for column in columns
            ),
            first=keys[0],
            among=among,
            arriving=arriving,
            same_key=" AND ".join(f"stored.{key} = arriving.{key}" for key in keys),
            differs="".join(f" OR stored.{value} IS DISTINCT FROM arriving.{value}" for value in values),
        )
        return self._noted(name, self._session.execute(statement, moment=self.at, **parameters))

    def _noted(self, name: str, rows: int) -> int:
        if rows:
            self.written.add(name)
        return rows

    def note_versions(self, rows: int) -> None:
        """Takes note that versions of label rows were written with this moment."""
        self._noted(histories.label_row_version.name, rows)

    def end(self) -> None:
        """Ends the log, before the transaction does: notes its moment, or forgets what nobody wants to keep."""
        if self._known_since is not None and not self.written:
            return
        is_forgotten = not self._is_kept
        if is_forgotten:
            for name in self.written & HISTORIES.keys():
                forget = sql(
                    "DELETE FROM {name}_history WHERE replaced_at = $moment AND {own}", name=name, own=of_project(name)
                )
                self._session.execute(forget, moment=self.at, project_hash=self._project_hash)
        # What was not written down cannot be undone: then no earlier moment can be known, not even one with a name.
        begins = is_forgotten or self._known_since is None
        clock = {"project_hash": self._project_hash, "moment": self.at}
        begin = ", began_at = $moment, known_since = $moment" if begins else ""
        update = "UPDATE history_clock SET last_at = $moment{begin} WHERE project_hash = $project_hash"
        if not self._session.execute(sql(update, begin=begin), **clock):
            self._session.execute(
                "INSERT INTO history_clock (project_hash, began_at, known_since, last_at)"
                " VALUES ($project_hash, $moment, $moment, $moment)",
                **clock,
            )


def of_project(name: str) -> str:
    """The condition for the rows of a table's history that belong to project `$project_hash`."""
    if name == "label_row":
        # What is kept of an added row is its key alone, and this key does not name the project.
        of_project = "SELECT label_row_id FROM {name} WHERE project_hash = $project_hash"
        return f"label_row_id IN ({sql(of_project, name=name)} UNION ALL {sql(of_project, name=f'{name}_history')})"
    if "project_hash" in HISTORIES[name].columns:
        return "project_hash = $project_hash"
    return "label_hash IN (SELECT label_hash FROM label_row_version WHERE project_hash = $project_hash)"
