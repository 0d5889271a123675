"""Labels too large for the memory that DuckDB is given: it gets more, the labels arrive, a limit of the user's stays.

DuckDB holds 2,048 rows at once. Our real limits need polygons of thousands of points; these tests lower them instead.
"""

import shutil
from pathlib import Path

import pyarrow as pa
import pytest

from bench.large_worlds.scale import Scale, build_scale_world
from connector.errors import ConnectorError, ErrorKind
from connector.load import Warehouse, open_warehouse
from connector.load.locks.lock_holder import LockHolder
from connector.load.on_duckdb import opening as duckdb_file
from connector.load.on_duckdb import session as duckdb_session
from connector.load.publish import publish, publish_target
from connector.sample import SampleServer
from tests.load.warehouse_rows import PROJECT, SAME, Tables, labels, listing, states
from tests.publish import numbered_runs
from tests.sync.synced_warehouse import SyncedWarehouse

LITTLE = "32MB"
FRAMES = 2_100
GEOMETRY_BYTES = 16_000
"""Times 2,048 is more than LITTLE; all of it is less than what is written before a checkpoint."""


def large_labels() -> Tables:
    """A label row with an object whose shape takes 16 KB of text on each of its frames, another one on each."""
    made = labels("label-1", frames=range(FRAMES))
    annotations = made["object_annotation"]
    geometries = pa.array([f"{frame:05d}".ljust(GEOMETRY_BYTES, "-") for frame in range(FRAMES)])
    place = annotations.column_names.index("geometry")
    return {**made, "object_annotation": annotations.set_column(place, annotations.field(place), geometries)}


def write(warehouse: Warehouse, made: Tables, content_hash: str) -> None:
    warehouse.write_bundle(PROJECT, made, states("label-1", content_hash=content_hash), [], "run-1")


def held(warehouse: Warehouse) -> list[tuple[int, int]]:
    """How many annotations there are, and the bytes of their geometries."""
    query = "SELECT count(*), coalesce(sum(length(geometry)), 0)::BIGINT FROM object_annotation"
    with warehouse.connection() as connection:
        return [(count, size) for count, size in connection.exec_driver_sql(query)]


def new_warehouse(file: Path, options: str = "") -> Warehouse:
    warehouse = open_warehouse(f"duckdb:///{file}{options}")
    warehouse.upsert_metadata(PROJECT, listing([("video-1", "main", "label-1")]), SAME)
    return warehouse


@pytest.fixture
def file(tmp_path: Path, new_file: Path) -> Path:
    return Path(shutil.copyfile(new_file, tmp_path / "labels.duckdb"))


@pytest.fixture
def little_for_inserts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(duckdb_session, "_MEMORY_LIMIT_OF_INSERTS", LITTLE)
    monkeypatch.setitem(duckdb_file._SETTINGS, "checkpoint_threshold", "1MB")


@pytest.mark.usefixtures("little_for_inserts")
def test_a_transaction_that_memory_was_too_little_for_is_done_again_with_more(file: Path) -> None:
    warehouse = new_warehouse(file)
    write(warehouse, large_labels(), "large")
    assert held(warehouse) == [(FRAMES, FRAMES * GEOMETRY_BYTES)]
    assert warehouse.has_lifted_limit
    write(warehouse, labels("label-1"), "small")  # the file is open, and takes the next ones
    assert held(warehouse) == [(3, 0)]
    warehouse.close()


@pytest.mark.usefixtures("little_for_inserts")
def test_a_sync_says_that_it_took_more_and_one_that_did_not_says_nothing(file: Path) -> None:
    scale = Scale(rows=3, annotations=700, objects=7, shapes=("polygon",), polygon_points=1_200, templates=1)
    with SampleServer(build_scale_world(scale)) as server:
        synced = SyncedWarehouse(server, file)
        first, unchanged = synced.sync(), synced.sync()
        assert first.counts()["loaded"] == scale.rows
        assert synced.value("SELECT count(*) FROM object_annotation") == scale.rows * scale.annotations
        (warning,) = first.events_named("memory_limit_lifted")
        assert warning.level == "warning"
        assert "memory_limit=" in warning.text
        assert not unchanged.events_named("memory_limit_lifted")


@pytest.mark.usefixtures("little_for_inserts")
def test_a_limit_of_the_user_stays_and_is_named(file: Path) -> None:
    warehouse = new_warehouse(file, f"?memory_limit={LITTLE}")
    write(warehouse, labels("label-1"), "small")
    with pytest.raises(ConnectorError, match=r"memory_limit=4GB") as failed:
        write(warehouse, large_labels(), "large")
    assert failed.value.kind is ErrorKind.WAREHOUSE
    assert held(warehouse) == [(3, 0)]  # the old rows stay
    assert not warehouse.has_lifted_limit
    warehouse.close()


@pytest.mark.parametrize("form", ["duckdb", "parquet"])
def test_a_copy_that_memory_is_too_little_for_is_made_with_more(
    form: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "labels.duckdb"
    numbered_runs.make(f"duckdb:///{file}")
    warehouse = open_warehouse(f"duckdb:///{file}")
    made = {**large_labels(), "object_instance": labels("label-0")["object_instance"]}
    annotations = made["object_annotation"]
    of_label = pa.array(["label-0"] * annotations.num_rows)
    place = annotations.column_names.index("label_hash")
    made["object_annotation"] = annotations.set_column(place, annotations.field(place), of_label)
    content = {name: made[name] for name in ("object_instance", "object_annotation")}
    warehouse.write_bundle(PROJECT, content, states("label-0", content_hash="large"), [], "run-1")
    numbered_runs.record_success(warehouse, 1)
    warehouse.close()

    monkeypatch.setitem(duckdb_file._SETTINGS, "memory_limit", LITTLE)
    target = publish_target(f"duckdb:///{file}", None, tmp_path / "out" / "labels.duckdb", [form])  # type: ignore[list-item]
    me = LockHolder.this_process("publish")
    (publication,) = publish(f"duckdb:///{file}", None, target, [form], 0, me)  # type: ignore[list-item]
    assert publication.run_id == numbered_runs.run_id_of(1)
    with pytest.raises(ConnectorError, match=r"ran out of memory.*memory_limit=4GB"):
        publish(f"duckdb:///{file}?memory_limit={LITTLE}", None, target, [form], 0, me)  # type: ignore[list-item]
