"""The contract between the pipeline and the engines: any class that keeps it can be a warehouse.

What is atomic. Every writing method is one transaction. After it returns, everything that it promises is durable; after
it raises, nothing of it is there. A reader (another connection, or the next process after a kill) sees the state before
or after, never half a label row. The object stays usable after a method has raised. In a lake, what was written about a
project is durable and seen at the end of `working_on`, or earlier.

What may repeat. Every writing method may be called again with the same arguments, and leaves the same tables behind:
metadata and receipts are upserted by key, rows of a label row are replaced. Only `attempts` counts the runs.

What is never written. Rows that are there already as they arrive (an unchanged listing writes nothing), labels older
than both the stored ones and their entry in the listing, and label rows with doubled or missing keys.
"""

from collections.abc import Callable, Iterable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple, Protocol

import pyarrow as pa
import sqlalchemy as sa

from connector.load.contract.ontology_meaning import OntologyMeaning
from connector.load.contract.row_upkeep import RowUpkeep
from connector.load.contract.stream_store import StreamStore
from connector.load.tables import METADATA, arrow_schema, source_metadata
from connector.load.tables.source_metadata import FACT_COLUMNS, SYNC_COLUMNS

ARROW_SCHEMAS: dict[str, pa.Schema] = {name: arrow_schema(table) for name, table in METADATA.tables.items()}
"""The Arrow schema of each table's rows, by table name."""

STATE_COLUMNS = (*FACT_COLUMNS, *SYNC_COLUMNS, "stale_reason", "run_id")
"""All columns of label_row that say what was synced; NULL again after a tombstone or a new label_hash."""

_LABEL_ROW = ARROW_SCHEMAS[source_metadata.label_row.name]

STATES_SCHEMA = pa.schema(
    [
        pa.field("label_hash", pa.string(), nullable=False),
        pa.field("content_is_new", pa.bool_(), nullable=False),
        pa.field("force", pa.bool_(), nullable=False),
        *(_LABEL_ROW.field(name) for name in (*FACT_COLUMNS, *SYNC_COLUMNS)),
    ]
)
"""What `write_bundle` takes as states: one row for each fetched label row. Facts may be NULL if `content_is_new` is
false. `force` accepts labels that are older than the stored ones; it may be missing, which means false."""

STORED_SCHEMA = pa.schema(
    [
        *(
            _LABEL_ROW.field(name)
            for name in (
                "label_row_id",
                "label_hash",
                "last_edited_at",
                "is_valid",
                "synced_last_edited_at",
                "synced_is_valid",
                "is_settled",
                "normaliser_version",
                "stale_reason",
                "content_hash",
                "labels_last_edited_at",
                "annotation_count",
                "deleted_at",
            )
        ),
        pa.field("has_failed", pa.bool_(), nullable=False),
    ]
)
"""What `state` returns: one row for each label row of the project, tombstoned ones too."""


TakePart = Callable[[Mapping[str, pa.Table]], None]
"""Takes one part of a label row: rows of LABEL_TABLES and data_frame, by table."""


class Failure(NamedTuple):
    """A label row or listing entry that was set aside: label_hash (or data unit and branch), ErrorKind and message."""

    label_hash: str
    kind: str
    message: str


@dataclass(frozen=True, slots=True)
class WrittenBundle:
    """What `write_bundle` did.

    Attributes:
        rows_by_table: rows inserted, by table that labels fill; tables without rows are left out.
        failures: label rows of the bundle that the warehouse did not accept (outdated, doubled or missing keys); they
            are recorded in sync_failure already, and count as failed, not as loaded.
    """

    rows_by_table: dict[str, int] = field(default_factory=dict)
    failures: tuple[Failure, ...] = ()


class Warehouse(StreamStore, RowUpkeep, Protocol):
    """An open warehouse with this release's schema. Every method may raise ConnectorError(WAREHOUSE).

    Attributes:
        installs_views: whether the views are kept in the warehouse itself, and not made by each reader.
        is_served: whether a server does the work; then methods, one at a time, may be called in any thread.
        has_lifted_limit: whether something needed more memory than this program allows the engine, and got it.
        schema_version: the migration revision of the tables.
        migrated_from: the revision found on opening, if it was an older one; None if nothing was migrated or the tables
            are new.
        keeps_history: whether what the methods replace is kept (`connector.load.history`); true until set otherwise.
    """

    installs_views: bool
    is_served: bool
    has_lifted_limit: bool
    schema_version: str
    migrated_from: str | None
    keeps_history: bool

    def connection(self) -> AbstractContextManager[sa.Connection]:
        """A SQLAlchemy connection in a transaction of its own (for views); committed at the end of the block."""

    def working_on(self, project_hash: str) -> AbstractContextManager[None]:
        """A block in which the methods are about one project; at its end all that they wrote is durable."""

    def state(self, project_hash: str, ids: tuple[str, str] | None = None) -> pa.Table:
        """What is stored for each label row of a project (STORED_SCHEMA).

        Args:
            project_hash: the project.
            ids: only label rows whose label_row_id is at least the first and less than the second of these.
        """

    def ontology(self, project_hash: str) -> dict[str, pa.Table]:
        """The stored ontology: tables ontology_class, ontology_attribute and ontology_option of a project."""

    def compared_ontologies(self, project_hash: str) -> list[dict[str, pa.Table]]:
        """The ontologies that label rows were last compared with: several if workers share the project."""

    def project_hashes(self) -> list[str]:
        """Projects in the warehouse that are not tombstoned."""

    def upsert_metadata(
        self,
        project_hash: str,
        tables: Mapping[str, pa.Table],
        meaning: OntologyMeaning,
        parts: Iterable[Mapping[str, pa.Table]] = (),
    ) -> dict[str, int]:
        """Stores one whole listing: project, stages, ontology, data units, label rows (listing columns only).

        Stages and parts of the ontology that are gone are deleted. What is listed again is no longer deleted. A label
        row whose label_hash changed loses the rows of the old one and its sync state. Label rows that hold instances of
        `meaning.stale_classes` (or all, or those with warnings) get the stale_reason 'ontology'.

        Args:
            project_hash: the project.
            tables: the rows, by table.
            meaning: what an edit of the ontology means for stored labels.
            parts: more rows of data_unit and label_row, which need not be in memory together; a label row comes with
                its data unit or later. They are read again if the transaction has to be repeated.

        Returns:
            Rows inserted, changed or deleted, by table; tables in which nothing changed are left out.

        Raises:
            ConnectorError: SOURCE_CONTENT if one key arrives twice.
        """

    def consensus_stages_read(self, project_hash: str) -> dict[str, str]:
        """stage_uuid → listing_digest of each consensus stage of a project, as of its last reading."""

    def keep_consensus_branches(
        self, project_hash: str, stage_uuid: str, listing_digest: str, branches: pa.Table, read_at: datetime
    ) -> None:
        """Keeps whose branch is whose, and that a stage's tasks were read. Known branches are brought up to date.

        What stays for ever: first_seen, branches no longer named, and the annotator if none is named any more.

        Args:
            project_hash: the project.
            stage_uuid: the stage.
            listing_digest: hash of what the listing said about its label rows.
            branches: rows of consensus_task_branch.
            read_at: when the tasks were read.
        """

    def refresh_matches(self, project_hash: str) -> None:
        """Brings the matched objects of a project's consensus branches in step with its label rows and thresholds.

        Every method that changes label rows, stages or tasks does this for what it changed; the next one of them also
        notices a threshold that somebody edited.
        """

    def refresh_matches_by_new_rules(self, project_hash: str) -> bool:
        """Does the same, and returns true, if the project's matches were made with other rules or thresholds."""

    def write_bundle(
        self,
        project_hash: str,
        tables: Mapping[str, pa.Table],
        states: pa.Table,
        failures: Iterable[tuple[str, str, str]],
        run_id: str,
    ) -> WrittenBundle:
        """Replaces the rows of label rows, sets their sync state, and records failures.

        Args:
            project_hash: the project.
            tables: rows of LABEL_TABLES and data_frame. Rows whose label row is not new in `states` are not written.
            states: one row for each label row (STATES_SCHEMA): if content_is_new, all its rows are replaced, otherwise
                only its state is set. Both clear its stale_reason and heal its failure.
            failures: label rows that could not be fetched or normalised; their old rows stay.
            run_id: the run.
        """

    def write_label_row(
        self, project_hash: str, state: pa.Table, write_parts: Callable[[TakePart], pa.Table], run_id: str
    ) -> WrittenBundle:
        """Replaces the rows of one label row, which come part after part, and sets its state, in one transaction.

        Args:
            project_hash: the project.
            state: what is known of its state beforehand (one row of STATES_SCHEMA): label_hash, force and
                labels_last_edited_at matter.
            write_parts: passes the parts to the function that it gets, an instance no later than what refers to it, and
                returns the final state. It may be called again, if the transaction has to be repeated; if it raises,
                everything is rolled back.
            run_id: the run.
        """

    def record_failures(
        self, project_hash: str, failures: Iterable[tuple[str, str, str]], run_id: str, *, of_listing: bool = False
    ) -> None:
        """Records failures (label_hash, kind, message); first_seen stays, and attempts counts the runs.

        Args:
            project_hash: the project.
            failures: what failed.
            run_id: the run.
            of_listing: true for the entries that one whole listing rejected. Failures of earlier listings that are not
                among them, and belong to no label row, have healed and are removed.
        """

    def tombstone(self, project_hash: str, label_row_ids: Iterable[str], at: datetime) -> int:
        """Marks as deleted label rows that a finished listing no longer has, and removes their labels.

        Data units without any label row left are marked too. Returns how many label rows were not deleted before.
        """

    def forget_history(self, project_hash: str, before: datetime) -> int:
        """Forgets what was replaced before a moment, but for what moments with a name need; returns how many rows."""

    def tombstone_project(self, project_hash: str, at: datetime) -> int:
        """Marks a project and everything in it as deleted. Returns how many label rows were not deleted before."""

    def record_run(self, receipt: Mapping[str, Any]) -> None:
        """Upserts the row of sync_run with that run_id; columns not given stay as they are."""

    def forget_run(self, run_id: str) -> None:
        """Removes the row of a run that recorded no project from sync_run."""

    def record_project(self, receipt: Mapping[str, Any]) -> None:
        """Upserts the row of sync_run_project with that run_id and project_hash."""

    def give_up(self) -> None:
        """Has a server cancel the statement that another thread waits for, if any; it then raises ConnectorError."""

    def close(self) -> None:
        """Releases the warehouse. Closing twice is allowed."""
