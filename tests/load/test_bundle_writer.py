"""Bundles are written one after another, where a server does the work beside the caller, and never after a failure."""

import threading
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime

import pytest

from connector.config import Settings
from connector.errors import ConnectorError
from connector.load import Failure, Warehouse, WrittenBundle
from connector.normalise.ontology import Ontology
from connector.runs.receipt import Receipt
from connector.runs.report import JsonReport
from connector.sync.bundle_loader import BundleLoader
from connector.sync.bundle_writer import BundleWriter
from tests.load.warehouse_rows import PROJECT, labels, read, states

ANNOTATIONS = "SELECT label_hash, max(x) FROM object_annotation GROUP BY label_hash ORDER BY label_hash"


@pytest.fixture
def receipt() -> Receipt:
    return Receipt("run-2", PROJECT, datetime(2026, 6, 1, tzinfo=UTC))


@pytest.fixture
def writer(filled: Warehouse, receipt: Receipt) -> Iterator[BundleWriter]:
    """Over `filled`, whose two label rows have boxes at 0.25 and 0.5."""
    writer = BundleWriter(filled, receipt)
    yield writer
    writer.close()


def write_unlisted(writer: BundleWriter, then: Callable[[], None] | None = None) -> None:
    """Write labels of a label row that was never listed, which every warehouse refuses whole; then something else."""

    def never(written: WrittenBundle) -> None:
        raise AssertionError(written)

    writer.write(labels("label-9"), states("label-9"), [], never)
    (then or writer.settle)()


def test_each_bundle_is_written_once_and_told_in_the_callers_thread(
    writer: BundleWriter, filled: Warehouse, receipt: Receipt
) -> None:
    told: list[tuple[int, int]] = []

    def then(written: WrittenBundle) -> None:
        assert threading.current_thread() is threading.main_thread()
        told.append((len(told), written.rows_by_table["object_annotation"]))

    for number in range(3):
        writer.write(labels("label-1", x=0.6 + number / 10), states("label-1"), [], then)
        # A server's is told by the next call, for it is under way.
        assert len(told) == number + (0 if filled.is_served else 1)
    writer.settle()
    assert told == [(0, 3), (1, 3), (2, 3)]
    writer.settle()
    assert len(told) == 3
    assert read(filled, ANNOTATIONS) == [("label-1", 0.8), ("label-2", 0.5)]
    assert receipt.times.wall["write"] > 0


def test_a_server_copies_while_the_caller_does_something_else(writer: BundleWriter, filled: Warehouse) -> None:
    told: list[WrittenBundle] = []
    with filled.connection() as other:
        if filled.is_served:  # it cannot come to an end before this transaction does
            other.exec_driver_sql("LOCK TABLE object_annotation IN EXCLUSIVE MODE")
            writer.write(labels("label-1", x=0.9), states("label-1"), [], told.append)
            assert told == []
    if not filled.is_served:
        writer.write(labels("label-1", x=0.9), states("label-1"), [], told.append)
        assert len(told) == 1, "DuckDB works in this process and in this thread"
    writer.settle()
    assert len(told) == 1
    assert read(filled, ANNOTATIONS) == [("label-1", 0.9), ("label-2", 0.5)]


def test_failures_go_with_their_bundle(writer: BundleWriter, filled: Warehouse) -> None:
    failure = Failure("label-2", "source_content", "Not a dict.")
    told: list[WrittenBundle] = []
    writer.write(labels("label-1", x=0.9), states("label-1"), [failure], told.append)
    writer.settle()
    assert read(filled, "SELECT label_hash, message, run_id FROM sync_failure") == [("label-2", "Not a dict.", "run-2")]


def test_what_fails_is_raised_here_and_noted_and_the_one_before_stays(writer: BundleWriter, filled: Warehouse) -> None:
    told: list[WrittenBundle] = []
    writer.write(labels("label-1", x=0.9), states("label-1"), [], told.append)
    with pytest.raises(ConnectorError, match="label-9"):
        write_unlisted(writer)
    assert writer.has_failed
    assert len(told) == 1
    assert read(filled, ANNOTATIONS) == [("label-1", 0.9), ("label-2", 0.5)]
    assert read(filled, "SELECT count(*) FROM object_instance WHERE label_hash = 'label-9'") == [(0,)]


def test_after_a_failure_the_next_is_not_written(writer: BundleWriter, filled: Warehouse) -> None:
    told: list[WrittenBundle] = []
    with pytest.raises(ConnectorError, match="label-9"):
        write_unlisted(writer, lambda: writer.write(labels("label-1", x=0.9), states("label-1"), [], told.append))
    writer.close()
    assert told == []
    assert read(filled, ANNOTATIONS) == [("label-1", 0.25), ("label-2", 0.5)]


def test_closing_waits_for_what_is_under_way_and_is_quiet_about_its_failure(
    writer: BundleWriter, filled: Warehouse
) -> None:
    told: list[WrittenBundle] = []
    writer.write(labels("label-1", x=0.9), states("label-1"), [], told.append)
    writer.close()
    assert len(told) == 1
    assert read(filled, ANNOTATIONS) == [("label-1", 0.9), ("label-2", 0.5)]
    if filled.is_served:
        again = BundleWriter(filled, Receipt("run-3", PROJECT, datetime(2026, 6, 1, tzinfo=UTC)))
        again.write(labels("label-9"), states("label-9"), [], told.append)
        again.close()
        assert again.has_failed
        assert len(told) == 1


def test_closing_at_once_has_a_server_roll_back(writer: BundleWriter, filled: Warehouse) -> None:
    told: list[WrittenBundle] = []
    with filled.connection() as other:
        if filled.is_served:  # or it would wait for a minute
            other.exec_driver_sql("LOCK TABLE object_annotation IN EXCLUSIVE MODE")
            writer.write(labels("label-1", x=0.9), states("label-1"), [], told.append)
            begun = time.monotonic()
            writer.close(at_once=True)
            assert time.monotonic() - begun < 20
    if not filled.is_served:
        writer.close(at_once=True)
    assert told == []
    assert read(filled, ANNOTATIONS) == [("label-1", 0.25), ("label-2", 0.5)]
    filled.write_bundle(PROJECT, labels("label-1", x=0.7), states("label-1"), [], "run-3")
    assert read(filled, ANNOTATIONS) == [("label-1", 0.7), ("label-2", 0.5)], "the connection is of use still"


def test_whatever_a_noted_block_raises_counts_as_a_failure(writer: BundleWriter) -> None:
    with pytest.raises(KeyboardInterrupt), writer.noting_failure():
        raise KeyboardInterrupt
    assert writer.has_failed


@pytest.mark.parametrize(("failure", "is_written"), [(ValueError, True), (KeyboardInterrupt, False)])
def test_what_a_server_has_begun_is_waited_for_after_a_fault_and_not_after_a_second_ctrl_c(
    filled: Warehouse, receipt: Receipt, failure: type[BaseException], is_written: bool
) -> None:
    """In a file there is no waiting: what was written is there, whatever comes after."""
    told: list[WrittenBundle] = []
    is_written |= not filled.is_served
    loader = BundleLoader(
        filled, Ontology({}, {}, "", has_bitmasks=False), lambda _: [], {}, Settings(), receipt, JsonReport()
    )
    with filled.connection() as other:
        letting_go = threading.Timer(3, other.exec_driver_sql, ["ROLLBACK"])
        if filled.is_served:
            other.exec_driver_sql("LOCK TABLE object_annotation IN EXCLUSIVE MODE")
            letting_go.start()
        loader._writer.write(labels("label-1", x=0.9), states("label-1"), [], told.append)
        with pytest.raises(failure), loader:
            raise failure
        if filled.is_served:
            letting_go.join()
    assert len(told) == is_written
    assert dict(read(filled, ANNOTATIONS))["label-1"] == (0.9 if is_written else 0.25)
