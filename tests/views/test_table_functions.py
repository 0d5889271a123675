"""The functions over the views: equal to label_on_frame, installed once, and again when something changed."""

from pathlib import Path

import pytest
import sqlalchemy as sa

from connector.errors import ConnectorError, ErrorKind
from connector.load import Warehouse, open_warehouse
from connector.load.writing.frame_numbers import LARGEST_FRAME_COUNT
from connector.views import TableFunction, install, remove, table_functions
from connector.views.moments import as_of_functions
from tests.views.herd import (
    LONG_AGO,
    add_answers,
    add_classification,
    add_data_unit,
    add_label_row,
    add_object,
    add_project,
    asked,
    insert,
    place_object,
)

FUNCTIONS = {function.name for function in [*table_functions(), *as_of_functions()]}


def functions_of(connection: sa.Connection) -> dict[str, str | None]:
    """Name → comment of the functions in the warehouse's schema."""
    if connection.dialect.name == "duckdb":
        query = (
            "SELECT function_name, comment FROM duckdb_functions()"
            " WHERE NOT internal AND database_name = current_database()"
        )
    else:
        query = (
            "SELECT proname, obj_description(oid, 'pg_proc') FROM pg_proc"
            " WHERE pronamespace = CAST(current_schema() AS regnamespace)"
        )
    return {str(name): comment for name, comment in connection.execute(sa.text(query))}


@pytest.fixture
def herd(warehouse: Warehouse) -> Warehouse:
    """Labels of every kind on a video, on two branches, an image group, a data group and a scene; some not to show."""
    owner = "classification"
    add_project(warehouse)
    insert(warehouse, "frame_number", *({"frame": frame} for frame in range(60)))
    add_data_unit(warehouse, "video", "video", width=200, height=100, frame_count=50)
    for label_hash, branch_name in (("one", "main"), ("two", "encord-a")):
        add_label_row(warehouse, label_hash, branch_name=branch_name)
        add_object(warehouse, label_hash, "o1", range(8), confidence=0.5, created_by="a@farm.example")
        add_object(warehouse, label_hash, "o2", [3, 30])
        add_object(warehouse, label_hash, "archived", [3], feature_hash="old")
        add_object(warehouse, label_hash, "unknown", [3], feature_hash="never-heard-of")
        add_answers(warehouse, label_hash, "o1", "cow-colour", {"option_feature_hash": "brown"})
        add_answers(warehouse, label_hash, "o1", "cow-past", {"answer_text": "archived question"})
        marks = ({"option_feature_hash": name} for name in ("ear", "brand", "dye"))
        add_answers(warehouse, label_hash, "o1", "cow-marks", *marks)
        held = ({"option_feature_hash": "lying", "frame_start": 1, "frame_end": 4},)
        add_answers(warehouse, label_hash, "o1", "cow-pose", *held)
        add_classification(warehouse, label_hash, "c1", "day", (0, 3), (10, LARGEST_FRAME_COUNT))
        add_answers(warehouse, label_hash, "c1", "day-question", {"option_feature_hash": "daytime"}, owner_kind=owner)
        add_answers(
            warehouse, label_hash, "c1", "day-hour", {"answer_text": "9", "answer_number": 9.0}, owner_kind=owner
        )
        ticked = ({"option_feature_hash": name} for name in ("quiet", "wet"))
        add_classification(warehouse, label_hash, "c2", "tags", (2, 40))
        add_answers(warehouse, label_hash, "c2", "tags-question", *ticked, owner_kind=owner)
        add_classification(warehouse, label_hash, "c3", "note", (3, 3))
        add_classification(warehouse, label_hash, "c4", "old-day", (3, 3))
        add_classification(warehouse, label_hash, "c5", "herds", (None, None), range_unit="whole")
    add_label_row(warehouse, "gone", branch_name="encord-b", deleted_at=LONG_AGO)
    add_object(warehouse, "gone", "o1", range(8))
    _add_parts(warehouse)
    return warehouse


def _add_parts(warehouse: Warehouse) -> None:
    add_data_unit(warehouse, "images", "img_group", width=100, height=50, frame_count=3)
    add_label_row(warehouse, "three", data_hash="images")
    own = {"project_hash": "herd", "data_hash": "images"}
    insert(warehouse, "data_frame", {**own, "frame": 1, "width": 1000, "height": 10, "title": "first.png"})
    add_object(warehouse, "three", "o1", [0, 1, 2])
    add_data_unit(warehouse, "group", "group", width=7, height=7, frame_count=1, title=None)
    add_label_row(warehouse, "four", data_hash="group")
    for space_id, space_type, frame_count in (("left", "video", 4), ("right", "image", None), ("sound", "audio", 3)):
        space = {"label_hash": "four", "space_id": space_id, "space_type": space_type, "frame_count": frame_count}
        insert(warehouse, "data_space", {**space, "width": 400, "height": None})
        whole = f"in-{space_id}"
        add_classification(warehouse, "four", whole, "herds", (None, None), space_id=space_id, range_unit="whole")
    add_object(warehouse, "four", "o1", [0, 1], space_id="left")
    place_object(warehouse, "four", "o1", [0], space_id="right")
    add_answers(warehouse, "four", "o1", "cow-colour", {"option_feature_hash": "brown"})
    held = {"option_feature_hash": "lying", "frame_start": 0, "frame_end": 0, "space_id": "left"}
    add_answers(warehouse, "four", "o1", "cow-pose", held)
    add_data_unit(warehouse, "drive", "scene", frame_count=0)
    add_label_row(warehouse, "five", data_hash="drive", is_event_based=True)
    add_object(warehouse, "five", "o1", [1_700_000_000_000_000_001], event="upsert")
    place_object(warehouse, "five", "o1", [1_700_000_000_000_000_900], event="delete")
    add_classification(warehouse, "five", "c1", "herds", (None, None), range_unit="whole")


TITLES = {
    "video.file": (range(60), [3, 30, 99]),
    "images.file": (range(3), [0, 2]),
    "group": (range(5), [0]),
    "drive.file": ([1_700_000_000_000_000_000, 1_700_000_000_000_001_000], [1_700_000_000_000_000_001]),
}


NOTHING = (
    "labels_in_range('Herd', 'no such title', 0, 9)",
    "labels_in_range('No such project', 'video.file', 0, 9)",
    "labels_in_range('Herd', 'video.file', 9, 0)",
    "labels_on_frames('Herd', 'video.file', CAST(ARRAY[] AS BIGINT[]))",
    "labels_on_frames('Herd', 'group', ARRAY[-1, 500])",
)


def test_they_answer_what_the_view_does(herd: Warehouse) -> None:
    for title, (frames, listed) in TITLES.items():
        numbers = ", ".join(map(str, listed))
        questions = {
            f"labels_in_range('Herd', '{title}', {frames[0]}, {frames[-1]})": "frame >= 0",
            f"labels_in_range('herd', '{title}', {listed[0]}, {listed[0]})": f"frame = {listed[0]}",
            f"labels_on_frames('Herd', '{title}', ARRAY[{numbers}])": f"frame IN ({numbers})",
        }
        for function, condition in questions.items():
            view = f"SELECT * FROM label_on_frame WHERE data_title = '{title}' AND {condition}"
            assert asked(herd, view)
            both_ways = (
                f"(SELECT * FROM {function} EXCEPT ALL {view}) UNION ALL ({view} EXCEPT ALL SELECT * FROM {function})"
            )
            assert asked(herd, both_ways) == []
    for call in NOTHING:
        assert asked(herd, f"SELECT * FROM {call}") == []
    with herd.connection() as connection:
        names = [
            list(connection.execute(sa.text(f"SELECT * FROM {relation}")).keys())
            for relation in ("label_on_frame", NOTHING[0], NOTHING[3])
        ]
    assert names == [names[0]] * 3
    query = (
        "SELECT branch_name, count(*) FROM labels_in_range(project => 'Herd', title => 'video.file', first => 3,"
        " last => 3) WHERE label_kind = 'object' AND object_hash = 'o1' GROUP BY branch_name ORDER BY branch_name"
    )
    assert asked(herd, query) == [("encord-a", 4), ("main", 4)]


def test_each_says_what_it_does(warehouse: Warehouse) -> None:
    with warehouse.connection() as connection:
        comments = functions_of(connection)
    assert comments.keys() == FUNCTIONS
    of_the_past = {function.name for function in as_of_functions()}
    for name, comment in comments.items():
        told = "as the warehouse had them at a moment" if name in of_the_past else "of one data unit"
        assert str(comment).startswith("The rows of ")
        assert told in str(comment).split(". Installed by encord-sync")[0], name


def test_a_second_run_changes_nothing(warehouse: Warehouse) -> None:
    with warehouse.connection() as connection:
        before = functions_of(connection)
        assert install(connection) is False
        assert functions_of(connection) == before


def test_one_dropped_by_hand_comes_back(warehouse: Warehouse) -> None:
    with warehouse.connection() as connection:
        is_duckdb = connection.dialect.name == "duckdb"
        connection.exec_driver_sql(f"DROP {'MACRO TABLE' if is_duckdb else 'FUNCTION'} labels_in_range")
        assert functions_of(connection).keys() == FUNCTIONS - {"labels_in_range"}
        assert install(connection) is True
        assert functions_of(connection).keys() == FUNCTIONS


def test_they_go_with_the_views_and_come_back_with_them(warehouse: Warehouse) -> None:
    with warehouse.connection() as connection:
        remove(connection)
        assert functions_of(connection) == {}
        assert install(connection) is True
        assert functions_of(connection).keys() == FUNCTIONS


def changed(folder: Path, *, query: str = "SELECT * FROM label_on_frame WHERE is_asked(label_on_frame.frame)") -> None:
    head = "-- columns: label_on_frame\n-- function: some_labels(frames BIGINT[])\n"
    text = f"{head}-- is_asked: frame = ANY(frames)\n-- comment: It's 100 % of :them.\n{query};\n"
    (folder / "some_labels.sql").write_text(text, encoding="utf-8")


def test_a_changed_file_installs_it_again_and_what_has_no_file_any_more_goes(
    warehouse: Warehouse, tmp_path: Path
) -> None:
    add_project(warehouse)
    add_data_unit(warehouse, "video", "video", frame_count=50)
    add_label_row(warehouse, "one")
    add_object(warehouse, "one", "o1", [3, 4, 5])
    changed(tmp_path)
    with warehouse.connection() as connection:
        assert install(connection, functions=table_functions(tmp_path)) is True
        assert str(functions_of(connection)["some_labels"]).startswith("It's 100 % of :them. Installed by encord-sync")
        assert functions_of(connection).keys() == {"some_labels"}
    assert asked(warehouse, "SELECT frame FROM some_labels(ARRAY[4, 5]) ORDER BY frame") == [(4,), (5,)]
    changed(tmp_path, query="SELECT * FROM label_on_frame WHERE is_asked(label_on_frame.frame) AND frame > 4")
    with warehouse.connection() as connection:
        assert install(connection, functions=table_functions(tmp_path)) is True
    assert asked(warehouse, "SELECT frame FROM some_labels(ARRAY[4, 5])") == [(5,)]


def test_functions_of_other_people_stay_and_are_not_replaced(warehouse: Warehouse, tmp_path: Path) -> None:
    with warehouse.connection() as connection:
        if connection.dialect.name == "duckdb":
            connection.exec_driver_sql("CREATE MACRO mine(x) AS x + 1")
            connection.exec_driver_sql("CREATE MACRO some_labels(frames) AS TABLE SELECT 1 AS x")
        else:
            connection.exec_driver_sql("CREATE FUNCTION mine(x BIGINT) RETURNS BIGINT RETURN x + 1")
            connection.exec_driver_sql("CREATE FUNCTION some_labels(frames BIGINT[]) RETURNS BIGINT RETURN 1")
        remove(connection)
        assert install(connection) is True
        assert functions_of(connection).keys() == {*FUNCTIONS, "mine", "some_labels"}
    changed(tmp_path)
    with (
        pytest.raises(ConnectorError, match=r"some_labels could not be created from some_labels\.sql") as caught,
        warehouse.connection() as connection,
    ):
        install(connection, functions=table_functions(tmp_path))
    assert caught.value.kind is ErrorKind.SCHEMA
    with warehouse.connection() as connection:
        assert functions_of(connection).keys() == {*FUNCTIONS, "mine", "some_labels"}


@pytest.mark.parametrize(
    "text",
    [
        "SELECT 1",
        "-- columns: v\nSELECT 1",
        "-- columns: v\n-- function: f(a BIGINT)\n-- is_asked: frame = a\nSELECT 1",
        "-- function: f(a BIGINT)\n-- is_asked: frame = a\n-- comment: y\nSELECT 1",
        "-- columns: v\n-- function: f a BIGINT\n-- is_asked: frame = a\n-- comment: y\nSELECT 1",
    ],
)
def test_a_head_that_lacks_something_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "f.sql").write_text(text, encoding="utf-8")
    with pytest.raises(ConnectorError, match=r"functions/f\.sql does not declare") as caught:
        table_functions(tmp_path)
    assert caught.value.kind is ErrorKind.INTERNAL


def test_they_are_found_from_any_schema_s_point_of_view(postgres_url: str) -> None:
    """A PostgreSQL client may have any search path; and a temporary table of its own must not be read instead."""
    warehouse = open_warehouse(postgres_url)
    try:
        add_project(warehouse)
        add_data_unit(warehouse, "video", "video", frame_count=50)
        add_label_row(warehouse, "one")
        add_object(warehouse, "one", "o1", [3])
        with warehouse.connection() as connection:
            connection.exec_driver_sql("SET search_path = public")
            connection.exec_driver_sql("CREATE TEMPORARY TABLE object_annotation AS SELECT 1 AS x")
            rows = connection.execute(sa.text("SELECT frame FROM encord.labels_in_range('Herd', 'video.file', 0, 9)"))
            assert rows.scalars().all() == [3]
    finally:
        warehouse.close()


def test_every_function_is_read_from_the_files() -> None:
    functions: list[TableFunction] = table_functions()
    assert {function.name for function in functions} == {"labels_in_range", "labels_on_frames"}
    assert "is_asked" not in "".join(function.query for function in functions)
