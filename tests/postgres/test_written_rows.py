"""What a bundle writes: new label rows are copied in, of stored ones only what differs moves, and nothing bloats."""

from datetime import UTC, datetime
from typing import Any

import numpy as np
import pyarrow as pa

from connector.load import Warehouse, open_warehouse
from connector.load.on_postgres.warehouse import PostgresWarehouse
from connector.load.tables import LABEL_TABLES
from tests.load.warehouse_rows import (
    EDITED,
    PROJECT,
    SAME,
    labels,
    listing,
    many_annotations,
    places,
    read,
    rows,
    states,
    stored_state,
    together,
)


def all_places(warehouse: Warehouse) -> dict[str, list[str]]:
    return {name: places(warehouse, name) for name in (*LABEL_TABLES, "data_frame")}


def test_the_same_rows_again_write_none(filled: Warehouse) -> None:
    frames = rows("data_frame", *({"project_hash": PROJECT, "data_hash": "video-1", "frame": n} for n in range(3)))
    bundle = {**together(labels("label-1", frames=range(50)), labels("label-2", x=0.5)), "data_frame": frames}
    first = filled.write_bundle(PROJECT, bundle, states("label-1", "label-2"), [], "run-2")
    assert first.rows_by_table == {"data_frame": 3}
    before = all_places(filled)
    assert filled.write_bundle(PROJECT, bundle, states("label-1", "label-2"), [], "run-3").rows_by_table == {}
    assert all_places(filled) == before


def test_of_a_label_row_that_changed_only_what_differs_is_written(filled: Warehouse) -> None:
    before = set(places(filled, "object_annotation"))
    edited = labels("label-1", frames=[*range(10, 50), 77])
    x = edited["object_annotation"].column_names.index("x")
    numbers = np.full(41, 0.25)
    numbers[3] = 0.75
    edited["object_annotation"] = edited["object_annotation"].set_column(x, "x", pa.array(numbers))
    written = filled.write_bundle(PROJECT, edited, states("label-1"), [], "run-2")
    assert written.rows_by_table == {"object_annotation": 2}, "one moved, one new"
    after = set(places(filled, "object_annotation"))
    assert len(after - before) <= 2
    assert len(before & after) == 39 + 3, "the others of the label row, and label-2's"
    assert read(filled, "SELECT frame FROM object_annotation WHERE label_hash = 'label-1' AND x > 0.5") == [(13,)]
    [(count, first, last)] = read(
        filled, "SELECT count(*), min(frame), max(frame) FROM object_annotation WHERE label_hash = 'label-1'"
    )
    assert (count, first, last) == (41, 10, 77)


def test_nan_and_null_are_the_same_as_themselves(filled: Warehouse) -> None:
    odd = labels("label-1", x=float("nan"))
    assert filled.write_bundle(PROJECT, odd, states("label-1"), [], "run-2").rows_by_table == {"object_annotation": 3}
    assert filled.write_bundle(PROJECT, odd, states("label-1"), [], "run-3").rows_by_table == {}


def test_new_and_stored_label_rows_come_in_one_bundle(filled: Warehouse) -> None:
    listed = listing([("video-1", "main", "label-1"), ("video-1", "anna", "label-2"), ("video-2", "main", "label-3")])
    filled.upsert_metadata(PROJECT, listed, SAME)
    bundle = together(labels("label-1", frames=range(50)), labels("label-3", x=0.125))
    written = filled.write_bundle(PROJECT, bundle, states("label-1", "label-3"), [], "run-2")
    assert written.rows_by_table["object_annotation"] == 3
    assert read(filled, "SELECT label_hash, count(*) FROM object_annotation GROUP BY 1 ORDER BY 1") == [
        ("label-1", 50),
        ("label-2", 3),
        ("label-3", 3),
    ]


def test_the_table_does_not_grow_by_being_synced_again(filled: Warehouse) -> None:
    count = 20_000
    bundle = labels("label-1") | {"object_annotation": many_annotations("label-1", count)}
    filled.write_bundle(PROJECT, bundle, states("label-1"), [], "run-2")
    size = "SELECT pg_relation_size('object_annotation')"
    [(before,)] = read(filled, size)
    for turn in range(5):
        moved = many_annotations("label-1", count)
        column = moved.column_names.index("rotation")
        moved = moved.set_column(
            column, "rotation", pa.array(np.where(np.arange(count) < 50, float(turn), 0), mask=np.arange(count) >= 50)
        )
        filled.write_bundle(
            PROJECT, labels("label-1") | {"object_annotation": moved}, states("label-1"), [], f"run-{turn + 3}"
        )
    [(after,)] = read(filled, size)
    assert after < before * 1.05


EXTREMES: dict[str, list[Any]] = {
    "answer_text": ["", "NULL", "\\N", 'say "moo",\n\tthen\r\nleave; 100 %', "über 牛 🐄", None, " "],
    "answer_number": [0.1 + 0.2, -0.0, 5e-324, 1.7976931348623157e308, float("inf"), None, 2.0**53 + 2],
    "frame_start": [0, -1, 2**63 - 1, -(2**63), 1_700_000_000_000_000_001, None, 7],
}


def test_every_value_comes_back_as_it_went_in(filled: Warehouse) -> None:
    assert isinstance(filled, PostgresWarehouse)
    answers = rows(
        "attribute_answer",
        *(
            {
                "label_hash": "label-1",
                "owner_kind": "classification",
                "owner_hash": "classification-1",
                "space_id": "root",
                "attribute_feature_hash": "weather-question",
                "position": position,
                **{name: values[position] for name, values in EXTREMES.items()},
            }
            for position in range(7)
        ),
    )
    bundle = labels("label-1") | {"attribute_answer": answers}
    assert filled.write_bundle(PROJECT, bundle, states("label-1"), [], "run-2").failures == ()
    session = filled._session
    with session.transaction():
        stored = session.table(
            "SELECT * FROM attribute_answer WHERE label_hash = $label_hash ORDER BY position",
            answers.schema,
            label_hash="label-1",
        )
    assert stored.equals(answers)
    assert str(stored["answer_number"][1].as_py()) == "-0.0"


def test_times_are_microseconds_in_utc_whatever_the_server_s_zone(filled: Warehouse, postgres_url: str) -> None:
    moment = datetime(2025, 3, 30, 1, 30, 0, 1, tzinfo=UTC)  # an hour that Berlin skips
    with filled.connection() as connection:
        database = connection.exec_driver_sql("SELECT current_database()").scalar_one()
        connection.exec_driver_sql(f"ALTER DATABASE {database} SET TimeZone = 'Europe/Berlin'")
    again = open_warehouse(postgres_url)
    again.write_bundle(PROJECT, {}, states("label-1", content_is_new=False, synced_at=moment), [], "run-2")
    query = "SELECT CAST(synced_at AS VARCHAR), synced_at FROM label_row WHERE label_hash = 'label-1'"
    assert read(again, query) == [("2025-03-30 01:30:00.000001+00", moment)]
    assert stored_state(again)["video-1/main"]["synced_last_edited_at"] == EDITED
    again.close()
