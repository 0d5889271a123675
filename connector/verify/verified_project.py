"""One project's verification, top to bottom: list → compare the listing → fetch → normalise → compare the rows."""

import datetime
import hashlib
from collections.abc import Iterable
from dataclasses import dataclass

import pyarrow as pa
import pyarrow.compute as pc

from connector.config import Settings
from connector.errors import ConnectorError, ErrorKind
from connector.load import ARROW_SCHEMAS
from connector.load.contract.pseudonyms import Pseudonyms, mixed_with
from connector.load.questions.held_rows import HeldRows
from connector.normalise import NORMALISER_VERSION
from connector.normalise.listing.listing import normalise_listing
from connector.normalise.listing.project_tables import project_tables
from connector.normalise.ontology import Ontology
from connector.process.garbage_collection import collector_paused
from connector.process.interruption import Interruption
from connector.runs.people import pseudonyms_of
from connector.source.changes.changes import compare
from connector.source.label_rows.fetched import WantedLabelRow
from connector.source.source import Source
from connector.verify.compared_label_rows import LabelRowComparison
from connector.verify.compared_listing import compare_listing
from connector.verify.findings import Findings
from connector.verify.row_comparison import Difference


@dataclass(frozen=True, slots=True)
class Sample:
    """How many label rows to look at, and the seed that chooses them."""

    count: int
    seed: int

    def choose(self, names: Iterable[str]) -> list[str]:
        """Choose `count` names at random; the same seed chooses the same names, even if others change."""
        return sorted(names, key=self._place)[: self.count]

    def _place(self, name: str) -> bytes:
        return hashlib.blake2b(f"{self.seed}/{name}".encode(), digest_size=8).digest()


def check_stop(interruption: Interruption) -> None:
    """Raise ConnectorError(INTERRUPTED) if a signal asked to stop."""
    if interruption.is_requested:
        raise ConnectorError(
            ErrorKind.INTERRUPTED,
            f"Stopped by {interruption.signal_name}, before everything was compared.",
            remedy="Nothing was written. Run it again, or give --sample to look at less.",
        )


def _same_pseudonyms(settings: Settings, project: pa.Table) -> Pseudonyms:
    """The pseudonyms that the warehouse has of a project's people, made again with the key that the settings name."""
    pseudonyms, stored = pseudonyms_of(settings), project["pseudonym_check"].to_pylist()
    if stored and stored[0] != pseudonyms.check:
        raise mixed_with(stored[0], pseudonyms.check)
    return pseudonyms


def verify_project(
    source: Source,
    held: HeldRows,
    settings: Settings,
    findings: Findings,
    sample: Sample | None,
    interruption: Interruption,
) -> int:
    """Compare one project's rows in the warehouse with what Encord holds now, and report what is found.

    Args:
        source: Encord.
        held: the warehouse.
        settings: of the run.
        findings: of the project, which it names; otherwise empty.
        sample: whose labels to compare; None for all.
        interruption: a request to stop ends the comparison after the current bundle.

    Returns:
        How many frames the project's data units and the labels compared have, for table frame_number.

    Raises:
        ConnectorError: what stops the whole project; INTERRUPTED; CONFIGURATION, if the warehouse has pseudonyms in
            place of addresses, and the settings name another key or none.
    """
    project_hash = findings.project_hash
    snapshot = source.snapshot(project_hash)
    findings.title = str(snapshot.project.get("title") or "")
    ontology = Ontology.from_structure(snapshot.ontology["editor"])
    listing = normalise_listing(project_hash, snapshot.entries, ARROW_SCHEMAS)
    listed = {**project_tables(snapshot.project, snapshot.ontology, ARROW_SCHEMAS), **listing.tables}
    for name, message in listing.rejected:
        findings.leave_out(name, message)
    held_tables = held.of_listing(project_hash)
    pseudonyms = _same_pseudonyms(settings, held_tables["project"])
    listed = {name: pseudonyms.of_rows(name, rows) for name, rows in listed.items()}
    if not held_tables["project"].num_rows:
        findings.listed = listed["label_row"].num_rows
        findings.differ([Difference("missing", "project", {"project_hash": project_hash})])
        return 0
    changes = compare(
        listed["label_row"],
        held.state(project_hash),
        normaliser_version=NORMALISER_VERSION,
        settle=datetime.timedelta(seconds=settings.settle_seconds),
    )
    compared = compare_listing(
        listed, held_tables, changes, findings, with_client_metadata=settings.include_client_metadata
    )
    longest = pc.max(listed["data_unit"]["frame_count"]).as_py() or 0
    del held_tables

    by_id = compared.to_compare
    chosen = sample.choose(by_id) if sample else list(by_id)
    label_rows = listed["label_row"].select(["label_row_id", "last_edited_at"]).to_pydict()
    edited_at = dict(zip(label_rows["label_row_id"], label_rows["last_edited_at"], strict=True))
    comparison = LabelRowComparison(
        held,
        findings,
        ontology,
        entries=listing.entries.renamed({by_id[name]: name for name in chosen}),
        listed={by_id[name]: edited_at[name] for name in chosen},
        failed_before={change.label_hash for change in changes.fetch if change.reason == "failed_before"},
        ontology_edit=compared.ontology,
        pseudonyms=pseudonyms,
    )
    wanted = [WantedLabelRow(by_id[name], frame_count=listing.entries[name].get("number_of_frames")) for name in chosen]
    with collector_paused() as pause:
        for bundle in source.fetch(project_hash, wanted, lambda: interruption.is_requested):
            comparison.compare(bundle)
            pause.bundle_done()
            findings.report.progress(findings.title, findings.compared, len(wanted), 0)
    check_stop(interruption)
    return max(longest, comparison.frames_needed)
