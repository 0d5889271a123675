"""The demo's questions: sections of Encord's "Export Labels" page, each with the one query that answers it."""

from typing import NamedTuple


class Question(NamedTuple):
    """A question in words, and the query; `{video}` and `{consensus}` stand for titles of the sample project."""

    title: str
    sql: str


WHAT_CHANGED = Question(
    "What changed since the first sync?",
    """\
SELECT data_title, change_kind AS change, label_name AS label, n_frames AS frames,
       round(CAST(iou AS NUMERIC), 2) AS iou, last_edited_by AS who
FROM label_change
WHERE attribute_feature_hash IS NULL
ORDER BY data_title, change_kind""",
)
"""The question that a second sync is about."""

QUESTIONS = (
    Question(
        "Which objects are on frames 10 to 12 of one video, and where, in pixels?",
        """\
SELECT frame, object_name AS object, object_hash,
       x_pixels AS x, y_pixels AS y, width_pixels AS w, height_pixels AS h
FROM object_on_frame
WHERE data_title = '{video}' AND branch_name = 'main'
  AND frame BETWEEN 10 AND 12 AND ontology_shape = 'bounding_box'
ORDER BY object_hash, frame""",
    ),
    Question(
        "What is on frames 10, 20, 30 and 40 of each video?",
        """\
SELECT data_title, frame, count(DISTINCT object_hash) AS objects,
       count(DISTINCT classification_hash) AS classifications
FROM label_on_frame
WHERE frame IN (10, 20, 30, 40) AND data_type = 'video'
  AND branch_name = 'main'
GROUP BY data_title, frame
ORDER BY data_title, frame""",
    ),
    Question(
        "How was each attribute of one object answered, and on which frames?",
        """\
SELECT attribute_name AS attribute, attribute_answer AS answer,
       is_dynamic AS dynamic, min(frame) AS first, max(frame) AS last
FROM attribute_on_frame
WHERE data_title = '{video}' AND branch_name = 'main'
  AND object_hash = (SELECT min(object_hash) FROM object_on_frame
      WHERE data_title = '{video}' AND object_name = 'Cow')
GROUP BY attribute_name, attribute_answer, is_dynamic
ORDER BY is_dynamic DESC, attribute_name, first""",
    ),
    Question(
        "Which classifications hold, for which ranges of frames?",
        """\
SELECT classification_name AS question, classification_answer AS answer,
       frame_start, frame_end
FROM classification_on_range
WHERE data_title = '{video}' AND branch_name = 'main'
ORDER BY classification_name, frame_start""",
    ),
    Question(
        "All branches: what did each annotator draw on a consensus task?",
        """\
SELECT substr(branch_name, 1, 15) AS branch, object_name AS object,
       count(DISTINCT object_hash) AS objects, count(*) AS on_frames
FROM object_on_frame
WHERE data_title = '{consensus}' AND branch_name <> 'main'
GROUP BY branch_name, object_name
ORDER BY object_name, branch_name""",
    ),
    Question(
        "Consensus: what awaits a reviewer, and how far do the annotators disagree, in percent?",
        """\
SELECT data_title, reason, n, first_frame AS frame,
       CAST(ROUND(100 * worst_agreement) AS BIGINT) AS worst,
       CAST(ROUND(100 * disagreement) AS BIGINT) AS apart
FROM consensus_queue
ORDER BY apart DESC, data_title, reason""",
    ),
    Question(
        "Consensus: who agrees with whom, in percent? Seen x drawn alike = objects.",
        """\
SELECT split_part(annotator, '@', 1) AS annotator,
       split_part(other_annotator, '@', 1) AS other,
       CAST(ROUND(100 * detection_f1) AS BIGINT) AS seen,
       CAST(ROUND(100 * mean_iou) AS BIGINT) AS alike,
       CAST(ROUND(100 * object_agreement) AS BIGINT) AS objects,
       CAST(ROUND(100 * answer_agreement) AS BIGINT) AS answers
FROM consensus_annotator_pair
ORDER BY 1, 2""",
    ),
    Question(
        "The work: who made how many labels, handed in and judged how many tasks, in how many hours?",
        """\
SELECT split_part(annotator, '@', 1) AS who, min(work_day) AS first_day,
       CAST(sum(n_labels) AS BIGINT) AS labels,
       CAST(sum(n_submissions) AS BIGINT) AS handed_in,
       CAST(sum(n_reviews) AS BIGINT) AS judged, sum(hours_spent) AS hours
FROM work_by_annotator_day
GROUP BY annotator
ORDER BY 1""",
    ),
)
