"""Throughput and time: who made how many labels on which day, and how long data units stay in a stage."""

from collections.abc import Sequence
from itertools import groupby

from markupsafe import Markup

from connector.report.asking import Asking, Column, Question, Row
from connector.report.shown import Part, counted, figure
from connector.report.svg import SERIES, Mark, chart, legend

PEOPLE = Question(
    "people",
    "By person",
    """
SELECT annotator, MIN(work_day), MAX(work_day), CAST(SUM(n_labels) AS BIGINT), CAST(SUM(n_submissions) AS BIGINT),
    CAST(SUM(n_reviews) AS BIGINT), SUM(hours_spent)
FROM work_by_annotator_day
WHERE project_hash = $project
GROUP BY annotator
ORDER BY SUM(n_labels) DESC, annotator
LIMIT 50
""",
    (
        Column("Person", "person"),
        Column("From", "day"),
        Column("To", "day"),
        Column("Labels", mark="bar"),
        Column("Handed in"),
        Column("Judged"),
        Column("Hours", "hours"),
    ),
    "Nobody has made a label yet.",
    "A label is an object or a classification and counts once, for who made it first. Days are days in UTC.",
)

PERIODS = Question(
    "periods",
    "Labels over time",
    """
WITH work AS (
    SELECT annotator, work_day, n_labels
    FROM work_by_annotator_day
    WHERE project_hash = $project AND n_labels > 0 AND work_day IS NOT NULL
), span AS (
    SELECT
        MIN(work_day) AS first_day,
        CASE WHEN MAX(work_day) - MIN(work_day) < 45 THEN 1
             ELSE 7 * CAST(CEIL((MAX(work_day) - MIN(work_day) + 1) / 315.0) AS INTEGER) END AS step
    FROM work
), person AS (
    SELECT annotator, ROW_NUMBER() OVER (ORDER BY SUM(n_labels) DESC, annotator) AS place
    FROM work
    GROUP BY annotator
), placed AS (
    SELECT
        s.first_day + CAST(FLOOR(CAST(w.work_day - s.first_day AS DOUBLE PRECISION) / s.step) AS INTEGER) * s.step
            AS first_day,
        s.step,
        CASE WHEN p.place <= 7 THEN w.annotator END AS annotator,
        LEAST(p.place, 8) AS place,
        w.n_labels
    FROM work AS w
    CROSS JOIN span AS s
    JOIN person AS p ON p.annotator = w.annotator
)
SELECT first_day, step, annotator, CAST(SUM(n_labels) AS BIGINT)
FROM placed
GROUP BY first_day, step, annotator, place
ORDER BY first_day, place
""",
    (Column("From", "day"), Column("Days"), Column("Person", "person"), Column("Labels")),
    "Nobody has made a label yet.",
    "Rows without a person are everybody else's.",
)

FLOW = Question(
    "flow",
    "Hours by stage",
    """
SELECT stage_title, COALESCE(next_stage_title, '(is still there)'), n_stays, share_of_stays, median_hours, longest_hours
FROM stage_flow
WHERE project_hash = $project
ORDER BY stage_title, next_stage_title NULLS LAST, next_stage_uuid
LIMIT 60
""",
    (
        Column("Stage", "text"),
        Column("Went on to", "text"),
        Column("Stays", mark="bar"),
        Column("Of those that left", "share"),
        Column("Hours, median", "hours"),
        Column("Hours, longest", "hours"),
    ),
    "The log of tasks has nothing about this project.",
    "A stay begins with the last thing done in the stage before, so it includes the time in which nobody had the task.",
)

WAITING = Question(
    "waiting",
    "What has waited longest",
    """
SELECT stage_title, data_hash, visit, entered_at
FROM time_in_stage
WHERE project_hash = $project AND left_at IS NULL AND entered_at IS NOT NULL AND COALESCE(stage_type, '') <> 'DONE'
ORDER BY entered_at, data_hash
LIMIT 10
""",
    (Column("Stage", "text"), Column("Data unit", "unit"), Column("Visit"), Column("Since", "moment")),
    "Nothing waits.",
)


def throughput(ask: Asking) -> Part:
    """Labels by person, and over time."""
    people, periods = ask.rows(PEOPLE), ask.rows(PERIODS)
    return Part(
        "throughput",
        "Throughput",
        "",
        [figure(PERIODS, periods, "folded", _columns(periods)), figure(PEOPLE, people)],
    )


def time_in_stage(ask: Asking) -> Part:
    """How long data units stay where."""
    return Part("time", "Time in stage", "", [figure(FLOW, ask.rows(FLOW)), figure(WAITING, ask.rows(WAITING))])


def _columns(rows: Sequence[Row]) -> Markup:
    """Stacked columns, one a period, in the colours of `legend`."""
    if not rows:
        return Markup()
    order = list(dict.fromkeys(person for *_, person, _ in sorted(rows, key=lambda row: row[2] is None)))
    looks = {person: SERIES - 1 if person is None else place for place, person in enumerate(order)}
    step = rows[0][1]
    n_periods = (rows[-1][0] - rows[0][0]).days // step + 1
    totals = {day: sum(row[3] for row in group) for day, group in groupby(rows, key=lambda row: row[0])}
    most = max(totals.values())
    marks = []
    for day, group in groupby(rows, key=lambda row: row[0]):
        place, low = (day - rows[0][0]).days // step, 0
        for *_, person, labels in group:
            says = f"{day}: {person or 'everybody else'}, {counted(labels, 'label')}"
            ends = (place / n_periods, (place + 0.85) / n_periods)
            marks.append(Mark(*ends, low / most, (low + labels) / most, f"c{looks[person]}", says))
            low += labels
    by = "day" if step == 1 else f"{step} days"
    drawn = chart(
        f"Labels by {by}, {rows[0][0]} to {rows[-1][0]}: {sum(totals.values()):,} in all, {most:,} at most.",
        marks,
        top=f"{most:,} labels a {by}",
        across=[(0, str(rows[0][0])), (1, str(rows[-1][0]))],
    )
    return drawn + legend([(f"c{look}", person or "everybody else") for person, look in looks.items()])
