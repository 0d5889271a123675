"""Which branches are to be matched again: what the views compare now, against what was compared before."""

import hashlib

import pyarrow as pa

from connector.load.contract.session import Session
from connector.load.contract.statements import column_list, sql, upsert
from connector.load.matching.view_query import query_over, view_query
from connector.load.tables import consensus
from connector.load.tables.declaration import arrow_schema

_PAIR = arrow_schema(consensus.consensus_matched_pair)
_RULES = arrow_schema(consensus.consensus_match_rules)

DUE_SCHEMA = pa.schema(
    [
        *_PAIR,
        pa.field("branch_name", pa.string()),
        pa.field("other_branch_name", pa.string()),
        pa.field("pair_kind", pa.string()),
        pa.field("is_event_based", pa.bool_()),
        pa.field("other_is_event_based", pa.bool_()),
        pa.field("annotations", pa.int64()),
        pa.field("other_annotations", pa.int64()),
    ]
)
"""Two branches to be matched: a row of consensus_matched_pair, and what the two label rows say of themselves."""

_ROW = pa.schema(
    [
        *(pa.field(name, pa.string()) for name in ("label_row_id", "project_hash", "data_hash", "branch_name")),
        *(pa.field(name, pa.string()) for name in ("label_hash", "workflow_stage_uuid", "workflow_stage_title")),
        pa.field("is_event_based", pa.bool_()),
        pa.field("object_count", pa.int64()),
        pa.field("classification_count", pa.int64()),
        pa.field("last_edited_at", pa.timestamp("us", tz="UTC")),
    ]
)
"""What the views' rules of comparing ask of current_label_row."""

NO_TITLES = ", ".join(
    f"CAST(NULL AS VARCHAR) AS {name}" for name in ("project_title", "data_title", "dataset_title", "data_type")
)
"""Columns that the views hand on, and that no match needs."""

_TEXTS = ("consensus_branch", "consensus_unit_state", "consensus_branch_pair")
_MATCHING = ("consensus_object", "consensus_object_candidate", "consensus_object_match_now")

_ROWS = "COALESCE({row}.label_hash, ''), COALESCE({row}.content_hash, ''), COALESCE({row}.run_id, '')"
"""Names the rows of a label row: the same labels give other ones with another ontology, listing or release."""
_NOBODY = "SELECT CAST(NULL AS VARCHAR) AS label_hash, CAST(NULL AS VARCHAR) AS author_email WHERE FALSE"
"""Stands in for consensus_branch_author: whose a branch is matters to no match, and asking reads every label."""


def match_rules(session: Session, project_hash: str) -> str:
    """Hash of all that a project's matches depend on beside its label rows, hexadecimal."""
    rules = session.rows(
        "SELECT 'min_iou', project_hash, feature_hash, CAST(min_iou AS VARCHAR) FROM consensus_threshold"
        " WHERE project_hash IN ('*', $project_hash)"
        " UNION ALL SELECT 'archived', project_hash, feature_hash, NULL FROM ontology_class"
        " WHERE project_hash = $project_hash AND is_archived AND kind = 'object' ORDER BY 1, 2, 3",
        project_hash=project_hash,
    )
    texts = [view_query(name) for name in ("current_label_row", *_TEXTS, *_MATCHING)]
    return hashlib.sha256(repr((texts, [tuple(rule) for rule in rules])).encode()).hexdigest()


def stored_rules(session: Session, project_hash: str) -> str | None:
    """The rules that a project's matches were made by; None if none ever were."""
    found = session.rows(
        "SELECT rules_digest FROM consensus_match_rules WHERE project_hash = $project_hash", project_hash=project_hash
    )
    return str(found[0][0]) if found else None


def stage_current_pairs(session: Session, project_hash: str, units: pa.Table | None) -> None:
    """Stages `current_pair`: the branches that the views compare now, and what each pair's matches would be made from.

    A branch whose labels have not been fetched yet is compared with nothing: what it holds is not known.

    Args:
        session: inside a transaction.
        project_hash: the project.
        units: only of these data units (one column data_hash); None for all of the project.
    """
    among = ""
    if units is not None:
        session.stage("touched_unit", units)
        among = " AND r.data_hash IN (SELECT data_hash FROM touched_unit)"
    # Staged first: of a staged table PostgreSQL knows at least the size, of label rows written a moment ago nothing,
    # and it would join them as if they were one or two.
    rows = sql(
        "SELECT {columns} FROM ({rows}) AS r WHERE r.project_hash = $project_hash{among} AND EXISTS"
        " (SELECT 1 FROM label_row AS branch WHERE branch.project_hash = r.project_hash"
        " AND branch.data_hash = r.data_hash AND branch.branch_name <> 'main' AND branch.deleted_at IS NULL)",
        columns=column_list(_ROW.names, "r."),
        rows=view_query("current_label_row"),
        among=among,
    )
    session.stage("touched_row", session.table(rows, _ROW, project_hash=project_hash))
    given = {
        "current_label_row": sql("SELECT *, {no_titles} FROM touched_row", no_titles=NO_TITLES),
        "consensus_branch_author": _NOBODY,
    }
    query = sql(
        "SELECT p.label_row_id, p.other_label_row_id, p.project_hash, p.data_hash, p.label_hash, p.other_label_hash,"
        " md5(CONCAT_WS('/', p.pair_kind, {rows}, {other_rows})) AS made_from,"
        " p.branch_name, p.other_branch_name, p.pair_kind,"
        " COALESCE(a.is_event_based, FALSE) AS is_event_based,"
        " COALESCE(b.is_event_based, FALSE) AS other_is_event_based,"
        " COALESCE(a.annotation_count, 0) AS annotations, COALESCE(b.annotation_count, 0) AS other_annotations"
        " FROM consensus_branch_pair AS p"
        " JOIN label_row AS a ON a.label_row_id = p.label_row_id"
        " JOIN label_row AS b ON b.label_row_id = p.other_label_row_id"
        " WHERE (a.label_hash IS NULL OR a.content_hash IS NOT NULL)"
        " AND (b.label_hash IS NULL OR b.content_hash IS NOT NULL)",
        rows=sql(_ROWS, row="a"),
        other_rows=sql(_ROWS, row="b"),
    )
    pairs = session.table(query_over(given, _TEXTS, query), DUE_SCHEMA)
    session.stage("current_pair", pairs)


def forget_stale_pairs(session: Session, project_hash: str, *, in_touched_units: bool, has_new_rules: bool) -> int:
    """Deletes what was made of pairs that are no longer compared, or not of these contents. Returns how many pairs.

    Args:
        session: inside a transaction in which `current_pair` is staged.
        project_hash: the project.
        in_touched_units: whether `current_pair` knows only of the data units in staged `touched_unit`.
        has_new_rules: also delete the matches of all other pairs of the project; overlaps that were measured stay true.
    """
    query = (
        "SELECT {columns} FROM consensus_matched_pair AS known WHERE known.project_hash = $project_hash{scope}"
        " AND NOT EXISTS (SELECT 1 FROM current_pair WHERE current_pair.label_row_id = known.label_row_id"
        " AND current_pair.other_label_row_id = known.other_label_row_id"
        " AND current_pair.made_from = known.made_from)"
    )
    scope = " AND known.data_hash IN (SELECT data_hash FROM touched_unit)" if in_touched_units else ""
    columns = column_list(_PAIR.names, "known.")
    stale = session.table(sql(query, columns=columns, scope=scope), _PAIR, project_hash=project_hash)
    if stale.num_rows:
        session.stage("stale_pair", stale)
        ids, hashes = ("label_row_id", "other_label_row_id"), ("label_hash", "other_label_hash")
        for table, keys in (
            ("consensus_object_match", ids),
            ("consensus_matched_pair", ids),
            ("object_pair_iou", hashes),
        ):
            delete = (
                "DELETE FROM {table} WHERE project_hash = $project_hash"
                " AND EXISTS (SELECT 1 FROM stale_pair WHERE {same})"
            )
            same = " AND ".join(f"stale_pair.{name} = {table}.{name}" for name in keys)
            session.execute(sql(delete, table=table, same=same), project_hash=project_hash)
    if has_new_rules:
        for table in ("consensus_object_match", "consensus_matched_pair"):
            delete = "DELETE FROM {table} WHERE project_hash = $project_hash"
            session.execute(sql(delete, table=table), project_hash=project_hash)
    return int(stale.num_rows)


def due_pairs(session: Session) -> pa.Table:
    """The staged `current_pair`s that are not matched, those of a data unit beside one another."""
    query = (
        "SELECT {columns} FROM current_pair WHERE NOT EXISTS (SELECT 1 FROM consensus_matched_pair AS known"
        " WHERE known.label_row_id = current_pair.label_row_id"
        " AND known.other_label_row_id = current_pair.other_label_row_id) ORDER BY data_hash"
    )
    return session.table(sql(query, columns=column_list(DUE_SCHEMA.names)), DUE_SCHEMA)


def keep_matched(session: Session, project_hash: str, due: pa.Table, rules: str) -> None:
    """Notes that pairs were matched, and by which rules."""
    if due.num_rows:
        session.stage("matched_pair", due.select(_PAIR.names))
        insert = "INSERT INTO consensus_matched_pair ({columns}) SELECT {columns} FROM matched_pair"
        session.execute(sql(insert, columns=column_list(_PAIR.names)))
    row = {"project_hash": project_hash, "rules_digest": rules}
    upsert(session, consensus.consensus_match_rules, pa.Table.from_pylist([row], schema=_RULES))
