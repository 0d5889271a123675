"""Keeps the streams of the work, and tells from the stored listing which of them are to be read again."""

from collections.abc import Collection, Mapping, Sequence

import pyarrow as pa
from typing_extensions import override

from connector.load.contract.statements import column_list, same_key, sql, upsert
from connector.load.contract.stream_store import MovedUnits, StreamRead
from connector.load.tables import METADATA, work
from connector.load.tables.declaration import arrow_schema
from connector.load.writing.stored_state import StoredState

_READ = arrow_schema(work.stream_read)
_LISTED = (
    "SELECT label_row_id, data_hash, last_edited_at, md5(concat_ws('/', {said})) AS token FROM label_row"
    " WHERE project_hash = $project_hash AND deleted_at IS NULL"
)
_DIGEST = "md5(coalesce(string_agg(token, '' ORDER BY label_row_id), ''))"
_MOVED = (
    "SELECT listed.data_hash, listed.listing_digest, count(*) OVER () FROM (SELECT data_hash,"
    " max(last_edited_at) AS newest, {digest} AS listing_digest FROM ({listed} AND label_hash IS NOT NULL) AS row_said"
    " GROUP BY data_hash) AS listed LEFT JOIN stream_read AS known ON known.project_hash = $project_hash"
    " AND known.stream = $stream AND known.data_hash = listed.data_hash"
    " WHERE known.listing_digest IS DISTINCT FROM listed.listing_digest"
    " ORDER BY listed.newest DESC, listed.data_hash LIMIT {most}"
)


class StreamWriting(StoredState):
    """What a `Warehouse` keeps of the streams, over a session; the contract says what each method promises."""

    @override
    def listing_digest(self, project_hash: str, columns: Sequence[str]) -> str:
        query = sql("SELECT {digest} FROM ({listed}) AS row_said", digest=_DIGEST, listed=_listed(columns))
        return self._in_transaction(lambda: str(self._session.rows(query, project_hash=project_hash)[0][0]))

    @override
    def moved_data_units(self, project_hash: str, stream: str, columns: Sequence[str], most: int) -> MovedUnits:
        query = sql(_MOVED, digest=_DIGEST, listed=_listed(columns), most=str(most))
        found = self._in_transaction(lambda: self._session.rows(query, project_hash=project_hash, stream=stream))
        return MovedUnits({row[0]: row[1] for row in found}, found[0][2] if found else 0)

    @override
    def stream_read(self, project_hash: str, stream: str) -> StreamRead | None:
        query = sql(
            "SELECT {columns} FROM stream_read"
            " WHERE project_hash = $project_hash AND stream = $stream AND data_hash = ''",
            columns=column_list(StreamRead._fields),
        )
        found = self._in_transaction(lambda: self._session.rows(query, project_hash=project_hash, stream=stream))
        return StreamRead(*found[0]) if found else None

    @override
    def keep_stream(
        self,
        project_hash: str,
        tables: Mapping[str, pa.Table],
        reads: Sequence[StreamRead] = (),
        complete: Collection[str] | None = (),
    ) -> int:
        def keep() -> int:
            changed = 0
            for name, rows in tables.items():
                if rows.num_rows or complete or complete is None:
                    changed += upsert(self._session, METADATA.tables[name], rows)
                    self._remove_others(project_hash, name, complete)
            if reads:
                noted = [{"project_hash": project_hash, **read._asdict()} for read in reads]
                upsert(self._session, work.stream_read, pa.Table.from_pylist(noted, schema=_READ))
            return changed

        return self._in_transaction(keep)

    def _remove_others(self, project_hash: str, name: str, complete: Collection[str] | None) -> None:
        """Removes the rows of a table, of complete data units or of the project, that did not just arrive."""
        if complete is not None and not complete:
            return
        of_units = ""
        if complete is not None:
            self._session.stage("complete_unit", pa.table({"data_hash": pa.array(complete, pa.string())}))
            of_units = " AND data_hash IN (SELECT data_hash FROM complete_unit)"
        staged = f"arriving_{name}"
        delete = (
            "DELETE FROM {name} WHERE project_hash = $project_hash{of_units}"
            " AND NOT EXISTS (SELECT 1 FROM {staged} WHERE {same_key})"
        )
        same = same_key(METADATA.tables[name], staged)
        self._session.execute(
            sql(delete, name=name, of_units=of_units, staged=staged, same_key=same), project_hash=project_hash
        )


def _listed(columns: Sequence[str]) -> str:
    """The label rows, each with a hash of what the listing says in some columns."""
    # In microseconds: what a time looks like as text depends on the engine and the session's time zone.
    moments = {"last_edited_at": "CAST(CAST(EXTRACT(EPOCH FROM last_edited_at) * 1000000 AS BIGINT) AS VARCHAR)"}
    said = ", ".join(f"coalesce({moments.get(name, name)}, '')" for name in ("label_row_id", *columns))
    return sql(_LISTED, said=said)
