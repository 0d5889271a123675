"""From a fetched bundle to the warehouse: normalise what is new, and write the whole bundle in one transaction."""

import datetime
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import pyarrow as pa

from connector.config import Settings
from connector.load import ARROW_SCHEMAS, STATES_SCHEMA, Warehouse
from connector.normalise import NORMALISER_VERSION, Ontology, normalise_label_rows
from connector.normalise.timestamps import TimestampCache
from connector.receipt import Receipt
from connector.report import Report
from connector.source import Change, FetchedBundle, FetchedLabelRow

_EPOCH = datetime.datetime(1970, 1, 1, tzinfo=datetime.UTC)


class BundleLoader:
    """Loads the bundles of one project's sync, and counts on its receipt."""

    def __init__(
        self,
        warehouse: Warehouse,
        ontology: Ontology,
        entries: Mapping[str, Mapping[str, Any]],
        changes: Iterable[Change],
        settings: Settings,
        receipt: Receipt,
        report: Report,
    ) -> None:
        """Prepare.

        Args:
            warehouse: where the rows go.
            ontology: the project's.
            entries: listing entries, by label_row_id.
            changes: what was decided to fetch.
            settings: of the run.
            receipt: of the project.
            report: of the run.
        """
        self._warehouse = warehouse
        self._ontology = ontology
        self._entries = entries
        self._changes = {change.label_hash: change for change in changes}
        self._settings = settings
        self._receipt = receipt
        self._report = report
        self._stamps = TimestampCache()

    def load(self, bundle: FetchedBundle) -> None:
        """Normalise and write one bundle.

        Raises:
            ConnectorError: WAREHOUSE, if it could not be written; then nothing of it was.
        """
        receipt = self._receipt
        fetched_at = datetime.datetime.now(datetime.UTC)
        new = [row for row in bundle.rows if self._is_new(row)]
        with receipt.stage("normalise"):
            rows = normalise_label_rows(
                ((self._entries[self._changes[row.label_hash].label_row_id], row.labels) for row in new),
                self._ontology,
                ARROW_SCHEMAS,
                project_hash=receipt.project_hash,
            )
        failures = [(failure.label_hash, failure.kind.value, failure.message) for failure in bundle.failures]
        failures += [(label_hash, "source_content", message) for label_hash, message in rows.failures]
        unreadable = {label_hash for label_hash, _ in rows.failures}
        facts = {fact["label_hash"]: fact for fact in rows.facts.to_pylist()}
        states = [
            self._state(row, facts.get(row.label_hash), fetched_at)
            for row in bundle.rows
            if row.label_hash not in unreadable
        ]
        with receipt.stage("write"):
            written = self._warehouse.write_bundle(
                receipt.project_hash,
                rows.tables,
                pa.Table.from_pylist(states, schema=STATES_SCHEMA),
                failures,
                receipt.run_id,
            )
        receipt.loaded += len(states) - len(written.failures)
        receipt.failed += len(failures) + len(written.failures)
        receipt.warned += sum(fact["warnings"] is not None for fact in facts.values())
        receipt.label_bytes += sum(row.byte_count for row in bundle.rows)
        receipt.rows_by_table.update(written.rows_by_table)
        self._tell([*failures, *written.failures])

    def _is_new(self, row: FetchedLabelRow) -> bool:
        change = self._changes[row.label_hash]
        return change.needs_new_rows or change.stored_content_hash != row.content_hash

    def _state(self, row: FetchedLabelRow, fact: Mapping[str, Any] | None, at: datetime.datetime) -> dict[str, Any]:
        change = self._changes[row.label_hash]
        edited_at = fact["labels_last_edited_at"] if fact else self._stamp_of_unchanged(row, change)
        return {
            **(fact or {}),
            "label_hash": row.label_hash,
            "content_is_new": fact is not None,
            "force": self._settings.full,
            "content_hash": row.content_hash,
            "normaliser_version": NORMALISER_VERSION,
            "synced_last_edited_at": None if self._is_behind(row, change, edited_at) else change.last_edited_at,
            "synced_is_valid": change.is_valid,
            "labels_last_edited_at": edited_at,
            "is_settled": change.is_settled,
            "synced_at": at,
        }

    def _stamp_of_unchanged(self, row: FetchedLabelRow, change: Change) -> datetime.datetime | None:
        """The stamp of labels whose content is the stored one: the newer of the two, for they say the same."""
        stamp = self._stamps[row.labels.get("last_edited_at")]
        arrived = None if stamp is None else _EPOCH + datetime.timedelta(microseconds=stamp)
        return max(filter(None, (arrived, change.stored_labels_last_edited_at)), default=None)

    @staticmethod
    def _is_behind(row: FetchedLabelRow, change: Change, edited_at: datetime.datetime | None) -> bool:
        """Whether the labels are older than the listing promised: a copy of the server that lags.

        Such a row is written without a version, and so fetched again by the next run. If it then comes the same again,
        the two stamps just differ on this server, and it counts as up to date. The stamp inside the labels has whole
        seconds only.
        """
        if edited_at is None or change.last_edited_at is None:
            return False
        if edited_at >= change.last_edited_at.replace(microsecond=0):
            return False
        is_second_time = change.stored_content_hash is not None and change.stored_last_edited_at is None
        return not is_second_time or change.stored_content_hash != row.content_hash

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
