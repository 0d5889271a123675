"""Answers over HTTP, in memory or on disk: the same label rows, the same failures, and nothing left behind."""

import json
import mmap
import resource
import tempfile
from pathlib import Path

import pytest
import requests

from connector.errors import ConnectorError, ErrorKind
from connector.sample import RESET_IN_BODY, TRUNCATED_BODY, Fault, FaultAction, Refusal, SampleServer
from connector.source.answers import raw_answer
from connector.source.answers.answer_body import AnswerBody, read_body
from connector.source.answers.exchange import Exchange
from connector.source.answers.listed_entries import RawEntries
from connector.source.answers.raw_answer import RawList
from connector.source.label_rows.fetched import WantedLabelRow
from connector.source.source import Source
from tests.source.world import PROJECT_HASH, label_hash_of, settings_for

ALL = [label_hash_of(number) for number in range(8)]


@pytest.fixture
def mapped(monkeypatch: pytest.MonkeyPatch) -> list[AnswerBody]:
    """Every answer goes to a file; the list holds those that were read to their end."""
    bodies: list[AnswerBody] = []

    def read(response: requests.Response, exchange: Exchange, _held_bytes: int = 0) -> AnswerBody:
        bodies.append(read_body(response, exchange, held_bytes=10))
        return bodies[-1]

    monkeypatch.setattr(raw_answer, "read_body", read)
    return bodies


def test_large_answers_are_mapped_and_read_alike(server: SampleServer, mapped: list[AnswerBody]) -> None:
    source = Source.connect(settings_for(server))
    entries = source.snapshot(PROJECT_HASH).entries
    (bundle,) = source.fetch(PROJECT_HASH, [WantedLabelRow(label_hash) for label_hash in ALL])
    assert all(isinstance(body.content, mmap.mmap) for body in mapped)
    assert len(mapped) == 4  # project, ontology, listing, label rows
    assert len(list(entries)) == 10
    assert sorted(row.labels()["label_hash"] for row in bundle.rows) == ALL


@pytest.mark.usefixtures("mapped")
def test_entries_of_a_mapped_listing_come_as_json_in_any_order(server: SampleServer) -> None:
    entries = Source.connect(settings_for(server)).snapshot(PROJECT_HASH).entries
    places = [7, 0, 9, 7, 3]
    assert [json.loads(text) for text in entries.json_of(places)] == [entries[place] for place in places]
    assert entries.json_of([]) == []


def test_small_parts_of_a_mapped_file_are_not_left_in_memory() -> None:
    """Each of 1,000 parts maps 64 KB; what stays is less than a tenth of that."""
    with tempfile.TemporaryFile() as file:
        file.write(bytes(range(256)) * (64_000_000 // 256))
        file.flush()
        body = AnswerBody(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ))
        before = _mapped_kilobytes()
        parts = body.parts([(place * 64_000 + 7, 2) for place in reversed(range(1_000))])
        grown = _mapped_kilobytes() - before
    assert parts == [
        bytes([(place * 64_000 + 7) % 256, (place * 64_000 + 8) % 256]) for place in reversed(range(1_000))
    ]
    assert grown < 6_000


def _mapped_kilobytes() -> int:
    """Pages of files that this process holds in memory."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return int(status.partition("RssFile:")[2].split()[0])


@pytest.mark.parametrize("action", [RESET_IN_BODY, TRUNCATED_BODY], ids=str)
@pytest.mark.usefixtures("mapped")
def test_a_large_answer_that_breaks_off_is_asked_for_again(server: SampleServer, action: FaultAction) -> None:
    server.faults.add(Fault(action, kind="label_rows"))
    source = Source.connect(settings_for(server))
    (bundle,) = source.fetch(PROJECT_HASH, [WantedLabelRow(label_hash) for label_hash in ALL])
    assert len(bundle.rows) == 8
    assert [len(record.uids) for record in server.requests.of_kind("label_rows")] == [8, 8]


@pytest.mark.usefixtures("mapped")
def test_no_room_for_a_large_answer_is_said(server: SampleServer) -> None:
    source = Source.connect(settings_for(server))
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100, before[1]))  # no file of this process may be larger
    try:
        with pytest.raises(ConnectorError, match="TMPDIR") as failed:
            source.snapshot(PROJECT_HASH)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert failed.value.kind is ErrorKind.TOO_LARGE
    assert tempfile.gettempdir() in failed.value.message


def test_an_error_with_a_list_goes_to_the_sdk(server: SampleServer) -> None:
    server.faults.add(Fault(Refusal("AUTHENTICATION_ERROR", 401), kind="listing"))
    with pytest.raises(ConnectorError) as failed:
        Source.connect(settings_for(server)).snapshot(PROJECT_HASH)
    assert failed.value.kind is ErrorKind.AUTHENTICATION


def test_a_list_that_the_sdk_decoded_is_encoded_again() -> None:
    values: list[object] = [{"label_hash": "a", "x": 1.5}, None, "text"]
    assert list(RawEntries.of_values(values)) == values
    answer = RawList.of_values(values)
    assert [answer.body.decode(element) for element in answer.elements] == values
