"""What a warehouse holds, project by project: the last run, how fresh, how much, what failed. Only reads."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

import pyarrow as pa

from connector.load.contract.lake_location import LakeLocation
from connector.load.contract.postgres_location import PostgresLocation
from connector.load.contract.revisions import head_revision
from connector.load.contract.session import Session
from connector.load.contract.warehouse_url import DuckDBLocation, warehouse_location
from connector.load.questions.reading import open_for_reading
from connector.load.questions.shard_status import ShardStatus, read_shards, together
from connector.load.writing.sql_warehouse import SqlWarehouse

_PROJECTS = """
SELECT
    project.project_hash, project.title, project.deleted_at,
    last_run.run_id, last_run.started_at, last_run.ended_at, last_run.outcome, last_run.message,
    (SELECT max(ended_at) FROM sync_run_project
     WHERE sync_run_project.project_hash = project.project_hash AND outcome = 'succeeded'),
    held.newest_edit, coalesce(held.label_rows, 0), coalesce(held.synced, 0),
    coalesce(held.unopened, 0), coalesce(held.deleted, 0), coalesce(held.objects, 0),
    coalesce(held.annotations, 0), coalesce(held.classifications, 0),
    (SELECT count(*) FROM sync_failure WHERE sync_failure.project_hash = project.project_hash)
FROM (
    SELECT project_hash, title, deleted_at FROM project
    UNION ALL
    SELECT DISTINCT project_hash, NULL, CAST(NULL AS TIMESTAMP WITH TIME ZONE) FROM sync_run_project
    WHERE project_hash NOT IN (SELECT project_hash FROM project)
) AS project
LEFT JOIN (
    SELECT
        project_hash, run_id, started_at, ended_at, outcome, message,
        row_number() OVER (PARTITION BY project_hash ORDER BY started_at DESC, run_id DESC) AS age
    FROM sync_run_project
) AS last_run ON last_run.project_hash = project.project_hash AND last_run.age = 1
LEFT JOIN (
    SELECT
        project_hash,
        max(CASE WHEN deleted_at IS NULL THEN last_edited_at END) AS newest_edit,
        count(CASE WHEN deleted_at IS NULL THEN 1 END) AS label_rows,
        count(CASE WHEN deleted_at IS NULL AND content_hash IS NOT NULL THEN 1 END) AS synced,
        count(CASE WHEN deleted_at IS NULL AND label_hash IS NULL THEN 1 END) AS unopened,
        count(deleted_at) AS deleted,
        CAST(sum(object_count) AS BIGINT) AS objects,
        CAST(sum(annotation_count) AS BIGINT) AS annotations,
        CAST(sum(classification_count) AS BIGINT) AS classifications
    FROM label_row
    GROUP BY project_hash
) AS held ON held.project_hash = project.project_hash
ORDER BY project.title, project.project_hash
"""

_LAST_RUN = "SELECT run_id, started_at, outcome, message FROM sync_run ORDER BY started_at DESC, run_id DESC LIMIT 1"


@dataclass(frozen=True, slots=True)
class ProjectStatus:
    """One project of the warehouse.

    Attributes:
        deleted_at: when a sync found it gone.
        run_id: the last run on it; None if there was none. Its times, outcome and message follow; if workers share the
            project, outcome and message are those of all shards together.
        last_success: end of the last run that succeeded on it; of several shards the one whose success is oldest.
        newest_edit: the newest last_edited_at of its label rows in the listing, which says how fresh the labels are.
        label_rows: listed label rows, opened or not; `synced` and `unopened` count some of them.
        deleted: tombstoned label rows.
        objects, annotations, classifications: object instances, objects on frames, classification instances.
        failures: label rows and listing entries that have failed and not healed yet.
        shards: how each shard fared, if the last run was one of a shard.
    """

    project_hash: str
    title: str | None
    deleted_at: datetime | None
    run_id: str | None
    started_at: datetime | None
    ended_at: datetime | None
    outcome: str | None
    message: str | None
    last_success: datetime | None
    newest_edit: datetime | None
    label_rows: int
    synced: int
    unopened: int
    deleted: int
    objects: int
    annotations: int
    classifications: int
    failures: int
    shards: tuple[ShardStatus, ...] = ()

    def with_shards(self, shards: tuple[ShardStatus, ...]) -> "ProjectStatus":
        """The status of a project that workers share."""
        if not shards:
            return self
        outcome, message, last_success = together(shards)
        return replace(self, outcome=outcome, message=message, last_success=last_success, shards=shards)


@dataclass(frozen=True, slots=True)
class LastRun:
    """The last run on a warehouse, of any projects; its outcome is `died` if it never reached its end."""

    run_id: str
    started_at: datetime
    outcome: str
    message: str | None


@dataclass(frozen=True, slots=True)
class WarehouseStatus:
    """A warehouse: its schema's revision, its projects, its failures as (project_hash, label_hash, kind, message)."""

    schema_version: str
    projects: tuple[ProjectStatus, ...]
    failures: tuple[tuple[str, str, str, str], ...]
    last_run: LastRun | None

    @property
    def is_well(self) -> bool:
        """Whether the last run, and the last one of each project that is not deleted, succeeded or is still running."""
        outcomes = {project.outcome for project in self.projects if project.deleted_at is None}
        return outcomes | {self.last_run and self.last_run.outcome} <= {"succeeded", "running", None}


def read_status(url: str, schema: str | None = None) -> WarehouseStatus:
    """Reads the status of a warehouse without changing it.

    Raises:
        ConnectorError: as for `open_warehouse`; also WAREHOUSE if there is no such file, and SCHEMA if it holds no
            tables of this release.
    """
    with open_for_reading(url, schema, has_views=False) as session, session.transaction():
        found = [ProjectStatus(*row) for row in session.rows(_PROJECTS)]
        shards = read_shards(session)
        failures = session.rows(
            "SELECT project_hash, label_hash, kind, message FROM sync_failure ORDER BY project_hash, label_hash"
        )
        runs = [
            replace(run, outcome="died") if _has_died(run, session, warehouse_location(url, schema), found) else run
            for run in [LastRun(*row) for row in session.rows(_LAST_RUN)]
        ]
    of_label_rows = tuple((row[0], row[1], row[2], row[3]) for row in failures)
    projects = tuple(project.with_shards(shards.get(project.project_hash, ())) for project in found)
    return WarehouseStatus(head_revision(), projects, of_label_rows, next(iter(runs), None))


def _has_died(run: LastRun, session: Session, location: object, projects: Sequence[ProjectStatus]) -> bool:
    """Whether a run has ended without saying so."""
    if run.outcome != "running":
        return False
    if isinstance(location, PostgresLocation):
        from connector.load.on_postgres.locks import is_somebody_at_work as is_somebody_writing

        if is_somebody_writing(session, location, [project.project_hash for project in projects]):
            return False
        # It may have come to its end since it was read.
        return session.rows("SELECT outcome FROM sync_run WHERE run_id = $run_id", run_id=run.run_id) == [("running",)]
    if isinstance(location, LakeLocation):
        from connector.load.on_iceberg.lease import LEASE, is_somebody_at_work

        # A run without a lease may be waiting, for as long as somebody has one.
        return datetime.now(UTC) - run.started_at > LEASE and not is_somebody_at_work(location)
    # No run has a DuckDB file that can be opened.
    return isinstance(location, DuckDBLocation)


def read_state(url: str, schema: str | None, project_hash: str) -> pa.Table:
    """What `Warehouse.state` says about a project, read without changing anything. Raises what `read_status` raises."""
    with open_for_reading(url, schema, has_views=False) as session:
        return SqlWarehouse(session, head_revision(), None).state(project_hash)
