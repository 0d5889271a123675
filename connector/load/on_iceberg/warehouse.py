"""The warehouse as a lake: a working copy in DuckDB, whose changes are committed to Iceberg tables."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from typing import Any

import pyarrow as pa
import sqlalchemy as sa
from pyiceberg.expressions import LessThan, Reference
from pyiceberg.expressions.literals import literal
from typing_extensions import override

from connector.errors import ConnectorError
from connector.load.contract.lake_location import LakeLocation
from connector.load.contract.ontology_meaning import OntologyMeaning
from connector.load.contract.session import Session
from connector.load.contract.share import WHOLE, Share
from connector.load.contract.warehouse import TakePart, WrittenBundle
from connector.load.matching.pair_overlaps import OverlapMeasure
from connector.load.on_duckdb.warehouse import DuckDBWarehouse
from connector.load.on_iceberg.commit import commit_project
from connector.load.on_iceberg.kept_past import RenewedLabels
from connector.load.on_iceberg.lake_tables import Lake, among, arrow_schema, equal, new_commit_id
from connector.load.on_iceberg.layout import RECEIPTS
from connector.load.on_iceberg.lease import Lease
from connector.load.on_iceberg.opening import open_lake
from connector.load.on_iceberg.reading_session import reading_session
from connector.load.on_iceberg.upkeep import bring_old_logs, pseudonymise_files, replace_old_logs, take_out_old_logs
from connector.load.on_iceberg.working_copy import WorkingCopy
from connector.load.writing.ontology_text import ontology_of, text_of

ROWS_A_COMMIT = 2_000_000
"""Rows of labels that are committed together, about. Each commit adds a file to most tables, and costs a second."""


class LakeWarehouse(DuckDBWarehouse):
    """A `Warehouse` of Iceberg tables.

    What its methods have written is durable when `working_on` ends, or earlier when there is much of it. A process that
    is killed before loses no more than what it had not committed, and the next run fetches that again.

    Attributes:
        lake: the tables.
        copy: the working copy, which is the session of everything that the other engines do in SQL.
    """

    installs_views = False

    def __init__(
        self, lake: Lake, copy: WorkingCopy, migrated_from: str | None, measure: OverlapMeasure | None = None
    ) -> None:
        super().__init__(copy, migrated_from, measure)
        self.lake = lake
        self.copy = copy
        self._replacement = RenewedLabels(copy)
        self._project_hash: str | None = None
        self._share = WHOLE
        self._lease: Lease | None = None

    @classmethod
    def open_lake(
        cls, location: LakeLocation, *, migrate: bool = False, measure: OverlapMeasure | None = None
    ) -> "LakeWarehouse":
        """Opens a lake, makes its tables if it is new, and an empty working copy.

        Raises:
            ConnectorError: CONFIGURATION, WAREHOUSE or SCHEMA, as `opening.open_lake`.
        """
        lake, migrated_from = open_lake(location, migrate=migrate)
        copy = WorkingCopy(lake, location.settings)
        try:
            copy.take_in_projects()
        except BaseException:
            copy.close()
            raise
        return cls(lake, copy, migrated_from, measure)

    @override
    @contextmanager
    def working_on(self, project_hash: str, lease: Lease | None = None, share: Share = WHOLE) -> Iterator[None]:
        """A block in which all methods are about one project, or a share of it; its end commits what they wrote.

        Args:
            project_hash: the project.
            lease: what gives the right to write it.
            share: the label rows that the methods know of it.

        Raises:
            ConnectorError: WAREHOUSE or LOCKED, as `commit_project`; then nothing more of the project is written.
        """
        self._commit()
        outer = self._project_hash, self._lease, self._share
        self.copy.take_in(project_hash, share)
        self._project_hash, self._lease, self._share = project_hash, lease, share
        try:
            yield
        except Exception:
            # What is complete is worth keeping, but not at the price of hiding what went wrong.
            self._commit()
            raise
        else:
            self._commit()
        finally:
            self._project_hash, self._lease, self._share = outer

    def _commit(self) -> None:
        if self._project_hash is None:
            return
        project_hash, self._project_hash = self._project_hash, None
        try:
            check_lease = self._lease.check if self._lease is not None else lambda: None
            commit_project(self.copy, project_hash, check_lease, self._share)
        except BaseException as error:
            with self.copy.transaction():
                self.copy.drop_labels()
            if not isinstance(error, ConnectorError):
                raise
            # The receipt counts it as loaded; its message must say that it is not there.
            lost = "What the run read of this project since its last commit may not be in the lake; the next run sees."
            raise ConnectorError(error.kind, f"{error.message} {lost}", remedy=error.remedy) from error
        self._project_hash = project_hash

    def _wrote_labels(self, written: WrittenBundle) -> WrittenBundle:
        if self._lease is not None:
            self._lease.renew()
        with self.copy.transaction():
            rows = self.copy.label_rows_held()
        if rows >= ROWS_A_COMMIT:
            self._commit()
        return written

    @override
    def compared_ontologies(self, project_hash: str) -> list[dict[str, pa.Table]]:
        with self.copy.transaction():
            query = "SELECT ontology FROM compared_ontology WHERE project_hash = $project_hash"
            texts = [str(text) for (text,) in self.copy.rows(query, project_hash=project_hash)]
        return [ontology_of(text) for text in texts] or super().compared_ontologies(project_hash)

    @override
    def upsert_metadata(
        self,
        project_hash: str,
        tables: Mapping[str, pa.Table],
        meaning: OntologyMeaning,
        parts: Iterable[Mapping[str, pa.Table]] = (),
    ) -> dict[str, int]:
        changed = super().upsert_metadata(project_hash, tables, meaning, parts)
        row = {"project_hash": project_hash, "ontology": text_of(self.ontology(project_hash))}
        with self.copy.transaction():
            self.copy.execute("DELETE FROM compared_ontology WHERE project_hash = $project_hash", **row)
            self.copy.execute("INSERT INTO compared_ontology VALUES ($project_hash, $ontology)", **row)
        return changed

    @override
    def write_bundle(
        self,
        project_hash: str,
        tables: Mapping[str, pa.Table],
        states: pa.Table,
        failures: Iterable[tuple[str, str, str]],
        run_id: str,
    ) -> WrittenBundle:
        return self._wrote_labels(super().write_bundle(project_hash, tables, states, failures, run_id))

    @override
    def write_label_row(
        self, project_hash: str, state: pa.Table, write_parts: Callable[[TakePart], pa.Table], run_id: str
    ) -> WrittenBundle:
        return self._wrote_labels(super().write_label_row(project_hash, state, write_parts, run_id))

    @override
    def pseudonymise(self, project_hash: str) -> int:
        """Does so in the files first: a project whose files are not all rewritten counts as one with addresses."""
        in_files = pseudonymise_files(self.copy, project_hash)
        return in_files + super().pseudonymise(project_hash)

    @override
    def forget_history(self, project_hash: str, before: datetime) -> int:
        with self._old_logs(project_hash, before):
            return super().forget_history(project_hash, before)

    @override
    def prune_project(self, project_hash: str, before: datetime) -> dict[str, int]:
        with self._old_logs(project_hash, before):
            return super().prune_project(project_hash, before)

    @contextmanager
    def _old_logs(self, project_hash: str, before: datetime) -> Iterator[None]:
        """A block that has what a project's rows were up to a moment in the working copy, and may delete some of it."""
        self._commit()
        # A run may take hours, and anybody may name a moment meanwhile.
        with self.copy.transaction():
            self.copy.take_in_marks()
        counts = bring_old_logs(self.copy, project_hash, before)
        try:
            yield
        finally:
            stay = take_out_old_logs(self.copy, project_hash, counts)
        # From when on the past is known is said before it goes.
        self._commit()
        replace_old_logs(self.lake, project_hash, before, stay)

    @override
    @contextmanager
    def naming_moments(self) -> Iterator[Session]:
        with self.copy.transaction():
            self.copy.take_in_moments()
            self.copy.execute("CREATE OR REPLACE TEMP TABLE known_mark AS SELECT * FROM mark")
            yield self.copy
            made = self.copy.table("SELECT * FROM mark EXCEPT SELECT * FROM known_mark", arrow_schema("mark"))
            gone = self.copy.rows("SELECT name FROM known_mark EXCEPT SELECT name FROM mark")
        self.lake.add("mark", made)
        if gone:
            self.lake.replace("mark", made.slice(0, 0), among("name", {str(name) for (name,) in gone}))
        self.lake.note_commit(new_commit_id())

    @override
    def prune_runs(self, before: datetime) -> dict[str, int]:
        """Does so in the working copy, which otherwise has only its own receipts; what stays replaces the old ones."""
        is_old = LessThan(Reference("started_at"), literal(before))  # type: ignore[call-arg,arg-type]
        with self.copy.transaction():
            for name in RECEIPTS:
                self.copy.execute(f"DELETE FROM {name}")
                self.copy.copy(name, self.lake.rows(self.lake.table(name, fresh=True)))
        pruned = super().prune_runs(before)
        for name in (each for each in RECEIPTS if pruned[each]):
            with self.copy.transaction():
                query = f"SELECT * FROM {name} WHERE started_at < $before"
                stays = self.copy.table(query, arrow_schema(name), before=before)
            self.lake.replace(name, stays, is_old)
        return pruned

    @override
    def record_run(self, receipt: Mapping[str, Any]) -> None:
        super().record_run(receipt)
        self._write_receipt("sync_run", {"run_id": receipt["run_id"]})

    @override
    def forget_run(self, run_id: str) -> None:
        super().forget_run(run_id)
        self._write_receipt("sync_run", {"run_id": run_id})

    @override
    def record_project(self, receipt: Mapping[str, Any]) -> None:
        super().record_project(receipt)
        key = {name: receipt[name] for name in ("run_id", "project_hash")}
        self._write_receipt("sync_run_project", key)

    def _write_receipt(self, name: str, key: Mapping[str, str]) -> None:
        """Replaces a receipt in the lake by that of the working copy, which may have none."""
        condition = " AND ".join(f"{column} = ${column}" for column in key)
        with self.copy.transaction():
            rows = self.copy.table(f"SELECT * FROM {name} WHERE {condition}", arrow_schema(name), **key)
        self.lake.replace(name, rows, equal(**key))

    @override
    @contextmanager
    def connection(self) -> Iterator[sa.Connection]:
        """A connection to the tables as readers see them, after committing what was written; it changes nothing."""
        self._commit()
        with reading_session(self.lake, has_views=False) as session, session.connection() as connection:
            yield connection
