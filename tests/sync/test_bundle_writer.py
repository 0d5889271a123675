"""A bundle is written beside the next one: in order, one at a time, and what goes wrong with it is not lost."""

import threading

import pytest

from connector.bundle_writer import BundleWriter, Count, Write
from connector.errors import ConnectorError, ErrorKind
from connector.load import WrittenBundle
from tests.test_receipt import receipt

NOTHING = WrittenBundle({}, ())


def test_one_at_a_time_in_another_thread_and_counted_in_this_one() -> None:
    told: list[tuple[str, str]] = []

    def write(name: str) -> WrittenBundle:
        told.append((name, threading.current_thread().name))
        return WrittenBundle({name: 1}, ())

    counted: list[dict[str, int]] = []
    with BundleWriter(receipt()) as writer:
        for name in ("a", "b", "c"):
            writer.submit(lambda name=name: write(name), lambda written: counted.append(written.rows_by_table))  # type: ignore[misc]  # a default is how a loop's value is kept
            assert len(counted) == "abc".index(name), "the one before, and no other, was waited for"
    assert [name for name, _ in told] == ["a", "b", "c"]
    assert all(thread != threading.current_thread().name for _, thread in told)
    assert counted == [{"a": 1}, {"b": 1}, {"c": 1}]


def fail() -> WrittenBundle:
    raise ConnectorError(ErrorKind.WAREHOUSE, "disk full")


def write_beside(write: Write, count: Count, then: BaseException | None) -> None:
    """Write in a block that goes on to raise, or not."""
    with BundleWriter(receipt()) as writer:
        writer.submit(write, count)
        if then:
            raise then


def test_a_write_under_way_is_ended_and_counted_when_the_fetch_fails() -> None:
    counted: list[WrittenBundle] = []
    with pytest.raises(ConnectorError, match="outage"):
        write_beside(lambda: NOTHING, counted.append, ConnectorError(ErrorKind.UNREACHABLE, "outage"))
    assert counted == [NOTHING]


@pytest.mark.parametrize("then", [None, ConnectorError(ErrorKind.UNREACHABLE, "outage")])
def test_a_write_that_failed_is_what_is_told(then: ConnectorError | None) -> None:
    with pytest.raises(ConnectorError, match="disk full"):
        write_beside(fail, lambda _: None, then)


def test_an_interrupt_from_the_keyboard_stays_one() -> None:
    with pytest.raises(KeyboardInterrupt):
        write_beside(fail, lambda _: None, KeyboardInterrupt())
