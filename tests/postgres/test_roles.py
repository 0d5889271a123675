"""Least privilege: the statements of docs/postgres.md, and nothing else, let one role sync and another only read."""

import re
import secrets
from collections.abc import Iterator
from dataclasses import dataclass

import psycopg
import pytest
import sqlalchemy as sa

from connector.errors import ConnectorError, ErrorKind
from connector.load import open_warehouse
from connector.load.questions.project_status import read_status
from connector.load.questions.reading import open_for_reading
from connector.load.tables import METADATA
from connector.sample import SampleServer
from connector.sql_files import view_files
from connector.views import install, remove
from tests.docs.reference import DOCS
from tests.postgres.synced_engines import VIEWS, counts, sync
from tests.postgres_server import PostgresServer
from tests.source.world import image_world

PASSWORD = "correct-horse"


def page_statements(database: str, suffix: str) -> list[str]:
    """The statements of the page, for a database and for roles of a test's own."""
    text = (DOCS / "postgres.md").read_text(encoding="utf-8")
    found = re.search(r"<!-- begin roles -->\n```postgresql\n(.*?)```\n<!-- end roles -->", text, re.DOTALL)
    assert found is not None
    script = re.sub(r"--.*", "", found[1]).replace("analytics", database).replace("…", PASSWORD)
    script = re.sub(r"encord_(writer|reader)", rf"encord_\1_{suffix}", script)
    return [statement.strip() for statement in script.split(";") if statement.strip()]


@dataclass(frozen=True)
class Roles:
    """A hardened database, and its URL for each of two roles."""

    database: str
    writer: str
    reader: str


@pytest.fixture
def roles(postgres_server: PostgresServer) -> Iterator[Roles]:
    name, suffix = postgres_server.create_database(), secrets.token_hex(4)
    with postgres_server.connect(name) as connection:
        connection.execute(f"REVOKE ALL ON DATABASE {name} FROM PUBLIC".encode())
        connection.execute("REVOKE ALL ON SCHEMA public FROM PUBLIC")
        for statement in page_statements(name, suffix):
            connection.execute(statement.encode())
    writer, reader = (
        postgres_server.database_url(name, f"encord_{role}_{suffix}", PASSWORD) for role in ("writer", "reader")
    )
    yield Roles(name, writer, reader)
    postgres_server.drop_database(name)
    with postgres_server.connect() as connection:
        for role in ("writer", "reader"):
            connection.execute(f"DROP ROLE encord_{role}_{suffix}".encode())


def as_reader(roles: Roles, statement: str) -> list[tuple[object, ...]]:
    url = sa.make_url(roles.reader).set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(url, autocommit=True, options="-c search_path=encord,encord_internal") as connection:
        return connection.execute(statement.encode()).fetchall()


WRITES = [
    "UPDATE encord.object_annotation SET x = 0",
    "DELETE FROM encord.label_row",
    "INSERT INTO encord_internal.frame_number VALUES (1000000)",
    "TRUNCATE encord.object_annotation",
    "DROP VIEW encord.label_on_frame",
    "ALTER TABLE encord.project ADD COLUMN mine text",
    "CREATE TABLE encord.mine (x int)",
    "CREATE TABLE public.mine (x int)",
    "CREATE TEMPORARY TABLE mine (x int)",
]


def test_the_writer_syncs_and_the_reader_only_reads(roles: Roles) -> None:
    with SampleServer(image_world(rows=4)) as server:
        assert sync(server, roles.writer).outcome == "succeeded"
        project = server.world.projects[server.world.project_hash]
        project.save_labels(min(project.label_hashes))
        assert sync(server, roles.writer).outcome == "succeeded"
    held = counts(roles.reader, [*METADATA.tables, *VIEWS])
    assert held["object_on_frame"] == held["object_annotation"] == 4
    assert read_status(roles.reader).projects[0].annotations == 4
    for statement in WRITES:
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            as_reader(roles, statement)
    assert counts(roles.reader, [*METADATA.tables, *VIEWS]) == held


def test_the_reader_reads_views_that_were_made_anew(roles: Roles) -> None:
    warehouse = open_warehouse(roles.writer)
    for _ in range(2):
        with warehouse.connection() as connection:
            remove(connection)
            install(connection)
        assert counts(roles.reader, VIEWS)["object_on_frame"] == 0
    warehouse.close()


def test_a_reader_that_syncs_is_told_what_it_may_not(roles: Roles) -> None:
    with pytest.raises(ConnectorError) as caught:
        open_warehouse(roles.reader)
    assert "permission denied for schema encord" in str(caught.value)
    open_warehouse(roles.writer).close()
    opened = open_warehouse(roles.reader)
    with pytest.raises(ConnectorError, match="may not do this") as caught:
        opened.record_failures("project-1", [("label-1", "missing", "x")], "run-1")
    opened.close()
    assert caught.value.kind is ErrorKind.WAREHOUSE
    assert PASSWORD not in str(caught.value)


def test_a_writer_without_a_schema_is_told_who_can_make_one(roles: Roles) -> None:
    with pytest.raises(ConnectorError, match="CREATE SCHEMA elsewhere AUTHORIZATION encord_writer_") as caught:
        open_warehouse(roles.writer, "elsewhere")
    assert caught.value.kind is ErrorKind.WAREHOUSE


def test_a_user_that_may_not_migrate_is_told_so(roles: Roles, postgres_server: PostgresServer) -> None:
    """The tables are another user's; not told as views that are in the way."""
    open_warehouse(postgres_server.database_url(roles.database)).close()
    with postgres_server.connect(roles.database) as connection:
        writer = str(sa.make_url(roles.writer).username)
        connection.execute(f"GRANT USAGE ON SCHEMA encord_internal TO {writer}".encode())
        connection.execute(f"GRANT ALL ON ALL TABLES IN SCHEMA encord, encord_internal TO {writer}".encode())
        connection.execute("UPDATE encord_internal.alembic_version SET version_num = '0006'")
    with pytest.raises(ConnectorError, match="must be owner of table data_unit") as caught:
        open_warehouse(roles.writer, migrate=True)
    assert caught.value.kind is ErrorKind.WAREHOUSE
    assert "may not do this" in str(caught.value)
    assert "views" not in str(caught.value)


def test_an_upgrade_lets_those_in_who_may_use_the_schema(roles: Roles, postgres_server: PostgresServer) -> None:
    """Set up for an earlier release: one schema, and rights on that alone."""
    writer = sa.make_url(roles.writer).username
    with postgres_server.connect(roles.database) as connection:
        connection.execute("DROP SCHEMA encord_internal CASCADE")
        with pytest.raises(ConnectorError, match=f"CREATE SCHEMA encord_internal AUTHORIZATION {writer};"):
            open_warehouse(roles.writer)
        connection.execute(f"CREATE SCHEMA encord_internal AUTHORIZATION {writer}".encode())
    warehouse = open_warehouse(roles.writer)
    with warehouse.connection() as made:
        install(made)
    warehouse.close()
    assert as_reader(roles, "SELECT count(*) FROM encord_internal.frame_number") == [(0,)]
    assert as_reader(roles, "SELECT count(*) FROM encord_internal.consensus_answer") == [(0,)]
    assert as_reader(roles, "SELECT count(*) FROM labels_in_range('p', 't', 0, 9)") == [(0,)]
    assert read_status(roles.reader).projects == ()


def test_views_need_no_right_on_what_they_are_made_of(roles: Roles, postgres_server: PostgresServer) -> None:
    warehouse = open_warehouse(roles.writer)
    with warehouse.connection() as made:
        install(made)
    warehouse.close()
    with postgres_server.connect(roles.database) as connection:
        reader = sa.make_url(roles.reader).username
        connection.execute(f"REVOKE USAGE ON SCHEMA encord_internal FROM {reader}".encode())
    for file in view_files():
        if not file.is_internal:
            assert as_reader(roles, f"SELECT count(*) >= 0 FROM encord.{file.view_name}") == [(True,)]
    with pytest.raises(ConnectorError, match="may not read schema encord_internal"), open_for_reading(roles.reader):
        pass


def test_a_reader_without_rights_is_told_so_rather_than_that_nothing_is_there(
    roles: Roles, postgres_server: PostgresServer
) -> None:
    open_warehouse(roles.writer).close()
    with postgres_server.connect(roles.database) as connection:
        reader = sa.make_url(roles.reader).username
        connection.execute(f"REVOKE USAGE ON SCHEMA encord FROM {reader}".encode())
    with pytest.raises(ConnectorError, match="may not read schema encord"), open_for_reading(roles.reader):
        pass
    with pytest.raises(ConnectorError, match="has no schema elsewhere"), open_for_reading(roles.reader, "elsewhere"):
        pass
