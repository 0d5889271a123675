"""Projects, ontology and listing over HTTP: what is asked, and what each trouble becomes."""

import datetime
import socket
import threading
import time
import traceback
from email.utils import format_datetime

import pytest

import connector
from connector.errors import ConnectorError, ErrorKind
from connector.sample import (
    INVALID_JSON,
    KEY_EXPIRED,
    KEY_REVOKED,
    NOT_AUTHORISED,
    RATE_LIMIT_IN_ENVELOPE,
    RESET_BEFORE_ANSWER,
    RESET_IN_BODY,
    TRUNCATED_BODY,
    Body,
    EditElement,
    Fault,
    FaultAction,
    HttpStatus,
    SampleServer,
    SampleWorld,
    without_key,
)
from connector.source.source import Source
from tests.source.conftest import Listener
from tests.source.world import ONTOLOGY_HASH, PROJECT_HASH, image_world, label_hash_of, settings_for

UNKNOWN_HASH = "00000000-0000-4000-8000-000000000000"
SECRET = "https://storage.example.com/cow.mp4?X-Amz-Signature=5ecret"


def failure_of(server: SampleServer, **options: object) -> ConnectorError:
    with pytest.raises(ConnectorError) as failed:
        Source.connect(settings_for(server, **options)).snapshot(PROJECT_HASH)
    printed = "".join(traceback.format_exception(failed.value))
    assert server.world.private_key not in printed
    assert SECRET not in printed
    assert failed.value.remedy or failed.value.kind is ErrorKind.SOURCE_CONTENT
    return failed.value


def test_a_snapshot_is_three_requests(server: SampleServer) -> None:
    source = Source.connect(settings_for(server))
    snapshot = source.snapshot(PROJECT_HASH.upper())
    assert snapshot.project["projectHash"] == PROJECT_HASH
    assert snapshot.ontology["ontologyUuid"] == ONTOLOGY_HASH
    assert snapshot.ontology["editor"]["objects"]
    hashes = [entry["label_hash"] for entry in snapshot.entries if isinstance(entry, dict)]
    assert sorted(filter(None, hashes)) == [label_hash_of(number) for number in range(8)]
    assert hashes.count(None) == 2
    assert server.requests.counts() == {"project": 1, "ontology": 1, "listing": 1}
    assert source.requests_sent == 3
    assert not server.requests.writes()
    assert all(record.user_agent.endswith(f" encord-sync/{connector.__version__}") for record in server.requests)


def test_all_branches_are_listed(server: SampleServer) -> None:
    project = server.world.projects[PROJECT_HASH]
    project.add_branch(next(iter(project.rows.values())).data_hash, "encord-ines", is_copy_of_main=True)
    entries = Source.connect(settings_for(server)).snapshot(PROJECT_HASH).entries
    assert {entry["branch_name"] for entry in entries if isinstance(entry, dict)} == {"main", "encord-ines"}


def test_client_metadata_only_on_request(server: SampleServer) -> None:
    for row in server.world.projects[PROJECT_HASH].rows.values():
        row.metadata["client_metadata"] = {"herd": "north"}
    for is_asked in (False, True):
        source = Source.connect(settings_for(server, include_client_metadata=is_asked))
        entries = source.snapshot(PROJECT_HASH).entries
        given = [bool(entry.get("client_metadata")) for entry in entries if isinstance(entry, dict)]
        assert given == [is_asked] * 10


@pytest.mark.parametrize("bad", ["not a dict", 7, None, ["list"]])
def test_one_bad_entry_cannot_fail_the_listing(server: SampleServer, bad: object) -> None:
    server.faults.add(Fault(EditElement(lambda _: bad), kind="listing"))
    entries = Source.connect(settings_for(server)).snapshot(PROJECT_HASH).entries
    assert len(entries) == 10
    assert bad in entries


def test_an_entry_that_lacks_a_key_comes_as_it_is(server: SampleServer) -> None:
    server.faults.add(Fault(without_key("data_hash"), kind="listing"))
    entries = Source.connect(settings_for(server)).snapshot(PROJECT_HASH).entries
    assert sum("data_hash" not in entry for entry in entries if isinstance(entry, dict)) == 1


@pytest.mark.parametrize("kind", ["project", "listing"])
@pytest.mark.parametrize(
    "action",
    [
        *(HttpStatus(status) for status in (500, 502, 503, 504)),
        HttpStatus(502, is_html=True),
        HttpStatus(429),
        HttpStatus(429, retry_after=0),
        HttpStatus(429, retry_after="soon"),
        RESET_BEFORE_ANSWER,
        RESET_IN_BODY,
        TRUNCATED_BODY,
        INVALID_JSON,
    ],
    ids=str,
)
def test_what_passes_is_tried_again_and_told(
    server: SampleServer, heard: Listener, action: FaultAction, kind: str
) -> None:
    server.faults.add(Fault(action, kind=kind, times=2))
    source = Source.connect(settings_for(server), on_event=heard)
    assert len(source.snapshot(PROJECT_HASH).entries) == 10
    assert source.requests_sent == len(server.requests) == 5
    assert [event.fields["attempt"] for event in heard.named("waiting")] == [1, 2]


def test_a_rate_limit_in_the_envelope_is_tried_again(server: SampleServer) -> None:
    server.faults.add(Fault(RATE_LIMIT_IN_ENVELOPE, kind="listing"))
    source = Source.connect(settings_for(server))
    assert len(source.snapshot(PROJECT_HASH).entries) == 10
    assert source.requests_sent == 4


@pytest.mark.parametrize(
    ("action", "kind"),
    [
        (HttpStatus(500), ErrorKind.UNREACHABLE),
        (HttpStatus(504, is_html=True), ErrorKind.UNREACHABLE),
        (TRUNCATED_BODY, ErrorKind.UNREACHABLE),
        (Body(f'{{"data_link": "{SECRET}"'.encode()), ErrorKind.UNREACHABLE),
        (HttpStatus(429), ErrorKind.RATE_LIMITED),
    ],
    ids=str,
)
@pytest.mark.parametrize("request_kind", ["ontology", "listing"])
def test_what_does_not_pass_ends_after_so_many_attempts(
    server: SampleServer, action: FaultAction, kind: ErrorKind, request_kind: str
) -> None:
    server.faults.add(Fault(action, kind=request_kind, times=None))
    assert failure_of(server, retry_attempts=4).kind is kind
    assert len(server.requests.of_kind(request_kind)) == 4


@pytest.mark.parametrize("kind", ["project", "listing"])
def test_a_short_retry_after_is_obeyed(server: SampleServer, heard: Listener, kind: str) -> None:
    server.faults.add(Fault(HttpStatus(429, retry_after=1), kind=kind))
    assert Source.connect(settings_for(server), on_event=heard).snapshot(PROJECT_HASH).entries
    (waiting,) = heard.named("waiting")
    assert 1 <= float(str(waiting.fields["wait_seconds"])) < 1.1
    assert "as the server asked" in waiting.text


def in_an_hour() -> str:
    return format_datetime(datetime.datetime.now(datetime.UTC) + datetime.timedelta(hours=1), usegmt=True)


@pytest.mark.parametrize("status", [429, 503])
@pytest.mark.parametrize("kind", ["project", "listing"])
@pytest.mark.parametrize("is_date", [False, True])
def test_never_a_silent_hour(server: SampleServer, status: int, kind: str, is_date: bool) -> None:
    server.faults.add(Fault(HttpStatus(status, retry_after=in_an_hour() if is_date else 3600), kind=kind))
    failure = failure_of(server)
    assert failure.kind is ErrorKind.RATE_LIMITED
    assert failure.retry_after == pytest.approx(3600, abs=5)
    assert "longer than the 60 s" in failure.message
    assert len(server.requests.of_kind(kind)) == 1


@pytest.mark.parametrize("kind", ["project", "ontology", "listing"])
@pytest.mark.parametrize("action", [KEY_EXPIRED, KEY_REVOKED, HttpStatus(401), HttpStatus(401, is_html=True)], ids=str)
def test_a_key_that_is_not_accepted(server: SampleServer, action: FaultAction, kind: str) -> None:
    server.faults.add(Fault(action, kind=kind))
    failure = failure_of(server)
    assert failure.kind is ErrorKind.AUTHENTICATION
    assert "https://api.us.encord.com" in failure.remedy
    assert len(server.requests.of_kind(kind)) == 1


def test_a_key_that_encord_never_saw(server: SampleServer) -> None:
    stranger = SampleWorld(seed="stranger").private_key
    assert failure_of(server, ssh_key=stranger).kind is ErrorKind.AUTHENTICATION


def test_a_key_that_expires_between_two_requests(server: SampleServer) -> None:
    server.faults.add(Fault(KEY_EXPIRED, skip=1, times=None))
    assert failure_of(server).kind is ErrorKind.AUTHENTICATION


@pytest.mark.parametrize("kind", ["project", "ontology", "listing"])
@pytest.mark.parametrize(
    "action", [NOT_AUTHORISED, HttpStatus(403), HttpStatus(403, is_html=True), HttpStatus(404)], ids=str
)
def test_no_access(server: SampleServer, action: FaultAction, kind: str) -> None:
    server.faults.add(Fault(action, kind=kind))
    failure = failure_of(server)
    assert failure.kind is ErrorKind.PERMISSION
    assert PROJECT_HASH in failure.message


def test_an_unknown_project(server: SampleServer) -> None:
    with pytest.raises(ConnectorError) as failed:
        Source.connect(settings_for(server)).snapshot(UNKNOWN_HASH)
    assert failed.value.kind is ErrorKind.PERMISSION
    assert UNKNOWN_HASH in failed.value.message


@pytest.mark.parametrize(
    "project_hash", ["", "barn", "../ontologies/x", PROJECT_HASH.replace("-", ""), PROJECT_HASH + "/"]
)
def test_what_is_no_project_hash_is_not_sent(server: SampleServer, project_hash: str) -> None:
    with pytest.raises(ConnectorError) as failed:
        Source.connect(settings_for(server)).snapshot(project_hash)
    assert failed.value.kind is ErrorKind.CONFIGURATION
    assert not server.requests


@pytest.mark.parametrize(
    ("kind", "content"),
    [(kind, content) for kind in ("project", "ontology") for content in (b"[]", b'"text"', b"null")]
    + [("project", b"{}"), ("project", b'{"ontologyHash": "../x"}')],
)
def test_an_answer_of_another_form(server: SampleServer, kind: str, content: bytes) -> None:
    server.faults.add(Fault(Body(content), kind=kind))
    assert failure_of(server).kind is ErrorKind.SOURCE_CONTENT


@pytest.mark.parametrize("content", [b"[]", b'"text"', b'{"status": 200, "response": 7}'])
def test_a_listing_of_another_form(server: SampleServer, content: bytes) -> None:
    server.faults.add(Fault(Body(content), kind="listing"))
    assert failure_of(server).kind is ErrorKind.SOURCE_CONTENT


def test_nobody_listens_there(heard: Listener) -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        domain = f"http://127.0.0.1:{unused.getsockname()[1]}"
    world = image_world(rows=1)
    with SampleServer(world) as server:
        source = Source.connect(settings_for(server, domain=domain), on_event=heard)
        with pytest.raises(ConnectorError) as failed:
            source.snapshot(PROJECT_HASH)
    assert failed.value.kind is ErrorKind.UNREACHABLE
    assert domain.removeprefix("http://") in failed.value.message
    assert len(heard) == 0  # on the first request that is no hiccup


def test_told_to_stop_it_does_not_sit_out_a_wait(server: SampleServer) -> None:
    server.faults.add(Fault(HttpStatus(503, retry_after=30), kind="listing"))
    stop = threading.Event()
    source = Source.connect(settings_for(server), should_stop=stop.is_set)
    threading.Timer(0.3, stop.set).start()
    started = time.monotonic()
    with pytest.raises(ConnectorError) as stopped:
        source.snapshot(PROJECT_HASH)
    assert stopped.value.kind is ErrorKind.INTERRUPTED
    assert time.monotonic() - started < 5
    assert len(server.requests) == 3


def test_waits_are_logged_if_nobody_listens(server: SampleServer, caplog: pytest.LogCaptureFixture) -> None:
    server.faults.add(Fault(HttpStatus(503), kind="project"))
    Source.connect(settings_for(server)).snapshot(PROJECT_HASH)
    (record,) = [record for record in caplog.records if record.name == "connector.source"]
    assert record.levelname == "WARNING"
    assert "HTTP status 503" in record.message
