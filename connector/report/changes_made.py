"""What changed since a date, and what reviewers corrected; nothing where no history is kept."""

from datetime import datetime

from connector.report.asking import Asking, Column, Question
from connector.report.shown import Part, figure

_KNOWN_SINCE = "SELECT known_since FROM history_clock WHERE project_hash = $project"

CHANGES = Question(
    "changes",
    "What edits changed",
    """
SELECT COALESCE(label_name, attribute_name, item_hash), label_kind, change_kind, COUNT(*),
    COUNT(DISTINCT data_hash), CAST(SUM(n_frames) AS BIGINT)
FROM label_change
WHERE project_hash = $project AND changed_at >= $since
GROUP BY COALESCE(label_name, attribute_name, item_hash), label_kind, change_kind
ORDER BY COUNT(*) DESC, 1, 2, 3
LIMIT 60
""",
    (
        Column("Class or question", "text"),
        Column("Of", "text"),
        Column("Change", "text"),
        Column("Changes", mark="bar"),
        Column("Data units"),
        Column("Frames"),
    ),
    "No edit changed a label since then.",
)

EDITORS = Question(
    "editors",
    "Who edited last",
    """
SELECT last_edited_by, COUNT(*), COUNT(DISTINCT data_hash), MAX(last_edited_at)
FROM label_change
WHERE project_hash = $project AND changed_at >= $since
GROUP BY last_edited_by
ORDER BY COUNT(*) DESC, last_edited_by
LIMIT 50
""",
    (
        Column("Person", "person"),
        Column("Changes", mark="bar"),
        Column("Data units"),
        Column("Newest edit", "moment"),
    ),
    "No edit changed a label since then.",
    "Nobody is named where a label is gone: who edited it last need not have removed it.",
)

FACTS = Question(
    "facts",
    "What the listing says otherwise",
    """
SELECT column_name, COUNT(*), COUNT(DISTINCT data_hash)
FROM label_row_change
WHERE project_hash = $project AND changed_at >= $since
GROUP BY column_name
ORDER BY COUNT(*) DESC, column_name
""",
    (Column("Fact of a label row", "text"), Column("Changes", mark="bar"), Column("Data units")),
    "No status, stage, assignee or title changed since then.",
)

CORRECTIONS = Question(
    "corrections",
    "What reviewers corrected",
    """
SELECT COALESCE(label_name, attribute_name, item_hash), change_kind, submitted_by, reviewer, COUNT(*),
    COUNT(*) FILTER (WHERE is_seen_apart)
FROM review_correction
WHERE project_hash = $project AND changed_at >= $since
GROUP BY COALESCE(label_name, attribute_name, item_hash), change_kind, submitted_by, reviewer
ORDER BY COUNT(*) DESC, 1, 2, 3, 4
LIMIT 60
""",
    (
        Column("Class or question", "text"),
        Column("Change", "text"),
        Column("Work of", "person"),
        Column("Reviewer", "person"),
        Column("Corrections", mark="bar"),
        Column("Seen apart"),
    ),
    "No label changed between its submission and its approval since then.",
    "Seen apart: a sync saw the labels after they were submitted, so nothing of the change can be the annotator's own.",
)


def changes(ask: Asking, since: datetime) -> Part:
    """What changed, by class, person and fact; what reviewers corrected."""
    known = ask.session.rows(_KNOWN_SINCE, project=ask.project_hash)
    if not known:
        return Part("changes", "Changes", "This warehouse keeps no history of the project.", [])
    lead = f"Since {since:%Y-%m-%d %H:%M} UTC; the history is known since {known[0][0]:%Y-%m-%d %H:%M} UTC."
    questions = (CHANGES, EDITORS, FACTS, CORRECTIONS)
    return Part("changes", "Changes", lead, [figure(each, ask.rows(each, since=since)) for each in questions])
