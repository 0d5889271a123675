"""What was answered: attributes of objects and classifications, and classifications from frame to frame."""

from collections.abc import Sequence
from itertools import groupby

from markupsafe import Markup

from connector.report.asking import Asking, Column, Question, Row
from connector.report.shown import Part, figure
from connector.report.svg import SERIES, Mark, legend, strip

ANSWERS = Question(
    "answers",
    "Answers by question",
    """
SELECT class_name, attribute_name,
    CASE answer_type WHEN 'text' THEN '(texts)' WHEN 'numeric' THEN '(numbers)' ELSE label END,
    n, CAST(n AS DOUBLE PRECISION) / SUM(n) OVER (PARTITION BY attribute_hash), lowest, mean, highest
FROM (
    SELECT
        c.name AS class_name, c.kind, c.position AS class_position, c.feature_hash AS class_hash,
        t.name AS attribute_name, t.depth, t.position, t.feature_hash AS attribute_hash, t.answer_type,
        o.label, o.position AS option_position, g.n, g.lowest, g.mean, g.highest
    FROM (
        SELECT
            a.attribute_feature_hash,
            a.option_feature_hash,
            COUNT(*) AS n,
            MIN(a.answer_number) AS lowest,
            FLOOR(AVG(a.answer_number) * 1e6 + 0.5) / 1e6 AS mean,
            MAX(a.answer_number) AS highest
        FROM attribute_answer AS a
        JOIN current_label_row AS r ON r.label_hash = a.label_hash
        WHERE r.project_hash = $project AND r.branch_name = 'main'
        GROUP BY a.attribute_feature_hash, a.option_feature_hash
    ) AS g
    JOIN ontology_attribute AS t ON t.project_hash = $project AND t.feature_hash = g.attribute_feature_hash
    JOIN ontology_class AS c ON c.project_hash = $project AND c.feature_hash = t.class_feature_hash
    LEFT JOIN ontology_option AS o ON o.project_hash = $project AND o.feature_hash = g.option_feature_hash
    WHERE NOT c.is_archived AND NOT t.is_archived
) AS named
ORDER BY kind DESC, class_position, class_hash, depth, position, attribute_hash, option_position
LIMIT 150
""",
    (
        Column("Class", "text"),
        Column("Question", "text"),
        Column("Answer", "text"),
        Column("Times"),
        Column("Of the answers", "share", "bar"),
        Column("Lowest", "number"),
        Column("Mean", "number"),
        Column("Highest", "number"),
    ),
    "No question was answered.",
    "Main branch only. Texts are counted, not shown. An answer that changes from frame to frame counts once a run.",
)

OVER_TIME = Question(
    "over-time",
    "Answers from frame to frame",
    """
WITH unit AS (
    SELECT r.data_hash, r.frame_count
    FROM classification_range AS g
    JOIN classification_instance AS i
        ON i.label_hash = g.label_hash AND i.classification_hash = g.classification_hash
    JOIN current_label_row AS r ON r.label_hash = g.label_hash
    WHERE r.project_hash = $project AND r.branch_name = 'main' AND r.frame_count > 1 AND g.space_id = 'root'
      AND g.range_unit = 'frame' AND g.frame_start IS NOT NULL
    GROUP BY r.data_hash, r.frame_count
    ORDER BY COUNT(*) DESC, r.data_hash
    LIMIT 6
)
SELECT
    c.classification_name,
    c.data_hash,
    CASE WHEN c.answer_type IN ('text', 'numeric') THEN '(' || c.answer_type || ')'
         ELSE COALESCE(c.classification_answer, '(open)') END AS answer,
    c.frame_start,
    c.frame_end,
    u.frame_count
FROM classification_on_range AS c
JOIN unit AS u ON u.data_hash = c.data_hash
WHERE c.project_hash = $project AND c.branch_name = 'main' AND c.space_id = 'root' AND c.range_unit = 'frame'
  AND c.frame_start IS NOT NULL
ORDER BY c.classification_name, c.feature_hash, c.data_hash, c.frame_start, c.classification_hash
LIMIT 200
""",
    (
        Column("Question", "text"),
        Column("Data unit", "unit"),
        Column("Answer", "text"),
        Column("From frame"),
        Column("To frame"),
        Column("Frames of the data unit"),
    ),
    "No classification holds for a part of a video only.",
    "The data units of main with the most of them. Texts and numbers are not shown.",
)


def answers(ask: Asking) -> Part:
    """How often each answer was given."""
    return Part("answers", "Answers", "", [figure(ANSWERS, ask.rows(ANSWERS))])


def classifications(ask: Asking) -> Part:
    """Which answer held on which frames."""
    rows = ask.rows(OVER_TIME)
    drawn = Markup().join(_strips(name, list(group)) for name, group in groupby(rows, key=lambda row: row[0]))
    return Part("over-time", "Classifications over time", "", [figure(OVER_TIME, rows, "folded", drawn)])


def _strips(question: str, rows: Sequence[Row]) -> Markup:
    """A strip a data unit, in a colour an answer."""
    given = list(dict.fromkeys(row[2] for row in rows))
    looks = {answer: f"c{min(place, SERIES - 1)}" for place, answer in enumerate(given)}
    line = Markup("<dt>{}</dt><dd>{}</dd>")
    lines = []
    for unit, group in groupby(rows, key=lambda row: row[1]):
        marks = [
            Mark(start / n_frames, min(1, (end + 1) / n_frames), 0, 1, looks[answer], f"{start} to {end}: {answer}")
            for _, _, answer, start, end, n_frames in group
        ]
        lines.append(line.format(unit, strip(f"{question}, {unit}: {len(marks)} ranges of frames.", marks)))
    shown = [(look, answer) for answer, look in looks.items() if look != f"c{SERIES - 1}"]
    shown += [(f"c{SERIES - 1}", "other answers")] if len(given) >= SERIES else []
    return Markup('<h4>{}</h4>{}<dl class="strips">{}</dl>').format(question, legend(shown), Markup().join(lines))
