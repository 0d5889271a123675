"""Questions about frames and tracks are answered from indexes, and the planner has the figures to choose them."""

from collections.abc import Iterator

import numpy as np
import pyarrow as pa
import pytest

from connector.load import ARROW_SCHEMAS, Warehouse, open_warehouse
from connector.load.contract.warehouse_url import warehouse_location
from connector.load.on_postgres.session import PostgresSession
from connector.load.on_postgres.statistics import ChangedRows
from tests.load.warehouse_rows import PROJECT, SAME, labels, listing, read, rows, states, together
from tests.postgres_server import PostgresServer

LABEL_ROWS, FRAMES, OBJECTS = 40, 1000, 5
RECEIPT = {
    "run_id": "run-1", "project_hash": PROJECT, "outcome": "succeeded", "listed": LABEL_ROWS, "loaded": LABEL_ROWS,
    "unchanged": 0, "failed": 0, "skipped": 0, "tombstoned": 0, "requests": 1, "label_bytes": 1, "rows_written": 1,
}  # fmt: skip
RUN = {"command": "sync", "connector_version": "1", "sdk_version": "1", "schema_version": "1", "projects": 1}


def record(warehouse: Warehouse, run_id: str) -> None:
    """What a sync does at the end of a project: its receipt, and then ANALYZE where it is due."""
    with warehouse.connection() as connection:
        now = connection.exec_driver_sql("SELECT now()").scalar_one()
    receipt = {**RECEIPT, "run_id": run_id, "started_at": now}
    warehouse.record_run({**receipt, **RUN})
    warehouse.record_project(receipt)


def annotations() -> pa.Table:
    """200,000 annotations: 40 label rows of 1,000 frames with 5 objects on each."""
    count = LABEL_ROWS * FRAMES * OBJECTS
    number = np.arange(count)
    given = {
        "label_hash": pa.array(np.char.add("label-", (number // (FRAMES * OBJECTS)).astype(str))),
        "object_hash": pa.array(np.char.add("object-", (number % OBJECTS).astype(str))),
        "space_id": pa.array(np.full(count, "root")),
        "frame": pa.array(number // OBJECTS % FRAMES),
        "x": pa.array(np.random.default_rng(3).random(count)),
    }
    schema = ARROW_SCHEMAS["object_annotation"]
    return pa.table([given.get(field.name, pa.nulls(count, field.type)) for field in schema], schema=schema)


@pytest.fixture(scope="module")
def big(postgres_server: PostgresServer, postgres_template: str) -> Iterator[Warehouse]:
    """A warehouse as the first sync of a large project leaves it."""
    name = postgres_server.create_database(postgres_template)
    warehouse = open_warehouse(postgres_server.database_url(name))
    names = [f"label-{number}" for number in range(LABEL_ROWS)]
    warehouse.upsert_metadata(PROJECT, listing([(f"video-{n}", "main", n) for n in names]), SAME)
    bundle = together(*(labels(name) for name in names))
    bundle["object_instance"] = rows(
        "object_instance",
        *(
            {"label_hash": name, "object_hash": f"object-{number}", "feature_hash": "car"}
            for name in names
            for number in range(OBJECTS)
        ),
    )
    bundle["object_annotation"] = annotations()
    warehouse.write_bundle(PROJECT, bundle, states(*names, annotation_count=FRAMES * OBJECTS), [], "run-1")
    record(warehouse, "run-1")
    yield warehouse
    warehouse.close()
    postgres_server.drop_database(name)


QUERIES = {
    "a range in one label row": "label_hash = 'label-7' AND frame BETWEEN 10 AND 20",
    "a list in one label row": "label_hash = 'label-7' AND frame IN (10, 20, 30, 40)",
    "a range in a task by its title": "data_title = 'video-label-7.mp4' AND branch_name = 'main'"
    " AND frame BETWEEN 10 AND 20",
    "a range in all label rows": "frame BETWEEN 10 AND 12",
    "a list in all label rows": "frame IN (10, 20)",
    "a track": "label_hash = 'label-7' AND object_hash = 'object-3'",
}


ASKED = [(question, view) for question in QUERIES for view in ("object_on_frame", "label_on_frame")]
ASKED += [(question, "object_annotation") for question, where in QUERIES.items() if "data_title" not in where]


@pytest.mark.parametrize(("question", "view"), ASKED)
def test_frames_and_tracks_are_found_by_index(big: Warehouse, question: str, view: str) -> None:
    query = f"SELECT * FROM {view} WHERE {QUERIES[question]}"
    assert len(read(big, query)) > 4
    plan = "\n".join(line for (line,) in read(big, f"EXPLAIN {query}"))
    assert "Seq Scan on object_annotation" not in plan, plan
    assert "object_annotation" in plan


def test_a_few_label_rows_of_many_are_replaced_by_index(big: Warehouse) -> None:
    """Without figures on the staged rows PostgreSQL would read the table from end to end to replace ten."""
    before = "SELECT seq_scan FROM pg_stat_user_tables WHERE relname = 'object_annotation'"
    with big.connection() as connection:
        connection.exec_driver_sql("SELECT pg_stat_reset()")
    bundle = labels("label-3", x=0.5) | {
        "object_annotation": annotations().slice(3 * FRAMES * OBJECTS, FRAMES * OBJECTS),
        "object_instance": rows(
            "object_instance",
            *({"label_hash": "label-3", "object_hash": f"object-{n}", "feature_hash": "bus"} for n in range(OBJECTS)),
        ),
    }
    big.write_bundle(PROJECT, bundle, states("label-3"), [], "run-2")
    with big.connection() as connection:
        connection.exec_driver_sql("SELECT pg_stat_clear_snapshot()")
    assert read(big, before) == [(0,)]


def test_statistics_are_there_after_the_first_load(big: Warehouse) -> None:
    analysed = read(
        big, "SELECT relname FROM pg_class WHERE relnamespace = 'encord'::regnamespace AND reltuples > 0 ORDER BY 1"
    )
    assert {"object_annotation", "object_instance", "label_row", "data_unit"} <= {name for (name,) in analysed}


def test_tables_are_analysed_again_only_when_enough_changed(postgres_url: str) -> None:
    session = PostgresSession(warehouse_location(postgres_url))  # type: ignore[arg-type] # the URL is PostgreSQL's
    count = 1000
    with session.transaction():
        session.execute("INSERT INTO frame_number SELECT generate_series(0, $last)", last=count - 1)
    changed = ChangedRows()
    changed.add({"frame_number": count})
    assert "frame_number" in changed.analyse(session), "never analysed before"
    for rows_written, is_due in ((0, False), (149, False), (151, True), (149, False)):
        changed.add({"frame_number": rows_written})
        assert ("frame_number" in changed.analyse(session)) is is_due, rows_written
        if not is_due:
            changed = ChangedRows()
    session.close()
