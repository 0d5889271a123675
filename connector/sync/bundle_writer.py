"""Writes bundles one after another; if a server does the work, while the next ones are read."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import contextmanager, suppress

import pyarrow as pa

from connector.errors import ConnectorError
from connector.load import Failure, Warehouse, WrittenBundle
from connector.runs.receipt import Receipt

Then = Callable[[WrittenBundle], None]
SECONDS_BETWEEN_CANCELS = 0.1


class BundleWriter:
    """Writes the bundles of one project's sync, each in a transaction of its own.

    A server takes as long to copy rows in as this process takes to read them, and has a processor or a machine of its
    own: without a thread, half of a first sync would be spent waiting for it. DuckDB works in this process, which has
    enough to do: a thread gains nothing there.

    Attributes:
        has_failed: whether a write raised; then nothing more may be written.
    """

    def __init__(self, warehouse: Warehouse, receipt: Receipt) -> None:
        """Writes to this warehouse, and tells the receipt how long it waited."""
        self._warehouse = warehouse
        self._receipt = receipt
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="encord-write") if warehouse.is_served else None
        self._under_way: tuple[Future[WrittenBundle], Then] | None = None
        self.has_failed = False

    def write(self, tables: Mapping[str, pa.Table], states: pa.Table, failures: Sequence[Failure], then: Then) -> None:
        """Write a bundle after the previous one; see `Warehouse.write_bundle`.

        Args:
            tables: its rows.
            states: of its label rows.
            failures: to be recorded with it.
            then: called in this thread with what was written, now or by the next call of a method.

        Raises:
            ConnectorError: WAREHOUSE, if this bundle or the previous one could not be written.
        """
        self.settle()
        receipt = self._receipt

        def written() -> WrittenBundle:
            return self._warehouse.write_bundle(receipt.project_hash, tables, states, failures, receipt.run_id)

        if self._thread is not None:
            self._under_way = self._thread.submit(written), then
            return
        with self.noting_failure(), receipt.stage("write"):
            result = written()
        then(result)

    def settle(self) -> None:
        """Wait until what was handed over is written: until then nothing else may use the warehouse.

        Raises:
            ConnectorError: WAREHOUSE, if it could not be written.
        """
        if self._under_way is None:
            return
        future, then = self._under_way
        try:
            with self.noting_failure(), self._receipt.stage("write"):
                result = future.result()
        finally:
            if future.done():  # or the wait was interrupted
                self._under_way = None
        then(result)

    @contextmanager
    def noting_failure(self) -> Iterator[None]:
        """A block that writes: if it raises anything, nothing more may be written."""
        try:
            yield
        except BaseException:
            self.has_failed = True
            raise

    def close(self, *, at_once: bool = False) -> None:
        """Wait for what is under way. Does not report its failure, because another failure has ended the load.

        Args:
            at_once: have the server give it up and roll back.
        """
        if at_once and self._under_way is not None:
            future, _ = self._under_way
            # Again and again, because between two statements a cancel has no effect.
            while not wait([future], timeout=SECONDS_BETWEEN_CANCELS).done:
                self._warehouse.give_up()
        with suppress(ConnectorError):
            self.settle()
        if self._thread is not None:
            self._thread.shutdown()
