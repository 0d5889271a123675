"""Bringing a warehouse's tables to this release: Alembic, driven from here, with the revisions in `migrations/`."""

from functools import cache

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, delete, inspect, select
from sqlalchemy.exc import OperationalError, SQLAlchemyError

from connector.errors import ConnectorError, ErrorKind
from connector.load.tables import METADATA
from connector.packaged_files import packaged_folder


@cache
def head_revision() -> str:
    """The revision that this release works with."""
    return str(ScriptDirectory.from_config(_config()).get_current_head())


def current_revision(connection: Connection) -> str | None:
    """The revision of the tables in the connection's schema; None if Alembic has never been there."""
    return MigrationContext.configure(connection).get_current_revision()


def ensure_head(connection: Connection, *, migrate: bool) -> str | None:
    """Brings an empty schema to head, and an older one if that is wanted.

    Args:
        connection: in a transaction; the caller commits, so a failing migration leaves nothing behind.
        migrate: whether an older schema may be changed.

    Returns:
        The older revision that was migrated, or None if there was nothing to migrate.

    Raises:
        ConnectorError: SCHEMA if the tables are older and `migrate` is false, newer than this release, or tables of the
            same names that this product did not make.
    """
    current = current_revision(connection)
    if current is None:
        _refuse_foreign_tables(connection)
    elif current == head_revision():
        return None
    elif not migrate or current not in _known_revisions():
        raise _other_release(current)
    config = _config()
    config.attributes["connection"] = connection
    try:
        _drop_views(connection)
        command.upgrade(config, "head")
    except OperationalError:
        raise  # a full disk or a lost connection: not the migration's fault, the session says what it is
    except SQLAlchemyError as error:
        raise ConnectorError(
            ErrorKind.SCHEMA,
            f"The tables could not be migrated from {current or 'nothing'} to {head_revision()}: {_first_line(error)}",
            remedy="It was left as it was. If views of your own are in the way, drop them first and make them again.",
        ) from error
    return current


def refuse_other_release(connection: Connection) -> None:
    """Raises ConnectorError(SCHEMA) unless the tables are there and of this release; changes nothing."""
    current = current_revision(connection)
    if current is None:
        raise ConnectorError(
            ErrorKind.SCHEMA,
            "There are no tables of encord-sync in this warehouse.",
            remedy="Name the warehouse (and --schema) that you synced into, or run `encord-sync sync` first.",
        )
    if current != head_revision():
        raise _other_release(current)


def _other_release(current: str) -> ConnectorError:
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


def _config() -> Config:
    config = Config()
    # Alembic interpolates % as configuration files do.
    config.set_main_option("script_location", str(packaged_folder("migrations")).replace("%", "%%"))
    return config


@cache
def _known_revisions() -> set[str]:
    return {script.revision for script in ScriptDirectory.from_config(_config()).walk_revisions()}


def _refuse_foreign_tables(connection: Connection) -> None:
    taken = sorted(set(METADATA.tables) & set(inspect(connection).get_table_names()))
    if taken:
        raise ConnectorError(
            ErrorKind.SCHEMA,
            f"The warehouse already has tables that encord-sync did not make: {', '.join(taken)}.",
            remedy="Name another file or another --schema.",
        )


def _drop_views(connection: Connection) -> None:
    """Drops the installed views: PostgreSQL changes no column that a view reads. `connector.views` makes them again."""
    views = METADATA.tables["installed_view"]
    if not inspect(connection).has_table(views.name):
        return
    names = connection.scalars(select(views.c.view_name).order_by(views.c.position.desc())).all()
    for name in names:
        connection.exec_driver_sql(f"DROP VIEW IF EXISTS {connection.dialect.identifier_preparer.quote(name)}")
    connection.execute(delete(views))


def _first_line(error: Exception) -> str:
    return str(error).partition("\n")[0]
