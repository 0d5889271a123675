"""The warehouse in a PostgreSQL schema: it opens, repeats transactions that met a passing failure, and analyses."""

import logging
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import pyarrow as pa
import sqlalchemy as sa
from tenacity import (
    RetryCallState,
    Retrying,
    retry_if_exception_type,
    stop_after_attempt,
    wait_exponential,
    wait_random,
)
from typing_extensions import override

from connector.errors import ConnectorError, ErrorKind
from connector.load.contract.ontology_meaning import OntologyMeaning
from connector.load.contract.postgres_location import PostgresLocation
from connector.load.contract.revisions import ensure_head, head_revision
from connector.load.contract.warehouse import TakePart, WrittenBundle
from connector.load.matching.pair_overlaps import OverlapMeasure
from connector.load.on_postgres.refusals import PassingFailureError
from connector.load.on_postgres.replacement import ChangeInPlace
from connector.load.on_postgres.session import PostgresSession
from connector.load.on_postgres.statistics import ChangedRows
from connector.load.on_postgres.writing_lock import WritingLock
from connector.load.tables.declaration import internal_schema
from connector.load.writing.sql_warehouse import SqlWarehouse
from connector.load.writing.stored_state import Answer

_ATTEMPTS = 8
_LOG = logging.getLogger(__name__)


class PostgresWarehouse(SqlWarehouse):
    """A `Warehouse` in one schema of a PostgreSQL database, over one connection.

    A transaction that met a deadlock, or whose connection was cut, is run again up to 7 times within about half a
    minute, long enough for a restart of the server: every method may be repeated (see `Warehouse`).
    """

    is_served = True

    def __init__(
        self, session: PostgresSession, migrated_from: str | None, measure: OverlapMeasure | None = None
    ) -> None:
        super().__init__(session, head_revision(), migrated_from, ChangeInPlace(session), measure)
        self._server = session
        self._changed = ChangedRows()

    @classmethod
    def open(
        cls, location: PostgresLocation, *, migrate: bool = False, measure: OverlapMeasure | None = None
    ) -> "PostgresWarehouse":
        """Connects, creates the schema if it is missing, and sees that its tables are of this release.

        Raises:
            ConnectorError: WAREHOUSE or CONFIGURATION if there is no connection (`connecting.connect`) or the
                schema is missing and this user may not create it; SCHEMA if the tables are of another release.
        """
        session = PostgresSession(location)
        try:
            _create_schemas(session, location)
            with session.connection() as connection:
                connection.execute(sa.text(_ONE_AT_A_TIME.replace("$", ":")), {"schema": location.schema})
                migrated_from = ensure_head(connection, migrate=migrate)
        except BaseException:
            session.close()
            raise
        return cls(session, migrated_from, measure)

    @contextmanager
    def holding(self, lock: WritingLock) -> Iterator[None]:
        """Holds a lock on the connection that writes until the end of the block; see `PostgresSession.holding`.

        Raises:
            ConnectorError: LOCKED, if another session holds it; later from every method that writes, if the connection
                was lost and another session has it by then.
        """
        with self._server.holding(lock):
            self._in_transaction(lambda: None)
            yield

    @override
    def _in_transaction(self, work: Callable[[], Answer]) -> Answer:
        """Tries again while the work fails for reasons that pass."""
        attempts = Retrying(
            retry=retry_if_exception_type(PassingFailureError),
            stop=stop_after_attempt(_ATTEMPTS),
            wait=wait_exponential(multiplier=0.25, max=15) + wait_random(0, 0.25),
            before_sleep=_tell,
            reraise=True,
        )
        return attempts(lambda: super(PostgresWarehouse, self)._in_transaction(work))

    @override
    def upsert_metadata(
        self,
        project_hash: str,
        tables: Mapping[str, pa.Table],
        meaning: OntologyMeaning,
        parts: Iterable[Mapping[str, pa.Table]] = (),
    ) -> dict[str, int]:
        changed = super().upsert_metadata(project_hash, tables, meaning, parts)
        self._changed.add(changed)
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
        """Counts in rows_by_table the rows that were new or differed."""
        written = super().write_bundle(project_hash, tables, states, failures, run_id)
        self._changed.add({**written.rows_by_table, "label_row": states.num_rows})
        return written

    @override
    def write_label_row(
        self, project_hash: str, state: pa.Table, write_parts: Callable[[TakePart], pa.Table], run_id: str
    ) -> WrittenBundle:
        """Counts in rows_by_table the rows that were new or differed."""
        written = super().write_label_row(project_hash, state, write_parts, run_id)
        self._changed.add({**written.rows_by_table, "label_row": 1})
        return written

    @override
    def _wrote(self, rows_by_table: Mapping[str, int]) -> None:
        self._changed.add(rows_by_table)

    @override
    def give_up(self) -> None:
        self._server.cancel()

    @override
    def record_project(self, receipt: Mapping[str, Any]) -> None:
        """Renews afterwards the statistics of the tables that changed enough."""
        super().record_project(receipt)
        self._changed.analyse(self._server)

    @override
    def close(self) -> None:
        self._server.close()


def _tell(attempt: RetryCallState) -> None:
    failure = attempt.outcome.exception() if attempt.outcome else None
    _LOG.info("Attempt %d at a transaction failed and is repeated: %s", attempt.attempt_number, failure)


_ONE_AT_A_TIME = "SELECT pg_advisory_xact_lock(hashtext('encord-sync tables'), hashtext($schema))"
"""If two first syncs into one schema start at once, the second one waits until the first has made the schema."""

_IS_THERE = "SELECT 1 FROM pg_namespace WHERE nspname = $schema"


def _create_schemas(session: PostgresSession, location: PostgresLocation) -> None:
    """Creates the missing schemas. Looks first, because a writer with fewer rights may not even ask to create one."""
    for schema in (location.schema, internal_schema(location.schema)):
        with session.transaction():
            if session.rows(_IS_THERE, schema=schema):
                continue
            session.rows(_ONE_AT_A_TIME, schema=schema)
            if not session.rows(_IS_THERE, schema=schema):
                _create_schema(session, schema, location.shown)


def _create_schema(session: PostgresSession, schema: str, shown: str) -> None:
    [(may_create, user)] = session.rows("SELECT has_database_privilege(current_database(), 'CREATE'), current_user")
    if not may_create:
        raise ConnectorError(
            ErrorKind.WAREHOUSE,
            f"There is no schema {schema} in {shown}, and user {user} may not create it.",
            remedy=f"As the database's owner run CREATE SCHEMA {schema} AUTHORIZATION {user}; see docs/postgres.md.",
        )
    session.execute(f'CREATE SCHEMA "{schema}"')
