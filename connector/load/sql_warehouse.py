"""The warehouse contract kept with SQL: everything that DuckDB and PostgreSQL do alike."""

from collections.abc import Iterable, Mapping
from contextlib import AbstractContextManager
from datetime import datetime
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import sqlalchemy as sa

from connector.errors import ErrorKind
from connector.load import consensus_tasks, failure_records
from connector.load.bundle_write import complete_states, replace_label_rows
from connector.load.listing_upsert import upsert_listing
from connector.load.receipts import upsert_receipt
from connector.load.row_replacement import DeleteAndInsert, RowReplacement
from connector.load.session import DataRefusedError, Session
from connector.load.statements import column_list, key_columns, sql
from connector.load.tables import LABEL_TABLES, METADATA
from connector.load.tombstones import bury_label_rows, bury_project
from connector.load.warehouse import ARROW_SCHEMAS, STORED_SCHEMA, Failure, OntologyMeaning, WrittenBundle


class SqlWarehouse:
    """A `Warehouse` (see there for what each method promises) over a session; engines add how to open and close it."""

    def __init__(
        self,
        session: Session,
        schema_version: str,
        migrated_from: str | None,
        replacement: RowReplacement | None = None,
    ) -> None:
        self._session = session
        self._replacement = replacement or DeleteAndInsert(session)
        self.schema_version = schema_version
        self.migrated_from = migrated_from

    def connection(self) -> AbstractContextManager[sa.Connection]:
        """See `Warehouse.connection`."""
        return self._session.connection()

    def state(self, project_hash: str) -> pa.Table:
        """See `Warehouse.state`."""
        columns = [name for name in STORED_SCHEMA.names if name != "has_failed"]
        query = (
            "SELECT {columns}, EXISTS (SELECT 1 FROM sync_failure"
            " WHERE sync_failure.project_hash = label_row.project_hash"
            " AND sync_failure.label_hash = label_row.label_hash) AS has_failed"
            " FROM label_row WHERE project_hash = $project_hash"
        )
        with self._session.transaction():
            return self._session.table(
                sql(query, columns=column_list(columns, "label_row.")), STORED_SCHEMA, project_hash=project_hash
            )

    def ontology(self, project_hash: str) -> dict[str, pa.Table]:
        """See `Warehouse.ontology`."""
        stored = {}
        with self._session.transaction():
            for name in ("ontology_class", "ontology_attribute", "ontology_option"):
                query = "SELECT {columns} FROM {table} WHERE project_hash = $project_hash ORDER BY {keys}"
                stored[name] = self._session.table(
                    sql(
                        query,
                        table=name,
                        columns=column_list(ARROW_SCHEMAS[name].names),
                        keys=column_list(key_columns(METADATA.tables[name])),
                    ),
                    ARROW_SCHEMAS[name],
                    project_hash=project_hash,
                )
        return stored

    def project_hashes(self) -> list[str]:
        """See `Warehouse.project_hashes`."""
        query = "SELECT project_hash FROM project WHERE deleted_at IS NULL ORDER BY project_hash"
        with self._session.transaction():
            return [project_hash for (project_hash,) in self._session.rows(query)]

    def upsert_metadata(
        self, project_hash: str, tables: Mapping[str, pa.Table], meaning: OntologyMeaning
    ) -> dict[str, int]:
        """See `Warehouse.upsert_metadata`."""
        with self._session.transaction():
            return upsert_listing(self._session, project_hash, tables, meaning)

    def consensus_stages_read(self, project_hash: str) -> dict[str, str]:
        """See `Warehouse.consensus_stages_read`."""
        with self._session.transaction():
            return consensus_tasks.stages_read(self._session, project_hash)

    def keep_consensus_branches(
        self, project_hash: str, stage_uuid: str, listing_digest: str, branches: pa.Table, read_at: datetime
    ) -> None:
        """See `Warehouse.keep_consensus_branches`."""
        with self._session.transaction():
            consensus_tasks.keep_branches(self._session, project_hash, stage_uuid, listing_digest, branches, read_at)

    def write_bundle(
        self,
        project_hash: str,
        tables: Mapping[str, pa.Table],
        states: pa.Table,
        failures: Iterable[tuple[str, str, str]],
        run_id: str,
    ) -> WrittenBundle:
        """See `Warehouse.write_bundle`."""
        states = complete_states(states)
        failures = list(failures)
        try:
            with self._session.transaction():
                return self._replaced(project_hash, tables, states, failures, run_id)
        except DataRefusedError:
            return self._write_one_by_one(project_hash, tables, states, failures, run_id)

    def _replaced(
        self,
        project_hash: str,
        tables: Mapping[str, pa.Table],
        states: pa.Table,
        failures: list[tuple[str, str, str]],
        run_id: str,
    ) -> WrittenBundle:
        return replace_label_rows(self._session, self._replacement, project_hash, tables, states, failures, run_id)

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
            own = {name: _rows_of(tables[name], label_hash) for name in LABEL_TABLES if name in tables}
            if "data_frame" in tables:
                own["data_frame"] = tables["data_frame"]
            try:
                with self._session.transaction():
                    state = states.slice(position, 1)
                    written = self._replaced(project_hash, own, state, [], run_id)
            except DataRefusedError as refusal:
                message = (
                    f"Label row {label_hash} was refused by the warehouse ({refusal.reason}); it keeps its old rows."
                )
                refused.append(Failure(label_hash, ErrorKind.SOURCE_CONTENT, message))
                continue
            refused += written.failures
            for name, count in written.rows_by_table.items():
                rows_by_table[name] = rows_by_table.get(name, 0) + count
        self.record_failures(project_hash, [*failures, *refused], run_id)
        return WrittenBundle(rows_by_table, tuple(refused))

    def record_failures(
        self, project_hash: str, failures: Iterable[tuple[str, str, str]], run_id: str, *, of_listing: bool = False
    ) -> None:
        """See `Warehouse.record_failures`."""
        failures = list(failures)
        with self._session.transaction():
            if of_listing:
                failure_records.heal_listing(self._session, project_hash, failures)
            failure_records.record(self._session, project_hash, failures, run_id)

    def tombstone(self, project_hash: str, label_row_ids: Iterable[str], at: datetime) -> int:
        """See `Warehouse.tombstone`."""
        with self._session.transaction():
            return bury_label_rows(self._session, project_hash, list(label_row_ids), at)

    def tombstone_project(self, project_hash: str, at: datetime) -> int:
        """See `Warehouse.tombstone_project`."""
        with self._session.transaction():
            return bury_project(self._session, project_hash, at)

    def record_run(self, receipt: Mapping[str, Any]) -> None:
        """See `Warehouse.record_run`."""
        with self._session.transaction():
            upsert_receipt(self._session, METADATA.tables["sync_run"], receipt)

    def record_project(self, receipt: Mapping[str, Any]) -> None:
        """See `Warehouse.record_project`."""
        with self._session.transaction():
            upsert_receipt(self._session, METADATA.tables["sync_run_project"], receipt)


def _rows_of(rows: pa.Table, label_hash: str) -> pa.Table:
    return rows.filter(pc.equal(rows["label_hash"], label_hash))
