"""How often a request is tried, and how long the waits are; with real waits, only short ones."""

import time

import pytest

from connector.errors import ConnectorError, ErrorKind
from connector.source.connection.events import Teller
from connector.source.connection.retry import RetryPolicy
from tests.source.conftest import Listener

POLICY = RetryPolicy(attempts=6, wait_seconds=0.01, wait_max_seconds=0.05, retry_after_cap_seconds=0.2)


class Flaky:
    """Fails with each of the errors in turn, then answers."""

    def __init__(self, *errors: Exception) -> None:
        self.errors = list(errors)
        self.calls = 0

    def __call__(self) -> str:
        self.calls += 1
        if self.errors:
            raise self.errors.pop(0)
        return "answer"


def unreachable(retry_after: float | None = None) -> ConnectorError:
    return ConnectorError(ErrorKind.UNREACHABLE, "No answer.", retry_after=retry_after)


def run(request: Flaky, heard: Listener, attempts: int | None = None, *, is_stopped: bool = False) -> str:
    return POLICY.run(request, tell=Teller(heard), is_stopped=lambda: is_stopped, attempts=attempts)


def waits(heard: Listener) -> list[float]:
    return [float(str(event.fields["wait_seconds"])) for event in heard.named("waiting")]


def test_waits_double_with_jitter_up_to_the_longest(heard: Listener) -> None:
    assert run(Flaky(*(unreachable() for _ in range(5))), heard) == "answer"
    for wait, least in zip(waits(heard), (0.01, 0.02, 0.04, 0.05, 0.05), strict=True):
        assert least <= wait <= min(least + 0.01, 0.05)


def test_two_runs_do_not_wait_alike(heard: Listener) -> None:
    for _ in range(2):
        run(Flaky(unreachable(), unreachable()), heard)
    assert waits(heard)[:2] != waits(heard)[2:]


def test_the_last_error_is_raised_after_the_last_attempt(heard: Listener) -> None:
    request = Flaky(*(unreachable() for _ in range(10)))
    with pytest.raises(ConnectorError) as failed:
        run(request, heard)
    assert failed.value.kind is ErrorKind.UNREACHABLE
    assert request.calls == 6
    assert len(heard) == 5


def test_fewer_attempts_on_request_never_more(heard: Listener) -> None:
    for attempts, calls in ((2, 2), (100, 6)):
        request = Flaky(*(unreachable() for _ in range(10)))
        with pytest.raises(ConnectorError):
            run(request, heard, attempts)
        assert request.calls == calls


@pytest.mark.parametrize("kind", [kind for kind in ErrorKind if not kind.is_transient])
def test_what_does_not_pass_is_tried_once(heard: Listener, kind: ErrorKind) -> None:
    request = Flaky(ConnectorError(kind, "No."))
    with pytest.raises(ConnectorError) as failed:
        run(request, heard)
    assert (failed.value.kind, request.calls, len(heard)) == (kind, 1, 0)


def test_a_defect_is_not_hidden_by_retries(heard: Listener) -> None:
    request = Flaky(ZeroDivisionError())
    with pytest.raises(ZeroDivisionError):
        run(request, heard)
    assert request.calls == 1


def test_never_earlier_than_the_server_asked(heard: Listener) -> None:
    started = time.monotonic()
    run(Flaky(unreachable(retry_after=0.15)), heard)
    assert time.monotonic() - started >= 0.15
    assert 0.15 <= waits(heard)[0] <= 0.16


def test_a_wait_of_no_seconds_is_no_wish(heard: Listener) -> None:
    run(Flaky(unreachable(retry_after=0.0)), heard)
    assert waits(heard)[0] >= 0.01


def test_a_longer_wait_than_the_cap_ends_at_once(heard: Listener) -> None:
    request = Flaky(unreachable(retry_after=0.3))
    with pytest.raises(ConnectorError) as failed:
        run(request, heard)
    assert (failed.value.kind, failed.value.retry_after) == (ErrorKind.RATE_LIMITED, 0.3)
    assert (request.calls, len(heard)) == (1, 0)


def test_nothing_is_sent_once_stopped(heard: Listener) -> None:
    request = Flaky()
    with pytest.raises(ConnectorError) as failed:
        run(request, heard, is_stopped=True)
    assert (failed.value.kind, request.calls) == (ErrorKind.INTERRUPTED, 0)
