"""The contract between the pipeline and the engines: whoever keeps it can be a warehouse.

What is atomic. Every writing method is one transaction: after it returns everything it says is durable, after it raises
nothing of it is there, and a reader (another connection, or the next process after a kill) sees the one or the other,
never half a label row. The object stays usable after a method has raised.

What may repeat. Every writing method may be called again with the same arguments, which leaves the same tables behind:
metadata and receipts are upserted by key, a label row's rows are replaced whole, a tombstone stays a tombstone. Only
`attempts` of a failure counts the runs that met it. So a run that was killed between two calls is simply run again.

What is never written. Rows that are already there as they arrive (an unchanged listing writes nothing), labels older
than both the ones stored and their entry in the listing, and label rows with doubled or missing keys.
"""

from collections.abc import Callable, Iterable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple, Protocol

import pyarrow as pa
import sqlalchemy as sa

from connector.load.contract.ontology_meaning import OntologyMeaning
from connector.load.tables import METADATA, arrow_schema, source_metadata

ARROW_SCHEMAS: dict[str, pa.Schema] = {name: arrow_schema(table) for name, table in METADATA.tables.items()}
"""The Arrow schema of each table's rows, by table name."""

FACT_COLUMNS = ("is_event_based", "object_count", "annotation_count", "classification_count", "warnings")
"""Columns of label_row that describe its rows: written with them, kept when the content had not changed."""

SYNC_COLUMNS = (
    "content_hash",
    "normaliser_version",
    "synced_last_edited_at",
    "synced_is_valid",
    "labels_last_edited_at",
    "is_settled",
    "synced_at",
)
"""Columns of label_row that `write_bundle` takes from its states, whether or not the content is new."""

STATE_COLUMNS = (*FACT_COLUMNS, *SYNC_COLUMNS, "stale_reason", "run_id")
"""All columns of label_row that say what was synced of it; NULL again after a tombstone or a new label_hash."""

_LABEL_ROW = ARROW_SCHEMAS[source_metadata.label_row.name]

STATES_SCHEMA = pa.schema(
    [
        pa.field("label_hash", pa.string(), nullable=False),
        pa.field("content_is_new", pa.bool_(), nullable=False),
        pa.field("force", pa.bool_(), nullable=False),
        *(_LABEL_ROW.field(name) for name in (*FACT_COLUMNS, *SYNC_COLUMNS)),
    ]
)
"""What `write_bundle` takes as states: one row a fetched label row. `force` may be missing (false), facts may be NULL
where `content_is_new` is false; `force` lets labels in that are older than the stored ones."""

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
"""What `state` answers: one row a label row of the project, tombstoned ones too."""


TakePart = Callable[[Mapping[str, pa.Table]], None]
"""Takes one part of a label row: rows of LABEL_TABLES and data_frame, by table."""


class Failure(NamedTuple):
    """A label row or listing entry set aside: its label_hash (or data unit and branch), an ErrorKind, what to do."""

    label_hash: str
    kind: str
    message: str


@dataclass(frozen=True, slots=True)
class WrittenBundle:
    """What `write_bundle` did.

    Attributes:
        rows_by_table: rows inserted, by table that labels fill; tables without rows are left out.
        failures: label rows of the bundle that the warehouse did not take (outdated, doubled or missing keys); they are
            recorded in sync_failure already, and count as failed, not as loaded.
    """

    rows_by_table: dict[str, int] = field(default_factory=dict)
    failures: tuple[Failure, ...] = ()


class TaskActionsRead(NamedTuple):
    """The last complete reading of a project's task actions; see table task_action_read for the columns."""

    listing_digest: str
    moved_at: datetime
    read_at: datetime
    read_through: datetime | None


class Warehouse(Protocol):
    """A warehouse, open and of this release's schema. Every method may raise ConnectorError(WAREHOUSE).

    Attributes:
        is_served: whether a server does the work, so that this process has time for other things meanwhile. Then the
            methods may be called in any thread, one at a time, but for `give_up`.
        has_lifted_limit: whether something needed more memory than this program lets the engine have, and got it.
        schema_version: the migration revision of the tables.
        migrated_from: the revision found on opening, if it was an older one; None if nothing was migrated or the tables
            are new.
    """

    is_served: bool
    has_lifted_limit: bool
    schema_version: str
    migrated_from: str | None

    def connection(self) -> AbstractContextManager[sa.Connection]:
        """A SQLAlchemy connection in a transaction of its own (for views); committed at the end of the block."""

    def state(self, project_hash: str, ids: tuple[str, str] | None = None) -> pa.Table:
        """What is stored of each label row of a project (STORED_SCHEMA).

        Args:
            project_hash: the project.
            ids: only label rows whose label_row_id is not before the first and before the second of these.
        """

    def ontology(self, project_hash: str) -> dict[str, pa.Table]:
        """The stored ontology: tables ontology_class, ontology_attribute and ontology_option of a project."""

    def project_hashes(self) -> list[str]:
        """Projects in the warehouse that are not tombstoned."""

    def upsert_metadata(
        self,
        project_hash: str,
        tables: Mapping[str, pa.Table],
        meaning: OntologyMeaning,
        parts: Iterable[Mapping[str, pa.Table]] = (),
    ) -> dict[str, int]:
        """Takes one whole listing in: project, stages, ontology, data units, label rows (listing columns only).

        Stages and parts of the ontology that are gone are deleted; what is listed again is no longer deleted; a label
        row whose label_hash changed loses the rows of the old one and its sync state. Label rows that hold instances of
        `meaning.stale_classes` (or all, or those with warnings) get the stale_reason 'ontology'.

        Args:
            project_hash: the project.
            tables: the rows, by table.
            meaning: of what was edited in the ontology.
            parts: more rows of data_unit and label_row, which need not be in memory together; a label row comes with
                its data unit or later. Gone through again if the transaction has to be repeated.

        Returns:
            Rows inserted, changed or deleted, by table; tables where nothing moved are left out.

        Raises:
            ConnectorError: SOURCE_CONTENT if one key arrives twice.
        """

    def consensus_stages_read(self, project_hash: str) -> dict[str, str]:
        """stage_uuid → listing_digest of each consensus stage of a project as of its last reading."""

    def keep_consensus_branches(
        self, project_hash: str, stage_uuid: str, listing_digest: str, branches: pa.Table, read_at: datetime
    ) -> None:
        """Keeps whose branch is whose, and that a stage's tasks were read.

        Branches already known are brought up to date (first_seen stays, and the annotator where none is named any
        more); what is no longer named stays for ever.

        Args:
            project_hash: the project.
            stage_uuid: the stage.
            listing_digest: hash of what the listing said of its label rows.
            branches: rows of consensus_task_branch.
            read_at: when the tasks were read.
        """

    def refresh_matches(self, project_hash: str) -> None:
        """Brings the matched objects of a project's consensus branches in step with its label rows and thresholds.

        Every method that changes label rows, stages or tasks does so by itself, for what it touched; a threshold that
        somebody edited is noticed by the next of them.
        """

    def refresh_matches_by_new_rules(self, project_hash: str) -> bool:
        """The same, if the rules or thresholds are not those that the project's matches were made by.

        Returns:
            Whether they were made again.
        """

    def task_actions_read(self, project_hash: str) -> TaskActionsRead | None:
        """The last complete reading of a project's task actions; None if there was none."""

    def keep_task_actions(self, project_hash: str, actions: pa.Table, reading: TaskActionsRead | None = None) -> int:
        """Adds task actions to those known, none of which ever goes. Returns how many were new.

        Args:
            project_hash: the project.
            actions: rows of task_action; those that are known already change nothing.
            reading: what to remember of the reading that these were the last of; None if more are to come.
        """

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
            tables: rows of LABEL_TABLES and data_frame. Rows whose label row is not in `states` as new are not written.
            states: one row a label row (STATES_SCHEMA): where content_is_new, all its rows are replaced; otherwise only
                its state is set. Both clear its stale_reason and heal its failure.
            failures: label rows that could not be fetched or normalised: their old rows stay.
            run_id: the run.
        """

    def write_label_row(
        self, project_hash: str, state: pa.Table, write_parts: Callable[[TakePart], pa.Table], run_id: str
    ) -> WrittenBundle:
        """Replaces the rows of one label row that come part after part, and sets its state, in one transaction.

        Args:
            project_hash: the project.
            state: what is known of its state before (one row of STATES_SCHEMA): label_hash, force and
                labels_last_edited_at matter.
            write_parts: hands the parts to the function that it is given, an instance not later than what refers to it,
                and answers with the state as it then is. May be called again, if the transaction has to be repeated;
                what it raises rolls everything back.
            run_id: the run.
        """

    def record_failures(
        self, project_hash: str, failures: Iterable[tuple[str, str, str]], run_id: str, *, of_listing: bool = False
    ) -> None:
        """Records failures (label_hash, kind, message); first_seen stays, attempts counts the runs.

        Args:
            project_hash: the project.
            failures: what failed.
            run_id: the run.
            of_listing: true for the entries that one whole listing rejected: failures of earlier listings that are not
                among them, and belong to no label row, have healed and are removed.
        """

    def tombstone(self, project_hash: str, label_row_ids: Iterable[str], at: datetime) -> int:
        """Marks label rows deleted that a finished listing no longer has, and removes their labels.

        Data units without a label row left are marked too. Returns how many label rows were not deleted before.
        """

    def tombstone_project(self, project_hash: str, at: datetime) -> int:
        """Marks a project and all that it holds deleted. Returns how many label rows were not deleted before."""

    def record_run(self, receipt: Mapping[str, Any]) -> None:
        """Upserts the row of sync_run with that run_id; columns not given stay as they are."""

    def forget_run(self, run_id: str) -> None:
        """Removes the row of sync_run of a run that recorded no project."""

    def record_project(self, receipt: Mapping[str, Any]) -> None:
        """Upserts the row of sync_run_project with that run_id and project_hash."""

    def give_up(self) -> None:
        """Has a server cancel the statement that another thread waits for, if any; it then raises ConnectorError."""

    def close(self) -> None:
        """Releases the warehouse. Closing twice is allowed."""
