"""What is observed of an answer: the Retry-After header, as seconds or as a date."""

import datetime
import socket
import time
from email.utils import format_datetime

import pytest
import requests

from connector.errors import ConnectorError, ErrorKind
from connector.sample import SampleWorld
from connector.source.answers.retry_after import LONGEST_RETRY_AFTER_SECONDS, in_words, retry_after_seconds
from connector.source.connection.settings import SourceSettings
from connector.source.source import Source
from tests.source.world import PROJECT_HASH

NOON = "Sun, 01 Mar 2026 12:00:00 GMT"


def response_with(**headers: str) -> requests.Response:
    response = requests.Response()
    response.headers.update({name.replace("_", "-"): value for name, value in headers.items()})
    return response


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, None),
        ({"Retry_After": ""}, None),
        ({"Retry_After": "30"}, 30),
        ({"Retry_After": " 0 "}, 0),
        ({"Retry_After": "-5"}, None),
        ({"Retry_After": "1.5"}, None),
        ({"Retry_After": "\u0663"}, None),
        ({"Retry_After": "soon"}, None),
        ({"Retry_After": "9" * 400}, LONGEST_RETRY_AFTER_SECONDS),
        ({"Retry_After": "Sun, 01 Mar 99999999999 12:01:30 GMT"}, None),
        ({"Retry_After": "Sun, 01 Mar 2026 12:01:30 GMT", "Date": NOON}, 90),
        ({"Retry_After": "Sun, 01 Mar 2026 12:01:30 -0000", "Date": NOON}, 90),
        ({"Retry_After": "Sun, 01 Mar 2026 11:00:00 GMT", "Date": NOON}, 0),
    ],
)
def test_the_header_in_seconds(headers: dict[str, str], seconds: float | None) -> None:
    assert retry_after_seconds(response_with(**headers)) == seconds


@pytest.mark.parametrize("own_date", ["", "yesterday"])
def test_a_date_without_the_servers_own_is_measured_by_the_local_clock(own_date: str) -> None:
    until = datetime.datetime.now(datetime.UTC) + datetime.timedelta(seconds=100)
    seconds = retry_after_seconds(response_with(Retry_After=format_datetime(until, usegmt=True), Date=own_date))
    assert seconds == pytest.approx(100, abs=5)


def test_a_server_that_never_answers_is_given_up() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        settings = SourceSettings(
            ssh_key=SampleWorld().private_key,
            domain=f"http://127.0.0.1:{silent.getsockname()[1]}",
            retry_attempts=1,
            read_timeout_seconds=0.5,
        )
        started = time.monotonic()
        with pytest.raises(ConnectorError) as failed:
            Source.connect(settings).snapshot(PROJECT_HASH)
        assert time.monotonic() - started < 10
    assert failed.value.kind is ErrorKind.UNREACHABLE
    assert "Timeout" in failed.value.message


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0.0, "0 s"),
        (90.0, "90 s"),
        (1_800.0, "30 minutes"),
        (3 * 3_600.0, "3 hours"),
        (999_999_999.0, "more than two days"),
    ],
)
def test_waits_are_said_in_words(seconds: float, words: str) -> None:
    assert in_words(seconds) == words
