"""Keeps a lake small: rows that no owner names go, small files become few, old snapshots and their files are deleted.

Each project is rewritten under its lease, so nobody writes it meanwhile. Nothing goes that was replaced within the
grace time, however old it is: a reader may still be at it.
"""

import itertools
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pyarrow as pa
import pyarrow.compute as pc
from pyiceberg.expressions import BooleanExpression, GreaterThanOrEqual, LessThan, LessThanOrEqual, Reference
from pyiceberg.expressions.literals import literal

from connector.load.contract.pseudonyms import words_of
from connector.load.contract.statements import column_list
from connector.load.on_iceberg.lake_failures import lake_failures
from connector.load.on_iceberg.lake_tables import (
    Lake,
    all_of,
    arrow_schema,
    commit_id_at,
    equal,
    new_commit_id,
    stored_rows,
)
from connector.load.on_iceberg.layout import (
    COMMIT_ID,
    HELD,
    IN_BUCKETS,
    LAKE_TABLES,
    LOGS,
    OWNED,
    OWNED_TABLES,
    PROJECT_TABLES,
    columns_of,
    logged_rows,
    shown_rows,
    sorted_by,
)
from connector.load.on_iceberg.orphans import delete_orphans
from connector.load.on_iceberg.working_copy import WorkingCopy

ROWS_AT_ONCE = 1_000_000
"""Rows of a table that are rewritten in one commit, and held in memory meanwhile."""
LEAST_AGE_OF_FILES = timedelta(minutes=15)
"""No younger file is deleted, whatever the grace time: another process may have written it for its next commit."""
_MOST_FILES = 8
_MOST_FILES_IN_BUCKETS = 32
"""More files of one project in a table are made fewer: a query opens each of them."""


@dataclass(slots=True)
class Upkept:
    """What was done: files of tables before and after, rows that went, snapshots that expired, orphans deleted."""

    files_before: int = 0
    files_after: int = 0
    garbage_rows: int = 0
    snapshots: int = 0
    orphans: int = 0


def maintain_project(copy: WorkingCopy, project_hash: str, grace: timedelta, done: Upkept) -> None:
    """Rewrites a project's tables that have garbage or many files. The caller holds the project's lease.

    Raises:
        ConnectorError: WAREHOUSE if catalog or files fail; what was rewritten before stays so.
    """
    copy.take_in(project_hash)
    cutoff = commit_id_at(datetime.now(UTC) - grace)
    of_project = equal(project_hash=project_hash)
    for owned in OWNED:
        for name in owned.tables:
            table = copy.lake.table(name)
            stored = f"(SELECT * FROM {stored_rows(copy.lake, table)} WHERE project_hash = $project_hash)"
            kept = (
                f"({COMMIT_ID} >= $cutoff OR EXISTS (SELECT 1 FROM {HELD}.{owned.owner} AS owner"
                f" WHERE owner.project_hash = stored.project_hash AND owner.{owned.link} = stored.{owned.link}"
                f" AND (owner.{COMMIT_ID} = stored.{COMMIT_ID} OR owner.{COMMIT_ID} >= $cutoff)))"
            )
            with copy.transaction():
                count = f"SELECT count(*), count(*) FILTER (NOT {kept}) FROM {stored} AS stored"
                [(rows, garbage)] = copy.rows(count, project_hash=project_hash, cutoff=cutoff)
            files = copy.lake.file_count(table, of_project)
            done.files_before += files
            if garbage or files > (_MOST_FILES_IN_BUCKETS if name in IN_BUCKETS else _MOST_FILES):
                query = f"SELECT {column_list(columns_of(name))} FROM {stored} AS stored WHERE {kept}"
                for where, piece in _pieces(copy, query, name, owned.link, project_hash, cutoff, rows):
                    copy.lake.replace(name, piece, all_of(of_project, *where), attempts=1)
                done.garbage_rows += garbage
            done.files_after += copy.lake.file_count(copy.lake.table(name), of_project)
    for name in LOGS:
        table = copy.lake.table(name)
        if copy.lake.file_count(table, of_project) > _MOST_FILES:
            for where, piece in _project_pieces(copy, name, project_hash):
                copy.lake.replace(name, piece, all_of(of_project, *where), attempts=1)
    for name in PROJECT_TABLES:
        table = copy.lake.table(name)
        if copy.lake.file_count(table, of_project) > _MOST_FILES:
            copy.lake.replace(name, copy.lake.rows(table, columns_of(name), of_project), of_project, attempts=1)
    copy.lake.note_commit(new_commit_id())


def pseudonymise_files(copy: WorkingCopy, project_hash: str) -> int:
    """Rewrites a project's tables that are not in the working copy, with pseudonyms in place of people's addresses.

    The caller holds the project's lease. Older snapshots keep the addresses until they expire.

    Returns:
        How many values were replaced, in rows that nobody sees any more, too.

    Raises:
        ConnectorError: WAREHOUSE if catalog or files fail; what was rewritten before stays so.
    """
    of_project, count = equal(project_hash=project_hash), 0
    for name in (each for each in (*OWNED_TABLES, *LOGS) if words_of(each)):
        for where, piece in _project_pieces(copy, name, project_hash):
            replaced = copy.pseudonyms.of_rows(name, piece)
            copy.lake.replace(name, replaced, all_of(of_project, *where), attempts=1)
            for column in words_of(name):
                count += pc.sum(pc.not_equal(piece[column], replaced[column])).as_py() or 0
    return count


def bring_old_logs(copy: WorkingCopy, project_hash: str, before: datetime) -> dict[str, int]:
    """Reads what a project's rows were up to a moment; returns how many rows that is, by table."""
    with copy.transaction():
        counts = {}
        for name in LOGS:
            where = all_of(equal(project_hash=project_hash), _until(before))
            counts[name] = copy.execute(
                f"INSERT INTO {name} BY NAME {shown_rows(name, stored_rows(copy.lake, copy.lake.table(name), where))}"
                " WHERE project_hash = $project_hash AND replaced_at <= $before",
                project_hash=project_hash,
                before=before,
            )
    return counts


def take_out_old_logs(copy: WorkingCopy, project_hash: str, counts: Mapping[str, int]) -> dict[str, pa.Table]:
    """Takes them out again; returns what is left, by table that has fewer of them than it had."""
    left = {}
    with copy.transaction():
        for name, count in counts.items():
            if copy.rows(f"SELECT count(*) FROM {name}") != [(count,)]:
                left[name] = copy.table(logged_rows(name), arrow_schema(name), project_hash=project_hash)
            copy.execute(f"DELETE FROM {name}")
    return left


def replace_old_logs(lake: Lake, project_hash: str, before: datetime, left: Mapping[str, pa.Table]) -> None:
    """Leaves of what a project's rows were up to a moment only these, in the tables that are given."""
    for name, rows in left.items():
        lake.replace(name, rows, all_of(equal(project_hash=project_hash), _until(before)))
    if left:
        lake.note_commit(new_commit_id())


def _until(moment: datetime) -> BooleanExpression:
    return LessThanOrEqual(Reference("replaced_at"), literal(moment))  # type: ignore[call-arg,arg-type]


def maintain_files(lake: Lake, grace: timedelta, done: Upkept) -> None:
    """Forgets notes and snapshots older than the grace time, and deletes the files that nothing names any more."""
    now = datetime.now(UTC)
    oldest = now - grace
    notes = lake.rows(lake.table("lake_commit", fresh=True), ["committed_at"])["committed_at"].to_pylist()
    # The note that was the last one at that moment is still read by whoever began just after it.
    in_force = max((noted for noted in notes if noted <= oldest), default=None)
    if in_force is not None:
        before = LessThan(Reference("committed_at"), literal(in_force))  # type: ignore[call-arg,arg-type]
        lake.replace("lake_commit", arrow_schema("lake_commit").empty_table(), before)
    for name in LAKE_TABLES:
        table = lake.table(name, fresh=True)
        made = sorted(table.snapshots(), key=lambda each: each.sequence_number or 0)
        gone = [
            each.snapshot_id
            for each, successor in itertools.pairwise(made)
            if successor.timestamp_ms < oldest.timestamp() * 1000
        ]
        if gone:
            with lake_failures(lake.location):
                table.maintenance.expire_snapshots().by_ids(gone).commit()
            done.snapshots += len(gone)
    done.orphans += delete_orphans(lake, min(oldest, now - LEAST_AGE_OF_FILES))


def _project_pieces(
    copy: WorkingCopy, name: str, project_hash: str
) -> Iterator[tuple[tuple[BooleanExpression, ...], pa.Table]]:
    """All rows of a project in a table, in ranges of the column by which they are sorted."""
    stored = f"(SELECT * FROM {stored_rows(copy.lake, copy.lake.table(name))} WHERE project_hash = $project_hash)"
    with copy.transaction():
        [(rows,)] = copy.rows(f"SELECT count(*) FROM {stored}", project_hash=project_hash)
    query = f"SELECT {column_list(columns_of(name))} FROM {stored} WHERE TRUE"
    return _pieces(copy, query, name, sorted_by(name)[:2][-1], project_hash, "", rows) if rows else iter(())


def _pieces(
    copy: WorkingCopy, query: str, name: str, link: str, project_hash: str, cutoff: str, rows: int
) -> Iterator[tuple[tuple[BooleanExpression, ...], pa.Table]]:
    """The rows to keep, in ranges of the column that links them to their owner, and the condition of each range."""
    edges: list[str] = []
    if rows > ROWS_AT_ONCE:
        shares = rows // ROWS_AT_ONCE + 1
        quantiles = ", ".join(f"{place / shares}" for place in range(1, shares))
        with copy.transaction():
            found = copy.rows(
                f"SELECT quantile_disc({link}, [{quantiles}]) FROM ({query})", project_hash=project_hash, cutoff=cutoff
            )
        edges = sorted(set(found[0][0] or ()))
    for first, end in zip([None, *edges], [*edges, None], strict=True):
        where: list[BooleanExpression] = []
        condition = ""
        if first is not None:
            where.append(GreaterThanOrEqual(Reference(link), literal(first)))  # type: ignore[call-arg,arg-type]
            condition += f" AND {link} >= $first"
        if end is not None:
            where.append(LessThan(Reference(link), literal(end)))  # type: ignore[call-arg,arg-type]
            condition += f" AND {link} < $end"
        ordered = f"{query}{condition} ORDER BY {column_list(sorted_by(name))}"
        with copy.transaction():
            piece = copy.table(
                ordered, arrow_schema(name), project_hash=project_hash, cutoff=cutoff, first=first, end=end
            )
        yield tuple(where), piece
