"""From a fetched bundle to the warehouse: normalise what is new, and write it in transactions of bounded size."""

import datetime
from collections.abc import Iterator, Mapping, Sequence
from types import TracebackType
from typing import Any, Self

import pyarrow as pa

from connector.bundle_writer import BundleWriter
from connector.config import Settings
from connector.errors import ConnectorError, ErrorKind
from connector.label_row_states import LabelRowStates
from connector.load import ARROW_SCHEMAS, STATES_SCHEMA, Failure, TakePart, Warehouse, WrittenBundle
from connector.normalise import Ontology, normalise_in_parts, normalise_label_rows
from connector.receipt import Receipt
from connector.report import Report
from connector.source import UNREADABLE, Change, FetchedBundle, FetchedLabelRow

TRANSACTION_BYTES = 12_000_000
"""JSON of the label rows that are normalised and written together, about: some 30,000 objects on frames. Larger
transactions were measured to be no quicker, and their rows are in memory as Python values before they are columns:
with 24 MB a sync needed 60 MB more."""

LARGE_LABEL_ROW_BYTES = 12_000_000
"""A label row of more JSON is normalised and written part by part, in a transaction of its own."""
PART_ROWS = 50_000
"""Rows of one table in a part, about: some 50 MB while they are Python values."""


class BundleLoader:
    """Loads the bundles of one project's sync, and counts on its receipt."""

    def __init__(
        self,
        warehouse: Warehouse,
        ontology: Ontology,
        entries: Mapping[str, Mapping[str, Any]],
        changes: Mapping[str, Change],
        settings: Settings,
        receipt: Receipt,
        report: Report,
    ) -> None:
        """Prepare.

        Args:
            warehouse: where the rows go.
            ontology: the project's.
            entries: listing entries, by label_row_id.
            changes: what was decided to fetch, by label hash.
            settings: of the run.
            receipt: of the project.
            report: of the run.
        """
        self._warehouse = warehouse
        self._ontology = ontology
        self._entries = entries
        self._changes = changes
        self._settings = settings
        self._receipt = receipt
        self._report = report
        self._states = LabelRowStates(changes, is_full=settings.full)
        self._writer = BundleWriter(receipt)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """End the write that is under way; see `BundleWriter`."""
        self._writer.__exit__(kind, error, traceback)

    def load(self, bundle: FetchedBundle) -> None:
        """Normalise one bundle, and write it beside the next one: in one transaction, or several if it came out large.

        Raises:
            ConnectorError: WAREHOUSE, if this one or the one before could not be written; then nothing of that
                transaction was.
        """
        failures = [(failure.label_hash, failure.kind.value, failure.message) for failure in bundle.failures]
        for rows in _of_bounded_size([row for row in bundle.rows if row.byte_count <= LARGE_LABEL_ROW_BYTES]):
            self._load_together(rows, failures)
            failures = []
        for row in bundle.rows:
            if row.byte_count > LARGE_LABEL_ROW_BYTES:
                self._load_large(row)

    def _load_together(self, fetched: Sequence[FetchedLabelRow], failures: list[tuple[str, str, str]]) -> None:
        """Normalise and write label rows in one transaction, which also records the failures."""
        receipt = self._receipt
        fetched_at = datetime.datetime.now(datetime.UTC)
        with receipt.stage("normalise"):
            new = [row for row in fetched if self._states.is_new(row)]
            rows = normalise_label_rows(
                [(self._entries[self._changes[row.label_hash].label_row_id], row.labels) for row in new],
                self._ontology,
                ARROW_SCHEMAS,
                project_hash=receipt.project_hash,
            )
            facts = {fact["label_hash"]: fact for fact in rows.facts.to_pylist()}
            states = []
            unreadable = dict(rows.failures)
            for row in fetched:
                if row.label_hash in unreadable:
                    continue
                try:
                    states.append(self._states.of(row, facts.get(row.label_hash), fetched_at))
                except UNREADABLE as error:
                    unreadable[row.label_hash] = f"label row {row.label_hash} cannot be read ({type(error).__name__})"
        failures += [(label_hash, "source_content", message) for label_hash, message in unreadable.items()]
        arriving = pa.Table.from_pylist(states, schema=STATES_SCHEMA)
        warned = sum(fact["warnings"] is not None for fact in facts.values())
        label_bytes = sum(row.byte_count for row in fetched)

        def count(written: WrittenBundle) -> None:
            receipt.loaded += len(states) - len(written.failures)
            receipt.failed += len(failures) + len(written.failures)
            receipt.warned += warned
            receipt.label_bytes += label_bytes
            receipt.rows_by_table.update(written.rows_by_table)
            self._tell([*failures, *written.failures])

        self._writer.submit(
            lambda: self._warehouse.write_bundle(receipt.project_hash, rows.tables, arriving, failures, receipt.run_id),
            count,
        )

    def _load_large(self, row: FetchedLabelRow) -> None:
        """Normalise and write a label row part by part, in one transaction; nothing of it if it cannot be read."""
        receipt = self._receipt
        with receipt.stage("normalise"):
            is_new = self._states.is_new(row)
        if not is_new:
            self._load_together([row], [])
            return
        self._writer.finish()  # from here on it is this thread that writes
        fetched_at = datetime.datetime.now(datetime.UTC)
        change = self._changes[row.label_hash]
        facts: dict[str, Any] = {}

        def write_parts(take: TakePart) -> pa.Table:
            def take_timed(tables: Mapping[str, pa.Table]) -> None:
                with receipt.stage("write"):
                    take(tables)

            label_row = (self._entries[change.label_row_id], row.labels)
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
                state = self._states.of(row, found, fetched_at)
            except UNREADABLE as error:
                message = f"label row {row.label_hash} cannot be read ({type(error).__name__})"
                raise ConnectorError(ErrorKind.SOURCE_CONTENT, message) from None
            return pa.Table.from_pylist([state], schema=STATES_SCHEMA)

        state = pa.Table.from_pylist([self._states.before(row)], schema=STATES_SCHEMA)
        try:
            with receipt.stage("normalise"):
                written = self._warehouse.write_label_row(receipt.project_hash, state, write_parts, receipt.run_id)
        except ConnectorError as error:
            if error.kind is not ErrorKind.SOURCE_CONTENT:
                raise
            failure = Failure(row.label_hash, error.kind, error.message)
            self._warehouse.record_failures(receipt.project_hash, [failure], receipt.run_id)
            written = WrittenBundle({}, (failure,))
        receipt.loaded += 1 - len(written.failures)
        receipt.failed += len(written.failures)
        receipt.warned += not written.failures and facts["warnings"] is not None
        receipt.label_bytes += row.byte_count
        receipt.rows_by_table.update(written.rows_by_table)
        self._tell(written.failures)

    def _tell(self, failures: Sequence[tuple[str, str, str]]) -> None:
        for label_hash, kind, message in failures:
            self._report.event(
                "label_row_failed",
                message,
                level="warning",
                project_hash=self._receipt.project_hash,
                label_hash=label_hash,
                kind=kind,
            )


def _of_bounded_size(rows: Sequence[FetchedLabelRow]) -> Iterator[list[FetchedLabelRow]]:
    """The label rows in groups of about `TRANSACTION_BYTES`; one empty group for none."""
    group: list[FetchedLabelRow] = []
    size = 0
    for row in rows:
        if group and size + row.byte_count > TRANSACTION_BYTES:
            yield group
            group, size = [], 0
        group.append(row)
        size += row.byte_count
    yield group
