"""What `export coco --consensus` reads: which label rows hold the consensus of a data unit, and which of their objects.

If consensus was reached, that is main. If it was not (yet), it is what the majority of the annotators drew: for each
thing that more than half of the submitted branches have, the object that is most similar to the others.
"""

from collections import Counter
from dataclasses import dataclass

from connector.load.contract.session import Session
from connector.load.contract.statements import sql
from connector.load.questions.coco_rows import IN_PICTURES, PictureLabelRow, in_order
from connector.load.questions.user_condition import condition_errors

_COLUMNS = (
    "r.label_hash, r.data_hash, r.data_title, r.data_type, r.branch_name, r.frame_count, r.frame_width, r.frame_height,"
    " r.annotation_count"
)

_BY_MAIN = """
SELECT {columns} FROM current_label_row AS r
LEFT JOIN consensus_unit_state AS u ON u.project_hash = r.project_hash AND u.data_hash = r.data_hash
WHERE r.project_hash = $project_hash AND r.branch_name = 'main' AND r.label_hash IS NOT NULL
    AND r.data_type IN {in_pictures} AND COALESCE(u.consensus_state, 'reached') = 'reached'
    AND r.label_row_id IN (SELECT label_row_id FROM current_label_row WHERE {condition})
"""

_BY_MAJORITY = """
SELECT {columns} FROM current_label_row AS r
JOIN consensus_branch AS b ON b.label_row_id = r.label_row_id
JOIN consensus_unit_state AS u ON u.project_hash = r.project_hash AND u.data_hash = r.data_hash
WHERE r.project_hash = $project_hash AND b.branch_role = 'annotator' AND b.is_submitted AND r.label_hash IS NOT NULL
    AND r.data_type IN {in_pictures} AND u.consensus_state IN ('awaiting_review', 'closed_without')
    AND r.data_hash IN (
        SELECT data_hash FROM current_label_row
        WHERE project_hash = $project_hash AND branch_name = 'main' AND {condition}
    )
"""

_WAITING = """
SELECT consensus_state, count(*) FROM consensus_unit_state
WHERE project_hash = $project_hash AND consensus_state NOT IN ('awaiting_review', 'closed_without', 'reached')
GROUP BY consensus_state
"""

# For each thing that a majority has, the object that is most similar to the others.
_VOTES = """
SELECT
    label_hash, space_id, frame, object_hash, votes, n_branches,
    MAX(CASE WHEN is_majority THEN 1 ELSE 0 END) OVER thing = 1 AS has_majority,
    ROW_NUMBER() OVER (
        PARTITION BY cluster_key
        ORDER BY CASE WHEN is_majority THEN 0 ELSE 1 END, score_sum DESC, label_row_id COLLATE "C",
            object_hash COLLATE "C"
    ) = 1 AS is_first
FROM consensus_object_vote
WHERE project_hash = $project_hash AND data_hash = $data_hash
WINDOW thing AS (PARTITION BY cluster_key)
"""

ObjectOnFrame = tuple[str, str, int, str]
"""Label row, space, frame and object."""


@dataclass(frozen=True, slots=True)
class Votes:
    """What a data unit's annotators make of each other's objects.

    Attributes:
        chosen: what stands for a thing that a majority has → how many branches have it, of how many.
        represented: what another object of the same thing stands for.
        outvoted: what belongs to a thing without a majority.
    """

    chosen: dict[ObjectOnFrame, tuple[int, int]]
    represented: set[ObjectOnFrame]
    outvoted: set[ObjectOnFrame]


@dataclass(frozen=True, slots=True)
class ConsensusLabelRows:
    """The label rows that form a consensus.

    Attributes:
        rows: sorted by `in_order`; for a data unit either its main row or its annotators' rows.
        by_majority: the data units with their annotators' rows.
        waiting: data units left out because not all annotators have submitted, by consensus_state.
    """

    rows: list[PictureLabelRow]
    by_majority: set[str]
    waiting: Counter[str]


def consensus_label_rows(session: Session, project_hash: str, condition: str) -> ConsensusLabelRows:
    """The label rows of a project's consensus; data units outside consensus stages count with their main branch.

    Args:
        session: in a transaction.
        project_hash: the project.
        condition: from `checked_condition`, over current_label_row; selects main rows, and so data units.

    Raises:
        ConnectorError: CONFIGURATION, if the condition is not SQL over those columns.
    """
    parts = {"columns": _COLUMNS, "in_pictures": IN_PICTURES, "condition": condition}
    with condition_errors(session):
        main = session.rows(sql(_BY_MAIN, **parts), project_hash=project_hash)
        majority = session.rows(sql(_BY_MAJORITY, **parts), project_hash=project_hash)
    waiting = Counter({state: int(count) for state, count in session.rows(_WAITING, project_hash=project_hash)})
    by_majority = [PictureLabelRow(*row) for row in majority]
    return ConsensusLabelRows(
        in_order([*(PictureLabelRow(*row) for row in main), *by_majority]),
        {row.data_hash for row in by_majority},
        waiting,
    )


def majority_votes(session: Session, project_hash: str, data_hash: str) -> Votes:
    """The objects of a data unit's annotators by what a majority makes of them; in a transaction."""
    found = Votes({}, set(), set())
    rows = session.rows(_VOTES, project_hash=project_hash, data_hash=data_hash)
    for label_hash, space_id, frame, object_hash, votes, branches, has_majority, is_first in rows:
        key = (label_hash, space_id, int(frame), object_hash)
        if not has_majority:
            found.outvoted.add(key)
        elif is_first:
            found.chosen[key] = (int(votes), int(branches))
        else:
            found.represented.add(key)
    return found
