"""The upgrade that a user will meet: views in place, rows in the tables; and kill -9 in the middle of it."""

from pathlib import Path

import pyarrow as pa
import pytest

from connector.errors import ConnectorError, ErrorKind
from connector.load import open_warehouse
from connector.load.contract.revisions import head_revision
from connector.sql_files import view_files
from connector.views import install
from tests.migrations.migrated_schema import OLDER, REVISIONS, MigratedSchema, Rows
from tests.migrations.next_release import (
    CHECKOUT,
    MIGRATE,
    REVISION,
    kill_in_the_middle,
    make_next_release,
    run_release,
)

VIEWS = sorted(file.view_name for file in view_files())

PAUSE_AFTER_THE_FIRST_STEP = (
    """
import os, time
from pathlib import Path
from alembic.runtime.migration import HeadMaintainer
from connector.load.on_duckdb import warehouse
make_all = warehouse.create_tables
def pause(self, step):
    Path(os.environ["PAUSE_AT"]).touch()
    time.sleep(120)
def make_all_and_pause(connection):
    make_all(connection)
    pause(None, None)
HeadMaintainer.update_to_step = pause
warehouse.create_tables = make_all_and_pause
"""
    + MIGRATE
)
"""The tables of one revision are made, and Alembic has not noted it yet; in a new DuckDB file, all tables are."""


@pytest.fixture(scope="session")
def next_release(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_next_release(tmp_path_factory.mktemp("next_release"), head_revision())


@pytest.fixture
def filled(schema: MigratedSchema, farm_rows: dict[str, pa.Table]) -> MigratedSchema:
    """A warehouse of this release with views and rows."""
    warehouse = open_warehouse(schema.url)
    with warehouse.connection() as connection:
        install(connection)
    warehouse.close()
    schema.fill(farm_rows)
    return schema


def assert_usable(schema: MigratedSchema, rows: Rows) -> None:
    """This release opens it without a word, all is as it was, and it can be written."""
    warehouse = open_warehouse(schema.url)
    assert warehouse.migrated_from is None
    warehouse.close()
    assert (schema.revision, schema.views(), schema.rows()) == (REVISIONS[-1], VIEWS, rows)
    schema.run("UPDATE project SET title = title")


def test_the_next_release_upgrades_under_views_and_this_one_then_refuses(
    filled: MigratedSchema, next_release: Path
) -> None:
    rows = filled.rows()
    refused = run_release(next_release, filled.url, migrate=False)
    assert refused.returncode == 1
    assert "Run `encord-sync migrate`" in refused.stderr
    assert_usable(filled, rows)
    for expected in (f"{REVISIONS[-1]} {REVISION}\n", f"None {REVISION}\n"):
        migrated = run_release(next_release, filled.url, migrate=True)
        assert (migrated.returncode, migrated.stdout) == (0, expected), migrated.stderr
    assert (filled.rows(), filled.views()) == (rows, VIEWS)
    for migrate in (False, True):
        with pytest.raises(ConnectorError, match="a newer release made them") as caught:
            open_warehouse(filled.url, migrate=migrate)
        assert caught.value.kind is ErrorKind.SCHEMA


def test_killed_in_the_middle_of_an_upgrade_it_is_as_it_was(
    filled: MigratedSchema, next_release: Path, tmp_path: Path
) -> None:
    rows, structure = filled.rows(), filled.structure()
    kill_in_the_middle(next_release, filled.url, tmp_path / "paused")
    assert_usable(filled, rows)
    assert filled.structure() == structure
    again = run_release(next_release, filled.url, migrate=True)
    assert again.stdout == f"{REVISIONS[-1]} {REVISION}\n", again.stderr
    assert (filled.rows(), filled.views()) == (rows, VIEWS)


@pytest.mark.parametrize("revision", [None, OLDER[1], OLDER[-1]])
def test_killed_while_this_release_makes_its_tables_it_is_as_it_was(
    schema: MigratedSchema, revision: str | None, farm_rows: dict[str, pa.Table], tmp_path: Path
) -> None:
    schema.move(revision).fill(farm_rows)
    before = (schema.revision, schema.structure(), schema.rows())
    kill_in_the_middle(CHECKOUT, schema.url, tmp_path / "paused", PAUSE_AFTER_THE_FIRST_STEP)
    assert (schema.revision, schema.structure(), schema.rows()) == before
    warehouse = open_warehouse(schema.url, migrate=True)
    assert warehouse.migrated_from == revision
    warehouse.close()
    assert {name: rows for name, rows in schema.rows().items() if name in before[2]} == before[2]


def test_a_view_of_somebody_else_in_the_way_is_named_and_nothing_is_changed(
    postgres_database: str, farm_rows: dict[str, pa.Table], next_release: Path
) -> None:
    """On PostgreSQL; DuckDB lets tables change under views."""
    schema = MigratedSchema(postgres_database)
    warehouse = open_warehouse(schema.url)
    with warehouse.connection() as connection:
        install(connection)
    warehouse.close()
    schema.fill(farm_rows)
    rows = schema.rows()
    schema.run("CREATE VIEW theirs AS SELECT count(*) AS objects FROM object_on_frame")
    refused = run_release(next_release, schema.url, migrate=True)
    assert refused.returncode == 1
    assert "views of your own are in the way" in refused.stderr
    assert (schema.rows(), schema.views()) == (rows, sorted([*VIEWS, "theirs"]))
    schema.run("DROP VIEW theirs")
    assert run_release(next_release, schema.url, migrate=True).returncode == 0
