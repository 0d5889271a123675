"""Answers without end, larger than they look, or from elsewhere: stopped as they arrive, by what was asked for."""

import gzip
import threading
import time
from collections.abc import Callable

import pytest

from connector.errors import ConnectorError, ErrorKind
from connector.sample import (
    Body,
    Endless,
    Fault,
    FaultAction,
    GzipBomb,
    HttpStatus,
    Redirect,
    SampleServer,
    SampleWorld,
    with_value,
)
from connector.source.answers.exchange import DECODED
from connector.source.connection.signing import ReceivingQuerier
from connector.source.source import Source
from tests.source.conftest import Listener
from tests.source.test_fetch import ALL, BAD, fetched, sizes, wanted
from tests.source.world import ONTOLOGY_HASH, PROJECT_HASH, STAGE_UUID, image_world, label_hash_of, settings_for

KINDS = ("project", "ontology", "listing")
PIECE = b'"' + b"x" * 999_999
LIMIT = 3_000_000


def failed_snapshot(server: SampleServer, **options: object) -> ConnectorError:
    with pytest.raises(ConnectorError) as failed:
        Source.connect(settings_for(server, **options)).snapshot(PROJECT_HASH)
    return failed.value


class TestSize:
    @pytest.mark.parametrize("kind", KINDS)
    @pytest.mark.parametrize("action", [Endless(PIECE), GzipBomb(2_000_000_000)], ids=["plain", "bomb"])
    def test_an_answer_without_end_is_stopped_at_its_limit(
        self, server: SampleServer, kind: str, action: FaultAction
    ) -> None:
        server.faults.add(Fault(action, kind=kind, times=None))
        error = failed_snapshot(server, max_unpacked_bytes=LIMIT)
        assert error.kind is ErrorKind.TOO_LARGE
        limit = LIMIT if kind == "listing" else DECODED.size
        assert f"larger than {limit:,} bytes" in error.message
        assert ("raise max_unpacked_bytes" in error.remedy) is (kind == "listing")
        assert PROJECT_HASH in error.message or ONTOLOGY_HASH in error.message
        assert len(server.requests.of_kind(kind)) == 1, "asked for again"

    @pytest.mark.parametrize("kind", KINDS)
    def test_an_error_without_end_is_the_error_that_its_status_says(self, server: SampleServer, kind: str) -> None:
        server.faults.add(Fault(Endless(PIECE, status=403), kind=kind, times=None))
        assert failed_snapshot(server).kind is ErrorKind.PERMISSION
        server.faults.clear()
        server.faults.add(Fault(Endless(PIECE, status=503), kind=kind, times=None))
        assert "HTTP status 503" in failed_snapshot(server, retry_attempts=1).message

    def test_what_is_no_list_is_not_decoded_whole_beyond_what_the_sdk_can_hold(
        self, server: SampleServer, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("connector.source.answers.raw_answer.DECODED", type(DECODED)(10_000))
        server.faults.add(Fault(Body(b'{"status": 500, "response": [' + b"1," * 9_000 + b"1]}"), kind="listing"))
        error = failed_snapshot(server)
        assert (error.kind, "larger than 10,000 bytes" in error.message) == (ErrorKind.TOO_LARGE, True)

    def test_one_huge_label_row_fails_by_name_and_the_others_load_in_large_bundles(self, heard: Listener) -> None:
        everything = [label_hash_of(number) for number in range(64)]
        with SampleServer(image_world(rows=64)) as server:
            server.faults.add(
                Fault(with_value("note", "x" * LIMIT), kind="label_rows", label_hash=everything[3], times=None)
            )
            rows, failures = fetched(
                server, everything, heard, bundle_rows=16, requests_in_flight=1, max_unpacked_bytes=LIMIT
            )
            assert len(rows) == 63
            assert failures[everything[3]].kind is ErrorKind.TOO_LARGE
            assert everything[3] in failures[everything[3]].message
            assert f"{LIMIT:,} bytes" in failures[everything[3]].message
            assert sizes(server)[-2:] == [16, 16], "later bundles paid for one label row"

    @pytest.mark.parametrize("action", [Endless(PIECE), GzipBomb(2_000_000_000)], ids=["plain", "bomb"])
    def test_a_label_row_without_end_fails_by_name(self, server: SampleServer, action: FaultAction) -> None:
        server.faults.add(Fault(action, kind="label_rows", label_hash=BAD, times=None))
        rows, failures = fetched(server, max_unpacked_bytes=LIMIT)
        assert (len(rows), failures[BAD].kind) == (7, ErrorKind.TOO_LARGE)

    def test_empty_gzip_members_without_end_count_as_they_come_over_the_line(self, server: SampleServer) -> None:
        """They unpack to nothing, for ever."""
        members = Endless(gzip.compress(b"") * 50_000, headers={"Content-Encoding": "gzip"})
        server.faults.add(Fault(members, kind="listing", times=None))
        assert failed_snapshot(server, max_unpacked_bytes=LIMIT).kind is ErrorKind.TOO_LARGE


class TestPace:
    @pytest.mark.parametrize("kind", KINDS)
    def test_a_byte_now_and_then_is_too_slow(self, server: SampleServer, kind: str) -> None:
        server.faults.add(Fault(Endless(b"x", pause=0.1), kind=kind, times=None))
        started = time.monotonic()
        error = failed_snapshot(server, read_timeout_seconds=1, retry_attempts=2)
        assert (error.kind, "came too slowly" in error.message) == (ErrorKind.UNREACHABLE, True)
        assert len(server.requests.of_kind(kind)) == 2
        assert time.monotonic() - started < 8

    @pytest.mark.parametrize("kind", KINDS)
    def test_headers_that_drip_are_too_slow(self, server: SampleServer, kind: str) -> None:
        server.faults.add(Fault(Endless(pause=0.1, is_head=True), kind=kind, times=None))
        error = failed_snapshot(server, connect_timeout_seconds=1, read_timeout_seconds=1, retry_attempts=1)
        assert (error.kind, "No answer had begun after 2 s" in error.message) == (ErrorKind.UNREACHABLE, True)

    @pytest.mark.parametrize("kind", KINDS)
    def test_an_answer_that_goes_on_and_on_has_a_longest_time_and_is_not_asked_for_again(
        self, server: SampleServer, kind: str
    ) -> None:
        """Fast enough for the least rate: 20 kB a second."""
        server.faults.add(Fault(Endless(b"x" * 2_000, pause=0.1), kind=kind, times=None))
        error = failed_snapshot(server, answer_timeout_seconds=2)
        assert (error.kind, "not whole after 2 s" in error.message) == (ErrorKind.UNREACHABLE, True)
        assert "answer_timeout_seconds" in error.remedy
        assert len(server.requests.of_kind(kind)) == 1

    def test_a_label_row_that_drips_fails_by_name(self, server: SampleServer) -> None:
        server.faults.add(Fault(Endless(b"x", pause=0.1), kind="label_rows", label_hash=BAD, times=None))
        rows, failures = fetched(server, read_timeout_seconds=0.5, retry_attempts=1)
        assert (len(rows), failures[BAD].kind) == (7, ErrorKind.UNREACHABLE)
        assert "came too slowly" in failures[BAD].message

    @pytest.mark.parametrize("kind", KINDS)
    @pytest.mark.parametrize(
        "action",
        [Endless(b"x", pause=0.1), Endless(b"x" * 2_000, pause=0.1), Endless(pause=0.1, is_head=True)],
        ids=["bytes", "20 kB a second", "headers"],
    )
    def test_told_to_stop_nobody_waits_for_a_drip(self, server: SampleServer, kind: str, action: FaultAction) -> None:
        server.faults.add(Fault(action, kind=kind, times=None))
        stop = threading.Event()
        source = Source.connect(settings_for(server), should_stop=stop.is_set)
        threading.Timer(0.5, stop.set).start()
        started = time.monotonic()
        with pytest.raises(ConnectorError) as failed:
            source.snapshot(PROJECT_HASH)
        assert failed.value.kind is ErrorKind.INTERRUPTED
        assert time.monotonic() - started < 3

    def test_told_to_stop_a_fetch_leaves_its_drips_behind(self, server: SampleServer) -> None:
        server.faults.add(Fault(Endless(b"x", pause=0.1), kind="label_rows", times=None))
        stop = threading.Event()
        threading.Timer(0.5, stop.set).start()
        started = time.monotonic()
        fetch = Source.connect(settings_for(server, bundle_rows=2)).fetch(PROJECT_HASH, wanted(ALL), stop.is_set)
        assert list(fetch) == []
        assert time.monotonic() - started < 3

    def test_who_left_a_drip_behind_hangs_up(self, server: SampleServer) -> None:
        server.faults.add(Fault(Endless(b"x", pause=0.1), kind="project", times=None))
        failed_snapshot(server, read_timeout_seconds=0.5, retry_attempts=1)
        assert eventually(lambda: not [each for each in threading.enumerate() if each.name == "encord-request"])


def eventually(is_so: Callable[[], bool]) -> bool:
    until = time.monotonic() + 5
    while not is_so() and time.monotonic() < until:
        time.sleep(0.05)
    return is_so()


class TestOrigin:
    @pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
    @pytest.mark.parametrize("kind", [*KINDS, "label_rows"])
    def test_no_redirect_is_followed(self, server: SampleServer, kind: str, status: int) -> None:
        with SampleServer(SampleWorld()) as other:
            there = f"{other.domain}/v2/public/projects?X-Amz-Signature=5ecret"
            server.faults.add(Fault(Redirect(there, status), kind=kind, times=None))
            if kind == "label_rows":
                _, failures = fetched(server, ALL[:1])
                error_kind, message = failures[ALL[0]].kind, failures[ALL[0]].message
            else:
                error = failed_snapshot(server)
                error_kind, message = error.kind, str(error)
            assert error_kind is ErrorKind.UNREACHABLE
            assert f"{server.domain} answers with a redirect to {other.domain} (" in message
            assert "5ecret" not in message
            assert not other.requests
            assert len(server.requests.of_kind(kind)) == 1, "a redirect is no passing trouble"

    @pytest.mark.parametrize(
        ("location", "shown"),
        [
            ("/elsewhere", "redirect to http://127.0.0.1:"),
            ("https://user:hunter2@evil.example/x", "redirect to https://evil.example ("),
            ("//evil.example:8443", "redirect to http://evil.example:8443 ("),
            ("http://[::1", "redirect to an address that cannot be read ("),
        ],
    )
    def test_of_the_target_only_the_host_is_shown(self, server: SampleServer, location: str, shown: str) -> None:
        server.faults.add(Fault(Redirect(location), kind="project", times=None))
        error = failed_snapshot(server)
        assert shown in error.message
        assert "hunter2" not in str(error)

    def test_pages_of_other_lists_are_guarded_alike(self, server: SampleServer) -> None:
        source = Source.connect(settings_for(server))
        with SampleServer(SampleWorld()) as other:
            server.faults.add(Fault(Redirect(other.domain), times=None))
            for read in (source.list_projects, lambda: source.stage_tasks(PROJECT_HASH, STAGE_UUID)):
                with pytest.raises(ConnectorError, match="redirect"):
                    read()
            assert not other.requests

    def test_an_sdk_that_keeps_its_answers_to_itself_is_refused(
        self, server: SampleServer, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """As a later release would, that no longer calls the method by which answers are received."""
        monkeypatch.delattr(ReceivingQuerier, "_exception_context")
        assert failed_snapshot(server).kind is ErrorKind.CONFIGURATION


def test_a_wait_of_ages_is_said_in_words(server: SampleServer) -> None:
    server.faults.add(Fault(HttpStatus(429, retry_after=999_999_999), kind="project", times=None))
    error = failed_snapshot(server)
    assert error.kind is ErrorKind.RATE_LIMITED
    assert "asks to wait more than two days, longer than the 60 s" in error.message
