"""Brings the label rows of files into one project of the warehouse, bundle by bundle, as a sync does."""

from collections.abc import Iterator, Sequence

import msgspec
import pyarrow as pa
import pyarrow.compute as pc

from connector.config import Settings
from connector.errors import ErrorKind, FormatError
from connector.label_files.file_entries import Entry, file_entry, label_hash_of
from connector.label_files.known_rows import KnownRows
from connector.label_files.label_row_file import LabelRowFile
from connector.load import ARROW_SCHEMAS, Warehouse
from connector.load.questions.known_project import known_data_units, label_rows_of_others
from connector.normalise.listing.listing import normalise_listing
from connector.normalise.listing.listing_entries import label_row_id
from connector.normalise.listing.ontology_changes import OntologyChange
from connector.normalise.ontology import Ontology
from connector.process.interruption import Interruption
from connector.runs.receipt import Receipt
from connector.runs.report import Report
from connector.source.label_rows.fetched import FetchedBundle, FetchedLabelRow, LabelRowFailure
from connector.sync.bundle_loader import BundleLoader

_UNCHANGED = OntologyChange(frozenset(), everything_is_stale=False, is_changed=False)
_KEYS_OF_LABEL_ROW = ("label_row_id", "project_hash", "data_hash", "branch_name", "label_hash")
_KEPT_NOTE = "unchanged: the same or newer labels are in the warehouse"


class _Bundle:
    """Label rows that are written together, none of them twice."""

    def __init__(self) -> None:
        self.rows: list[FetchedLabelRow] = []
        self.entries: dict[str, Entry] = {}
        self.failures: list[LabelRowFailure] = []
        self.byte_count = 0

    def add(self, row_id: str, entry: Entry, row: FetchedLabelRow) -> None:
        self.rows.append(row)
        self.entries[row_id] = entry
        self.byte_count += row.byte_count

    def entries_json(self, label_row_ids: Sequence[str]) -> list[bytes]:
        return [msgspec.json.encode(self.entries[row_id]) for row_id in label_row_ids]


class FileLoader:
    """Loads files into one project, and counts on its receipt."""

    def __init__(
        self, warehouse: Warehouse, ontology: Ontology, settings: Settings, receipt: Receipt, report: Report
    ) -> None:
        """Reads what the warehouse holds of the project.

        Args:
            warehouse: where the rows go; it has the project.
            ontology: the project's.
            settings: of the run; bundle_rows and bundle_bytes limit what is written together.
            receipt: of the project.
            report: of the run.
        """
        self._warehouse = warehouse
        self._ontology = ontology
        self._settings = settings
        self._receipt = receipt
        self._report = report
        self._known = KnownRows(warehouse, receipt.project_hash)
        self._units = known_data_units(warehouse, receipt.project_hash)
        self._met: set[str] = set()

    def load(self, file: LabelRowFile, interruption: Interruption) -> None:
        """Load the label rows of a file.

        Raises:
            ConnectorError: WAREHOUSE, if it could not be written; INTERRUPTED, after a clean commit.
        """
        self._receipt.listed += len(file.rows)
        for bundle in self._bundles(file):
            self._write(bundle)
            interruption.check()

    def _bundles(self, file: LabelRowFile) -> Iterator[_Bundle]:
        bundle = _Bundle()
        for number, raw in enumerate(file.rows, 1):
            size = len(memoryview(raw))
            is_full = len(bundle.rows) >= self._settings.bundle_rows
            if bundle.rows and (is_full or bundle.byte_count + size > self._settings.bundle_bytes):
                yield bundle
                bundle = _Bundle()
            place = f"{number} of {file.path.name}"
            try:
                entry = file_entry(raw)
            except FormatError as error:
                label_hash = label_hash_of(raw)
                message = error.of_label_row(f"{label_hash} ({place})" if label_hash else place)
                bundle.failures.append(LabelRowFailure(label_hash or place, ErrorKind.SOURCE_CONTENT, message))
                continue
            if entry["label_hash"] is None:
                self._receipt.skipped += 1
                continue
            row_id = label_row_id(self._receipt.project_hash, entry["data_hash"], entry["branch_name"])
            if row_id in self._met:  # also met earlier, in this file or another: compare with the result of that
                yield bundle
                bundle = _Bundle()
                self._known = KnownRows(self._warehouse, self._receipt.project_hash)
                self._met.clear()
            self._met.add(row_id)
            self._sort_in(bundle, row_id, entry, file, raw)
        yield bundle

    def _sort_in(self, bundle: _Bundle, row_id: str, entry: Entry, file: LabelRowFile, raw: msgspec.Raw) -> None:
        """Decides what to do with one label row."""
        label_hash = entry["label_hash"]
        if contradiction := self._known.contradiction(row_id, entry):
            message = f"Label row {label_hash} was not loaded: {contradiction}"
            bundle.failures.append(LabelRowFailure(label_hash, ErrorKind.OUTDATED, message))
        elif self._known.is_kept(row_id, entry):
            self._receipt.unchanged += 1
            self._receipt.notes.append(_KEPT_NOTE)
        else:
            row = FetchedLabelRow(label_hash, raw, file.body, last_edited_at=entry["last_edited_at"])
            bundle.add(row_id, entry, row)

    def _write(self, bundle: _Bundle) -> None:
        self._set_aside_what_others_have(bundle)
        self._list(bundle)
        found = [self._known.change(row_id, entry) for row_id, entry in bundle.entries.items()]
        changes = {change.label_hash: change for change in found}
        self._receipt.planned += len(bundle.rows)
        with BundleLoader(
            self._warehouse, self._ontology, bundle.entries_json, changes, self._settings, self._receipt, self._report
        ) as loader:
            loader.load(FetchedBundle(bundle.rows, bundle.failures))

    def _set_aside_what_others_have(self, bundle: _Bundle) -> None:
        others = label_rows_of_others(
            self._warehouse, self._receipt.project_hash, [row.label_hash for row in bundle.rows]
        )
        for label_hash, project_hash in others.items():
            message = f"Label row {label_hash} was not loaded: the warehouse has it in project {project_hash}."
            bundle.failures.append(LabelRowFailure(label_hash, ErrorKind.SOURCE_CONTENT, message))
        bundle.rows = [row for row in bundle.rows if row.label_hash not in others]
        bundle.entries = {
            row_id: entry for row_id, entry in bundle.entries.items() if entry["label_hash"] not in others
        }

    def _list(self, bundle: _Bundle) -> None:
        """Adds label rows and data units that the warehouse does not know; what it knows stays as it is."""
        project_hash = self._receipt.project_hash
        listing = normalise_listing(project_hash, list(bundle.entries.values()), ARROW_SCHEMAS)
        for name, reason in listing.rejected:
            bundle.failures.append(LabelRowFailure(name, ErrorKind.SOURCE_CONTENT, f"Label row {name}: {reason}."))
        bundle.entries = {row_id: bundle.entries[row_id] for row_id in listing.entries}
        taken = {entry["label_hash"] for entry in bundle.entries.values()}
        bundle.rows = [row for row in bundle.rows if row.label_hash in taken]
        label_rows, units = listing.tables["label_row"], listing.tables["data_unit"]
        is_new = pa.array([self._known.get(row_id) is None for row_id in bundle.entries], pa.bool_())
        unknown = pc.invert(pc.is_in(units["data_hash"], value_set=pa.array(self._units, pa.string())))
        self._units.update(units["data_hash"].to_pylist())
        new = {"data_unit": units.filter(unknown), "label_row": label_rows.filter(is_new)}
        self._warehouse.upsert_metadata(project_hash, new, _UNCHANGED)
        # Label rows that a listing brought before anybody opened them get only their label_hash.
        opened = label_rows.filter(pc.invert(is_new)).select(_KEYS_OF_LABEL_ROW)
        if opened.num_rows:
            self._warehouse.upsert_metadata(project_hash, {"label_row": opened}, _UNCHANGED)
