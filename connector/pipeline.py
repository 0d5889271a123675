"""One project's sync, top to bottom: list → compare → fetch → normalise → write → tombstone → receipt."""

import datetime

import pyarrow as pa

from connector.bundle import BundleLoader
from connector.config import Settings
from connector.consensus_tasks import keep_consensus_tasks
from connector.garbage_collection import collector_paused
from connector.interruption import Interruption
from connector.load import ARROW_SCHEMAS, Warehouse
from connector.normalise import NORMALISER_VERSION, Ontology, normalise_listing, ontology_change, project_tables
from connector.receipt import Receipt
from connector.report import Report
from connector.source import Source, compare, deletes_allowed, wanted_label_rows
from connector.task_actions import keep_task_actions


def sync_project(
    source: Source,
    warehouse: Warehouse,
    settings: Settings,
    receipt: Receipt,
    report: Report,
    interruption: Interruption,
) -> None:
    """Bring one project's tables up to what Encord holds now, and fill and end its receipt.

    Raises:
        ConnectorError: what stops the whole project. What concerns one label row is recorded and counted as failed.
    """
    project_hash = receipt.project_hash
    with receipt.stage("list"):
        snapshot = source.snapshot(project_hash)

    with receipt.stage("compare"):
        ontology = Ontology.from_structure(snapshot.ontology["editor"])
        tables = project_tables(snapshot.project, snapshot.ontology, ARROW_SCHEMAS)
        listing = normalise_listing(project_hash, snapshot.entries, ARROW_SCHEMAS)
        entries_listed = len(snapshot.entries)
        # One transaction: what an edit of the ontology made stale is marked where the new ontology is stored.
        meaning = ontology_change(warehouse.ontology(project_hash), tables)
        warehouse.upsert_metadata(project_hash, {**tables, **listing.tables}, meaning)
        unreadable = [(name, "source_content", message) for name, message in listing.rejected]
        warehouse.record_failures(project_hash, unreadable, receipt.run_id, of_listing=True)
        stored = warehouse.state(project_hash)
        changes = compare(
            listing.tables["label_row"],
            stored,
            normaliser_version=NORMALISER_VERSION,
            settle=datetime.timedelta(seconds=settings.settle_seconds),
            full=settings.full,
        )
    receipt.take_plan(str(snapshot.project.get("title") or project_hash), changes, unreadable)
    report.event("compared", receipt.plan_sentence(), project_hash=project_hash, fetch=receipt.fetch_reasons)

    if settings.consensus_tasks:
        with receipt.stage("tasks"):
            keep_consensus_tasks(
                source, warehouse, tables["workflow_stage"], listing.tables["label_row"], receipt, report
            )
    if settings.task_actions:
        with receipt.stage("tasks"):
            keep_task_actions(source, warehouse, tables["workflow_stage"], listing.tables["label_row"], receipt, report)

    loader = BundleLoader(warehouse, ontology, listing.entries, changes.fetch, settings, receipt, report)
    wanted = wanted_label_rows(changes, _frame_counts(listing.tables["data_unit"]))
    live_count = stored["deleted_at"].null_count
    # The warehouse has the listing now: of 100,000 label rows it would take another 100 MB while the labels arrive.
    del stored
    listing.tables.clear()
    with collector_paused() as pause, loader:
        bundles = source.fetch(project_hash, wanted, lambda: interruption.is_requested)
        for bundle in receipt.waiting_for(bundles):
            loader.load(bundle)
            pause.bundle_done()
            report.progress(receipt.project_title, receipt.done, receipt.planned, receipt.annotations)
    interruption.check()

    with receipt.stage("tombstone"):
        decision = deletes_allowed(
            len(changes.gone),
            live_count,
            settings.max_delete_share,
            listed=entries_listed,
            unreadable_entries=len(unreadable),
            is_forced=settings.allow_deletes,
        )
        if decision.refusal is None:
            receipt.tombstoned = warehouse.tombstone(project_hash, changes.gone, receipt.started_at)
    receipt.end(decision.refusal)


def _frame_counts(data_units: pa.Table) -> dict[str, int | None]:
    return dict(zip(data_units["data_hash"].to_pylist(), data_units["frame_count"].to_pylist(), strict=True))
