"""Waits for a lock that somebody else holds: for as long as `--wait` says, or until a signal."""

import time
from collections.abc import Callable
from typing import TypeVar

from tenacity import RetryCallState, Retrying, retry_if_exception

from connector.errors import ConnectorError, ErrorKind
from connector.process.interruption import Interruption
from connector.runs.report import Report

Result = TypeVar("Result")

_LONGEST_PAUSE = 0.3
"""Seconds between two attempts."""


class Patience:
    """How long to wait for locks: one limit, counted from now, for all of them together."""

    def __init__(self, seconds: float, report: Report, interruption: Interruption) -> None:
        self._seconds = seconds
        self._until = time.monotonic() + seconds
        self._report = report
        self._interruption = interruption
        self._is_told = False

    def until_free(self, attempt: Callable[[], Result]) -> Result:
        """Repeats an attempt until what it needs is free, and returns its result.

        Raises:
            ConnectorError: LOCKED as the last attempt raised it, when the time is up; INTERRUPTED if the run is told to
                stop meanwhile; whatever else the attempt raises, at once.
        """
        retrying = Retrying(
            retry=retry_if_exception(_is_locked),
            stop=lambda _: time.monotonic() >= self._until,
            wait=lambda _: min(_LONGEST_PAUSE, max(self._until - time.monotonic(), 0)),
            before_sleep=self._tell,
            sleep=self._sleep,
            reraise=True,
        )
        return retrying(attempt)

    def _tell(self, state: RetryCallState) -> None:
        error = state.outcome.exception() if state.outcome else None
        if not self._is_told and isinstance(error, ConnectorError):
            self._is_told = True
            text = f"{error.message} Waiting up to {self._seconds:g} s."
            self._report.event("waiting_for_lock", text, wait_seconds=self._seconds)

    def _sleep(self, seconds: float) -> None:
        self._interruption.check()
        time.sleep(seconds)
        self._interruption.check()


def _is_locked(error: BaseException) -> bool:
    return isinstance(error, ConnectorError) and error.kind is ErrorKind.LOCKED
