"""The warehouse contract, kept with SQL: everything that DuckDB and PostgreSQL do in the same way."""

import itertools
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
from typing_extensions import override

from connector.load.contract.ontology_meaning import OntologyMeaning
from connector.load.contract.session import DataRefusedError, Session
from connector.load.contract.warehouse import Failure, TakePart, WrittenBundle
from connector.load.history.change_log import ChangeLog
from connector.load.history.pruning import prune_history
from connector.load.matching import consensus_matches
from connector.load.matching.pair_overlaps import OverlapMeasure
from connector.load.tables import LABEL_TABLES, METADATA
from connector.load.writing import branch_upsert, failure_records
from connector.load.writing.bundle_write import (
    complete_states,
    refused_label_row,
    replace_label_rows,
    rows_of_label_row,
)
from connector.load.writing.listing_upsert import upsert_listing
from connector.load.writing.part_write import UnusablePartError, replace_label_row
from connector.load.writing.receipts import upsert_receipt
from connector.load.writing.row_replacement import DeleteAndInsert, RowReplacement
from connector.load.writing.stored_state import Answer
from connector.load.writing.stream_writing import StreamWriting
from connector.load.writing.tombstones import bury_label_rows, bury_project
from connector.load.writing.upkept_rows import UpkeptRows


class SqlWarehouse(StreamWriting, UpkeptRows):
    """A `Warehouse` over a session; the contract says what each method promises. Engines add opening and closing."""

    installs_views = True
    is_served = False
    has_lifted_limit = False

    def __init__(
        self,
        session: Session,
        schema_version: str,
        migrated_from: str | None,
        replacement: RowReplacement | None = None,
        measure: OverlapMeasure | None = None,
    ) -> None:
        super().__init__(session)
        self.keeps_history = True
        self._measure = measure
        self._unbranched: set[str] = set()  # projects seen to have no branch but main since they were last listed
        self._replacement = replacement or DeleteAndInsert(session)
        self.schema_version = schema_version
        self.migrated_from = migrated_from

    @override
    def upsert_metadata(
        self,
        project_hash: str,
        tables: Mapping[str, pa.Table],
        meaning: OntologyMeaning,
        parts: Iterable[Mapping[str, pa.Table]] = (),
    ) -> dict[str, int]:
        def upsert(changes: ChangeLog) -> dict[str, int]:
            self._unbranched.discard(project_hash)
            is_branched = False

            def listed() -> Iterator[Mapping[str, pa.Table]]:
                nonlocal is_branched
                for part in itertools.chain([tables], parts):
                    if (rows := part.get("label_row")) is not None:
                        is_branched |= bool(pc.any(pc.not_equal(rows["branch_name"], "main")).as_py())
                    yield part

            changed = upsert_listing(self._session, project_hash, tables, listed(), meaning, changes)
            self._wrote(
                consensus_matches.refresh_after_listing(
                    self._session,
                    self._measure,
                    project_hash,
                    has_branches=is_branched,
                    has_moved=bool(changed["label_row"] or changed["workflow_stage"]),
                )
            )
            return dict(changed)

        return self._changing(project_hash, upsert)

    @override
    def keep_consensus_branches(
        self, project_hash: str, stage_uuid: str, listing_digest: str, branches: pa.Table, read_at: datetime
    ) -> None:
        def keep() -> None:
            branch_upsert.keep_branches(self._session, project_hash, stage_uuid, listing_digest, branches, read_at)
            if branches.num_rows:
                units = branches.select(["data_hash"]).group_by("data_hash").aggregate([])
                self._wrote(consensus_matches.refresh_matches(self._session, self._measure, project_hash, units))

        self._in_transaction(keep)

    @override
    def refresh_matches(self, project_hash: str) -> None:
        self._in_transaction(
            lambda: self._wrote(consensus_matches.refresh_matches(self._session, self._measure, project_hash))
        )

    @override
    def refresh_matches_by_new_rules(self, project_hash: str) -> bool:
        def refresh() -> bool:
            if not consensus_matches.has_new_rules(self._session, project_hash):
                return False
            self._wrote(consensus_matches.refresh_matches(self._session, self._measure, project_hash))
            return True

        return self._in_transaction(refresh)

    def _changing(self, project_hash: str, work: Callable[[ChangeLog], Answer]) -> Answer:
        """Does `work`, which changes labels or a listing, in one transaction that keeps what they were."""

        def logged() -> Answer:
            changes = ChangeLog(self._session, project_hash, is_kept=self.keeps_history)
            answer = work(changes)
            changes.end()
            return answer

        return self._in_transaction(logged)

    def _wrote(self, rows_by_table: Mapping[str, int]) -> None:
        """Called with rows that a transaction wrote in addition to those that its method counts; engines may use it."""

    @override
    def write_bundle(
        self,
        project_hash: str,
        tables: Mapping[str, pa.Table],
        states: pa.Table,
        failures: Iterable[tuple[str, str, str]],
        run_id: str,
    ) -> WrittenBundle:
        states = complete_states(states)
        failures = list(failures)
        try:
            return self._replaced(project_hash, tables, states, failures, run_id)
        except DataRefusedError:
            return self._write_one_by_one(project_hash, tables, states, failures, run_id)

    @override
    def write_label_row(
        self, project_hash: str, state: pa.Table, write_parts: Callable[[TakePart], pa.Table], run_id: str
    ) -> WrittenBundle:
        state = complete_states(state)
        label_hash = str(state["label_hash"][0])

        def replace(changes: ChangeLog) -> WrittenBundle:
            written = replace_label_row(
                self._session,
                self._replacement,
                project_hash,
                state,
                lambda take: complete_states(write_parts(take)),
                run_id,
                changes,
            )
            self._match_renewed(project_hash)
            return written

        try:
            return self._changing(project_hash, replace)
        except DataRefusedError as refusal:
            failure = refused_label_row(label_hash, refusal)
        except UnusablePartError as unusable:
            failure = Failure(label_hash, unusable.kind, unusable.message)
        self.record_failures(project_hash, [failure], run_id)
        return WrittenBundle({}, (failure,))

    def _replaced(
        self,
        project_hash: str,
        tables: Mapping[str, pa.Table],
        states: pa.Table,
        failures: list[tuple[str, str, str]],
        run_id: str,
    ) -> WrittenBundle:
        def replace(changes: ChangeLog) -> WrittenBundle:
            written = replace_label_rows(
                self._session, self._replacement, project_hash, tables, states, failures, run_id, changes
            )
            if pc.any(states["content_is_new"]).as_py():
                self._match_renewed(project_hash)
            return written

        return self._changing(project_hash, replace)

    def _match_renewed(self, project_hash: str) -> None:
        """Brings the matches of the data units in step whose label rows were just renewed (staged `accepted`)."""
        renewed = (
            "SELECT label_row.label_row_id FROM label_row"
            " JOIN accepted ON accepted.label_hash = label_row.label_hash WHERE accepted.content_is_new"
        )
        self._match_units_of(project_hash, renewed)

    def _match_units_of(self, project_hash: str, staged: str) -> None:
        """Brings the matches of the data units of some label rows in step, if the project has branches.

        Few projects have branches, and only a listing brings one. The warehouse is not asked in each transaction,
        because PostgreSQL reads all label rows to find that there is no branch.
        """
        if project_hash in self._unbranched:
            return
        if consensus_matches.has_branches(self._session, project_hash):
            self._wrote(consensus_matches.refresh_units_of(self._session, self._measure, project_hash, staged))
        else:
            self._unbranched.add(project_hash)

    def _write_one_by_one(
        self,
        project_hash: str,
        tables: Mapping[str, pa.Table],
        states: pa.Table,
        failures: list[tuple[str, str, str]],
        run_id: str,
    ) -> WrittenBundle:
        """Writes each label row in a transaction of its own, so that only the one that the engine refuses fails."""
        rows_by_table: dict[str, int] = {}
        refused: list[Failure] = []
        for position, label_hash in enumerate(states["label_hash"].to_pylist()):
            own = {name: rows_of_label_row(tables[name], label_hash) for name in LABEL_TABLES if name in tables}
            if "data_frame" in tables:
                own["data_frame"] = tables["data_frame"]
            try:
                written = self._replaced(project_hash, own, states.slice(position, 1), [], run_id)
            except DataRefusedError as refusal:
                refused.append(refused_label_row(label_hash, refusal))
                continue
            refused += written.failures
            for name, count in written.rows_by_table.items():
                rows_by_table[name] = rows_by_table.get(name, 0) + count
        self.record_failures(project_hash, [*failures, *refused], run_id)
        return WrittenBundle(rows_by_table, tuple(refused))

    @override
    def record_failures(
        self, project_hash: str, failures: Iterable[tuple[str, str, str]], run_id: str, *, of_listing: bool = False
    ) -> None:
        met = list(failures)

        def record() -> None:
            if of_listing:
                failure_records.heal_listing(self._session, project_hash, met)
            failure_records.record(self._session, project_hash, met, run_id)

        self._in_transaction(record)

    @override
    def tombstone(self, project_hash: str, label_row_ids: Iterable[str], at: datetime) -> int:
        gone = list(label_row_ids)

        def bury(changes: ChangeLog) -> int:
            buried = bury_label_rows(self._session, project_hash, gone, at, changes)
            self._match_units_of(project_hash, "SELECT label_row_id FROM gone")
            return buried

        return self._changing(project_hash, bury)

    @override
    def tombstone_project(self, project_hash: str, at: datetime) -> int:
        def bury(changes: ChangeLog) -> int:
            buried = bury_project(self._session, project_hash, at, changes)
            self._wrote(consensus_matches.refresh_matches(self._session, self._measure, project_hash))
            return buried

        return self._changing(project_hash, bury)

    @override
    def forget_history(self, project_hash: str, before: datetime) -> int:
        return self._in_transaction(lambda: prune_history(self._session, before, project_hash))

    @contextmanager
    def naming_moments(self) -> Iterator[Session]:
        """A transaction in which marks are made or removed; they are durable when the block ends."""
        with self._session.transaction():
            yield self._session

    @override
    def record_run(self, receipt: Mapping[str, Any]) -> None:
        self._in_transaction(lambda: upsert_receipt(self._session, METADATA.tables["sync_run"], receipt))

    @override
    def forget_run(self, run_id: str) -> None:
        delete = "DELETE FROM sync_run WHERE run_id = $run_id"
        self._in_transaction(lambda: self._session.execute(delete, run_id=run_id))

    @override
    def record_project(self, receipt: Mapping[str, Any]) -> None:
        self._in_transaction(lambda: upsert_receipt(self._session, METADATA.tables["sync_run_project"], receipt))
