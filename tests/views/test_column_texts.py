"""Each column is described once, in sql/columns.toml, each table in its declaration; the comments come from there."""

from pathlib import Path

import pytest
import sqlalchemy as sa

from connector.errors import ConnectorError, ErrorKind
from connector.load import Warehouse
from connector.load.tables import METADATA
from connector.sql_files import column_texts, view_files
from connector.views import install, remove
from tests.views.test_installation import view, written

COMMENTS = {
    "duckdb": "SELECT table_name, column_name, comment FROM duckdb_columns() WHERE NOT internal",
    "postgresql": "SELECT relname, attname, col_description(oid, attnum) FROM pg_class JOIN pg_attribute"
    " ON attrelid = oid AND attnum > 0 AND relkind IN ('r', 'v')"
    " WHERE relnamespace IN ('encord'::regnamespace, 'encord_internal'::regnamespace) AND NOT attisdropped",
}

TABLE_COMMENTS = {
    "duckdb": "SELECT table_name, comment FROM duckdb_tables()",
    "postgresql": "SELECT relname, obj_description(oid, 'pg_class') FROM pg_class"
    " WHERE relkind = 'r' AND relnamespace IN ('encord'::regnamespace, 'encord_internal'::regnamespace)",
}


def comments(connection: sa.Connection) -> dict[tuple[str, str], str | None]:
    rows = connection.execute(sa.text(COMMENTS[connection.dialect.name]))
    return {(relation, column): text for relation, column, text in rows if relation != "alembic_version"}


def table_comments(connection: sa.Connection) -> dict[str, str | None]:
    rows = connection.execute(sa.text(TABLE_COMMENTS[connection.dialect.name]))
    return {table: text for table, text in rows if table in METADATA.tables}


def test_every_column_of_a_table_or_view_has_the_text_of_the_file(warehouse: Warehouse) -> None:
    texts = column_texts()
    with warehouse.connection() as connection:
        held = comments(connection)
    assert {relation for relation, _ in held} == {*METADATA.tables, *(file.view_name for file in view_files())}
    assert held == {(relation, column): texts.of(relation, column) for relation, column in held}
    assert [place for place, text in held.items() if not str(text).endswith((".", "…"))] == []


def test_every_text_is_used_and_says_something_else_than_the_one_for_all(warehouse: Warehouse) -> None:
    by_relation = column_texts().by_relation
    with warehouse.connection() as connection:
        held = comments(connection)
    used = {(relation if column in by_relation.get(relation, {}) else "*", column) for relation, column in held}
    written_down = {(relation, column) for relation, texts in by_relation.items() for column in texts}
    assert written_down - used == set()
    of_all = by_relation["*"]
    assert [
        place
        for place in written_down - {("*", name) for name in of_all}
        if by_relation[place[0]][place[1]] == of_all.get(place[1])
    ] == []


def test_a_column_without_a_text_is_refused_and_everything_left_as_it_was(warehouse: Warehouse, tmp_path: Path) -> None:
    files = written(tmp_path / "sql", odd=view("odd", "SELECT 1 AS nobody_described"))
    with (
        pytest.raises(
            ConnectorError, match=r"sql/columns\.toml does not describe column odd\.nobody_described"
        ) as caught,
        warehouse.connection() as connection,
    ):
        install(connection, files)
    assert caught.value.kind is ErrorKind.INTERNAL
    with warehouse.connection() as connection:
        assert install(connection) is False


def test_what_somebody_added_is_left_alone_and_what_somebody_changed_comes_back(warehouse: Warehouse) -> None:
    with warehouse.connection() as connection:
        connection.exec_driver_sql("ALTER TABLE project ADD COLUMN mine VARCHAR")
        connection.exec_driver_sql("CREATE TABLE theirs (project_hash VARCHAR)")
        connection.exec_driver_sql("COMMENT ON COLUMN project.title IS 'Another text.'")
        remove(connection)
        install(connection)
        held = comments(connection)
        assert held["project", "mine"] is None
        assert held["theirs", "project_hash"] is None
        assert held["project", "title"] == "Its title."


def test_every_table_has_the_text_of_its_declaration(warehouse: Warehouse) -> None:
    with warehouse.connection() as connection:
        held = table_comments(connection)
    assert held == {table.name: table.comment for table in METADATA.tables.values()}
    assert [table for table, text in held.items() if not str(text).startswith("One row per ")] == []


def test_a_release_that_changes_a_tables_text_alone_brings_it_to_old_warehouses(
    warehouse: Warehouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(METADATA.tables["project"], "comment", "One row per project, as the next release says it.")
    with warehouse.connection() as connection:
        assert install(connection) is True
        assert table_comments(connection)["project"] == "One row per project, as the next release says it."
        assert install(connection) is False


def test_every_view_says_what_one_row_is() -> None:
    assert [file.view_name for file in view_files() if not file.description.startswith("One row per ")] == []
