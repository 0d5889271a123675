"""Sends a request in a thread of its own, so that the caller can stop waiting: for a signal, or a slow answer.

A thread that blocks in a read of the network cannot be told to stop, and the read time-out limits only the time between
two bytes of an answer or its headers. So the thread is left behind: it ends at the next byte, or with the process.
"""

import threading
from collections.abc import Callable
from concurrent.futures import Future
from typing import TypeVar

from connector.errors import ConnectorError, ErrorKind
from connector.source.answers.exchange import Exchange, Pace
from connector.source.connection.retry import STOP_CHECK_SECONDS

Answer = TypeVar("Answer")


def watched(request: Callable[[], Answer], exchange: Exchange, pace: Pace, is_stopped: Callable[[], bool]) -> Answer:
    """Send a request, and wait for its answer no longer than it may take.

    Args:
        request: sends it and reads the answer; records each step in the exchange.
        exchange: what is known of the answer so far.
        pace: how slow it may be.
        is_stopped: asked often; if it returns true, the wait ends.

    Raises:
        ConnectorError: INTERRUPTED if `is_stopped` said so; UNREACHABLE if the answer is too slow; whatever the request
            raises.
    """
    outcome: Future[Answer] = Future()
    has_ended = threading.Event()

    def ask() -> None:
        try:
            outcome.set_result(request())
        except BaseException as error:  # noqa: BLE001 - raised again where the result is waited for
            outcome.set_exception(error)
        finally:
            has_ended.set()

    threading.Thread(target=ask, name="encord-request", daemon=True).start()
    try:
        while not has_ended.wait(STOP_CHECK_SECONDS):
            if is_stopped():
                raise ConnectorError(ErrorKind.INTERRUPTED, f"Stopped while waiting for Encord ({exchange.doing}).")
            exchange.check_pace(pace)
    finally:
        exchange.is_abandoned = True
    return outcome.result()
