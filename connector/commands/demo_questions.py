"""The demo's questions: sections of Encord's "Export Labels" page, each with the one query that answers it."""

from typing import NamedTuple


class Question(NamedTuple):
    """A question in words, and the query; `{video}` and `{consensus}` stand for titles of the sample project."""

    title: str
    sql: str


QUESTIONS = (
    Question(
        "Which objects are on frames 10 to 12 of one video?",
        """\
SELECT frame, object_name, object_hash, x_pixels, y_pixels, width_pixels, height_pixels
FROM object_on_frame
WHERE data_title = '{video}' AND branch_name = 'main' AND frame BETWEEN 10 AND 12
ORDER BY frame, object_name, object_hash""",
    ),
    Question(
        "Which labels are on frames 10, 20, 30 and 40, all videos?",
        """\
SELECT data_title, frame, count(DISTINCT object_hash) AS objects,
       count(DISTINCT classification_hash) AS classifications
FROM label_on_frame
WHERE frame IN (10, 20, 30, 40) AND data_type = 'video' AND branch_name = 'main'
GROUP BY data_title, frame
ORDER BY data_title, frame""",
    ),
    Question(
        "Which attributes were answered, how, and on how many frames?",
        """\
SELECT object_name, attribute_name, attribute_answer, is_dynamic,
       count(*) AS frames, min(frame) AS first_frame, max(frame) AS last_frame
FROM attribute_on_frame
WHERE data_title = '{video}' AND branch_name = 'main' AND object_name IS NOT NULL
GROUP BY object_name, object_hash, attribute_name, attribute_answer, is_dynamic
ORDER BY object_name, object_hash, attribute_name, first_frame""",
    ),
    Question(
        "Which classifications hold, for which frames, without unfolding them?",
        """\
SELECT data_title, classification_name, classification_answer, frame_start, frame_end
FROM classification_on_range
WHERE data_type = 'video' AND branch_name = 'main'
ORDER BY data_title, classification_name, frame_start""",
    ),
    Question(
        "What did each annotator draw on the consensus task, all branches?",
        """\
SELECT branch_name, object_name, count(DISTINCT object_hash) AS objects, count(*) AS on_frames
FROM object_on_frame
WHERE data_title = '{consensus}'
GROUP BY branch_name, object_name
ORDER BY object_name, branch_name""",
    ),
)
