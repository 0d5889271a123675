"""Brings a warehouse's tables up to this release: runs Alembic with the revisions in `migrations/`.

Alembic itself is slow to import, so it is imported only if there is something to migrate. This module reads without it
which revision a warehouse has, from Alembic's table, and which ones this release knows, from the names of their files.
"""

from collections.abc import Callable
from functools import cache

from sqlalchemy import Connection, delete, select, text
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from connector.errors import ConnectorError, ErrorKind
from connector.load.contract.engine_refusals import is_circumstance
from connector.load.tables import METADATA
from connector.packaged_files import packaged_folder

# SQLAlchemy's own inspection is far slower on DuckDB. The catalogue also has tables that this user may not read;
# information_schema does not.
_TABLES = (
    "SELECT pg_class.relname FROM pg_catalog.pg_class JOIN pg_catalog.pg_namespace"
    " ON pg_namespace.oid = pg_class.relnamespace WHERE pg_namespace.nspname = ANY(current_schemas(false))"
)
_REVISION = "SELECT version_num FROM alembic_version"


@cache
def head_revision() -> str:
    """The revision that this release works with."""
    return max(_known_revisions())


def current_revision(connection: Connection) -> str | None:
    """The revision of the tables in the connection's schema; None if Alembic has never been there."""
    if "alembic_version" not in _table_names(connection):
        return None
    revision: str | None = connection.scalar(text(_REVISION))
    return revision


def ensure_head(
    connection: Connection, *, migrate: bool, create: Callable[[Connection], None] | None = None
) -> str | None:
    """Brings an empty schema to head, and an older one if `migrate` says so.

    Args:
        connection: in a transaction; the caller commits, so a failing migration leaves nothing behind.
        migrate: whether an older schema may be changed.
        create: makes the tables in an empty schema; by default all revisions do, one after the other.

    Returns:
        The older revision that was migrated, or None if there was nothing to migrate.

    Raises:
        ConnectorError: SCHEMA if the tables are older and `migrate` is false, if they are newer than this release, if
            this product did not make tables of the same names, or if something prevents a migration.
        DBAPIError: if the engine cannot do it in its present state, or this user may not: the session explains it.
    """
    current = current_revision(connection)
    if current is None:
        _refuse_foreign_tables(connection)
    elif current == head_revision():
        return None
    elif not migrate or current not in _known_revisions():
        raise other_release(current)
    try:
        if current is None and create is not None:
            create(connection)
        else:
            _drop_views(connection)
            _upgrade(connection)
    except SQLAlchemyError as error:
        if isinstance(error, DBAPIError) and is_circumstance(error.orig):
            raise  # not the migration's fault: the session explains it
        raise ConnectorError(
            ErrorKind.SCHEMA,
            f"The tables could not be migrated from {current or 'nothing'} to {head_revision()}: {_first_line(error)}",
            remedy="It was left as it was. If views of your own are in the way, drop them first and make them again.",
        ) from error
    return current


def refuse_other_release(connection: Connection) -> None:
    """Raises ConnectorError(SCHEMA) unless the tables exist and belong to this release; changes nothing."""
    current = current_revision(connection)
    if current is None:
        raise ConnectorError(
            ErrorKind.SCHEMA,
            "There are no tables of encord-sync in this warehouse.",
            remedy="Name the warehouse (and --schema) that you synced into, or run `encord-sync sync` first.",
        )
    if current != head_revision():
        raise other_release(current)


def other_release(current: str) -> ConnectorError:
    """What it means that tables have another revision than this release's."""
    head = head_revision()
    if current not in _known_revisions():
        return ConnectorError(
            ErrorKind.SCHEMA,
            f"The warehouse's tables have revision {current}, which this release of encord-sync (up to {head}) does not"
            " know: a newer release made them.",
            remedy="Upgrade encord-sync (pip install --upgrade encord-sync).",
        )
    return ConnectorError(
        ErrorKind.SCHEMA,
        f"The warehouse's tables have revision {current}, this release of encord-sync needs {head}.",
        remedy="Run `encord-sync migrate` (make a copy first if you need the old form), or sync with --migrate.",
    )


def _upgrade(connection: Connection) -> None:
    from alembic import command
    from alembic.config import Config

    config = Config()
    # Alembic interpolates %, as in configuration files.
    config.set_main_option("script_location", str(packaged_folder("migrations")).replace("%", "%%"))
    config.attributes["connection"] = connection
    command.upgrade(config, "head")


@cache
def _known_revisions() -> frozenset[str]:
    """The revisions that ship with this release: each file has the name of its revision, 0001_….py, in their order."""
    return frozenset(path.name.partition("_")[0] for path in packaged_folder("migrations").glob("versions/[0-9]*.py"))


def _table_names(connection: Connection) -> frozenset[str]:
    """The names of tables, views and other relations in the connection's schemas."""
    return frozenset(connection.scalars(text(_TABLES)))


def _refuse_foreign_tables(connection: Connection) -> None:
    taken = sorted(METADATA.tables.keys() & _table_names(connection))
    if taken:
        raise ConnectorError(
            ErrorKind.SCHEMA,
            f"The warehouse already has tables that encord-sync did not make: {', '.join(taken)}.",
            remedy="Name another file or another --schema.",
        )


def _drop_views(connection: Connection) -> None:
    """Drops the installed views: PostgreSQL changes no column that a view reads. They are installed again later."""
    views = METADATA.tables["installed_view"]
    if views.name not in _table_names(connection):
        return
    names = connection.scalars(select(views.c.view_name).order_by(views.c.position.desc())).all()
    for name in names:
        connection.exec_driver_sql(f"DROP VIEW IF EXISTS {connection.dialect.identifier_preparer.quote(name)}")
    connection.execute(delete(views))


def _first_line(error: Exception) -> str:
    return str(error).partition("\n")[0]
