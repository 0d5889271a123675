"""Compares one bundle of label rows, fetched again and normalised in memory, with the rows that the warehouse holds."""

import datetime
from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from connector.errors import FormatError
from connector.load import ARROW_SCHEMAS
from connector.load.contract.pseudonyms import CLEAR, Pseudonyms
from connector.load.contract.statements import key_columns
from connector.load.questions.held_rows import HeldRows
from connector.load.tables import LABEL_TABLES, METADATA
from connector.load.writing.frame_numbers import frames_needed
from connector.normalise.label_rows.bundle import NormalisedBundle, normalise_label_rows
from connector.normalise.listing.ontology_changes import OntologyChange
from connector.normalise.ontology import Ontology
from connector.source.label_rows.fetched import FetchedBundle
from connector.verify.findings import Findings
from connector.verify.row_comparison import compare_rows

STATE_COLUMNS = (
    "label_hash",
    "content_hash",
    "is_event_based",
    "object_count",
    "annotation_count",
    "classification_count",
    "warnings",
    "labels_last_edited_at",
)
"""Columns of label_row that follow from the labels themselves; the others come from the listing or from the run."""


class LabelRowComparison:
    """Compares the label rows of one project bundle by bundle, so that only one bundle and its rows are in memory.

    Attributes:
        frames_needed: how many frame numbers the labels compared so far need.
    """

    def __init__(
        self,
        held: HeldRows,
        findings: Findings,
        ontology: Ontology,
        entries: Mapping[str, Mapping[str, Any]],
        listed: Mapping[str, datetime.datetime | None],
        failed_before: AbstractSet[str],
        ontology_edit: OntologyChange | None,
        pseudonyms: Pseudonyms = CLEAR,
    ) -> None:
        """Prepare.

        Args:
            held: the warehouse's rows.
            findings: of the project.
            ontology: the project's, as it is in Encord now.
            entries: listing entries, by label hash.
            listed: last_edited_at of the listing, by label hash.
            failed_before: label hashes that the last sync could not load; the warehouse kept their older rows.
            ontology_edit: what an edit of the ontology since the last sync did to labels.
            pseudonyms: what the warehouse has in place of people's addresses.
        """
        self.frames_needed = 0
        self._held = held
        self._findings = findings
        self._ontology = ontology
        self._entries = entries
        self._listed = listed
        self._failed_before = failed_before
        self._ontology_edit = ontology_edit
        self._pseudonyms = pseudonyms
        self._data_hashes: set[str] = set()

    def compare(self, bundle: FetchedBundle) -> None:
        """Compare one bundle, and report what differs, what is not synced yet and what could not be read.

        Raises:
            ConnectorError: WAREHOUSE, if it could not be read.
        """
        findings = self._findings
        normalised = normalise_label_rows(
            [(self._entries[row.label_hash], row.labels) for row in bundle.rows],
            self._ontology,
            ARROW_SCHEMAS,
            project_hash=findings.project_hash,
        )
        unreadable = dict(normalised.failures)
        hashes: dict[str, str] = {}
        for row in bundle.rows:
            if row.label_hash not in unreadable:
                try:
                    hashes[row.label_hash] = row.content_hash()
                except FormatError as error:
                    unreadable[row.label_hash] = error.of_label_row(row.label_hash)
        failures = [(failure.label_hash, failure.message) for failure in bundle.failures]
        for label_hash, message in (*failures, *unreadable.items()):
            findings.leave_out(label_hash, message)
        state = _state(normalised, hashes)
        held = self._held.of_label_rows([row.label_hash for row in bundle.rows])
        waiting = self._waiting(state, held["label_row"], normalised.tables, held)
        for label_hash, reason in waiting.items():
            findings.wait(f"label row {label_hash}", reason, label_hash=label_hash)
        left_out = waiting.keys() | unreadable.keys()
        expected = {
            name: self._pseudonyms.of_rows(name, _without(normalised.tables[name], left_out)) for name in LABEL_TABLES
        }
        for name, rows in expected.items():
            keys = key_columns(METADATA.tables[name])
            findings.differ(compare_rows(name, keys, rows, _without(held[name], left_out)))
        state = _without(state, left_out)
        findings.differ(compare_rows("label_row", ["label_hash"], state, _without(held["label_row"], left_out)))
        self._compare_frames(state["label_hash"].to_pylist(), normalised.tables["data_frame"])
        self.frames_needed = max(self.frames_needed, frames_needed(expected, state))
        findings.compared += state.num_rows

    def _waiting(
        self, state: pa.Table, stored: pa.Table, expected: Mapping[str, pa.Table], held: Mapping[str, pa.Table]
    ) -> dict[str, str]:
        """Label rows that have changed since the listing or the last sync, in Encord or by another sync, and why."""
        known = {row["label_hash"]: row for row in stored.to_pylist()}
        stale = self._stale_hashes(expected, held, stored)
        waiting = {}
        for row in state.select(["label_hash", "content_hash", "labels_last_edited_at"]).to_pylist():
            label_hash, arrived = row["label_hash"], row["labels_last_edited_at"]
            listed, own = self._listed[label_hash], known.get(label_hash)
            if own is None or own["synced_last_edited_at"] != listed:
                waiting[label_hash] = "the warehouse was synced meanwhile"
            elif label_hash in stale:
                waiting[label_hash] = "the ontology was edited since the last sync"
            elif own["content_hash"] == row["content_hash"]:
                continue
            elif label_hash in self._failed_before:
                waiting[label_hash] = "the last sync could not load it"
            elif own["is_settled"] is False:
                waiting[label_hash] = "synced soon after an edit, to be looked at once more"
            elif arrived and listed and arrived > listed:
                waiting[label_hash] = "edited just now"
            elif arrived and own["labels_last_edited_at"] and arrived < own["labels_last_edited_at"]:
                waiting[label_hash] = "Encord answered with older labels than the warehouse's"
        return waiting

    def _stale_hashes(
        self, expected: Mapping[str, pa.Table], held: Mapping[str, pa.Table], stored: pa.Table
    ) -> AbstractSet[str]:
        """Label rows whose labels may be different after an edit of the ontology that is not synced yet."""
        edit = self._ontology_edit
        if edit is None:
            return set()
        if edit.everything_is_stale:
            return set(stored["label_hash"].to_pylist())
        stale: set[str] = set()
        classes = pa.array(sorted(edit.stale_classes), pa.string())
        for tables in (expected, held):
            for name in ("object_instance", "classification_instance"):
                rows = tables[name]
                stale.update(rows.filter(pc.is_in(rows["feature_hash"], value_set=classes))["label_hash"].to_pylist())
        if edit.is_changed:
            stale.update(stored.filter(pc.is_valid(stored["warnings"]))["label_hash"].to_pylist())
        return stale

    def _compare_frames(self, label_hashes: list[str], frames: pa.Table) -> None:
        """Compare the facts of frames of data units that are new here; all branches of a data unit carry the same."""
        data_hashes = {str(self._entries[label_hash]["data_hash"]) for label_hash in label_hashes} - self._data_hashes
        self._data_hashes |= data_hashes
        table, wanted = METADATA.tables["data_frame"], pa.array(sorted(data_hashes), pa.string())
        keys = key_columns(table)
        first = frames.filter(pc.is_in(frames["data_hash"], value_set=wanted))
        held = self._held.data_frames(self._findings.project_hash, sorted(data_hashes))
        self._findings.differ(compare_rows(table.name, keys, first, held))


def _state(normalised: NormalisedBundle, content_hashes: Mapping[str, str]) -> pa.Table:
    facts = normalised.facts
    facts = facts.filter(pc.is_in(facts["label_hash"], value_set=pa.array(list(content_hashes), pa.string())))
    hashes = pa.array([content_hashes[name] for name in facts["label_hash"].to_pylist()], pa.string())
    return facts.append_column("content_hash", hashes).select(STATE_COLUMNS)


def _without(rows: pa.Table, label_hashes: AbstractSet[str]) -> pa.Table:
    if not label_hashes:
        return rows
    return rows.filter(pc.invert(pc.is_in(rows["label_hash"], value_set=pa.array(label_hashes, pa.string()))))
