"""When a request is tried again, and after which wait: bounded, with jitter, and every wait is reported.

The server may ask for a wait (Retry-After), which is kept up to a limit.

Built on tenacity (which stamina wraps) because it allows the sleep to be interrupted: a run that is told to stop does
not first wait for a minute.
"""

import dataclasses
import random
import time
from collections.abc import Callable
from typing import TypeVar

import tenacity

from connector.errors import ConnectorError, ErrorKind
from connector.source.answers.retry_after import in_words
from connector.source.connection.events import EventName, Teller
from connector.source.connection.settings import SourceSettings

Answer = TypeVar("Answer")

STOP_CHECK_SECONDS = 0.2


@dataclasses.dataclass(frozen=True, slots=True)
class RetryPolicy:
    """How patient a request is.

    Attributes:
        attempts: attempts in all, at least 1.
        wait_seconds: the first wait, which doubles each time; as much again is the most jitter.
        wait_max_seconds: the longest wait that this program chooses itself.
        retry_after_cap_seconds: the longest wait that the server may ask for.
    """

    attempts: int
    wait_seconds: float
    wait_max_seconds: float
    retry_after_cap_seconds: float

    @classmethod
    def from_settings(cls, settings: SourceSettings) -> "RetryPolicy":
        """The policy that the settings describe."""
        return cls(
            settings.retry_attempts,
            settings.retry_wait_seconds,
            settings.retry_wait_max_seconds,
            settings.retry_after_cap_seconds,
        )

    def run(
        self,
        request: Callable[[], Answer],
        *,
        tell: Teller,
        is_stopped: Callable[[], bool],
        attempts: int | None = None,
    ) -> Answer:
        """Call `request` until it succeeds, fails for good, or the attempts are used up.

        Args:
            request: sends one request; raises ConnectorError.
            tell: is told about each wait before it begins.
            is_stopped: asked often; if it returns true, a wait ends and nothing more is sent.
            attempts: fewer attempts than the policy's, for this request.

        Raises:
            ConnectorError: the last attempt's; RATE_LIMITED if the server asks for a longer wait than the limit;
                INTERRUPTED if `is_stopped` said so.
        """
        allowed = min(self.attempts, attempts or self.attempts)

        def one_attempt() -> Answer:
            if is_stopped():
                raise ConnectorError(ErrorKind.INTERRUPTED, "Stopped before the next request to Encord.")
            try:
                return request()
            except ConnectorError as error:
                raise self._capped(error) from None

        def tell_of_wait(state: tenacity.RetryCallState) -> None:
            error, wait = _error_of(state), state.upcoming_sleep
            asked = ", as the server asked" if error.retry_after else ""
            message = (
                f"{error.message} Attempt {state.attempt_number} of {allowed}; trying again in {wait:.1f} s{asked}."
            )
            tell(EventName.WAITING, message, wait_seconds=wait, attempt=state.attempt_number)

        def sleep(seconds: float) -> None:
            # In short pieces, not on an event: a signal handler that sets one could wait for the sleeper's lock.
            until = time.monotonic() + seconds
            while (left := until - time.monotonic()) > 0 and not is_stopped():
                time.sleep(min(left, STOP_CHECK_SECONDS))

        retrying = tenacity.Retrying(
            retry=tenacity.retry_if_exception(self._may_pass),
            stop=tenacity.stop_after_attempt(allowed),
            wait=self._wait,
            sleep=sleep,
            before_sleep=tell_of_wait,
            reraise=True,
        )
        return retrying(one_attempt)

    def _capped(self, error: ConnectorError) -> ConnectorError:
        """The error itself, unless the server asks for a longer wait than is allowed."""
        if error.is_transient and error.retry_after and error.retry_after > self.retry_after_cap_seconds:
            return ConnectorError(
                ErrorKind.RATE_LIMITED,
                f"{error.message} The server asks to wait {in_words(error.retry_after)}, longer than the"
                f" {in_words(self.retry_after_cap_seconds)} that this run waits at most.",
                remedy="Run again later, or raise the longest wait (retry_after_cap_seconds).",
                retry_after=error.retry_after,
            )
        return error

    def _may_pass(self, error: BaseException) -> bool:
        if not isinstance(error, ConnectorError) or not error.is_transient:
            return False
        return not error.retry_after or error.retry_after <= self.retry_after_cap_seconds

    def _wait(self, state: tenacity.RetryCallState) -> float:
        jitter = random.uniform(0, self.wait_seconds)  # noqa: S311 - spreads requests, guards no secret
        if retry_after := _error_of(state).retry_after:
            return retry_after + jitter  # never earlier than asked
        return min(self.wait_max_seconds, self.wait_seconds * 2.0 ** (state.attempt_number - 1) + jitter)


def _error_of(state: tenacity.RetryCallState) -> ConnectorError:
    error = state.outcome.exception() if state.outcome is not None else None
    if not isinstance(error, ConnectorError):  # the predicate lets nothing else come this far
        raise TypeError(f"waiting for {type(error).__name__}")
    return error
