"""The schema in PostgreSQL: made by whoever comes first, kept apart from others, described to every tool.

That the migrations make what is declared, upwards and downwards, is tested in tests/migrations, on both engines.
"""

import pytest
import sqlalchemy as sa

from connector.errors import ConnectorError
from connector.load import open_warehouse
from connector.sql_files import view_files
from connector.views import install, remove
from tests.load.warehouse_rows import PROJECT, SAME, everything, labels, listing, read, states
from tests.postgres_server import PostgresServer


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
        " WHERE relkind = 'v' AND relnamespace IN ('encord'::regnamespace, 'encord_internal'::regnamespace)",
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
        "date",
    }
