"""Views are installed once, again when a file changed, and never half."""

from pathlib import Path

import pytest
import sqlalchemy as sa

from connector.errors import ConnectorError, ErrorKind
from connector.load import Warehouse, open_warehouse
from connector.views import install, installed_views, remove, view_files
from connector.views.view_files import ViewFile

ENGINES = ("duckdb",)


def catalogue(connection: sa.Connection) -> set[str]:
    return set(connection.execute(sa.text("SELECT view_name FROM duckdb_views() WHERE NOT internal")).scalars())


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
        assert dict(installed_views(connection)) == {file.view_name: file.grain for file in files}
        recorded = connection.execute(sa.text("SELECT file_name, position FROM installed_view ORDER BY position"))
        assert [tuple(row) for row in recorded] == [(file.file_name, place) for place, file in enumerate(files)]


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
    first = "-- grain: a\nCREATE VIEW first_view AS SELECT 1 AS x;"
    second = "-- grain: b\n-- after: first_view\nCREATE VIEW second_view AS SELECT x FROM first_view;"
    with warehouse.connection() as connection:
        assert install(connection, written(tmp_path / "sql", first_view=first, second_view=second))
        assert catalogue(connection) == {"first_view", "second_view"}
        assert install(connection, written(tmp_path / "sql", first_view=first.replace("1", "7")))
        assert catalogue(connection) == {"first_view"}
        assert connection.execute(sa.text("SELECT x FROM first_view")).scalar_one() == 7
        assert installed_views(connection) == [("first_view", "a")]


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
    broken = written(
        tmp_path / "sql", broken_view="-- grain: a\nCREATE VIEW broken_view AS SELECT nothing FROM nowhere;"
    )
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
        assert schemas.scalars().all() == ["somewhere"]
    opened.close()


def test_comments_may_hold_what_drivers_treat_as_parameters(warehouse: Warehouse, tmp_path: Path) -> None:
    text = "-- grain: a\nCREATE VIEW odd AS SELECT 1 AS x;\nCOMMENT ON VIEW odd IS '100 % of :it; and ?';"
    with warehouse.connection() as connection:
        install(connection, written(tmp_path / "sql", odd=text))
        comment = connection.execute(sa.text("SELECT comment FROM duckdb_views() WHERE view_name = 'odd'"))
        assert comment.scalar_one() == "100 % of :it; and ?"


@pytest.mark.parametrize(
    ("texts", "message"),
    [
        ({"a": "CREATE VIEW a AS SELECT 1 AS x;"}, "does not say its grain"),
        ({"a": "-- grain:\nCREATE VIEW a AS SELECT 1 AS x;"}, "does not say its grain"),
        ({"a": "-- grain: x\n-- after: b\n"}, "a.sql is to come after b, which no file creates"),
        ({"a": "-- grain: x\n-- after: b\n", "b": "-- grain: x\n-- after: a\n"}, "in a circle"),
    ],
)
def test_a_file_that_declares_itself_wrongly_is_refused(tmp_path: Path, texts: dict[str, str], message: str) -> None:
    with pytest.raises(ConnectorError, match=message) as caught:
        written(tmp_path / "sql", **texts)
    assert caught.value.kind is ErrorKind.INTERNAL


def test_files_come_after_what_they_read_and_otherwise_by_name(tmp_path: Path) -> None:
    files = written(
        tmp_path / "sql",
        a="-- grain: x\n-- after: d c\n",
        b="-- grain: x\n",
        c="-- grain: x\n-- after: b\n",
        d="-- grain: x\n",
    )
    assert [file.view_name for file in files] == ["b", "d", "c", "a"]
