"""Overview and progress: how fresh the labels are, what failed or waits, and how far each stage of the workflow is."""

from connector.report.asking import Asking, Column, Question
from connector.report.shown import Part, figure

HELD = Question(
    "held",
    "What the warehouse holds",
    """
SELECT COUNT(DISTINCT data_hash), COUNT(*) FILTER (WHERE branch_name <> 'main'),
    COUNT(*) FILTER (WHERE branch_name = 'main' AND label_hash IS NULL),
    CAST(COALESCE(SUM(object_count) FILTER (WHERE branch_name = 'main'), 0) AS BIGINT),
    CAST(COALESCE(SUM(annotation_count) FILTER (WHERE branch_name = 'main'), 0) AS BIGINT),
    CAST(COALESCE(SUM(classification_count) FILTER (WHERE branch_name = 'main'), 0) AS BIGINT)
FROM current_label_row
WHERE project_hash = $project
""",
    (
        Column("Data units"),
        Column("Label rows on other branches"),
        Column("Not opened yet"),
        Column("Objects on main"),
        Column("Objects on frames of main"),
        Column("Classifications on main"),
    ),
    "The warehouse holds nothing of this project.",
)

FRESH = Question(
    "fresh",
    "How fresh it is",
    """
SELECT
    (SELECT MAX(ended_at) FROM sync_run_project WHERE project_hash = $project AND outcome = 'succeeded'),
    (SELECT outcome FROM sync_run_project WHERE project_hash = $project ORDER BY started_at DESC, run_id DESC LIMIT 1),
    (SELECT MAX(last_edited_at) FROM label_row WHERE project_hash = $project AND deleted_at IS NULL),
    (SELECT COUNT(*) FROM sync_failure WHERE project_hash = $project),
    (SELECT COUNT(*) FROM label_row
     WHERE project_hash = $project AND deleted_at IS NULL AND label_hash IS NOT NULL
       AND (synced_at IS NULL OR stale_reason IS NOT NULL)),
    (SELECT COUNT(*) FROM label_row WHERE project_hash = $project AND deleted_at IS NOT NULL)
""",
    (
        Column("Last sync that succeeded", "moment"),
        Column("The last sync", "text"),
        Column("Newest edit of a label", "moment"),
        Column("Could not be read or written"),
        Column("To be fetched by the next sync"),
        Column("Deleted in Encord"),
    ),
    "This project was never synced.",
)

FAILED = Question(
    "failed",
    "What failed and has not healed",
    """
SELECT r.data_hash, f.kind, f.message, f.attempts, f.last_seen
FROM sync_failure AS f
LEFT JOIN (
    SELECT label_hash, MIN(data_hash) AS data_hash FROM label_row WHERE label_hash IS NOT NULL GROUP BY label_hash
) AS r ON r.label_hash = f.label_hash
WHERE f.project_hash = $project
ORDER BY f.last_seen DESC, f.label_hash
LIMIT 20
""",
    (
        Column("Data unit", "unit"),
        Column("Kind", "text"),
        Column("Message", "private"),
        Column("Runs that tried"),
        Column("Last seen", "moment"),
    ),
    "Nothing has failed.",
)

STAGES = Question(
    "stages",
    "Data units by stage of the workflow",
    """
SELECT s.title, s.stage_type, COUNT(r.data_hash), COUNT(r.label_hash), MAX(r.last_edited_at)
FROM workflow_stage AS s
LEFT JOIN current_label_row AS r
    ON r.project_hash = s.project_hash AND r.workflow_stage_uuid = s.stage_uuid AND r.branch_name = 'main'
WHERE s.project_hash = $project
GROUP BY s.stage_uuid, s.title, s.stage_type, s.position
ORDER BY s.position
""",
    (
        Column("Stage", "text"),
        Column("Type", "text"),
        Column("Data units", mark="bar"),
        Column("Of them opened"),
        Column("Newest edit", "moment"),
    ),
    "This project has no workflow.",
    "Each data unit counts once, where its main branch is.",
)


def overview(ask: Asking) -> Part:
    """Freshness, failures, what waits."""
    return Part(
        "overview",
        "Overview",
        "",
        [
            figure(FRESH, ask.rows(FRESH), "tiles"),
            figure(HELD, ask.rows(HELD), "tiles"),
            figure(FAILED, ask.rows(FAILED)),
        ],
    )


def progress(ask: Asking) -> Part:
    """How many data units are in each stage."""
    return Part("progress", "Progress", "", [figure(STAGES, ask.rows(STAGES))])
