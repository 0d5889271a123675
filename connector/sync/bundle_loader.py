"""From a fetched bundle to the warehouse: reads what is new, and writes it in transactions of bounded size."""

import collections
import datetime
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import Future
from types import TracebackType
from typing import Any, Self

import pyarrow as pa

from connector.config import Settings
from connector.errors import ConnectorError, ErrorKind, FormatError
from connector.load import ARROW_SCHEMAS, STATES_SCHEMA, Failure, TakePart, Warehouse, WrittenBundle
from connector.normalise.label_rows.bundle import normalise_in_parts
from connector.normalise.ontology import Ontology
from connector.reading.label_row_group import (
    ArrivedLabelRow,
    GroupReader,
    LabelRowGroup,
    ReadGroup,
    groups_of,
)
from connector.reading.label_row_states import LabelRowStates
from connector.reading.reading_process import NotReadError
from connector.reading.reading_processes import ReadingProcesses
from connector.runs.receipt import Receipt
from connector.runs.report import Report
from connector.source.changes.fetch_plan import Change
from connector.source.label_rows.fetched import FetchedBundle, FetchedLabelRow
from connector.sync.bundle_writer import BundleWriter
from connector.sync.reading_progress import ReadingProgress

BUNDLES_A_TRANSACTION = 4
"""How many full bundles, by bytes or by label rows, are written together: some 80,000 objects on frames of box videos.
Each transaction has a cost of its own, which would weigh more with fewer rows."""
SECONDS_A_TRANSACTION = 10.0
"""If answers come slowly, what has arrived is written after this time: a run that is killed loses no more than that."""
BYTES_READ_ALONE = 8_000_000
"""JSON of a project that is read here before the other process starts: less than this is read before it is ready."""
GROUPS_AT_ONCE = 8
BYTES_AT_ONCE = 24_000_000
"""Groups given to another process at once, and JSON in them: enough to keep it busy while this one reads or writes.
With a few groups of any size it would have to wait if label rows are small."""
LARGE_LABEL_ROW_BYTES = 12_000_000
"""A label row of more JSON is read and written part by part, in a transaction of its own."""
PART_ROWS = 50_000
"""About how many rows of one table a part has; they are held as Python values meanwhile."""


class BundleLoader:
    """Loads the bundles of one project's sync, and counts on its receipt."""

    def __init__(
        self,
        warehouse: Warehouse,
        ontology: Ontology,
        entries_json: Callable[[Sequence[str]], list[bytes]],
        changes: Mapping[str, Change],
        settings: Settings,
        receipt: Receipt,
        report: Report,
        processes: ReadingProcesses | None = None,
    ) -> None:
        """Prepare.

        Args:
            warehouse: where the rows go.
            ontology: the project's.
            entries_json: returns the listing entries of some label_row_ids, as JSON.
            changes: what was decided to fetch, by label hash.
            settings: of the run.
            receipt: of the project.
            report: of the run.
            processes: processes that read too, if there is enough to read.
        """
        self._warehouse = warehouse
        self._writer = BundleWriter(warehouse, receipt)
        self._ontology = ontology
        self._entries_json = entries_json
        self._changes = changes
        self._settings = settings
        self._receipt = receipt
        self._report = report
        self._processes = processes or ReadingProcesses(0)
        self._states = LabelRowStates(is_full=settings.full)
        self._reader = GroupReader(receipt.project_hash, ontology, ARROW_SCHEMAS, STATES_SCHEMA, settings.full)
        self._bytes_read_here = 0
        self._bytes_under_way = 0
        self._under_way: collections.deque[tuple[LabelRowGroup, Future[ReadGroup]]] = collections.deque()
        self._unwritten: list[ReadGroup] = []
        self._failures: list[Failure] = []
        self._progress = ReadingProgress(receipt, report)
        self._written_at = time.monotonic()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """Write what was loaded, even if the fetch ended early, so that it need not be fetched again.

        After a failed write (the warehouse, its lock) nothing more is written.

        Raises:
            ConnectorError: WAREHOUSE, if it could not be written, in place of another ConnectorError.
        """
        try:
            if error is None or (isinstance(error, ConnectorError) and not self._writer.has_failed):
                self._finish()
        except BaseException as failure:
            error = failure
            raise
        finally:
            # Only a second Ctrl-C is in a hurry; after any failure it is worth waiting for what a server has begun.
            self._writer.close(at_once=isinstance(error, KeyboardInterrupt))

    def load(self, bundle: FetchedBundle) -> None:
        """Read one bundle, here or in another process, and write what has been read so far, if it is enough.

        Raises:
            ConnectorError: WAREHOUSE, if something could not be written, now or in the background since the last
                bundle; nothing of that transaction was written.
        """
        self._failures += [Failure(row.label_hash, row.kind.value, row.message) for row in bundle.failures]
        if bundle.failures:
            self._progress.add(len(bundle.failures))
        arrived = self._arrived([row for row in bundle.rows if row.byte_count <= LARGE_LABEL_ROW_BYTES])
        for group in groups_of(arrived, datetime.datetime.now(datetime.UTC)):
            self._read(group)
        for row in bundle.rows:
            if row.byte_count > LARGE_LABEL_ROW_BYTES:
                self._load_large(row)

    def _arrived(self, rows: Sequence[FetchedLabelRow]) -> list[ArrivedLabelRow]:
        changes = [self._changes[row.label_hash] for row in rows]
        entries = self._entries_json([change.label_row_id for change in changes])
        return list(map(ArrivedLabelRow, rows, entries, changes))

    def _read(self, group: LabelRowGroup) -> None:
        """Give a group to another process, or read it here if they all have enough to do; then write."""
        while self._under_way and self._under_way[0][1].done() and not self._has_enough():
            self._take_next()
        beside = self._processes.available
        has_room = len(self._under_way) < GROUPS_AT_ONCE * beside and self._bytes_under_way < BYTES_AT_ONCE * beside
        if has_room and self._bytes_read_here >= BYTES_READ_ALONE:
            self._bytes_under_way += group.byte_count
            self._under_way.append((group, self._processes.read(self._reader, group)))
        else:
            self._read_here(group)
        if self._has_enough():  # asked only after groups were handed over: they are read meanwhile
            self._write()

    def _read_here(self, group: LabelRowGroup) -> None:
        self._bytes_read_here += group.byte_count
        with self._receipt.stage("normalise"):
            read = self._reader.read(group)
        self._take(group, read)

    def _take(self, group: LabelRowGroup, read: ReadGroup) -> None:
        """Keep the result of a group until it is written."""
        self._unwritten.append(read)
        self._progress.add(len(group.label_rows), read.tables)

    def _take_next(self) -> None:
        """Wait for the oldest group that another process has."""
        group, future = self._under_way.popleft()
        self._bytes_under_way -= group.byte_count
        try:
            with self._receipt.stage("normalise"):
                read = future.result()
        except NotReadError:
            self._report.event(
                "read_again",
                f"The reading process did not read {len(group.label_rows)} label rows; they are read in this one.",
                level="warning",
                project_hash=self._receipt.project_hash,
            )
            self._read_here(group)
        else:
            self._receipt.times.reading_process += read.cpu_seconds
            self._take(group, read)

    def _has_enough(self) -> bool:
        """Whether what was read is enough for a transaction."""
        byte_count = sum(group.byte_count for group in self._unwritten)
        label_rows = sum(group.states.num_rows for group in self._unwritten)
        return bool(self._unwritten) and (
            byte_count >= BUNDLES_A_TRANSACTION * self._settings.bundle_bytes
            or label_rows >= BUNDLES_A_TRANSACTION * self._settings.bundle_rows
            or time.monotonic() - self._written_at >= SECONDS_A_TRANSACTION
        )

    def _finish(self) -> None:
        """Wait for what is being read, and write everything."""
        while self._under_way:
            self._take_next()
            if self._has_enough():
                self._write()
        self._write()
        self._writer.settle()

    def _write(self) -> None:
        """Write what was read in one transaction, which also records the failures."""
        receipt = self._receipt
        groups, self._unwritten = self._unwritten, []
        failures, self._failures = self._failures, []
        for group in groups:
            failures += [Failure(name, ErrorKind.SOURCE_CONTENT.value, message) for name, message in group.failures]
        if not groups and not failures:
            return
        names = groups[0].tables if groups else ()
        tables = {name: pa.concat_tables(group.tables[name] for group in groups) for name in names}
        states = pa.concat_tables([STATES_SCHEMA.empty_table(), *(group.states for group in groups)])
        read = states.num_rows
        warned = sum(group.warned for group in groups)
        byte_count = sum(group.byte_count for group in groups)

        def count(written: WrittenBundle) -> None:
            receipt.loaded += read - len(written.failures)
            receipt.failed += len(failures) + len(written.failures)
            receipt.warned += warned
            receipt.label_bytes += byte_count
            self._count(written, failures)

        self._writer.write(tables, states, failures, count)
        self._written_at = time.monotonic()

    def _count(self, written: WrittenBundle, failures: Iterable[Failure] = ()) -> None:
        receipt = self._receipt
        receipt.rows_by_table.update(written.rows_by_table)
        for failure in (*failures, *written.failures):
            self._report.event(
                "label_row_failed",
                failure.message,
                level="warning",
                project_hash=receipt.project_hash,
                label_hash=failure.label_hash,
                kind=failure.kind,
            )

    def _load_large(self, row: FetchedLabelRow) -> None:
        """Normalise and write a label row part by part, in one transaction; write nothing if it cannot be read."""
        receipt = self._receipt
        fetched_at = datetime.datetime.now(datetime.UTC)
        change = self._changes[row.label_hash]
        with receipt.stage("normalise"):
            is_new = self._states.is_new(row, change)
        if not is_new:
            self._read_here(LabelRowGroup(self._arrived([row]), fetched_at))
            return
        facts: dict[str, Any] = {}

        def write_parts(take: TakePart) -> pa.Table:
            def take_timed(tables: Mapping[str, pa.Table]) -> None:
                with receipt.stage("write"):
                    take(tables)
                self._progress.add(0, tables)

            (arrived,) = self._arrived([row])
            label_row = (arrived.entry(), row.labels)
            (found,) = normalise_in_parts(
                label_row,
                self._ontology,
                ARROW_SCHEMAS,
                take_timed,
                project_hash=receipt.project_hash,
                part_rows=PART_ROWS,
            ).to_pylist()
            facts.update(found)
            try:
                state = self._states.of(row, change, found, fetched_at)
            except FormatError as error:
                raise ConnectorError(ErrorKind.SOURCE_CONTENT, error.of_label_row(row.label_hash)) from None
            return pa.Table.from_pylist([state], schema=STATES_SCHEMA)

        state = pa.Table.from_pylist([self._states.before(row)], schema=STATES_SCHEMA)
        self._writer.settle()
        with self._writer.noting_failure():
            try:
                with receipt.stage("normalise"):
                    written = self._warehouse.write_label_row(receipt.project_hash, state, write_parts, receipt.run_id)
            except ConnectorError as error:
                if error.kind is not ErrorKind.SOURCE_CONTENT:
                    raise
                failure = Failure(row.label_hash, error.kind.value, error.message)
                self._warehouse.record_failures(receipt.project_hash, [failure], receipt.run_id)
                written = WrittenBundle({}, (failure,))
        receipt.loaded += 1 - len(written.failures)
        receipt.failed += len(written.failures)
        receipt.warned += not written.failures and facts["warnings"] is not None
        receipt.label_bytes += row.byte_count
        self._progress.add(1)
        self._count(written)
