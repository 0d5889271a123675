"""Writes bundles in a thread of its own, so that one is written while the next is fetched and normalised.

The engines let go of Python while they work: on two processors writing was a third of the time of a first sync, and now
takes next to none of it. One bundle at a time, in their order: at most one is being written and one normalised.
"""

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from types import TracebackType
from typing import Self

from connector.errors import ConnectorError
from connector.load import WrittenBundle
from connector.receipt import Receipt

Write = Callable[[], WrittenBundle]
Count = Callable[[WrittenBundle], None]


class BundleWriter:
    """One thread that writes; a context manager, at whose end nothing is being written any more."""

    def __init__(self, receipt: Receipt) -> None:
        """Begin with nothing to write; the time waited for the thread counts as the receipt's stage `write`."""
        self._receipt = receipt
        self._executor = ThreadPoolExecutor(1, thread_name_prefix="encord-write")
        self._pending: tuple[Future[WrittenBundle], Count] | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """End the write that is under way, whatever happened meanwhile, and count it.

        Raises:
            ConnectorError: WAREHOUSE, if that write failed, in place of another ConnectorError.
        """
        try:
            if error is None or isinstance(error, ConnectorError):
                self.finish()
            else:
                with suppress(ConnectorError):
                    self.finish()
        finally:
            self._executor.shutdown()

    def submit(self, write: Write, count: Count) -> None:
        """Wait for the bundle before, then begin to write this one.

        Args:
            write: writes it; runs in the thread.
            count: takes what was written; runs in the caller's thread, at the next call of this or another method.

        Raises:
            ConnectorError: WAREHOUSE, if the bundle before could not be written.
        """
        self.finish()
        self._pending = self._executor.submit(write), count

    def finish(self) -> None:
        """Wait until nothing is being written; afterwards the warehouse is the caller's own to use.

        Raises:
            ConnectorError: WAREHOUSE, if what was being written could not be.
        """
        if self._pending is None:
            return
        (future, count), self._pending = self._pending, None
        with self._receipt.stage("write"):
            written = future.result()
        count(written)
