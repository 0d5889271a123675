"""The commands on PostgreSQL, as users call them; the password shows nowhere, and the oldest server here works too."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
import sqlalchemy as sa
from click.testing import CliRunner, Result

from bench.large_worlds.scale import Scale, add_scale_project
from connector.cli import application
from connector.errors import ConnectorError, ErrorKind
from connector.load import open_warehouse
from connector.load.questions.reading import warehouse_exists
from connector.load.tables import METADATA
from connector.sample import SampleServer
from tests.migrations.migrated_schema import REVISIONS, MigratedSchema
from tests.postgres.synced_engines import differences, sync
from tests.postgres_server import OLDEST, PostgresServer, running_server
from tests.source.world import image_world
from tests.sync.command_line import CommandLine


def run(url: str, *arguments: str, **environment: str) -> Result:
    """Run a command in this process; what it prints must not hold the password."""
    runner = CliRunner()
    result = runner.invoke(application, [*arguments, "--warehouse", url], env=environment)
    password = str(sa.make_url(url).password)
    assert password not in result.output
    assert password not in str(result.exception)
    return result


def test_check_status_and_migrate(postgres_database: str, tmp_path: Path) -> None:
    url = postgres_database
    key_file = tmp_path / "key"
    with SampleServer(image_world(rows=3, unopened=1)) as server:
        key_file.write_text(server.world.private_key)
        project_hash = server.world.project_hash
        checking = ("check", "--ssh-key-file", str(key_file), "--domain", server.domain, "--project", project_hash)
        assert not warehouse_exists(url)
        first = run(url, *checking)
        assert "does not exist yet" in first.output
        assert "3 to fetch" in first.output
        assert not warehouse_exists(url), "a check creates nothing"
        assert sync(server, url).outcome == "succeeded"
        assert warehouse_exists(url)
        second = run(url, *checking)
        assert (second.exit_code, "0 to fetch" in second.output) == (0, True)
    status = run(url, "status", "--log-format", "json")
    [project] = [json.loads(line) for line in status.output.splitlines()]
    assert (project["project_hash"], project["label_rows"], project["synced"]) == (project_hash, 4, 3)
    assert (project["annotations"], project["outcome"]) == (3, "succeeded")
    assert "3 annotations" in run(url, "status", "--log-format", "text").output
    assert run(url, "migrate").exit_code == 0


def test_migrate_brings_an_older_schema_up(postgres_database: str) -> None:
    older = MigratedSchema(postgres_database).move(REVISIONS[0])
    result = run(postgres_database, "status")
    assert isinstance(result.exception, ConnectorError)
    assert result.exception.kind is ErrorKind.SCHEMA
    result = run(postgres_database, "migrate")
    assert result.exit_code == 0, result.output
    assert (older.revision, set(older.structure())) == (REVISIONS[-1], set(METADATA.tables))
    warehouse = open_warehouse(postgres_database)
    with warehouse.connection() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM label_on_frame").scalar_one() == 0
    warehouse.close()


CUTTING = """
CREATE SEQUENCE encord.cuts;
CREATE FUNCTION encord.cut_once() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    IF nextval('encord.cuts') = 1 THEN PERFORM pg_terminate_backend(pg_backend_pid()); END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER cut_once BEFORE INSERT ON encord.object_annotation EXECUTE FUNCTION encord.cut_once();
"""


@pytest.mark.parametrize("debug", [False, True])
def test_a_connection_cut_in_the_middle_of_a_copy_is_no_line_of_psycopgs(
    postgres_url: str, postgres_server: PostgresServer, tmp_path: Path, debug: bool
) -> None:
    """The transaction is run again, and that is all; psycopg's own words are for --debug."""
    with postgres_server.connect(sa.make_url(postgres_url).database) as connection:
        connection.execute(CUTTING)
    world = image_world(rows=1)
    project = add_scale_project(world, Scale(rows=2, annotations=40_000, objects=100))
    with SampleServer(world) as server:
        command = CommandLine(server, tmp_path)
        command.secrets.append(str(sa.make_url(postgres_url).password))
        flags = ["--debug"] if debug else []
        printed = command.sync(*flags, warehouse=postgres_url, project=project.project_hash, log_format="text")
    assert (printed.exit_code, printed.out) == (0, ""), printed.err
    assert ("error ignored terminating" in printed.err) is debug, printed.err


def test_a_plain_postgresql_url_is_taken_too(postgres_url: str) -> None:
    plain = sa.make_url(postgres_url).set(drivername="postgresql").render_as_string(hide_password=False)
    assert warehouse_exists(plain)
    open_warehouse(plain).close()


HIDING = """
import sys
sys.modules[sys.argv[1]] = None  # as if it were not installed
from connector.load import open_warehouse
from connector.load.questions.reading import warehouse_exists
from connector.errors import ConnectorError
for call in (open_warehouse, warehouse_exists):
    try: call("postgresql://anna:geheim@127.0.0.1:1/labels")
    except ConnectorError as error: print(error.kind.value, error)
open_warehouse(f"duckdb:///{sys.argv[2]}").close()
"""


@pytest.mark.parametrize("module", ["psycopg", "pgpq"])
def test_a_missing_driver_is_named_with_the_command_that_installs_it(tmp_path: Path, module: str) -> None:
    done = subprocess.run(
        [sys.executable, "-c", HIDING, module, str(tmp_path / "labels.duckdb")],
        capture_output=True,
        text=True,
        check=True,
    )
    lines = done.stdout.splitlines()
    assert len(lines) == 2
    for line in lines:
        assert line.startswith("configuration ")
        assert "pip install 'encord-sync[postgres]'" in line


def test_the_oldest_server_here_holds_the_same(tmp_path: Path) -> None:
    file = tmp_path / "labels.duckdb"
    with running_server(OLDEST) as postgres, SampleServer(image_world(rows=4)) as server:
        url = postgres.database_url(postgres.create_database())
        for turn in range(2):
            for warehouse in (f"duckdb:///{file}", url):
                assert sync(server, warehouse).outcome == "succeeded"
            assert differences(file, url) == []
            if turn == 0:
                project = server.world.projects[server.world.project_hash]
                project.save_labels(min(project.label_hashes))
