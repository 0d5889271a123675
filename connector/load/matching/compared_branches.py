"""Which branches are compared with one another now, and in which data units that is not what was compared before."""

import hashlib

import pyarrow as pa

from connector.load.contract.session import Session
from connector.load.contract.statements import column_list, sql, upsert
from connector.load.matching.view_query import query_over, view_query
from connector.load.tables import consensus
from connector.load.tables.declaration import arrow_schema

_BRANCH = arrow_schema(consensus.consensus_matched_branch)
_RULES = arrow_schema(consensus.consensus_match_rules)
_RULE = "greedy, one object of a branch in a thing, 1"
"""Names how `connector.consensus` matches; whoever changes that changes this, so that all is matched again."""

DUE_SCHEMA = pa.schema(
    [
        *_BRANCH,
        pa.field("branch_name", pa.string()),
        pa.field("is_main", pa.bool_()),
        pa.field("is_event_based", pa.bool_()),
        pa.field("annotations", pa.int64()),
    ]
)
"""A branch to be compared: a row of consensus_matched_branch, and what its label row says of it."""

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

_TEXTS = ("consensus_branch", "consensus_unit_state")
_NOBODY = (
    "SELECT project_hash, data_hash, label_hash, CAST(NULL AS VARCHAR) AS author_email FROM touched_row WHERE FALSE"
)
"""Stands in for consensus_branch_author: whose a branch is matters to no match, and asking reads every label."""

MADE_OF_UNITS = (
    "consensus_matched_branch",
    "consensus_object_match",
    "consensus_compared_object",
    "consensus_object_track",
)
"""Tables that are made of compared branches, data unit by data unit."""


def match_rules(session: Session, project_hash: str) -> str:
    """Hash of all that a project's matches depend on apart from its label rows, hexadecimal."""
    rules = session.rows(
        "SELECT 'min_iou', project_hash, feature_hash, CAST(min_iou AS VARCHAR) FROM consensus_threshold"
        " WHERE project_hash IN ('*', $project_hash)"
        " UNION ALL SELECT 'archived', project_hash, feature_hash, NULL FROM ontology_class"
        " WHERE project_hash = $project_hash AND is_archived AND kind = 'object' ORDER BY 1, 2, 3, 4",
        project_hash=project_hash,
    )
    texts = [view_query(name) for name in ("current_label_row", *_TEXTS, "consensus_object")]
    return hashlib.sha256(repr((_RULE, texts, [tuple(rule) for rule in rules])).encode()).hexdigest()


def stored_rules(session: Session, project_hash: str) -> str | None:
    """The rules that a project's matches were made by; None if none ever were."""
    found = session.rows(
        "SELECT rules_digest FROM consensus_match_rules WHERE project_hash = $project_hash", project_hash=project_hash
    )
    return str(found[0][0]) if found else None


def keep_rules(session: Session, project_hash: str, rules: str) -> None:
    """Notes by which rules a project's matches were made."""
    row = {"project_hash": project_hash, "rules_digest": rules}
    upsert(session, consensus.consensus_match_rules, pa.Table.from_pylist([row], schema=_RULES))


def stage_current_branches(session: Session, project_hash: str, units: pa.Table | None) -> None:
    """Stages `current_branch`: the branches that are compared now, and what each one's labels are.

    These are the branches that annotators have submitted, and main once consensus is reached: every two of a data unit
    are compared. A branch whose labels have not been fetched yet is compared with none: what it holds is not known.

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
    # The run is named, too: the same labels give other rows with another ontology, listing or release.
    query = (
        "SELECT b.label_row_id, b.project_hash, b.data_hash, b.label_hash,"
        " md5(CONCAT_WS('/', b.branch_role, b.label_hash, r.content_hash, r.run_id)) AS made_from,"
        " b.branch_name, b.branch_role = 'main' AS is_main, b.is_event_based,"
        " COALESCE(r.annotation_count, 0) AS annotations"
        " FROM consensus_branch AS b"
        " JOIN consensus_unit_state AS u ON u.project_hash = b.project_hash AND u.data_hash = b.data_hash"
        " JOIN label_row AS r ON r.label_row_id = b.label_row_id"
        " WHERE u.n_submitted > 0 AND (b.is_submitted OR b.branch_role = 'main' AND u.consensus_state = 'reached')"
        " AND (r.label_hash IS NULL OR r.content_hash IS NOT NULL)"
    )
    session.stage("current_branch", session.table(query_over(given, _TEXTS, query), DUE_SCHEMA))


def forget_stale_units(session: Session, project_hash: str, *, in_touched_units: bool, has_new_rules: bool) -> int:
    """Deletes what was made of data units whose branches are not those that are compared now.

    Args:
        session: inside a transaction in which `current_branch` is staged.
        project_hash: the project.
        in_touched_units: whether `current_branch` knows only of the data units in staged `touched_unit`.
        has_new_rules: whether what was made of all other data units of the project goes, too.

    Returns:
        How many data units there were.
    """
    stale = "SELECT DISTINCT data_hash FROM consensus_matched_branch AS known WHERE project_hash = $project_hash"
    if not has_new_rules:
        # Another content, a branch less, or a branch more.
        stale += (
            " AND (NOT EXISTS (SELECT 1 FROM current_branch AS now WHERE now.label_row_id = known.label_row_id"
            " AND now.made_from = known.made_from)"
            " OR EXISTS (SELECT 1 FROM current_branch AS now WHERE now.data_hash = known.data_hash AND NOT EXISTS"
            " (SELECT 1 FROM consensus_matched_branch AS same WHERE same.label_row_id = now.label_row_id)))"
        )
    if in_touched_units:
        stale += " AND known.data_hash IN (SELECT data_hash FROM touched_unit)"
    units = session.table(stale, pa.schema([pa.field("data_hash", pa.string())]), project_hash=project_hash)
    if units.num_rows:
        session.stage("stale_unit", units)
        for table in MADE_OF_UNITS:
            delete = (
                "DELETE FROM {table} WHERE project_hash = $project_hash"
                " AND data_hash IN (SELECT data_hash FROM stale_unit)"
            )
            session.execute(sql(delete, table=table), project_hash=project_hash)
    return int(units.num_rows)


def due_branches(session: Session) -> pa.Table:
    """The staged `current_branch`es of data units that have not been compared, those of a data unit side by side."""
    query = (
        "SELECT {columns} FROM current_branch AS now WHERE NOT EXISTS (SELECT 1 FROM consensus_matched_branch AS known"
        " WHERE known.label_row_id = now.label_row_id) ORDER BY data_hash"
    )
    return session.table(sql(query, columns=column_list(DUE_SCHEMA.names)), DUE_SCHEMA)
