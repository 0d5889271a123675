"""Installs the views and the functions over them: all of them again if one file changed, none if nothing did.

Views are dropped and created again, not replaced, because PostgreSQL's CREATE OR REPLACE VIEW cannot remove a column.
They are never part of a migration: table `installed_view` says which ones are there and what they were made from.
Everything happens in the caller's transaction, in the connection's own schema, so a reader sees either the old views or
the new ones.
"""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import NamedTuple

import sqlalchemy as sa

from connector.load.contract.placement import current_schema, placed
from connector.load.tables import METADATA
from connector.load.tables.declaration import internal_schema
from connector.sql_files import ViewFile, column_texts, view_files
from connector.views.comments import set_comments
from connector.views.execution import execute_text
from connector.views.moments import as_of_functions
from connector.views.table_functions import TableFunction, install_functions, table_functions

_INSTALLED = METADATA.tables["installed_view"]
_PRESENT = (
    "SELECT table_name FROM information_schema.tables"
    " WHERE table_type = 'VIEW' AND table_schema IN (:schema, :internal)"
)


class InstalledView(NamedTuple):
    """A view that may be queried, as table installed_view describes it."""

    view_name: str
    schema_name: str
    subject: str
    key_columns: str
    description: str


def install(
    connection: sa.Connection,
    files: Sequence[ViewFile] | None = None,
    functions: Sequence[TableFunction] | None = None,
    *,
    has_texts: bool = True,
) -> bool:
    """Installs the views and functions of the files in the warehouse; does nothing if they are there already.

    Args:
        connection: in a transaction, which the caller commits; its schema is the warehouse's.
        files: the views in order of creation; by default the ones that ship with the connector.
        functions: the functions; by default the ones that ship with the connector, or none if `files` are given.
        has_texts: whether tables and columns get their comments, which nobody reads where the views go at once.

    Returns:
        Whether anything was installed.

    Raises:
        ConnectorError: SCHEMA, if a view or function cannot be dropped or created; the caller's transaction is then
            lost.
    """
    if functions is None:
        functions = [*table_functions(), *as_of_functions()] if files is None else ()
    is_again = _install_views(connection, view_files() if files is None else files, has_texts=has_texts)
    return install_functions(connection, functions, again=is_again) or is_again


def _install_views(connection: sa.Connection, wanted: Sequence[ViewFile], *, has_texts: bool) -> bool:
    if _is_current(connection, wanted):
        return False
    _drop(connection, also=[file.view_name for file in wanted])
    schema = current_schema(connection)
    for file in wanted:
        _execute(
            connection,
            placed(file.sql, schema),
            f"View {file.view_name} could not be created from {file.view_name}.sql.",
        )
    if has_texts:
        set_comments(connection, {file.view_name for file in wanted}, column_texts())
    if not wanted:
        return True
    now = datetime.now(UTC)
    # All in one statement, which is faster than one for each view.
    connection.execute(
        _INSTALLED.insert(),
        [
            {
                "view_name": file.view_name,
                "position": position,
                "digest": file.digest,
                "installed_at": now,
                "schema_name": internal_schema(schema) if file.is_internal else schema,
                "subject": file.subject,
                "key_columns": " ".join(file.key_columns),
                "description": file.description,
            }
            for position, file in enumerate(wanted)
        ],
    )
    return True


def remove(connection: sa.Connection) -> None:
    """Drops the installed functions and views, which a migration of the tables may require.

    Args:
        connection: in a transaction, which the caller commits.

    Raises:
        ConnectorError: SCHEMA, if one cannot be dropped, for example because somebody else's view reads it.
    """
    install_functions(connection, (), again=False)
    _drop(connection)


def _drop(connection: sa.Connection, also: Sequence[str] = ()) -> None:
    """Drops the recorded views, and those of `also` that exist unrecorded; a view goes before those that it reads."""
    recorded = connection.scalars(sa.select(_INSTALLED.c.view_name).order_by(_INSTALLED.c.position)).all()
    present = _present(connection)
    also = [name for name in also if name in present]
    for name in reversed([*(name for name in also if name not in recorded), *recorded]):
        quoted = connection.dialect.identifier_preparer.quote(name)
        _execute(connection, f"DROP VIEW IF EXISTS {quoted}", f"View {name} could not be dropped.")
    connection.execute(_INSTALLED.delete())


def installed_views(connection: sa.Connection) -> list[InstalledView]:
    """The views of this warehouse, by name."""
    columns = [_INSTALLED.c[name] for name in InstalledView._fields]
    return [InstalledView(*row) for row in connection.execute(sa.select(*columns).order_by(_INSTALLED.c.view_name))]


def _is_current(connection: sa.Connection, wanted: Sequence[ViewFile]) -> bool:
    """Whether the recorded views are the wanted ones, made from the same texts, and all still exist."""
    recorded = connection.execute(
        sa.select(_INSTALLED.c.view_name, _INSTALLED.c.digest).order_by(_INSTALLED.c.position)
    )
    if [tuple(row) for row in recorded] != [(file.view_name, file.digest) for file in wanted]:
        return False
    return _present(connection).issuperset(file.view_name for file in wanted)


def _present(connection: sa.Connection) -> set[str]:
    schema = current_schema(connection)
    return set(connection.scalars(sa.text(_PRESENT), {"schema": schema, "internal": internal_schema(schema)}))


def _execute(connection: sa.Connection, statements: str, failure: str) -> None:
    execute_text(connection, statements, failure, "Drop views of your own that read it, and run `encord-sync migrate`.")
