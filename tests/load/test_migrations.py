"""The migrations make exactly what is declared, and leave alone what is not theirs; the grid is in tests/migrations."""

import io
from pathlib import Path

import duckdb
import pytest
import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory

from connector.errors import ConnectorError, ErrorKind
from connector.load import Warehouse, open_warehouse
from connector.load.contract.revisions import head_revision
from connector.load.tables import METADATA
from connector.load.tables.declaration import Pseudonymous
from connector.packaged_files import packaged_folder
from tests.duckdb_files import connected

ENGINES = ("duckdb",)

DUCKDB_TYPES = {
    sa.String: "VARCHAR",
    Pseudonymous: "VARCHAR",
    sa.BigInteger: "BIGINT",
    sa.Double: "DOUBLE",
    sa.Boolean: "BOOLEAN",
    sa.DateTime: "TIMESTAMP WITH TIME ZONE",
}


def alembic_config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(packaged_folder("migrations")))
    return config


def test_there_is_one_head() -> None:
    assert ScriptDirectory.from_config(alembic_config()).get_heads() == [head_revision()]


def test_the_migrated_tables_are_the_declared_ones(warehouse: Warehouse, tmp_path: Path) -> None:
    warehouse.close()
    with connected(tmp_path / "labels.duckdb") as connection:
        columns = connection.execute(
            "SELECT table_name, column_name, data_type, is_nullable FROM duckdb_columns()"
            " WHERE NOT internal AND table_name <> 'alembic_version' ORDER BY table_name, column_index"
        ).fetchall()
        tables = connection.execute(
            "SELECT table_name FROM duckdb_tables() WHERE table_name <> 'alembic_version' ORDER BY 1"
        ).fetchall()
        keys = connection.execute(
            "SELECT table_name FROM duckdb_constraints()"
            " WHERE constraint_type IN ('PRIMARY KEY', 'UNIQUE', 'FOREIGN KEY')"
            " AND table_name <> 'alembic_version'"
        ).fetchall()
        indexes = connection.execute("SELECT index_name FROM duckdb_indexes()").fetchall()
    declared = [
        (table.name, column.name, DUCKDB_TYPES[type(column.type)], bool(column.nullable))
        for table in sorted(METADATA.tables.values(), key=lambda table: table.name)
        for column in table.columns
    ]
    assert columns == declared
    assert [name for (name,) in tables] == sorted(METADATA.tables)
    assert keys == []
    assert indexes == []


def postgresql_text(revisions: str) -> str:
    config = alembic_config()
    config.attributes["dialect_name"] = "postgresql"
    config.output_buffer = text = io.StringIO()
    command.upgrade(config, revisions, sql=True)
    return text.getvalue()


def test_postgresql_gets_the_declared_keys_and_references() -> None:
    text = postgresql_text("head").replace("encord_internal.", "")
    for table in METADATA.tables.values():
        key = ", ".join(column.name for column in table.primary_key.columns)
        assert f"ALTER TABLE {table.name} ADD CONSTRAINT pk_{table.name} PRIMARY KEY ({key});" in text
        for constraint in table.foreign_key_constraints:
            columns = ", ".join(constraint.column_keys)
            referred = constraint.referred_table.name
            assert (
                f"ALTER TABLE {table.name} ADD CONSTRAINT fk_{table.name}_{referred}"
                f" FOREIGN KEY({columns}) REFERENCES {referred} ({columns});" in text
            )
    dropped = {"object_pair_iou", "consensus_matched_pair", "task_action_read"}
    assert {name for name in dropped if f"DROP TABLE {name};" in text} == dropped
    assert text.count("PRIMARY KEY (") == len(METADATA.tables) + len(dropped) + 1, "and Alembic's own table"
    assert text.count("FOREIGN KEY(") == sum(len(table.foreign_key_constraints) for table in METADATA.tables.values())


def file_of_revision(path: Path, revision: str) -> str:
    """A warehouse as an older release left it, by its own migrations."""
    url = f"duckdb:///{path}"
    engine = sa.create_engine(url)
    with engine.begin() as connection:
        config = alembic_config()
        config.attributes["connection"] = connection
        command.upgrade(config, revision)
    engine.dispose()
    return url


def test_tables_of_somebody_else_are_refused_and_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "theirs.duckdb"
    with duckdb.connect(str(path)) as connection:
        connection.execute("CREATE TABLE project AS SELECT 'theirs' AS name")
    with pytest.raises(ConnectorError, match="did not make: project") as caught:
        open_warehouse(f"duckdb:///{path}")
    assert caught.value.kind is ErrorKind.SCHEMA
    with duckdb.connect(str(path)) as connection:
        assert connection.execute("SELECT table_name FROM duckdb_tables()").fetchall() == [("project",)]


def test_a_migration_that_fails_leaves_the_warehouse_as_it_was(tmp_path: Path) -> None:
    path = tmp_path / "labels.duckdb"
    url = file_of_revision(path, "0001")
    with duckdb.connect(str(path)) as connection:
        connection.execute("CREATE VIEW sync_failure AS SELECT 1 AS one")  # in the way of revision 0003
        before = connection.execute("SELECT table_name FROM duckdb_tables() ORDER BY 1").fetchall()
    with pytest.raises(ConnectorError, match="migrat") as caught:
        open_warehouse(url, migrate=True)
    assert caught.value.kind is ErrorKind.SCHEMA
    with duckdb.connect(str(path)) as connection:
        assert connection.execute("SELECT table_name FROM duckdb_tables() ORDER BY 1").fetchall() == before
        assert connection.execute("SELECT version_num FROM alembic_version").fetchall() == [("0001",)]


def test_a_folder_that_does_not_ship_is_an_internal_error() -> None:
    with pytest.raises(ConnectorError, match="nowhere") as caught:
        packaged_folder("nowhere")
    assert caught.value.kind is ErrorKind.INTERNAL
