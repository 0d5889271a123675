"""Opening a lake: what is made, catalogs of pyiceberg's configuration, and one sentence for what cannot be used."""

import weakref
from datetime import UTC, datetime
from pathlib import Path

import pytest
from pyiceberg.catalog import load_catalog
from pyiceberg.catalog.sql import SqlCatalog
from pyiceberg.schema import Schema
from pyiceberg.types import LongType, NestedField

from connector.errors import ConnectorError, ErrorKind
from connector.load import Warehouse, open_warehouse
from connector.load.contract.revisions import head_revision
from connector.load.contract.warehouse_url import warehouse_location
from connector.load.on_iceberg.lake_tables import Lake, new_commit_id
from connector.load.questions.project_status import read_status
from connector.load.questions.reading import open_for_reading, warehouse_exists
from tests.crash.lake_engine import LakeEngine
from tests.lake.command import run_command
from tests.load.warehouse_rows import PROJECT, SAME, everything, labels, listing, states
from tests.postgres_server import PostgresServer


def url_of(folder: Path) -> str:
    return f"iceberg:///{folder}"


def catalog_of(folder: Path) -> SqlCatalog:
    catalog = load_catalog("lake", type="sql", uri=f"sqlite:///{folder}/catalog.db", warehouse=folder.as_uri())
    assert isinstance(catalog, SqlCatalog)
    weakref.finalize(catalog, catalog.engine.dispose)
    return catalog


def fill(warehouse: Warehouse) -> None:
    with warehouse.working_on(PROJECT):
        warehouse.upsert_metadata(PROJECT, listing([("video-1", "main", "label-1")]), SAME)
        warehouse.write_bundle(PROJECT, labels("label-1"), states("label-1"), [], "run-1")


@pytest.mark.parametrize(
    ("url", "says"),
    [
        ("iceberg:///", "names no folder"),
        ("iceberg://catalog", "names no namespace"),
        ("iceberg://catalog/Labels", "names no namespace"),
        ("iceberg://anna:secret@catalog/labels", "belong to pyiceberg's configuration"),
        ("iceberg:///lake?memory=1", "Did you mean memory_limit"),
    ],
)
def test_a_url_that_names_no_lake_is_refused(url: str, says: str) -> None:
    with pytest.raises(ConnectorError, match=says) as caught:
        warehouse_location(url)
    assert caught.value.kind is ErrorKind.CONFIGURATION
    assert "secret" not in str(caught.value)


def test_reading_makes_nothing(tmp_path: Path) -> None:
    assert not warehouse_exists(url_of(tmp_path / "lake"))
    with pytest.raises(ConnectorError, match="no lake in the folder"), open_for_reading(url_of(tmp_path / "lake")):
        pass
    assert not (tmp_path / "lake").exists()


def test_the_columns_have_their_texts(tmp_path: Path) -> None:
    open_warehouse(url_of(tmp_path)).close()
    table = catalog_of(tmp_path).load_table("encord_data.object_annotation")
    assert all(field.doc for field in table.schema().fields)
    assert "object on a frame" in table.properties["comment"]


def test_an_older_lake_is_migrated_when_asked_and_keeps_its_rows(tmp_path: Path) -> None:
    warehouse = open_warehouse(url_of(tmp_path))
    fill(warehouse)
    before = everything(warehouse)
    warehouse.close()
    catalog = catalog_of(tmp_path)
    older = (("object_annotation", "interpolation"), ("label_row", "priority"), ("sync_run_project", "shard"))
    for name, column in older:
        with catalog.load_table(f"encord_data.{name}").update_schema(allow_incompatible_changes=True) as update:
            update.delete_column(column)
    Lake(LakeEngine.location(url_of(tmp_path)), catalog).note_commit(new_commit_id())
    for name in ("task_action", "label_row_version", "history_clock", "object_annotation_history"):
        catalog.drop_table(f"encord_data.{name}")
    catalog.update_namespace_properties("encord_data", updates={"encord-sync.revision": "0009"})
    with pytest.raises(ConnectorError, match="0009") as caught:
        open_warehouse(url_of(tmp_path))
    assert caught.value.kind is ErrorKind.SCHEMA
    migrated = open_warehouse(url_of(tmp_path), migrate=True)
    assert (migrated.migrated_from, migrated.schema_version) == ("0009", head_revision())
    assert len(read_status(url_of(tmp_path)).projects) == 1
    begun = ("label_row_version", "history_clock")
    assert {name for name, rows in everything(migrated).items() if rows != before[name]} == set(begun)
    places, migrated_at = "SELECT label_hash, frame, x FROM object_annotation ORDER BY ALL", datetime.now(UTC)
    with open_for_reading(url_of(tmp_path)) as session:
        assert session.rows("SELECT label_hash, reason FROM label_row_version") == [("label-1", "first")]
        then = session.rows(places)
    fill(migrated)
    with migrated.working_on(PROJECT):
        migrated.write_bundle(PROJECT, labels("label-1", x=0.9), states("label-1", content_hash="2"), [], "run-2")
    migrated.close()
    with open_for_reading(url_of(tmp_path), as_of=migrated_at.isoformat()) as session:
        assert session.rows(places) == then, "its past begins with the migration"
    with open_for_reading(url_of(tmp_path)) as session:
        assert session.rows(places) != then
        assert session.rows("SELECT count(*) FROM history_clock") == [(1,)]


def test_a_lake_of_a_newer_release_is_refused(tmp_path: Path) -> None:
    open_warehouse(url_of(tmp_path)).close()
    catalog_of(tmp_path).update_namespace_properties("encord_data", updates={"encord-sync.revision": "9999"})
    for migrate in (False, True):
        with pytest.raises(ConnectorError, match="newer release") as caught:
            open_warehouse(url_of(tmp_path), migrate=migrate)
        assert caught.value.kind is ErrorKind.SCHEMA


def test_tables_of_somebody_else_are_left_alone(tmp_path: Path) -> None:
    catalog = catalog_of(tmp_path)
    catalog.create_namespace("encord_data")
    catalog.create_table("encord_data.label_row", Schema(NestedField(1, "id", LongType(), required=False)))
    with pytest.raises(ConnectorError, match="did not make: label_row") as caught:
        open_warehouse(url_of(tmp_path))
    assert caught.value.kind is ErrorKind.SCHEMA
    assert len(catalog.list_tables("encord_data")) == 1


def test_a_catalog_that_dies_in_the_middle_loses_nothing(tmp_path: Path) -> None:
    warehouse = open_warehouse(url_of(tmp_path))
    fill(warehouse)
    before = everything(warehouse)

    def write_without_a_catalog() -> None:
        with warehouse.working_on(PROJECT):
            warehouse.write_bundle(PROJECT, labels("label-1", x=0.9), states("label-1"), [], "run-2")
            (tmp_path / "catalog.db").rename(tmp_path / "away.db")
            (tmp_path / "catalog.db").write_bytes(b"no catalog")

    with pytest.raises(ConnectorError, match=r"catalog.* since its last commit may not be in the lake") as caught:
        write_without_a_catalog()
    assert caught.value.kind is ErrorKind.WAREHOUSE
    (tmp_path / "away.db").rename(tmp_path / "catalog.db")
    warehouse.close()
    again = open_warehouse(url_of(tmp_path))
    assert everything(again) == before
    again.close()


def test_a_lake_whose_making_was_killed_gets_its_threshold(tmp_path: Path) -> None:
    open_warehouse(url_of(tmp_path)).close()
    catalog = catalog_of(tmp_path)
    schema = catalog.load_table("encord_data.consensus_threshold").schema()
    catalog.drop_table("encord_data.consensus_threshold")
    catalog.create_table("encord_data.consensus_threshold", schema)
    for _ in range(2):
        warehouse = open_warehouse(url_of(tmp_path))
        assert everything(warehouse)["consensus_threshold"] == [("*", "*", 0.5)]
        warehouse.close()


def test_a_table_that_somebody_dropped_is_named(tmp_path: Path) -> None:
    warehouse = open_warehouse(url_of(tmp_path))
    catalog_of(tmp_path).drop_table("encord_data.data_space")
    with pytest.raises(ConnectorError, match="table is missing") as caught:
        fill(warehouse)
    assert caught.value.kind is ErrorKind.WAREHOUSE
    warehouse.close()


def test_a_catalog_that_is_not_configured(tmp_path: Path) -> None:
    done = run_command("status", "--warehouse=iceberg://nowhere/labels", folder=tmp_path, HOME=str(tmp_path))
    assert done.exit_code == 2, done.err
    assert "no usable catalog nowhere" in done.err


def test_a_catalog_on_postgresql(tmp_path: Path, postgres_server: PostgresServer) -> None:
    database = postgres_server.database_url(postgres_server.create_database("template0"))
    catalog = {
        "PYICEBERG_CATALOG__TEAM__TYPE": "sql",
        "PYICEBERG_CATALOG__TEAM__URI": database,
        "PYICEBERG_CATALOG__TEAM__WAREHOUSE": tmp_path.as_uri(),
    }
    made = run_command("migrate", "--warehouse=iceberg://team/labels", folder=tmp_path, **catalog)
    assert made.exit_code == 0, made.err
    assert "is at revision" in made.out
    shown = run_command("status", "--warehouse=iceberg://team/labels", folder=tmp_path, **catalog)
    assert "projects: 0" in shown.out


def test_a_user_without_rights_in_the_catalog_is_told_so(tmp_path: Path, postgres_server: PostgresServer) -> None:
    name = postgres_server.create_database("template0")
    with postgres_server.connect(name) as connection:
        connection.execute(f"CREATE ROLE reader_{name} LOGIN PASSWORD 'only-looks'")
    variables = {
        "PYICEBERG_CATALOG__TEAM__TYPE": "sql",
        "PYICEBERG_CATALOG__TEAM__URI": postgres_server.database_url(name, f"reader_{name}", "only-looks"),
        "PYICEBERG_CATALOG__TEAM__WAREHOUSE": tmp_path.as_uri(),
    }
    try:
        refused = run_command("migrate", "--warehouse=iceberg://team/labels", folder=tmp_path, **variables)
    finally:
        with postgres_server.connect() as connection:
            connection.execute(f"DROP ROLE reader_{name}")
    assert refused.exit_code == 6
    assert refused.err.count("\n") == 1
    assert "this user may not do that there" in refused.err
