"""Which rows of a lake's table a run of one share of a project takes in.

What a share has read and compared stands in rows of its own, because each share runs when it likes: the ontology that
one has compared its label rows with says nothing about those of another. If a project is shared out otherwise than
before, its rows of the shares that overlap count until the new ones have all written theirs.
"""

from collections.abc import Collection
from typing import NamedTuple

import pyarrow as pa
import pyarrow.compute as pc
from pyiceberg.expressions import BooleanExpression, IsNull, Or, Reference

from connector.load.contract.share import Share
from connector.load.on_iceberg.lake_tables import among
from connector.load.on_iceberg.layout import KINDS, PROJECT_HASH, SHARD, Kind

_RULES_OF_SEVERAL = ""
"""Rules by which nothing was ever matched, so that all is matched again."""


class TakenIn(NamedTuple):
    """Rows of one table.

    Attributes:
        held: what the lake has of this share, with all columns.
        now: what a run begins with: also what other shares of the same data units left.
    """

    held: pa.Table
    now: pa.Table


def taken_in(name: str, rows: pa.Table, share: Share, of_others: Collection[str]) -> TakenIn:
    """What a share takes in.

    Args:
        name: the table.
        rows: all its rows of the project.
        share: the share.
        of_others: label hashes of label rows that are not in it.
    """
    if KINDS[name] is Kind.OF_DATA_UNITS:
        rows = share.rows_of(rows)
    if KINDS[name] is not Kind.OF_SHARE:
        return TakenIn(rows, rows)
    written_by = [Share.of(text) for text in rows[SHARD].to_pylist()]
    near = rows.filter(pa.array([share.overlaps(other) for other in written_by], pa.bool_()))
    if name == "sync_failure":
        # A label row's failure goes with the label row, whichever share wrote it.
        near = near.filter(pc.invert(pc.is_in(near["label_hash"], pa.array(sorted(of_others), pa.string()))))
        return TakenIn(near, near)
    held = rows.filter(pa.array([other == share for other in written_by], pa.bool_()))
    if name in {"compared_ontology", "history_clock"}:
        return TakenIn(held, distinct_of(name, near))
    if name == "consensus_match_rules":
        rules = distinct_of(name, near)
        return TakenIn(held, rules if rules.num_rows < 2 else _as_unknown(rules))
    return TakenIn(held, held)


def distinct(rows: pa.Table) -> pa.Table:
    """Each row once."""
    return rows.group_by(rows.column_names).aggregate([])


def distinct_of(name: str, rows: pa.Table) -> pa.Table:
    """What several shares have written of a table, as one: of clocks the latest moments, of others each row once."""
    rows = rows.drop_columns([SHARD])
    if name != "history_clock":
        return distinct(rows)
    moments = [column for column in rows.column_names if column != PROJECT_HASH]
    latest = rows.group_by(PROJECT_HASH).aggregate([(moment, "max") for moment in moments])
    return latest.select([PROJECT_HASH, *(f"{moment}_max" for moment in moments)]).rename_columns(rows.column_names)


def written_by(shares: Collection[Share]) -> BooleanExpression:
    """Rows that some shares have written; releases that knew no shares wrote none into theirs."""
    found = among(SHARD, {str(share) for share in shares})
    if not any(share.is_whole for share in shares):
        return found
    return Or(found, IsNull(Reference(SHARD)))  # type: ignore[call-arg]


def replaced_by(share: Share, others: Collection[Share]) -> set[Share]:
    """The shares whose rows of other counts no longer count once a share has written its own.

    Args:
        share: the share.
        others: those that have written rows of the project.
    """
    alike = {share, *(other for other in others if other.count == share.count)}
    return {other for other in others if other.count != share.count} if len(alike) == share.count else set()


def _as_unknown(rules: pa.Table) -> pa.Table:
    place = rules.schema.get_field_index("rules_digest")
    return rules.set_column(place, "rules_digest", pa.repeat(_RULES_OF_SEVERAL, rules.num_rows)).slice(0, 1)
