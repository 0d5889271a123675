"""Compares what the listing, the project and its ontology say with what the warehouse holds."""

from collections.abc import Mapping
from dataclasses import dataclass

import pyarrow as pa
import pyarrow.compute as pc

from connector.load.contract.statements import key_columns
from connector.load.tables import METADATA
from connector.normalise.listing.ontology_changes import OntologyChange, ontology_change
from connector.source.changes.changes import Changes
from connector.verify.findings import Findings
from connector.verify.row_comparison import compare_rows

ONTOLOGY_TABLES = ("ontology_class", "ontology_attribute", "ontology_option")
ONTOLOGY_COLUMNS = ("ontology_title", "ontology_content_hash", "ontology_last_edited_at")
"""Columns of table project that describe its ontology, which has a stamp of its own."""

WAITING_REASONS = {
    "never_synced": "its labels were never synced",
    "label_hash_changed": "it was opened, or made again, since the last sync",
    "edited": "edited since the last sync",
    "validity_changed": "its validity changed since the last sync",
    "normaliser_changed": "its rows were made by another release",
    "stale": "the ontology or its data unit was edited, so its labels are fetched again",
}
"""Why the next sync will fetch a label row anyway: the warehouse does not have to hold its labels yet."""


@dataclass(frozen=True, slots=True)
class ComparedListing:
    """What the comparison of the listing hands to the comparison of the labels.

    Attributes:
        to_compare: label_row_id → label hash, of the opened label rows whose labels the warehouse should hold.
        ontology: what an edit of the ontology since the last sync did to labels; None if it was not edited.
    """

    to_compare: dict[str, str]
    ontology: OntologyChange | None


def compare_listing(
    listed: Mapping[str, pa.Table],
    held: Mapping[str, pa.Table],
    changes: Changes,
    findings: Findings,
    *,
    with_client_metadata: bool,
) -> ComparedListing:
    """Compare the tables of a project and its listing, and report what differs and what is not synced yet.

    Args:
        listed: project, workflow_stage, ontology tables, data_unit and label_row as Encord has them now.
        held: the same tables of the warehouse, all rows of the project, which the warehouse has.
        changes: what a sync would do now.
        findings: where to report it; listing entries that cannot be read are already in it.
        with_client_metadata: whether the listing was asked for it; if not, that column is left out.
    """
    ontology = _compare_project(listed, held, findings)
    data_units = listed["data_unit"]
    if not with_client_metadata:
        data_units = data_units.drop_columns(["client_metadata"])
    stored_units = _live(held["data_unit"])
    if findings.not_compared:
        stored_units = _among(stored_units, "data_hash", data_units)
    findings.differ(compare_rows("data_unit", _keys("data_unit"), data_units, stored_units))
    return ComparedListing(_compare_label_rows(listed["label_row"], held["label_row"], changes, findings), ontology)


def _compare_project(
    listed: Mapping[str, pa.Table], held: Mapping[str, pa.Table], findings: Findings
) -> OntologyChange | None:
    project, stored = listed["project"], held["project"]
    columns = list(project.column_names)
    tables = ["workflow_stage", *ONTOLOGY_TABLES]
    ontology = None
    if not _is_same(project, stored, "last_edited_at"):
        findings.wait("the project's own facts", "edited since the last sync")
        columns = [*_keys("project"), *ONTOLOGY_COLUMNS]
        tables.remove("workflow_stage")
    if not _is_same(project, stored, "ontology_last_edited_at"):
        findings.wait("the ontology", "edited since the last sync")
        ontology = ontology_change({name: held[name] for name in ONTOLOGY_TABLES}, listed)
        columns = [name for name in columns if name not in ONTOLOGY_COLUMNS]
        tables = [name for name in tables if name not in ONTOLOGY_TABLES]
    findings.differ(compare_rows("project", _keys("project"), project.select(columns), stored))
    for name in tables:
        findings.differ(compare_rows(name, _keys(name), listed[name], held[name]))
    return ontology


def _compare_label_rows(listed: pa.Table, held: pa.Table, changes: Changes, findings: Findings) -> dict[str, str]:
    """Compare the listing's facts of label rows that do not wait for the next sync; return those to compare further."""
    live = _live(held)
    present = set(live["label_row_id"].to_pylist())
    ids, hashes = listed["label_row_id"].to_pylist(), listed["label_hash"].to_pylist()
    opened = {label_row_id: label_hash for label_row_id, label_hash in zip(ids, hashes, strict=True) if label_hash}
    waiting = set()
    for change in changes.fetch:
        if change.reason in WAITING_REASONS and change.label_row_id in present:
            waiting.add(change.label_row_id)
            reason = WAITING_REASONS[change.reason]
            findings.wait(f"label row {change.label_hash}", reason, label_hash=change.label_hash)
    stored = _without(live, waiting)
    if findings.not_compared:
        stored = _among(stored, "label_row_id", listed)
    findings.differ(compare_rows("label_row", _keys("label_row"), _without(listed, waiting), stored), opened)
    findings.listed, findings.opened = listed.num_rows, len(opened)
    return {name: opened[name] for name in opened if name in present and name not in waiting}


def _is_same(listed: pa.Table, held: pa.Table, column: str) -> bool:
    return bool(listed[column][0].as_py() == held[column][0].as_py())


def _live(rows: pa.Table) -> pa.Table:
    return rows.filter(pc.is_null(rows["deleted_at"]))


def _without(rows: pa.Table, label_row_ids: set[str]) -> pa.Table:
    ids = pa.array(label_row_ids, pa.string())
    return rows.filter(pc.invert(pc.is_in(rows["label_row_id"], value_set=ids)))


def _among(rows: pa.Table, column: str, listed: pa.Table) -> pa.Table:
    """Only what is listed: if an entry could not be read, it may be the one that seems to be gone."""
    return rows.filter(pc.is_in(rows[column], value_set=listed[column].combine_chunks()))


def _keys(table: str) -> list[str]:
    return key_columns(METADATA.tables[table])
