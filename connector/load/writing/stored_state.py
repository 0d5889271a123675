"""What the warehouse answers: its state, the stored ontology, and what was read of tasks."""

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from typing import TypeVar

import pyarrow as pa
import sqlalchemy as sa
from typing_extensions import override

from connector.load.contract.pseudonyms import Pseudonyms
from connector.load.contract.session import Session
from connector.load.contract.statements import column_list, key_columns, sql
from connector.load.contract.warehouse import ARROW_SCHEMAS, STORED_SCHEMA, Warehouse
from connector.load.tables import METADATA
from connector.load.writing import branch_upsert

Answer = TypeVar("Answer")


class StoredState(Warehouse):
    """The reading half of a `Warehouse`, over a session; the contract says what each method promises."""

    def __init__(self, session: Session) -> None:
        self._session = session

    @property
    def session(self) -> Session:
        """The session that all of it goes over."""
        return self._session

    @property
    def pseudonyms(self) -> Pseudonyms:
        """What stands in place of people's addresses in all rows that are written."""
        return self._session.pseudonyms

    @pseudonyms.setter
    def pseudonyms(self, pseudonyms: Pseudonyms) -> None:
        self._session.pseudonyms = pseudonyms

    def _in_transaction(self, work: Callable[[], Answer]) -> Answer:
        """Does `work` in one transaction of the session and returns its answer; an engine may repeat it if it fails."""
        with self._session.transaction():
            return work()

    @override
    def connection(self) -> AbstractContextManager[sa.Connection]:
        return self._session.connection()

    @override
    def working_on(self, project_hash: str) -> AbstractContextManager[None]:
        """Nothing to do at the end: each method has made durable what it wrote."""
        return nullcontext()

    @override
    def give_up(self) -> None:
        """Does nothing: there is no server."""

    @override
    def close(self) -> None:
        """Does nothing: whoever opened the session closes it. An engine that opened its own closes that."""

    @override
    def state(self, project_hash: str, ids: tuple[str, str] | None = None) -> pa.Table:
        columns = [name for name in STORED_SCHEMA.names if name != "has_failed"]
        query = (
            "SELECT {columns}, EXISTS (SELECT 1 FROM sync_failure"
            " WHERE sync_failure.project_hash = label_row.project_hash"
            " AND sync_failure.label_hash = label_row.label_hash) AS has_failed"
            " FROM label_row WHERE project_hash = $project_hash"
        )
        parameters = {"project_hash": project_hash}
        if ids is not None:
            query += " AND label_row_id >= $first AND label_row_id < $end"
            parameters["first"], parameters["end"] = ids
        statement = sql(query, columns=column_list(columns, "label_row."))
        return self._in_transaction(lambda: self._session.table(statement, STORED_SCHEMA, **parameters))

    @override
    def ontology(self, project_hash: str) -> dict[str, pa.Table]:
        query = "SELECT {columns} FROM {table} WHERE project_hash = $project_hash ORDER BY {keys}"
        statements = {
            name: sql(
                query,
                table=name,
                columns=column_list(ARROW_SCHEMAS[name].names),
                keys=column_list(key_columns(METADATA.tables[name])),
            )
            for name in ("ontology_class", "ontology_attribute", "ontology_option")
        }
        return self._in_transaction(
            lambda: {
                name: self._session.table(statement, ARROW_SCHEMAS[name], project_hash=project_hash)
                for name, statement in statements.items()
            }
        )

    @override
    def compared_ontologies(self, project_hash: str) -> list[dict[str, pa.Table]]:
        return [self.ontology(project_hash)]

    @override
    def project_hashes(self) -> list[str]:
        query = "SELECT project_hash FROM project WHERE deleted_at IS NULL ORDER BY project_hash"
        return self._in_transaction(lambda: [project_hash for (project_hash,) in self._session.rows(query)])

    @override
    def consensus_stages_read(self, project_hash: str) -> dict[str, str]:
        return self._in_transaction(lambda: branch_upsert.stages_read(self._session, project_hash))
