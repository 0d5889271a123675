"""Every revision up and down, with rows and without, from every state; other releases' schemas are refused."""

import concurrent.futures

import pyarrow as pa
import pytest

from connector.errors import ConnectorError, ErrorKind
from connector.load import ARROW_SCHEMAS, open_warehouse
from connector.load.contract.revisions import head_revision
from connector.load.questions.reading import open_for_reading
from connector.sample import SampleServer
from connector.sql_files import view_files
from tests.migrations.migrated_schema import (
    OLDER,
    REVISIONS,
    MigratedSchema,
    Rows,
    Structure,
    declared_comments,
    declared_structure,
)
from tests.postgres.synced_engines import sync
from tests.sync.conftest import farm_world
from tests.verify.verified_warehouse import verified


def test_from_nothing_to_head_is_what_is_declared(schema: MigratedSchema) -> None:
    """Types and nullability; on PostgreSQL keys, references and indexes as well, on DuckDB none of them."""
    open_warehouse(schema.url).close()
    assert schema.structure() == declared_structure(is_postgres=schema.url.startswith("postgresql"))


def test_every_revision_goes_up_and_down_and_up_again(schema: MigratedSchema) -> None:
    structures: dict[str | None, Structure] = {None: schema.structure()}
    assert structures[None] == {}
    for revision in REVISIONS:
        structures[revision] = schema.move(revision).structure()
        assert len(structures[revision]) > 0
    path: list[str | None] = [None, *REVISIONS]
    for lower in reversed(path[:-1]):
        assert schema.move(lower).structure() == structures[lower], f"down to {lower}"
    for revision in REVISIONS:
        assert schema.move(revision).structure() == structures[revision], f"up again to {revision}"
    assert schema.move(None).structure() == {}
    assert schema.move(REVISIONS[-1]).structure() == structures[REVISIONS[-1]], "all at once"


@pytest.mark.parametrize("revision", OLDER)
def test_an_upgrade_keeps_every_row_and_ends_in_what_is_declared(
    schema: MigratedSchema, revision: str | None, farm_rows: dict[str, pa.Table], at_first: Rows
) -> None:
    schema.move(revision).fill(farm_rows)
    before = schema.rows()
    assert [name for name, rows in before.items() if not rows and farm_rows[name].num_rows] == []
    warehouse = open_warehouse(schema.url, migrate=True)
    assert (warehouse.migrated_from, warehouse.schema_version) == (revision, head_revision())
    warehouse.close()
    after = schema.rows()
    assert {name: after[name] for name in before} == before
    expected = {**at_first, **begun_history(after)}
    assert {name: after[name] for name in after.keys() - before} == {
        name: expected[name] for name in after.keys() - before
    }
    assert schema.structure() == declared_structure(is_postgres=schema.url.startswith("postgresql"))
    if revision in OLDER[:2]:
        schema.install_views()
        assert schema.comments() == declared_comments()


def begun_history(found: Rows) -> Rows:
    """What the tables of the past hold after the upgrade that makes them: all is known from one moment on."""
    began_at = {clock[1] for clock in found["history_clock"]}
    assert len(began_at) <= 1
    versions = []
    for moment in began_at:
        for row in found["label_row"]:
            label_row = dict(zip(ARROW_SCHEMAS["label_row"].names, row, strict=True))
            if label_row["content_hash"] is not None:
                version = {**label_row, "written_at": moment, "reason": "first", "unchanged_until": None}
                versions.append(tuple(version[name] for name in ARROW_SCHEMAS["label_row_version"].names))
    return {
        "history_clock": [(project[0], *[moment] * 3) for moment in began_at for project in found["project"]],
        "label_row_version": sorted(versions, key=repr),
    }


def test_a_downgrade_keeps_the_rows_of_the_tables_that_stay(
    schema: MigratedSchema, farm_rows: dict[str, pa.Table]
) -> None:
    schema.move(REVISIONS[-1]).fill(farm_rows)
    for revision in reversed(REVISIONS[:-1]):
        before = schema.rows()
        after = schema.move(revision).rows()
        assert schema.revision == revision
        # A revision may also make nothing but an index.
        assert 0 < len(after) <= len(before)
        assert after == {name: before[name] for name in after}


def test_a_second_run_changes_nothing(schema: MigratedSchema, farm_rows: dict[str, pa.Table]) -> None:
    schema.move(REVISIONS[1]).fill(farm_rows)
    for migrated_from in (REVISIONS[1], None, None):
        warehouse = open_warehouse(schema.url, migrate=True)
        assert warehouse.migrated_from == migrated_from
        warehouse.close()
        state = (schema.structure(), schema.rows(), schema.revision)
        if migrated_from is not None:
            first = state
        assert state == first


def test_an_older_schema_is_refused_with_the_command_to_run_and_left_as_it_is(schema: MigratedSchema) -> None:
    for revision in REVISIONS[:-1]:
        before = schema.move(revision).structure()
        for opening in (lambda: open_warehouse(schema.url), lambda: open_for_reading(schema.url).__enter__()):
            with pytest.raises(ConnectorError, match=r"Run `encord-sync migrate`.*or sync with --migrate") as caught:
                opening()
            assert caught.value.kind is ErrorKind.SCHEMA
            assert f"have revision {revision}, this release of encord-sync needs {head_revision()}" in str(caught.value)
        assert (schema.structure(), schema.revision) == (before, revision)


def test_a_newer_schema_is_refused_also_with_migrate_and_left_as_it_is(schema: MigratedSchema) -> None:
    before = schema.move(REVISIONS[-1]).structure()
    schema.run("UPDATE alembic_version SET version_num = '0999'")
    for opening in (
        lambda: open_warehouse(schema.url),
        lambda: open_warehouse(schema.url, migrate=True),
        lambda: open_for_reading(schema.url).__enter__(),
    ):
        with pytest.raises(ConnectorError, match=r"0999.*Upgrade encord-sync") as caught:
            opening()
        assert caught.value.kind is ErrorKind.SCHEMA
    assert schema.structure() == before


def test_two_that_migrate_at_once_wait_for_each_other(postgres_database: str, farm_rows: dict[str, pa.Table]) -> None:
    """On PostgreSQL; a DuckDB file has one writer anyway."""
    schema = MigratedSchema(postgres_database).move(REVISIONS[0])
    schema.fill(farm_rows)
    before = schema.rows()

    def migrate() -> str | None:
        warehouse = open_warehouse(postgres_database, migrate=True)
        warehouse.close()
        return warehouse.migrated_from

    with concurrent.futures.ThreadPoolExecutor(4) as executor:
        found = list(executor.map(lambda _: migrate(), range(4)))
    assert sorted(found, key=str) == ["0001", None, None, None]
    assert {name: rows for name, rows in schema.rows().items() if name in before} == before


def test_a_migrated_warehouse_syncs_and_verifies(schema: MigratedSchema, farm_rows: dict[str, pa.Table]) -> None:
    """Rows of an older release, migrated by the sync itself: what it could not know is fetched, and all equals Encord.

    Releases before 0008 did not keep how the listing described the parts of a data unit: label rows of a data group and
    of a scene are fetched again.
    """
    schema.move(REVISIONS[1]).fill(farm_rows)
    with SampleServer(farm_world()) as server:
        run = sync(server, schema.url, migrate=True)
        assert (run.outcome, run.receipts[0].loaded) == ("succeeded", 2)
        assert verified(server, schema.url, project=[server.world.project_hash]).exit_code == 0
    assert schema.views() == sorted(file.view_name for file in view_files())
