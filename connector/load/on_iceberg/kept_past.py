"""What a lake keeps of the past: changes are dated by their commit, what a killed run announced is left out."""

from collections.abc import Collection, Mapping
from datetime import UTC, datetime, timedelta

import pyarrow as pa
import pyarrow.compute as pc
from typing_extensions import override

from connector.load.contract.session import Session
from connector.load.contract.share import WHOLE
from connector.load.contract.statements import sql
from connector.load.history.change_log import ChangeLog
from connector.load.on_iceberg.lake_tables import Lake, arrow_schema
from connector.load.on_iceberg.layout import HELD, LOGS, SHARD
from connector.load.writing.row_replacement import DeleteAndInsert, PartReplacement

_VERSION, _CLOCK = "label_row_version", "history_clock"
_OF_PROJECT = "project_hash = $project_hash"
_IS_HELD = (
    f"EXISTS (SELECT 1 FROM {HELD}.{_VERSION} AS held WHERE held.label_hash = {_VERSION}.label_hash"
    f" AND held.written_at = {_VERSION}.written_at)"
)
_HAS_LABELS = f"SELECT 1 FROM label_row WHERE label_row.label_hash = {_VERSION}.label_hash AND content_hash IS NOT NULL"


class RenewedLabels(DeleteAndInsert):
    """Replaces the rows of label rows in a working copy as in any DuckDB file, and notes them for the next commit.

    What they were is read before, so that the rows that differ can be written down.
    """

    @override
    def replace_labels(
        self, label_tables: Mapping[str, pa.Table], renewed: pa.Array, known: frozenset[str], changes: ChangeLog
    ) -> dict[str, int]:
        self._note(renewed, known)
        return super().replace_labels(label_tables, renewed, known, changes)

    @override
    def replace_in_parts(self, label_hash: str, *, is_known: bool, changes: ChangeLog) -> PartReplacement:
        self._note(pa.array([label_hash]), {label_hash} if is_known else frozenset())
        return super().replace_in_parts(label_hash, is_known=is_known, changes=changes)

    @override
    def insert_frames(self, project_hash: str) -> int:
        # A run that was killed before the label rows may have left some.
        of_units = "project_hash = $project_hash AND data_hash IN (SELECT data_hash FROM renewed_data_unit)"
        self._session.execute(f"DELETE FROM data_frame WHERE {of_units}", project_hash=project_hash)
        return super().insert_frames(project_hash)

    def _note(self, renewed: pa.Array, known: Collection[str]) -> None:
        if stored := [label_hash for label_hash in renewed.to_pylist() if label_hash in known]:
            self._session.bring_labels(stored)
        self._session.copy(f"{HELD}.renewed", pa.table({"label_hash": renewed}))


def without_unfinished(session: Session, project_hash: str) -> None:
    """Removes versions of label rows that never became valid: a run wrote them, and was killed before the label rows.

    The clock is written after both. So only versions later than it may be such, and label rows say which are.

    Args:
        session: in a transaction, on a working copy that has just taken the project in.
        project_hash: the project.
    """
    session.execute(
        f"DELETE FROM {_VERSION} WHERE {_OF_PROJECT} AND NOT EXISTS (SELECT 1 FROM {_CLOCK} AS clock"
        f" WHERE clock.{_OF_PROJECT} AND clock.last_at >= {_VERSION}.written_at)"
        f" AND CASE WHEN reason = 'removed' THEN EXISTS ({_HAS_LABELS})"
        f" ELSE NOT EXISTS ({_HAS_LABELS} AND label_row.run_id IS NOT DISTINCT FROM {_VERSION}.run_id) END",
        project_hash=project_hash,
    )


def date_changes(session: Session, project_hash: str) -> None:
    """Dates all changes that the lake does not have yet by this moment, in their order: nobody has seen them before.

    Otherwise a moment that somebody asked for while a run was still reading would be another one afterwards.

    Args:
        session: in a transaction, on a working copy.
        project_hash: the project.
    """
    logs = " UNION ".join(f"SELECT replaced_at AS was FROM {name}" for name in LOGS)
    of_clock = (
        f" UNION (SELECT {{moment}} FROM {_CLOCK} WHERE {_OF_PROJECT}"
        f" EXCEPT SELECT {{moment}} FROM {HELD}.{_CLOCK}_in_force WHERE {_OF_PROJECT})"
    )
    [(latest,)] = session.rows(
        f"SELECT max(known) FROM (SELECT last_at AS known FROM {HELD}.{_CLOCK}_in_force WHERE {_OF_PROJECT}"
        f" UNION ALL SELECT written_at FROM {HELD}.{_VERSION} WHERE {_OF_PROJECT})",
        project_hash=project_hash,
    )
    now = datetime.now(UTC)
    session.execute(
        f"CREATE OR REPLACE TABLE {HELD}.dated AS SELECT was,"
        " CAST($first AS TIMESTAMPTZ) + to_microseconds(row_number() OVER (ORDER BY was) - 1) AS moment FROM ("
        f"{logs} UNION SELECT written_at FROM {_VERSION} WHERE {_OF_PROJECT} AND NOT {_IS_HELD}"
        f"{sql(of_clock, moment='last_at')}{sql(of_clock, moment='began_at')})",
        project_hash=project_hash,
        first=now if latest is None else max(now, latest + timedelta(microseconds=1)),
    )
    update = f"UPDATE {{table}} SET {{column}} = dated.moment FROM {HELD}.dated AS dated WHERE dated.was = {{column}}"
    for name in LOGS:
        session.execute(sql(update, table=name, column="replaced_at"))
    of_version = sql(update, table=_VERSION, column="written_at") + f" AND {_OF_PROJECT} AND NOT {_IS_HELD}"
    session.execute(of_version, project_hash=project_hash)
    # Whatever began now is known from now on; what was forgotten up to a moment stays so.
    for column, condition in (("known_since", "known_since = began_at"), ("began_at", "TRUE"), ("last_at", "TRUE")):
        of_clock_row = sql(update, table=_CLOCK, column=column) + f" AND {_OF_PROJECT} AND {condition}"
        session.execute(of_clock_row, project_hash=project_hash)


def begin_history(lake: Lake) -> bool:
    """Counts what a lake holds as known from now on, if it has never kept what it replaced; returns whether it did."""
    projects = lake.rows(lake.table("project"), ("project_hash",))
    if lake.table(_CLOCK).current_snapshot() is not None or not projects.num_rows:
        return False
    now = datetime.now(UTC)
    taken = ("label_hash", "project_hash", "data_hash", "labels_last_edited_at", "workflow_stage_title")
    rows = lake.rows(lake.table("label_row"), (*taken, "normaliser_version", "run_id", "content_hash"))
    noted = lake.rows(lake.table(_VERSION), ("label_hash",))["label_hash"]
    is_wanted = pc.and_(pc.is_valid(rows["content_hash"]), pc.is_valid(rows["label_hash"]))
    rows = rows.filter(pc.and_not(is_wanted, pc.is_in(rows["label_hash"], value_set=noted.combine_chunks())))
    first = [{**row, "written_at": now, "reason": "first"} for row in rows.drop_columns(["content_hash"]).to_pylist()]
    lake.add(_VERSION, pa.Table.from_pylist(first, schema=arrow_schema(_VERSION)))
    begun = dict.fromkeys(("began_at", "known_since", "last_at"), now) | {SHARD: str(WHOLE)}
    clocks = [{"project_hash": project_hash, **begun} for project_hash in projects["project_hash"].to_pylist()]
    lake.add(_CLOCK, pa.Table.from_pylist(clocks, schema=arrow_schema(_CLOCK)))
    return True
