"""A schema that Alembic moves from revision to revision, on either engine, and what can be seen of it."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import pyarrow as pa
import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory

from connector.load import ARROW_SCHEMAS
from connector.load.contract.postgres_location import PostgresLocation
from connector.load.contract.revisions import current_revision
from connector.load.contract.warehouse_url import DuckDBLocation, warehouse_location
from connector.load.on_duckdb.session import DuckDBSession
from connector.load.on_postgres.session import PostgresSession
from connector.load.tables import METADATA
from connector.load.tables.declaration import is_internal
from connector.packaged_files import packaged_folder
from connector.sql_files import column_texts
from connector.views import install

Structure = dict[str, dict[str, Any]]
Rows = dict[str, list[tuple[Any, ...]]]


def alembic_config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(packaged_folder("migrations")))
    return config


REVISIONS: list[str] = [
    script.revision for script in ScriptDirectory.from_config(alembic_config()).walk_revisions("base", "heads")
][::-1]
"""All revisions, the first one first."""
OLDER = [None, *REVISIONS[:-1]]
"""Every state that can be upgraded: nothing at all, and each revision but the head."""

MADE_AGAIN = {"consensus_object_match", "consensus_match_rules", "installed_view"}
"""Tables that a revision empties: the next sync, or the installation of the views, makes their rows again."""
GONE_LATER = {"match_round": 1, "grain": "an object", "file_name": "object.sql"}
"""Columns that a later revision takes away, and what fills them."""
ADDED_LATER = {"spaces_digest", "shard", "pseudonym_check"}
"""Columns that a revision adds to a table of an earlier one: on the way from there and back their values are lost."""


class MigratedSchema:
    """One schema; each method opens the warehouse and lets go of it again."""

    def __init__(self, url: str) -> None:
        self.url = url

    @contextmanager
    def _session(self) -> Iterator[DuckDBSession | PostgresSession]:
        location = warehouse_location(self.url)
        session: DuckDBSession | PostgresSession
        if isinstance(location, PostgresLocation):
            session = PostgresSession(location)
            session.execute(f'CREATE SCHEMA IF NOT EXISTS "{location.schema}"')
        else:
            assert isinstance(location, DuckDBLocation)
            session = DuckDBSession(location.path, location.schema, location.settings)
        try:
            yield session
        finally:
            session.close()

    def move(self, revision: str | None) -> "MigratedSchema":
        """Upgrade or downgrade, as it takes, to a revision; None is the empty schema."""
        with self._session() as session, session.connection() as connection:
            config = alembic_config()
            config.attributes["connection"] = connection
            current = current_revision(connection)
            places = [None, *REVISIONS]
            go = command.upgrade if places.index(current) < places.index(revision) else command.downgrade
            go(config, revision or "base")
        return self

    @property
    def revision(self) -> str | None:
        with self._session() as session, session.connection() as connection:
            return current_revision(connection)

    def structure(self) -> Structure:
        """Columns, keys, references and indexes of each table but Alembic's own."""
        with self._session() as session, session.connection() as connection:
            return dict(
                item for schema in _schemas(connection) for item in self._structure_of(connection, schema).items()
            )

    @staticmethod
    def _structure_of(connection: sa.Connection, schema: str) -> Structure:
        inspector = sa.inspect(connection)
        # One query for all tables each, where one per table would cost a second on DuckDB.
        keys = inspector.get_multi_pk_constraint(schema)
        references, indexes = inspector.get_multi_foreign_keys(schema), inspector.get_multi_indexes(schema)
        return {
            table[1]: {
                "is_internal": schema.endswith("internal"),
                "columns": [_column(column, connection.dialect) for column in columns],
                "primary_key": tuple(keys[table]["constrained_columns"]),
                "references": {_reference(reference) for reference in references[table]},
                "indexes": {
                    (index["name"], tuple(index.get("expressions", index["column_names"]))) for index in indexes[table]
                },
            }
            for table, columns in inspector.get_multi_columns(schema).items()
            if table[1] != "alembic_version"
        }

    def fill(self, given: Mapping[str, pa.Table]) -> None:
        """Insert rows into those of the tables that there are and that no migration filled, parents first."""
        present = self.structure()
        with self._session() as session, session.transaction():
            for table in METADATA.sorted_tables:
                if table.name in present and table.name in given and not _has_rows(session, table.name):
                    columns = [column[0] for column in present[table.name]["columns"]]
                    rows = given[table.name]
                    for gone in (GONE_LATER.keys() & set(columns)) - set(rows.column_names):
                        rows = rows.append_column(gone, pa.repeat(GONE_LATER[gone], rows.num_rows))
                    rows = rows.select(columns)
                    session.stage(f"given_{table.name}", rows)
                    names = ", ".join(rows.column_names)
                    session.execute(f"INSERT INTO {table.name} ({names}) SELECT {names} FROM given_{table.name}")

    def rows(self) -> Rows:
        """All rows of all declared tables that there are, sorted, without ADDED_LATER; MADE_AGAIN aside."""
        present = self.structure()
        with self._session() as session, session.transaction():
            return {
                name: sorted(session.rows(f"SELECT {', '.join(_kept_by_all(schema))} FROM {name}"), key=repr)
                for name, schema in ARROW_SCHEMAS.items()
                if name in present and name not in MADE_AGAIN
            }

    def install_views(self) -> None:
        with self._session() as session, session.connection() as connection:
            install(connection)

    def comments(self) -> dict[tuple[str, str | None], str | None]:
        """Table and column → comment; of a table itself the column is None."""
        found: dict[tuple[str, str | None], str | None] = {}
        with self._session() as session, session.connection() as connection:
            inspector = sa.inspect(connection)
            for schema in _schemas(connection):
                for (_, table), comment in inspector.get_multi_table_comment(schema).items():
                    found[str(table), None] = comment["text"]
                for (_, table), columns in inspector.get_multi_columns(schema).items():
                    found.update({(str(table), column["name"]): column["comment"] for column in columns})
        return {(table, column): text for (table, column), text in found.items() if table in METADATA.tables}

    def views(self) -> list[str]:
        with self._session() as session, session.connection() as connection:
            inspector = sa.inspect(connection)
            return sorted(name for schema in _schemas(connection) for name in inspector.get_view_names(schema))

    def run(self, statement: str) -> None:
        with self._session() as session, session.transaction():
            session.execute(statement)


def _kept_by_all(schema: pa.Schema) -> list[str]:
    return [name for name in schema.names if name not in ADDED_LATER]


def _schemas(connection: sa.Connection) -> list[str]:
    """The warehouse's schema, and that of its plumbing if it is there."""
    return list(connection.scalar(sa.text("SELECT current_schemas(false)")))


def _has_rows(session: DuckDBSession | PostgresSession, table: str) -> bool:
    return bool(session.rows(f"SELECT 1 FROM {table} LIMIT 1"))


def _column(column: Mapping[str, Any], dialect: sa.Dialect) -> tuple[str, str, bool]:
    return column["name"], column["type"].compile(dialect=dialect), column["nullable"]


def _reference(key: Mapping[str, Any]) -> tuple[tuple[str, ...], str, tuple[str, ...]]:
    return tuple(key["constrained_columns"]), key["referred_table"], tuple(key["referred_columns"])


def declared_structure(*, is_postgres: bool) -> Structure:
    """What the declarations say that there is; keys, references and indexes only where the engine has them."""
    dialect = sa.make_url("postgresql+psycopg://").get_dialect()()
    types = {"DOUBLE PRECISION": "DOUBLE PRECISION" if is_postgres else "DOUBLE"}

    def of(table: sa.Table) -> dict[str, Any]:
        columns = []
        for column in table.columns:
            kind = column.type.compile(dialect=dialect)
            columns.append((column.name, types.get(kind, kind), bool(column.nullable)))
        references = {
            (tuple(key.column_keys), key.referred_table.name, tuple(element.column.name for element in key.elements))
            for key in table.foreign_key_constraints
        }
        return {
            "is_internal": is_internal(table),
            "columns": columns,
            "primary_key": tuple(column.name for column in table.primary_key.columns) if is_postgres else (),
            "references": references if is_postgres else set(),
            "indexes": {(str(index.name), indexed(index)) for index in table.indexes} if is_postgres else set(),
        }

    return {table.name: of(table) for table in METADATA.tables.values()}


def declared_comments() -> dict[tuple[str, str | None], str | None]:
    """What tables and their columns are to say."""
    texts = column_texts()
    return {
        (table.name, column): texts.of(table.name, column) if column else table.comment
        for table in METADATA.tables.values()
        for column in (None, *table.columns.keys())
    }


def indexed(index: sa.Index) -> tuple[str, ...]:
    """What a declared index is on: columns by their names, expressions as PostgreSQL writes them."""
    return tuple(
        part.name if isinstance(part, sa.Column) else str(part).replace("coalesce", "COALESCE")
        for part in index.expressions
    )
