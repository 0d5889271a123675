"""What a warehouse holds, in pieces that can be compared with its source. Only reads.

Label hashes are passed as one text parameter. Nothing is staged, because a session that is opened for reading may
create nothing, not even a temporary table.
"""

from collections.abc import Collection
from typing import NamedTuple

import pyarrow as pa

from connector.load.contract.revisions import head_revision
from connector.load.contract.session import Session
from connector.load.contract.statements import column_list, sql
from connector.load.contract.warehouse import ARROW_SCHEMAS
from connector.load.tables import LABEL_TABLES
from connector.load.writing.frame_numbers import LARGEST_FRAME_COUNT
from connector.load.writing.sql_warehouse import SqlWarehouse

LISTING_TABLES = (
    "project",
    "workflow_stage",
    "ontology_class",
    "ontology_attribute",
    "ontology_option",
    "data_unit",
    "label_row",
)
"""Tables that the project, its ontology and its listing fill."""

_AMONG = "IN (SELECT unnest(string_to_array($hashes, chr(10))))"
"""Among the hashes of a text with one on each line; both engines understand it."""


class Orphans(NamedTuple):
    """Rows of a table that belong to nothing: `owner` is a label hash, or a data hash for data_frame."""

    table: str
    owner: str
    rows: int


class FrameNumberFault(NamedTuple):
    """A number that table frame_number lacks (`copies` is 0), holds several times, or should not hold (negative)."""

    frame: int
    copies: int


class HeldRows:
    """The rows of one warehouse, over a session; each method reads in one transaction."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def project_hashes(self) -> list[str]:
        """Projects that are not tombstoned."""
        return SqlWarehouse(self._session, head_revision(), None).project_hashes()

    def state(self, project_hash: str) -> pa.Table:
        """What was synced for each label row (STORED_SCHEMA)."""
        return SqlWarehouse(self._session, head_revision(), None).state(project_hash)

    def of_listing(self, project_hash: str) -> dict[str, pa.Table]:
        """All rows of LISTING_TABLES of one project, tombstoned ones too."""
        with self._session.transaction():
            return {
                name: self._rows(name, "project_hash = $project_hash", project_hash=project_hash)
                for name in LISTING_TABLES
            }

    def of_label_rows(self, label_hashes: Collection[str]) -> dict[str, pa.Table]:
        """The rows of some label rows in LABEL_TABLES, and in label_row without tombstones."""
        hashes = "\n".join(label_hashes)
        with self._session.transaction():
            found = {name: self._rows(name, f"label_hash {_AMONG}", hashes=hashes) for name in LABEL_TABLES}
            found["label_row"] = self._rows("label_row", f"label_hash {_AMONG} AND deleted_at IS NULL", hashes=hashes)
        return found

    def data_frames(self, project_hash: str, data_hashes: Collection[str]) -> pa.Table:
        """The rows of some data units in data_frame."""
        where = f"project_hash = $project_hash AND data_hash {_AMONG}"
        with self._session.transaction():
            return self._rows("data_frame", where, project_hash=project_hash, hashes="\n".join(data_hashes))

    def orphans(self, limit: int) -> list[Orphans]:
        """Rows of labels, and facts of frames, without a synced label row; at most `limit` owners for each table."""
        of_labels = (
            "SELECT label_hash, count(*) FROM {table} WHERE NOT EXISTS (SELECT 1 FROM label_row"
            " WHERE label_row.label_hash = {table}.label_hash AND label_row.content_hash IS NOT NULL"
            " AND label_row.deleted_at IS NULL) GROUP BY label_hash ORDER BY label_hash LIMIT $limit"
        )
        of_frames = (
            "SELECT data_hash, count(*) FROM data_frame WHERE NOT EXISTS (SELECT 1 FROM label_row"
            " WHERE label_row.project_hash = data_frame.project_hash AND label_row.data_hash = data_frame.data_hash"
            " AND label_row.content_hash IS NOT NULL AND label_row.deleted_at IS NULL)"
            " GROUP BY data_hash ORDER BY data_hash LIMIT $limit"
        )
        queries = {name: sql(of_labels, table=name) for name in LABEL_TABLES} | {"data_frame": of_frames}
        with self._session.transaction():
            return [
                Orphans(name, str(owner), int(rows))
                for name, query in queries.items()
                for owner, rows in self._session.rows(query, limit=limit)
            ]

    def frame_number_faults(self, needed: int, limit: int) -> list[FrameNumberFault]:
        """The first numbers that are not there exactly once, below `needed` and below the largest one in the table.

        Args:
            needed: how many frames the labels and data units have; limited in the same way as when the table is filled.
            limit: how many faults to return.
        """
        with self._session.transaction():
            [(count, different, smallest, largest)] = self._session.rows(
                "SELECT count(*), count(DISTINCT frame), coalesce(min(frame), 0), coalesce(max(frame), -1)"
                " FROM frame_number"
            )
            end = max(min(needed, LARGEST_FRAME_COUNT), largest + 1)
            if (count, different, smallest) == (end, end, 0):
                return []
            missing = self._session.rows(
                "SELECT wanted.frame FROM generate_series(CAST(0 AS BIGINT), CAST($last AS BIGINT)) AS wanted (frame)"
                " WHERE NOT EXISTS (SELECT 1 FROM frame_number WHERE frame_number.frame = wanted.frame)"
                " ORDER BY wanted.frame LIMIT $limit",
                last=end - 1,
                limit=limit,
            )
            doubled = self._session.rows(
                "SELECT frame, count(*) FROM frame_number GROUP BY frame HAVING count(*) > 1 OR frame < 0"
                " ORDER BY frame LIMIT $limit",
                limit=limit,
            )
        return [FrameNumberFault(int(frame), 0) for (frame,) in missing] + [
            FrameNumberFault(int(frame), int(copies)) for frame, copies in doubled
        ]

    def _rows(self, table: str, where: str, **parameters: str) -> pa.Table:
        query = sql(
            "SELECT {columns} FROM {table} WHERE {where}",
            columns=column_list(ARROW_SCHEMAS[table].names),
            table=table,
            where=where,
        )
        return self._session.table(query, ARROW_SCHEMAS[table], **parameters)
