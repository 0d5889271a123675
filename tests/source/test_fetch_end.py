"""What ends a fetch as a whole, what it holds while it runs, and what its errors must not show."""

import threading
import time
import traceback

import pytest

from connector.errors import ConnectorError, ErrorKind
from connector.sample import KEY_EXPIRED, NOT_AUTHORISED, Body, Fault, FaultAction, Hook, HttpStatus, SampleServer
from connector.source.label_rows.fetch import OUTAGE_AFTER
from connector.source.source import Source
from tests.source.conftest import Listener
from tests.source.test_fetch import ALL, fetched, wanted
from tests.source.world import PROJECT_HASH, image_world, label_hash_of, settings_for


class TestWhatEndsTheFetch:
    @pytest.mark.parametrize(
        ("action", "kind"),
        [
            (KEY_EXPIRED, ErrorKind.AUTHENTICATION),
            (NOT_AUTHORISED, ErrorKind.PERMISSION),
            (HttpStatus(429, retry_after=3600), ErrorKind.RATE_LIMITED),
            (HttpStatus(429), ErrorKind.RATE_LIMITED),
        ],
        ids=str,
    )
    def test_it_concerns_all_rows(self, server: SampleServer, action: FaultAction, kind: ErrorKind) -> None:
        server.faults.add(Fault(action, kind="label_rows", skip=2, times=None))
        source = Source.connect(settings_for(server, bundle_rows=1, requests_in_flight=1))
        with pytest.raises(ConnectorError) as failed:
            list(source.fetch(PROJECT_HASH, wanted(ALL)))
        assert failed.value.kind is kind
        assert len(server.requests) <= 2 + 2 * 3

    def test_an_outage_is_not_put_down_to_the_rows(self, heard: Listener) -> None:
        with SampleServer(image_world(rows=64)) as server:
            server.faults.add(Fault(HttpStatus(503), kind="label_rows", times=None))
            source = Source.connect(settings_for(server, requests_in_flight=2), on_event=heard)
            with pytest.raises(ConnectorError) as failed:
                list(source.fetch(PROJECT_HASH, wanted([label_hash_of(number) for number in range(64)])))
            assert failed.value.kind is ErrorKind.UNREACHABLE
            assert len(server.requests) <= 3 + 2 * OUTAGE_AFTER

    def test_a_write_is_never_sent_by_a_fetch(self, server: SampleServer) -> None:
        server.faults.add(Fault(HttpStatus(500), kind="label_rows", times=4))
        fetched(server)
        assert {record.query_method for record in server.requests} == {"GET"}


class TestInFlight:
    def test_requests_overlap_and_unread_bundles_do_not_pile_up(self) -> None:
        with SampleServer(image_world(rows=30)) as server:
            source = Source.connect(settings_for(server, bundle_rows=1, requests_in_flight=3))
            bundles = source.fetch(PROJECT_HASH, wanted([label_hash_of(number) for number in range(30)]))
            next(bundles)
            time.sleep(0.3)
            # One taken, three more fetched ahead while nobody takes any.
            assert len(server.requests) == 4
            assert sum(1 for _ in bundles) == 29

    def test_several_at_once(self) -> None:
        together = threading.Barrier(3, timeout=5)
        with SampleServer(image_world(rows=3)) as server:
            server.faults.add(Fault(Hook(together.wait), kind="label_rows", times=3))
            rows, _ = fetched(server, [label_hash_of(number) for number in range(3)], bundle_rows=1)
            assert len(rows) == 3

    def test_a_closed_iterator_sends_nothing_more(self, server: SampleServer) -> None:
        bundles = Source.connect(settings_for(server, bundle_rows=1, requests_in_flight=2)).fetch(
            PROJECT_HASH, wanted(ALL)
        )
        next(bundles)
        bundles.close()  # type: ignore[attr-defined]  # an iterator to its users, a generator underneath
        sent = len(server.requests)
        assert sent <= 3
        time.sleep(0.1)
        assert len(server.requests) == sent

    def test_told_to_stop_it_ends_without_sitting_out_a_wait(self, server: SampleServer) -> None:
        server.faults.add(Fault(HttpStatus(429, retry_after=30), kind="label_rows", times=None))
        stop = threading.Event()
        threading.Timer(0.3, stop.set).start()
        started = time.monotonic()
        bundles = Source.connect(settings_for(server)).fetch(PROJECT_HASH, wanted(ALL), stop.is_set)
        assert list(bundles) == []
        assert time.monotonic() - started < 5

    def test_told_to_stop_before_the_start(self, server: SampleServer) -> None:
        assert list(Source.connect(settings_for(server)).fetch(PROJECT_HASH, wanted(ALL), lambda: True)) == []
        assert not server.requests


def test_labels_and_signed_urls_never_show_in_errors(server: SampleServer) -> None:
    secret = "https://storage.example.com/cow.mp4?X-Amz-Signature=5ecret"
    server.faults.add(Fault(Body(f'{{"status": 200, "response": ["{secret}'.encode()), kind="label_rows", times=None))
    source = Source.connect(settings_for(server, bundle_rows=1))
    shown = []
    try:
        for bundle in source.fetch(PROJECT_HASH, wanted(ALL)):
            shown += [failure.message for failure in bundle.failures]
    except ConnectorError as error:
        shown.append("".join(traceback.format_exception(error)))
    assert shown
    assert not any("5ecret" in text or server.world.private_key in text for text in shown)
