"""Shows a session some data units of a project alone, so that the consensus views answer in time.

Each of these views repeats the ones below it, and a condition on the topmost does not keep it from reading all units.
"""

from collections.abc import Iterable, Sequence

import pyarrow as pa

from connector.load.contract.placement import in_words, with_schemas, without_schema
from connector.load.contract.session import Session
from connector.load.contract.statements import sql
from connector.load.tables import METADATA
from connector.sql_files import ViewFile, view_files

MOST_OBJECTS = 150_000
"""Objects on frames, of all branches, that are compared in one go: DuckDB needs 400 MB for them."""

_CONSENSUS_UNITS = """
SELECT data_hash, n_units
FROM (
    SELECT
        data_hash,
        COUNT(*) OVER () AS n_units,
        ROW_NUMBER() OVER newest AS place,
        SUM(n_objects) OVER newest - n_objects AS n_objects_before
    FROM (
        SELECT b.data_hash, MAX(b.last_edited_at) AS edited_at, COALESCE(SUM(r.annotation_count), 0) AS n_objects
        FROM consensus_branch AS b
        JOIN label_row AS r ON r.label_row_id = b.label_row_id
        WHERE b.project_hash = $project
        GROUP BY b.data_hash
    ) AS unit
    WINDOW newest AS (ORDER BY edited_at DESC NULLS LAST, data_hash ROWS UNBOUNDED PRECEDING)
) AS placed
WHERE place <= $limit AND n_objects_before < $objects
ORDER BY place
"""


def newest_consensus_units(session: Session, project_hash: str, limit: int) -> tuple[list[str], int]:
    """The data units of a project that are in consensus, the last edited ones first; and how many there are in all.

    Args:
        session: inside a transaction.
        project_hash: the project.
        limit: how many to name at most; fewer if they have more objects on frames than can be compared in the memory
            that the connector takes, but always one.
    """
    found = session.rows(_CONSENSUS_UNITS, project=project_hash, limit=limit, objects=MOST_OBJECTS)
    return [row[0] for row in found], found[0][1] if found else 0


def look_at_units(session: Session, schema: str, data_hashes: Sequence[str], views: Iterable[str]) -> None:
    """Has the session see, of the tables that some views read, only the rows of some data units from now on.

    Temporary tables take the names of tables and views: a session finds them first. Views of consensus become tables,
    made once, each from the ones below it.

    Args:
        session: outside a transaction.
        schema: the warehouse's schema.
        data_hashes: the data units.
        views: the views that will be asked.

    Raises:
        ConnectorError: WAREHOUSE if temporary tables are not allowed.
    """
    wanted, files = set(views), {file.view_name: file for file in view_files()}
    for name in reversed(files):
        if name in wanted:
            wanted |= files[name].reads
    with session.setting_up(), session.transaction():
        [(database,)] = session.rows("SELECT current_database()")
        session.stage("chosen_unit", pa.table({"data_hash": pa.array(data_hashes, pa.string())}))
        for name in _tables(wanted):
            query = with_schemas(_rows_of_units(name), schema, database)
            _keep(session, "TABLE", name, query)
        for file in (file for name, file in files.items() if name in wanted):
            _keep(session, _kind(file), file.view_name, without_schema(file.query))


def _tables(wanted: set[str]) -> list[str]:
    """The tables to narrow; label_row first, because it says which label rows the others keep."""
    about_units = [
        name
        for name in METADATA.tables
        if name in wanted and not {"data_hash", "label_hash"}.isdisjoint(METADATA.tables[name].columns.keys())
    ]
    return sorted(about_units, key=lambda name: (name != "label_row", name))


def _rows_of_units(name: str) -> str:
    if "data_hash" in METADATA.tables[name].columns:
        where = "data_hash IN (SELECT data_hash FROM chosen_unit)"
    else:
        where = "label_hash IN (SELECT label_hash FROM label_row)"
    return sql("SELECT * FROM {table} WHERE {where}", table=in_words(name), where=where)


def _kind(file: ViewFile) -> str:
    return "TABLE" if file.subject == "consensus" else "VIEW"


def _keep(session: Session, kind: str, name: str, query: str) -> None:
    session.execute(sql("CREATE TEMPORARY {kind} {name} AS {query}", kind=kind, name=name, query=query))
    if kind == "TABLE":
        session.gathered(name)
