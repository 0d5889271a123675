"""Stopping cleanly: a signal lets the bundle in flight finish or roll back, and no new one begin."""

import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

from connector.errors import ConnectorError, ErrorKind

_NAP_SECONDS = 0.2


class Interruption:
    """Whether the run was asked to stop. Thread-safe."""

    def __init__(self) -> None:
        self._event = threading.Event()
        self.signal_name = ""

    @property
    def is_requested(self) -> bool:
        """Whether a signal came."""
        return self._event.is_set()

    def request(self, signal_name: str) -> None:
        """Ask the run to stop at its next safe point."""
        self.signal_name = signal_name
        self._event.set()

    def wait(self, seconds: float) -> bool:
        """Wait for a while, or until a signal comes. Returns whether one came."""
        # In short sleeps: a signal's handler runs in this thread, and must not wait for a lock that this thread holds.
        until = time.monotonic() + seconds
        while not self.is_requested and (left := until - time.monotonic()) > 0:
            time.sleep(min(left, _NAP_SECONDS))
        return self.is_requested

    def check(self) -> None:
        """Raise at a safe point if the run was asked to stop.

        Raises:
            ConnectorError: INTERRUPTED.
        """
        if self.is_requested:
            raise ConnectorError(
                ErrorKind.INTERRUPTED,
                f"Stopped by {self.signal_name} after a clean commit.",
                remedy="Run the same command again: it carries on where this one stopped.",
            )


@contextmanager
def interruption_on_signals() -> Iterator[Interruption]:
    """SIGINT and SIGTERM ask for a stop while the block runs; a second SIGINT breaks off at once (and rolls back).

    Outside the main thread Python cannot install handlers: there the interruption can only be requested by code.
    """
    interruption = Interruption()

    def handle(number: int, _frame: FrameType | None) -> None:
        if interruption.is_requested and number == signal.SIGINT:
            raise KeyboardInterrupt
        interruption.request(signal.Signals(number).name)

    if threading.current_thread() is not threading.main_thread():
        yield interruption
        return
    previous = {number: signal.signal(number, handle) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield interruption
    finally:
        for number, handler in previous.items():
            signal.signal(number, handler)
