"""A reader never sees half a label row: after kill -9, or an error in the middle of a transaction."""

import subprocess
import sys
import time

import pytest
import sqlalchemy as sa

from connector.errors import ConnectorError, ErrorKind
from connector.load import Warehouse, open_warehouse
from tests.load.warehouse_rows import PROJECT, everything, labels, read, states

REPLACING_FOR_EVER = """
import itertools, sys
from connector.load import open_warehouse
from tests.load.warehouse_rows import PROJECT, SAME, labels, listing, many_annotations, states, together
warehouse = open_warehouse(sys.argv[1])
warehouse.upsert_metadata(PROJECT, listing([("video-1", "main", "label-1"), ("video-1", "anna", "label-2")]), SAME)
versions = []
for version in range(2):
    bundle = together(*(
        labels(name, x=float(version)) | {"object_annotation": many_annotations(name, 20_000, float(version))}
        for name in ("label-1", "label-2")
    ))
    versions.append((bundle, states("label-1", "label-2", content_hash=str(version))))
for turn in itertools.count():
    warehouse.write_bundle(PROJECT, *versions[turn % 2], [], f"run-{turn}")
    print(turn, flush=True)
"""


def killed(url: str, after_bundles: int, seconds: float) -> int:
    """Runs a process that replaces two label rows again and again, kills it, and says how many bundles it finished."""
    with subprocess.Popen(
        [sys.executable, "-c", REPLACING_FOR_EVER, url], stdout=subprocess.PIPE, text=True, bufsize=1
    ) as process:
        assert process.stdout is not None
        for _ in range(after_bundles):
            process.stdout.readline()
        time.sleep(seconds)
        process.kill()
        return len(process.stdout.readlines()) + after_bundles


@pytest.mark.parametrize("seconds", [0.004, 0.03])
@pytest.mark.engines("duckdb", "postgresql")
def test_after_kill_9_every_label_row_is_whole_and_belongs_to_its_state(url: str, seconds: float) -> None:
    finished = killed(url, 3, seconds)
    assert finished >= 3
    warehouse = open_warehouse(url)
    [(label_rows, versions)] = read(warehouse, "SELECT count(*), count(DISTINCT content_hash) FROM label_row")
    assert (label_rows, versions) == (2, 1), "both label rows of the bundle have the same version"
    whole = read(
        warehouse,
        "SELECT label_row.label_hash, count(*), min(x) = CAST(content_hash AS DOUBLE PRECISION), min(x) = max(x)"
        " FROM label_row JOIN object_annotation ON object_annotation.label_hash = label_row.label_hash"
        " GROUP BY label_row.label_hash, content_hash ORDER BY 1",
    )
    assert whole == [("label-1", 20_000, True, True), ("label-2", 20_000, True, True)]
    [(last_run,)] = read(warehouse, "SELECT DISTINCT run_id FROM label_row")
    assert int(last_run.removeprefix("run-")) >= finished - 1, "what was answered as written is there"
    warehouse.write_bundle(PROJECT, labels("label-1"), states("label-1"), [], "run-next")
    assert read(warehouse, "SELECT count(*) FROM object_annotation") == [(20_003,)]
    warehouse.close()


@pytest.mark.engines("duckdb", "postgresql")
def test_an_error_in_the_middle_rolls_back_what_came_before_and_the_warehouse_stays_usable(filled: Warehouse) -> None:
    before = everything(filled)
    bundle, failures = labels("label-1", x=0.9), [("label-2", "missing", "Not in the answer.")]
    # Failures are written after the labels: without their table the transaction breaks in its middle.
    with filled.connection() as connection:
        connection.execute(sa.text("ALTER TABLE sync_failure RENAME TO sync_failure_moved"))
    with pytest.raises(ConnectorError) as caught:
        filled.write_bundle(PROJECT, bundle, states("label-1"), failures, "run-2")
    assert caught.value.kind is ErrorKind.WAREHOUSE
    with filled.connection() as connection:
        connection.execute(sa.text("ALTER TABLE sync_failure_moved RENAME TO sync_failure"))
    assert everything(filled) == before
    filled.write_bundle(PROJECT, bundle, states("label-1"), failures, "run-2")
    assert read(filled, "SELECT max(x) FROM object_annotation") == [(0.9,)]
