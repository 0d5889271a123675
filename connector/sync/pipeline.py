"""One project's sync, top to bottom: list → compare → fetch → normalise → write → tombstone → streams → receipt."""

import datetime
import itertools
from collections.abc import Iterator, Sequence

import pyarrow as pa

from connector.config import Settings
from connector.load import ARROW_SCHEMAS, Warehouse
from connector.normalise import NORMALISER_VERSION
from connector.normalise.listing.branch_tasks import LISTED_WITH_TASKS, has_consensus_stages
from connector.normalise.listing.listing_parts import ListingParts
from connector.normalise.listing.ontology_changes import ontology_changes
from connector.normalise.listing.project_tables import project_tables
from connector.normalise.ontology import Ontology
from connector.process.garbage_collection import collector_paused
from connector.process.interruption import Interruption
from connector.reading.reading_processes import ReadingProcesses
from connector.runs.receipt import Receipt
from connector.runs.report import Report
from connector.source.changes.changes import compare_stored, wanted_label_rows
from connector.source.changes.deletes import deletes_allowed
from connector.source.source import Source
from connector.sync.bundle_loader import BundleLoader
from connector.sync.keep_branches import keep_consensus_tasks
from connector.sync.keep_streams import keep_streams
from connector.sync.shared_listing import shared_listing

_ROWS_A_PAGE = 20_000
"""Label rows of the warehouse that are compared at a time."""


def sync_project(
    source: Source,
    warehouse: Warehouse,
    settings: Settings,
    receipt: Receipt,
    report: Report,
    interruption: Interruption,
    processes: ReadingProcesses | None = None,
) -> None:
    """Bring one project's tables up to date with what Encord holds now, and fill and close its receipt.

    Raises:
        ConnectorError: what stops the whole project. What affects one label row only is recorded and counted as failed.
    """
    project_hash = receipt.project_hash
    with receipt.stage("list"):
        snapshot = source.snapshot(project_hash)
        mine = shared_listing(snapshot.entries, receipt.share)

    with receipt.stage("compare"):
        ontology = Ontology.from_structure(snapshot.ontology["editor"])
        tables = project_tables(snapshot.project, snapshot.ontology, ARROW_SCHEMAS)
        kept = (*LISTED_WITH_TASKS, "workflow_stage_uuid") if has_consensus_stages(tables["workflow_stage"]) else ()
        listed = snapshot.entries
        listing = ListingParts(project_hash, listed, listed.hashes, ARROW_SCHEMAS, kept, mine.places)
        # One transaction stores the new ontology and marks what its edit made stale.
        meaning = ontology_changes(warehouse.compared_ontologies(project_hash), tables)
        warehouse.upsert_metadata(project_hash, tables, meaning, listing)
        unreadable = [(name, "source_content", message) for name, message in listing.rejected]
        warehouse.record_failures(project_hash, unreadable, receipt.run_id, of_listing=True)
        # Their digests are stored, and a digest of addresses would let anybody check a guess.
        entries, label_rows = listing.entries(), warehouse.pseudonyms.of_rows("label_row", listing.rows_kept())
        changes = compare_stored(
            _label_rows(warehouse, project_hash, len(entries)),
            entries.have,
            listing.newest,
            normaliser_version=NORMALISER_VERSION,
            settle=datetime.timedelta(seconds=settings.settle_seconds),
            full=settings.full,
        )
    receipt.take_plan(str(snapshot.project.get("title") or project_hash), len(entries), changes, unreadable)
    report.event("compared", receipt.plan_sentence(), project_hash=project_hash, fetch=receipt.fetch_reasons)
    if receipt.planned:
        report.progress(receipt.project_title, 0, receipt.planned, 0)

    if settings.consensus_tasks:
        with receipt.stage("tasks"):
            keep_consensus_tasks(source, warehouse, tables["workflow_stage"], label_rows, receipt, report)

    del listing, label_rows
    planned = changes.fetch.by_label_hash()

    def entries_json(label_row_ids: Sequence[str]) -> list[bytes]:
        return snapshot.entries.json_of(entries.places(label_row_ids))

    loader = BundleLoader(warehouse, ontology, entries_json, planned, settings, receipt, report, processes)
    wanted = wanted_label_rows(changes.fetch, entries.frame_counts)
    with collector_paused() as pause, loader:
        bundles = source.fetch(project_hash, wanted, lambda: interruption.is_requested)
        for bundle in receipt.waiting_for(bundles):
            loader.load(bundle)
            del bundle  # or it would stay in memory until the next one is there
            pause.bundle_done()
    interruption.check()

    with receipt.stage("tombstone"):
        decision = deletes_allowed(
            len(changes.gone),
            changes.live,
            settings.max_delete_share,
            listed=len(snapshot.entries),
            unreadable_entries=len(unreadable) + mine.of_unknown_share,
            is_forced=settings.allow_deletes,
            shards=receipt.share.count,
        )
        if decision.refusal is None:
            receipt.tombstoned = warehouse.tombstone(project_hash, changes.gone, receipt.started_at)
    if settings.history_keep:
        with receipt.stage("history"):
            limit = receipt.started_at - datetime.timedelta(days=settings.history_keep)
            warehouse.forget_history(project_hash, limit)

    with receipt.stage("tasks"):
        keep_streams(settings.streams_read, source, warehouse, tables, receipt, report, interruption)
    receipt.end(decision.refusal)


def _label_rows(warehouse: Warehouse, project_hash: str, count: int) -> Iterator[pa.Table]:
    """What the warehouse holds of the label rows, about `_ROWS_A_PAGE` of `count` at a time: ids are hashes."""
    pages = -(-count // _ROWS_A_PAGE) or 1
    ends = ["", *(f"{page * 0x10000 // pages:04x}" for page in range(1, pages)), "g"]
    return (warehouse.state(project_hash, ids) for ids in itertools.pairwise(ends))
