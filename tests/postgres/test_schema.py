"""The migrations make exactly the declared tables: types, keys, references, indexes, comments; down, and up again."""

import pytest
import sqlalchemy as sa
from alembic import command
from alembic.script import ScriptDirectory

from connector.errors import ConnectorError, ErrorKind
from connector.load import open_warehouse
from connector.load.revisions import head_revision
from connector.load.tables import METADATA
from connector.views import install, remove, view_files
from tests.load.test_migrations import alembic_config
from tests.load.warehouse_rows import PROJECT, SAME, everything, labels, listing, read, states
from tests.migrations.migrated_schema import indexed
from tests.postgres_server import PostgresServer

TYPES = {
    sa.String: "VARCHAR",
    sa.BigInteger: "BIGINT",
    sa.Double: "DOUBLE PRECISION",
    sa.Boolean: "BOOLEAN",
    sa.DateTime: "TIMESTAMP",
}


def migrated(url: str, revision: str, *, down: bool = False) -> None:
    """Take the tables of schema encord to a revision, as a release of then would have left them."""
    warehouse_schema = {"options": "-c search_path=encord"}
    engine = sa.create_engine(url, connect_args=warehouse_schema)
    with engine.begin() as connection:
        connection.execute(sa.text("CREATE SCHEMA IF NOT EXISTS encord"))
        config = alembic_config()
        config.attributes["connection"] = connection
        (command.downgrade if down else command.upgrade)(config, revision)
    engine.dispose()


def described(url: str) -> dict[str, object]:
    """Everything that the catalogue says of the tables of schema encord."""
    engine = sa.create_engine(url)
    try:
        inspector = sa.inspect(engine)
        return {
            name: {
                "columns": [
                    (c["name"], str(c["type"]), getattr(c["type"], "timezone", None), c["nullable"], c["comment"])
                    for c in inspector.get_columns(name, "encord")
                ],
                "key": inspector.get_pk_constraint(name, "encord")["constrained_columns"],
                "references": sorted(
                    (key["constrained_columns"], key["referred_table"], key["referred_columns"])
                    for key in inspector.get_foreign_keys(name, "encord")
                ),
                "indexes": sorted(
                    (index["name"], index.get("expressions", index["column_names"]))
                    for index in inspector.get_indexes(name, "encord")
                ),
                "comment": inspector.get_table_comment(name, "encord")["text"],
            }
            for name in inspector.get_table_names("encord")
            if name != "alembic_version"
        }
    finally:
        engine.dispose()


def declared() -> dict[str, object]:
    """The same of the declarations."""
    return {
        table.name: {
            "columns": [
                (
                    column.name,
                    TYPES[type(column.type)],
                    getattr(column.type, "timezone", None),
                    bool(column.nullable),
                    column.comment,
                )
                for column in table.columns
            ],
            "key": [column.name for column in table.primary_key],
            "references": sorted(
                (key.column_keys, key.referred_table.name, [element.column.name for element in key.elements])
                for key in table.foreign_key_constraints
            ),
            "indexes": sorted((str(index.name), list(indexed(index))) for index in table.indexes),
            "comment": table.comment,
        }
        for table in METADATA.tables.values()
    }


def test_the_migrated_tables_are_the_declared_ones(postgres_url: str) -> None:
    assert described(postgres_url) == declared()


def test_every_revision_goes_down_and_up_again(postgres_database: str) -> None:
    known = ScriptDirectory.from_config(alembic_config()).walk_revisions()
    revisions = [script.revision for script in known][::-1]
    assert revisions[-1] == head_revision()
    passed = {}
    for revision in revisions:
        migrated(postgres_database, revision)
        passed[revision] = described(postgres_database)
    for revision in reversed(revisions[:-1]):
        migrated(postgres_database, revision, down=True)
        assert described(postgres_database) == passed[revision]
    migrated(postgres_database, "base", down=True)
    assert described(postgres_database) == {}
    migrated(postgres_database, "head")
    assert described(postgres_database) == declared()


def test_an_older_schema_is_refused_and_migrated_when_told(postgres_database: str) -> None:
    migrated(postgres_database, "0002")
    with pytest.raises(ConnectorError, match="encord-sync migrate") as caught:
        open_warehouse(postgres_database)
    assert caught.value.kind is ErrorKind.SCHEMA
    warehouse = open_warehouse(postgres_database, migrate=True)
    assert warehouse.migrated_from == "0002"
    warehouse.close()
    assert described(postgres_database) == declared()


def test_the_schema_is_created_by_whoever_comes_first_and_others_stay_apart(postgres_database: str) -> None:
    for schema in (None, "team_b"):
        warehouse = open_warehouse(postgres_database, schema)
        assert warehouse.project_hashes() == []
        warehouse.upsert_metadata(PROJECT, listing([("video-1", "main", "label-1")]), SAME)
        warehouse.write_bundle(PROJECT, labels("label-1"), states("label-1"), [], "run-1")
        with warehouse.connection() as connection:
            assert install(connection)
        assert len(read(warehouse, "SELECT frame FROM object_on_frame")) == 3
        tables = read(warehouse, "SELECT DISTINCT schemaname FROM pg_tables WHERE tablename = 'object_annotation'")
        assert (schema or "encord",) in tables
        warehouse.close()


def test_tables_of_somebody_else_are_refused_and_left_alone(
    postgres_server: PostgresServer, postgres_database: str
) -> None:
    database = sa.make_url(postgres_database).database
    with postgres_server.connect(database) as connection:
        connection.execute("CREATE SCHEMA encord CREATE TABLE project (name text)")
        with pytest.raises(ConnectorError, match="did not make: project"):
            open_warehouse(postgres_database)
        tables = connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'encord'").fetchall()
    assert tables == [("project",)]


def test_rows_stay_when_views_go_and_come(postgres_url: str) -> None:
    warehouse = open_warehouse(postgres_url)
    warehouse.upsert_metadata(PROJECT, listing([("video-1", "main", "label-1")]), SAME)
    warehouse.write_bundle(PROJECT, labels("label-1"), states("label-1"), [], "run-1")
    before = everything(warehouse)
    before.pop("installed_view")
    with warehouse.connection() as connection:
        remove(connection)
        assert install(connection)
        assert not install(connection)
    after = everything(warehouse)
    after.pop("installed_view")
    assert after == before
    warehouse.close()


def test_views_and_their_columns_are_described_and_of_types_that_tools_accept(postgres_url: str) -> None:
    warehouse = open_warehouse(postgres_url)
    columns = read(
        warehouse,
        "SELECT relname, attname, format_type(atttypid, NULL), col_description(oid, attnum), obj_description(oid)"
        " FROM pg_class JOIN pg_attribute ON attrelid = oid AND attnum > 0"
        " WHERE relkind = 'v' AND relnamespace = 'encord'::regnamespace",
    )
    warehouse.close()
    assert {name for name, *_ in columns} == {file.view_name for file in view_files()}
    assert [row for row in columns if not row[3] or not row[4]] == []
    assert {row[2] for row in columns} <= {
        "character varying",
        "text",
        "bigint",
        "double precision",
        "boolean",
        "timestamp with time zone",
    }
