"""What is labelled: classes, objects on frames, where and how large they are, and how long they last."""

from collections.abc import Sequence

from markupsafe import Markup

from connector.load.contract.statements import sql
from connector.report.asking import Asking, Column, Question
from connector.report.shown import Part, counted, figure
from connector.report.svg import Mark, chart, grid

MOST_OBJECTS = 20
"""Frames with as many objects, or more, are counted together."""

_ANNOTATIONS = """
object_annotation AS a
-- DuckDB takes several times as long for NOT EXISTS.
LEFT JOIN (
    SELECT i.label_hash, i.object_hash
    FROM object_instance AS i
    JOIN ontology_class AS c ON c.project_hash = $project AND c.feature_hash = i.feature_hash
    WHERE c.is_archived
) AS x ON x.label_hash = a.label_hash AND x.object_hash = a.object_hash
"""
_SHOWN = "COALESCE(a.event, 'upsert') <> 'delete' AND x.label_hash IS NULL"
"""As in view object_on_frame, whose other joins are left out: where few columns are asked for, they take most time."""

CLASSES = Question(
    "classes",
    "Classes of objects and classifications",
    """
SELECT class_name, class_kind, COALESCE(ontology_shape, ''), n_instances, n_data_units, n_on_frames
FROM class_balance
WHERE project_hash = $project
ORDER BY class_kind DESC, n_instances DESC, class_position
LIMIT 200
""",
    (
        Column("Class", "text"),
        Column("Kind", "text"),
        Column("Shape", "text"),
        Column("Instances", mark="bar"),
        Column("Data units"),
        Column("On frames", mark="bar"),
    ),
    "The ontology has no classes.",
    "Main branch only. Classes that nobody has used stand last.",
)

PER_FRAME = Question(
    "per-frame",
    "Objects per frame",
    sql(
        """
SELECT 0 AS n_objects, CAST(SUM(n_unlabelled_frames) AS BIGINT) AS n_frames
FROM frame_coverage
WHERE project_hash = $project AND branch_name = 'main'
HAVING COUNT(*) > 0
UNION ALL
SELECT f.n_objects, CAST(SUM(f.n_frames) AS BIGINT)
FROM (
    SELECT label_hash, n_objects, COUNT(*) AS n_frames
    FROM (
        SELECT a.label_hash, LEAST(COUNT(*), 20) AS n_objects
        FROM {annotations}
        WHERE {shown}
        GROUP BY a.label_hash, a.space_id, a.frame
    ) AS frame
    GROUP BY label_hash, n_objects
) AS f
JOIN current_label_row AS r ON r.label_hash = f.label_hash
WHERE r.project_hash = $project AND r.branch_name = 'main' AND r.data_type <> 'scene'
GROUP BY f.n_objects
ORDER BY n_objects
""",
        annotations=_ANNOTATIONS,
        shown=_SHOWN,
    ),
    (Column("Objects on the frame"), Column("Frames", mark="bar")),
    "No data unit has frames.",
    f"Main branch only. {MOST_OBJECTS} stands for {MOST_OBJECTS} or more.",
)

BARE = Question(
    "bare",
    "Most frames without an object",
    """
SELECT data_hash, CAST(SUM(n_frames) AS BIGINT), CAST(SUM(n_labelled_frames) AS BIGINT),
    CAST(SUM(n_unlabelled_frames) AS BIGINT)
FROM frame_coverage
WHERE project_hash = $project AND branch_name = 'main'
GROUP BY data_hash
HAVING SUM(n_unlabelled_frames) > 0
ORDER BY SUM(n_unlabelled_frames) DESC, data_hash
LIMIT 10
""",
    (Column("Data unit", "unit"), Column("Frames"), Column("With an object"), Column("Without", mark="bar")),
    "Every frame has an object.",
)

PLACES = Question(
    "places",
    "Where objects are on the frame",
    """
SELECT row_number, column_number, COUNT(*)
FROM (
    SELECT
        CAST(LEAST(8, GREATEST(0, FLOOR(4.5 * (a.y_min + a.y_max)))) AS BIGINT) AS row_number,
        CAST(LEAST(15, GREATEST(0, FLOOR(8 * (a.x_min + a.x_max)))) AS BIGINT) AS column_number
    FROM object_annotation AS a
    JOIN current_label_row AS r ON r.label_hash = a.label_hash
    WHERE r.project_hash = $project AND r.branch_name = 'main'
      AND a.x_min BETWEEN -9 AND 9 AND a.x_max BETWEEN -9 AND 9
      AND a.y_min BETWEEN -9 AND 9 AND a.y_max BETWEEN -9 AND 9
) AS placed
GROUP BY row_number, column_number
ORDER BY row_number, column_number
""",
    (Column("Row, from above"), Column("Column, from the left"), Column("Objects on frames", mark="bar")),
    "No object has a place on a frame.",
    "Centres of the boxes around objects of main, on a frame of 16 by 9 cells. A darker cell has more.",
)

SIZES = Question(
    "sizes",
    "How large objects are",
    sql(
        """
WITH part AS (
    SELECT r.label_hash, 'root' AS space_id, r.data_hash, COALESCE(NULLIF(s.width, 0), r.frame_width) AS width,
        COALESCE(NULLIF(s.height, 0), r.frame_height) AS height
    FROM current_label_row AS r
    LEFT JOIN data_space AS s ON s.label_hash = r.label_hash AND s.space_id = 'root'
    WHERE r.project_hash = $project AND r.branch_name = 'main'
    UNION ALL
    SELECT r.label_hash, s.space_id, NULL, NULLIF(s.width, 0), NULLIF(s.height, 0)
    FROM current_label_row AS r
    JOIN data_space AS s ON s.label_hash = r.label_hash AND s.space_id <> 'root'
    WHERE r.project_hash = $project AND r.branch_name = 'main'
), sized AS (
    SELECT
        a.x_max * COALESCE(NULLIF(f.width, 0), p.width) - a.x_min * COALESCE(NULLIF(f.width, 0), p.width) AS width,
        a.y_max * COALESCE(NULLIF(f.height, 0), p.height) - a.y_min * COALESCE(NULLIF(f.height, 0), p.height) AS height
    FROM {annotations}
    JOIN part AS p ON p.label_hash = a.label_hash AND p.space_id = a.space_id
    LEFT JOIN (
        SELECT data_hash, frame, width, height
        FROM data_frame
        WHERE project_hash = $project AND (width > 0 OR height > 0)
    ) AS f ON f.data_hash = p.data_hash AND f.frame = a.frame
    WHERE {shown}
)
SELECT CAST(POWER(2, size) AS BIGINT), CAST(POWER(2, size + 1) AS BIGINT), COUNT(*)
FROM (
    SELECT FLOOR(LN(GREATEST(1, SQRT(width * height))) / LN(2) + 1e-9) AS size
    FROM sized
    WHERE width BETWEEN 1e-9 AND 1e6 AND height BETWEEN 1e-9 AND 1e6
) AS measured
GROUP BY size
ORDER BY size
""",
        annotations=_ANNOTATIONS,
        shown=_SHOWN,
    ),
    (Column("From, pixels"), Column("To below, pixels"), Column("Objects on frames", mark="bar")),
    "No object has a size in pixels.",
    "The side of a square as large as the box around the object. Points have none.",
)

TRACKS = Question(
    "tracks",
    "How many frames an object lasts",
    """
SELECT CAST(POWER(2, size) AS BIGINT), CAST(POWER(2, size + 1) AS BIGINT), COUNT(*),
    COUNT(*) FILTER (WHERE n_missing_frames > 0)
FROM (
    SELECT n_missing_frames, FLOOR(LN(n_frames) / LN(2) + 1e-9) AS size
    FROM track
    WHERE project_hash = $project AND branch_name = 'main' AND data_type <> 'image'
) AS sized
GROUP BY size
ORDER BY size
""",
    (Column("From, frames"), Column("To below, frames"), Column("Tracks", mark="bar"), Column("Of them with gaps")),
    "No object is on a frame of a video or an image group.",
)

GAPS = Question(
    "gaps",
    "Tracks by class",
    """
SELECT object_name, COUNT(*), FLOOR(AVG(CAST(n_frames AS DOUBLE PRECISION)) * 1e6 + 0.5) / 1e6,
    COUNT(*) FILTER (WHERE n_missing_frames > 0), CAST(SUM(n_missing_frames) AS BIGINT)
FROM track
WHERE project_hash = $project AND branch_name = 'main' AND data_type <> 'image'
GROUP BY feature_hash, object_name
ORDER BY SUM(n_missing_frames) DESC, object_name, feature_hash
LIMIT 50
""",
    (
        Column("Class", "text"),
        Column("Tracks"),
        Column("Frames, mean", "number"),
        Column("With gaps"),
        Column("Frames in gaps", mark="bar"),
    ),
    "No object is on a frame of a video or an image group.",
    "A gap is a run of frames without the object between its first frame and its last.",
)


def class_balance(ask: Asking) -> Part:
    """How often each class is used."""
    return Part("balance", "Class balance", "", [figure(CLASSES, ask.rows(CLASSES))])


def frames(ask: Asking) -> Part:
    """Objects per frame, and frames without any."""
    found = ask.rows(PER_FRAME)
    columns = [(f"{n}{'+' if n == MOST_OBJECTS else ''}", n_frames) for n, n_frames in found]
    drawn = _columns("Frames by the number of objects on them", "frame", columns)
    return Part("frames", "Frames", "", [figure(PER_FRAME, found, "folded", drawn), figure(BARE, ask.rows(BARE))])


def sizes(ask: Asking) -> Part:
    """Where objects are on the frame, and how large."""
    places, found = ask.rows(PLACES), ask.rows(SIZES)
    drawn = grid("Objects by their place on the frame", 16, 9, {(row, column): n for row, column, n in places})
    columns = [(f"{pixels:,}", n) for pixels, _, n in found]
    return Part(
        "sizes",
        "Position and size",
        "",
        [
            figure(PLACES, places, "folded", drawn),
            figure(SIZES, found, "folded", _columns("Objects by their size in pixels", "object", columns)),
        ],
    )


def tracks(ask: Asking) -> Part:
    """How long objects last, and their gaps."""
    found = ask.rows(TRACKS)
    drawn = _columns("Tracks by the number of their frames", "track", [(f"{n:,}", count) for n, _, count, _ in found])
    return Part("tracks", "Tracks", "", [figure(TRACKS, found, "folded", drawn), figure(GAPS, ask.rows(GAPS))])


def _columns(says: str, noun: str, columns: Sequence[tuple[str, int]]) -> Markup:
    """A chart with a column for each (word below it, how many)."""
    most = max((count for _, count in columns), default=0) or 1
    width = 1 / max(1, len(columns))
    marks = [
        Mark(place * width, (place + 0.85) * width, 0, count / most, "c0", f"{word}: {counted(count, noun)}")
        for place, (word, count) in enumerate(columns)
    ]
    across = [((place + 0.42) * width, word) for place, (word, _) in enumerate(columns)]
    top = counted(most, noun)
    return chart(f"{says}: {top} at most.", marks, top=top, across=across)
