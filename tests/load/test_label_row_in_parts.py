"""write_label_row: a label row that comes part after part is there whole, with its state, or not at all."""

import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from datetime import timedelta

import pyarrow as pa
import pytest

from connector.errors import ConnectorError, ErrorKind
from connector.load import TakePart, Warehouse, WrittenBundle, open_warehouse
from tests.load.warehouse_rows import (
    EDITED,
    PROJECT,
    SAME,
    everything,
    labels,
    listing,
    places,
    present,
    read,
    rows,
    states,
    stored_state,
    together,
)

Parts = list[Mapping[str, pa.Table]]
CHILDREN = "SELECT count(*), min(x), max(x) FROM object_annotation WHERE label_hash = '{}'"


def three_parts(label_hash: str, x: float = 0.25) -> Parts:
    """`labels` cut in three: the instances come with the first annotation, the classification last."""
    whole = labels(label_hash, x=x)
    annotations = whole.pop("object_annotation")
    first = {"object_instance": whole.pop("object_instance"), "object_annotation": annotations.slice(0, 1)}
    return [first, {"object_annotation": annotations.slice(1, 1)}, {"object_annotation": annotations.slice(2)} | whole]


def write(
    warehouse: Warehouse, label_hash: str, parts: Parts, run_id: str = "run-2", **changes: object
) -> WrittenBundle:
    def write_parts(take: TakePart) -> pa.Table:
        for part in parts:
            take(part)
        return states(label_hash, **changes)

    known = {name: value for name, value in changes.items() if name in {"force", "labels_last_edited_at"}}
    before = states(label_hash, annotation_count=None, is_event_based=None, content_hash=None, **known)
    return warehouse.write_label_row(PROJECT, before, write_parts, run_id)


def test_parts_are_what_a_bundle_writes(filled: Warehouse) -> None:
    bundle = together(labels("label-1", x=0.75), labels("label-2", x=0.75))
    filled.write_bundle(PROJECT, bundle, states("label-1", "label-2", content_hash="two"), [], "run-2")
    expected = present(filled)
    for label_hash in ("label-1", "label-2"):
        filled.write_bundle(PROJECT, labels(label_hash, x=0.5), states(label_hash), [], "run-1")
        written = write(filled, label_hash, three_parts(label_hash, x=0.75), content_hash="two")
        assert written.failures == ()
        assert written.rows_by_table["object_annotation"] == 3
    assert present(filled) == expected


def test_a_new_label_row_comes_in_parts(warehouse: Warehouse) -> None:
    warehouse.upsert_metadata(PROJECT, listing([("video-1", "main", "label-1")]), SAME)
    written = write(warehouse, "label-1", three_parts("label-1"))
    assert written.rows_by_table == {
        "object_instance": 1,
        "object_annotation": 3,
        "classification_instance": 1,
        "classification_range": 1,
        "attribute_answer": 1,
    }
    assert read(warehouse, CHILDREN.format("label-1")) == [(3, 0.25, 0.25)]
    assert stored_state(warehouse)["video-1/main"]["content_hash"] == "content-1"


def test_what_goes_wrong_in_a_late_part_leaves_the_old_rows(filled: Warehouse) -> None:
    before = everything(filled)

    def break_off(take: TakePart) -> pa.Table:
        take(three_parts("label-1", x=0.75)[0])
        raise ConnectorError(ErrorKind.SOURCE_CONTENT, "Frame 7 cannot be read.")

    with pytest.raises(ConnectorError, match="Frame 7"):
        filled.write_label_row(PROJECT, states("label-1"), break_off, "run-2")
    assert everything(filled) == before
    write(filled, "label-1", three_parts("label-1", x=0.75))
    assert read(filled, CHILDREN.format("label-1")) == [(3, 0.75, 0.75)], "the warehouse stays usable"


def doubled_over_parts() -> Parts:
    first, second, third = three_parts("label-1", x=0.75)
    return [first, second, {**third, "object_annotation": second["object_annotation"]}]


def doubled_in_a_part() -> Parts:
    first, _, third = three_parts("label-1", x=0.75)
    return [first, {"object_annotation": labels("label-1", frames=[1, 1])["object_annotation"]}, third]


def nameless() -> Parts:
    first, second, third = three_parts("label-1", x=0.75)
    first = {**first, "object_instance": rows("object_instance", {"label_hash": "label-1", "object_hash": "object-1"})}
    return [first, second, third]


def orphaned() -> Parts:
    first, second, third = three_parts("label-1", x=0.75)
    return [{**first, "object_instance": first["object_instance"].slice(0, 0)}, second, third]


@pytest.mark.parametrize("known", [True, False])
@pytest.mark.parametrize("parts", [doubled_over_parts, doubled_in_a_part, nameless, orphaned])
def test_unusable_rows_fail_the_label_row_and_are_recorded(
    filled: Warehouse, parts: Callable[[], Parts], known: bool
) -> None:
    if not known:
        filled.tombstone(PROJECT, [f"{PROJECT}/video-1/main"], EDITED)
    before = read(filled, CHILDREN.format("label-1"))
    written = write(filled, "label-1", parts())
    assert [failure.label_hash for failure in written.failures] == ["label-1"]
    assert written.rows_by_table == {}
    assert read(filled, CHILDREN.format("label-1")) == before
    assert read(filled, "SELECT label_hash, run_id FROM sync_failure") == [("label-1", "run-2")]
    write(filled, "label-1", three_parts("label-1", x=0.5), "run-3")
    assert read(filled, "SELECT count(*) FROM sync_failure") == [(0,)], "it heals"


@pytest.mark.parametrize("force", [False, True])
def test_older_labels_are_refused_before_any_part_is_made(filled: Warehouse, force: bool) -> None:
    older = EDITED - timedelta(days=1)
    parts = three_parts("label-1", x=0.75)
    written = write(filled, "label-1", parts, labels_last_edited_at=older, force=force)
    if force:
        assert written.failures == ()
        assert read(filled, CHILDREN.format("label-1")) == [(3, 0.75, 0.75)]
    else:
        assert [failure.kind for failure in written.failures] == [ErrorKind.OUTDATED]
        assert read(filled, CHILDREN.format("label-1")) == [(3, 0.25, 0.25)]
        assert read(filled, "SELECT kind FROM sync_failure") == [("outdated",)]


@pytest.mark.parametrize(("is_event_based", "count"), [(False, 45), (True, 30)])
def test_frame_numbers_follow_the_parts_but_nanoseconds_are_no_frames(
    filled: Warehouse, is_event_based: bool, count: int
) -> None:
    parts = three_parts("label-1")
    parts[1] = {"object_annotation": labels("label-1", frames=[44])["object_annotation"]}
    write(filled, "label-1", parts, is_event_based=is_event_based)
    assert read(filled, "SELECT count(*), max(frame) FROM frame_number") == [(count, count - 1)]


def test_frames_of_the_data_unit_are_gathered_from_the_parts(filled: Warehouse) -> None:
    parts: Parts = [
        {
            **part,
            "data_frame": rows("data_frame", {"project_hash": PROJECT, "data_hash": "video-1", "frame": number}),
        }
        for number, part in enumerate(three_parts("label-1"))
    ]
    assert write(filled, "label-1", parts).rows_by_table["data_frame"] == 3
    assert read(filled, "SELECT frame FROM data_frame ORDER BY frame") == [(0,), (1,), (2,)]


@pytest.mark.engines("duckdb", "postgresql")
def test_rows_that_stay_as_they_are_are_not_written_on_postgresql(filled: Warehouse, engine: str) -> None:
    before = places(filled, "object_annotation")
    written = write(filled, "label-1", three_parts("label-1"))
    if engine == "postgresql":
        assert places(filled, "object_annotation") == before
        assert written.rows_by_table == {}
    assert read(filled, CHILDREN.format("label-1")) == [(3, 0.25, 0.25)]


WRITING_FOR_EVER = """
import itertools, sys
from connector.load import open_warehouse
from tests.load.test_label_row_in_parts import write
from tests.load.warehouse_rows import PROJECT, SAME, labels, listing, many_annotations
warehouse = open_warehouse(sys.argv[1])
warehouse.upsert_metadata(PROJECT, listing([("video-1", "main", "label-1")]), SAME)
for turn in itertools.count():
    rows = labels("label-1", x=float(turn)) | {"object_annotation": many_annotations("label-1", 40_000, float(turn))}
    annotations = rows.pop("object_annotation")
    parts = [rows] + [{"object_annotation": annotations.slice(start, 2_000)} for start in range(0, 40_000, 2_000)]
    write(warehouse, "label-1", parts, f"run-{turn}", content_hash=str(turn))
    print(turn, flush=True)
"""


@pytest.mark.parametrize("seconds", [0.01, 0.08])
@pytest.mark.engines("duckdb", "postgresql")
def test_after_kill_9_between_two_parts_the_label_row_is_whole(url: str, seconds: float) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", WRITING_FOR_EVER, url], stdout=subprocess.PIPE, text=True, bufsize=1
    ) as process:
        assert process.stdout is not None
        for _ in range(2):
            assert process.stdout.readline()
        time.sleep(seconds)
        process.kill()
    warehouse = open_warehouse(url)
    whole = read(
        warehouse,
        "SELECT count(*), min(x) = CAST(max(content_hash) AS DOUBLE PRECISION), min(x) = max(x)"
        " FROM label_row JOIN object_annotation ON object_annotation.label_hash = label_row.label_hash",
    )
    assert whole == [(40_000, True, True)]
    warehouse.close()
