"""Views are installed once, again when a file changed, and never half."""

from pathlib import Path

import pytest
import sqlalchemy as sa

from connector.errors import ConnectorError, ErrorKind
from connector.load import Warehouse, open_warehouse
from connector.sql_files import ViewFile, view_files
from connector.views import InstalledView, install, installed_views, remove

ENGINES = ("duckdb",)


def catalogue(connection: sa.Connection) -> set[str]:
    return set(connection.execute(sa.text("SELECT view_name FROM duckdb_views() WHERE NOT internal")).scalars())


def view(name: str, query: str, head: str = "-- subject: frames\n-- key: frame\n") -> str:
    return f"{head}CREATE VIEW {name} AS\n{query};\n\nCOMMENT ON VIEW {name} IS 'One row.';\n"


def written(folder: Path, **texts: str) -> list[ViewFile]:
    folder.mkdir(exist_ok=True)
    for path in folder.iterdir():
        path.unlink()
    for name, text in texts.items():
        (folder / f"{name}.sql").write_text(text, encoding="utf-8")
    return view_files(folder)


def test_what_is_installed_is_what_the_files_say(warehouse: Warehouse) -> None:
    files = view_files()
    with warehouse.connection() as connection:
        assert catalogue(connection) == {file.view_name for file in files}
        schemas = {True: "internal", False: "main"}
        assert installed_views(connection) == sorted(
            InstalledView(
                file.view_name, schemas[file.is_internal], file.subject, " ".join(file.key_columns), file.description
            )
            for file in files
        )
        recorded = connection.execute(sa.text("SELECT view_name, position FROM installed_view ORDER BY position"))
        assert [tuple(row) for row in recorded] == [(file.view_name, place) for place, file in enumerate(files)]


def test_a_second_run_changes_nothing(warehouse: Warehouse) -> None:
    with warehouse.connection() as connection:
        before = connection.execute(sa.text("SELECT * FROM installed_view ORDER BY position")).all()
        oids = connection.execute(sa.text("SELECT view_name, view_oid FROM duckdb_views() ORDER BY 1")).all()
        assert install(connection) is False
        assert connection.execute(sa.text("SELECT * FROM installed_view ORDER BY position")).all() == before
        assert connection.execute(sa.text("SELECT view_name, view_oid FROM duckdb_views() ORDER BY 1")).all() == oids


def test_views_and_their_comments_survive_closing_the_file(tmp_path: Path) -> None:
    url = f"duckdb:///{tmp_path / 'labels.duckdb'}"
    for is_first in (True, False):
        opened = open_warehouse(url)
        with opened.connection() as connection:
            assert install(connection) is is_first
            comments = connection.execute(
                sa.text("SELECT count(*) FROM duckdb_columns() WHERE table_name = 'object_on_frame' AND comment <> ''")
            )
            assert comments.scalar_one() > 40
        opened.close()


def test_a_changed_file_installs_all_again_and_what_has_no_file_any_more_goes(
    warehouse: Warehouse, tmp_path: Path
) -> None:
    first = view("first_view", "SELECT 1 AS frame")
    second = view("another_view", "SELECT frame FROM first_view")
    with warehouse.connection() as connection:
        assert install(connection, written(tmp_path / "sql", first_view=first, another_view=second))
        assert catalogue(connection) == {"first_view", "another_view"}
        assert install(connection, written(tmp_path / "sql", first_view=first.replace("1", "7")))
        assert catalogue(connection) == {"first_view"}
        assert connection.execute(sa.text("SELECT frame FROM first_view")).scalar_one() == 7
        assert installed_views(connection) == [InstalledView("first_view", "main", "frames", "frame", "One row.")]


def test_a_view_dropped_by_hand_comes_back(warehouse: Warehouse) -> None:
    with warehouse.connection() as connection:
        connection.execute(sa.text("DROP VIEW label_on_frame"))
        assert install(connection) is True
        assert "label_on_frame" in catalogue(connection)


def test_removed_views_come_back_with_the_next_installation(warehouse: Warehouse) -> None:
    with warehouse.connection() as connection:
        remove(connection)
        assert catalogue(connection) == set()
        assert installed_views(connection) == []
        assert install(connection) is True
        assert len(catalogue(connection)) == len(view_files())


def test_a_view_that_cannot_be_created_leaves_the_old_ones(warehouse: Warehouse, tmp_path: Path) -> None:
    broken = written(tmp_path / "sql", broken_view=view("broken_view", "SELECT nothing FROM nowhere"))
    with (
        pytest.raises(ConnectorError, match=r"broken_view.*broken_view\.sql.*nowhere") as caught,
        warehouse.connection() as connection,
    ):
        install(connection, broken)
    assert caught.value.kind is ErrorKind.SCHEMA
    with warehouse.connection() as connection:
        assert catalogue(connection) == {file.view_name for file in view_files()}
        assert install(connection) is False


def test_views_lie_in_the_schema_of_the_connection(tmp_path: Path) -> None:
    opened = open_warehouse(f"duckdb:///{tmp_path / 'labels.duckdb'}", "somewhere")
    with opened.connection() as connection:
        assert install(connection) is True
        assert install(connection) is False
        schemas = connection.execute(sa.text("SELECT DISTINCT schema_name FROM duckdb_views() WHERE NOT internal"))
        assert sorted(schemas.scalars()) == ["somewhere", "somewhere_internal"]
    opened.close()


def test_comments_may_hold_what_drivers_treat_as_parameters(warehouse: Warehouse, tmp_path: Path) -> None:
    text = view("odd", "SELECT 1 AS frame").replace("One row.", "100 % of :it; and ?")
    with warehouse.connection() as connection:
        install(connection, written(tmp_path / "sql", odd=text))
        comment = connection.execute(sa.text("SELECT comment FROM duckdb_views() WHERE view_name = 'odd'"))
        assert comment.scalar_one() == "100 % of :it; and ?"


@pytest.mark.parametrize(
    "text",
    [
        view("a", "SELECT 1 AS frame", ""),
        view("a", "SELECT 1 AS frame", "-- subject: frames\n"),
        view("a", "SELECT 1 AS frame", "-- subject: cows\n-- key: frame\n"),
        view("a", "SELECT 1 AS frame", "-- subject: frames\n-- key: \n"),
        view("b", "SELECT 1 AS frame"),
        view("a", "SELECT 1 AS frame") + "DROP TABLE label_row;\n",
        "-- subject: frames\n-- key: frame\nCREATE VIEW a AS\nSELECT 1 AS frame;\n",
    ],
)
def test_a_file_that_declares_itself_wrongly_is_refused(tmp_path: Path, text: str) -> None:
    with pytest.raises(ConnectorError, match=r"a\.sql does not say subject and key, create view a") as caught:
        written(tmp_path / "sql", a=text)
    assert caught.value.kind is ErrorKind.INTERNAL


def test_views_that_read_one_another_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ConnectorError, match="in a circle") as caught:
        written(tmp_path / "sql", a=view("a", "SELECT * FROM b"), b=view("b", "SELECT 1 AS x -- JOIN c\nJOIN a"))
    assert caught.value.kind is ErrorKind.INTERNAL


def test_files_come_after_what_they_read_and_otherwise_by_name(tmp_path: Path) -> None:
    queries = {
        "a": "SELECT * FROM d JOIN c ON TRUE", "b": "SELECT 1 AS x -- JOIN d", "c": "WITH y AS (SELECT * FROM b)",
        "d": "SELECT * FROM project",
    }  # fmt: skip
    files = written(tmp_path / "sql", **{name: view(name, query) for name, query in queries.items()})
    assert [file.view_name for file in files] == ["b", "d", "c", "a"]
