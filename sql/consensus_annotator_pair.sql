-- grain: one row an annotator and another one, in both orders
-- after: consensus_branch_pair consensus_object_side consensus_vote
CREATE VIEW consensus_annotator_pair AS
WITH figures AS MATERIALIZED (
    SELECT
        project_hash,
        annotator,
        other_annotator,
        COUNT(*) AS n_sides,
        CAST(SUM(is_found) AS DOUBLE PRECISION) AS found,
        SUM(score) AS score
    FROM consensus_object_side
    WHERE pair_kind = 'peer'
    GROUP BY project_hash, annotator, other_annotator
), given AS MATERIALIZED (
    SELECT project_hash, data_hash, space_id, frame, feature_hash, annotator, answer
    FROM consensus_vote
    WHERE answer IS NOT NULL
), answers AS (
    SELECT
        a.project_hash,
        a.annotator,
        b.annotator AS other_annotator,
        COUNT(*) AS n_answers,
        ROUND(CAST(AVG(CASE WHEN a.answer = b.answer THEN 1.0 ELSE 0.0 END) AS DOUBLE PRECISION) * 1e9) / 1e9
            AS answer_agreement
    FROM given AS a
    JOIN given AS b
        ON b.project_hash = a.project_hash AND b.data_hash = a.data_hash AND b.space_id = a.space_id
        AND b.frame = a.frame AND b.feature_hash = a.feature_hash AND b.annotator <> a.annotator
    GROUP BY a.project_hash, a.annotator, b.annotator
), pair AS (
    SELECT project_hash, MAX(project_title) AS project_title, annotator, other_annotator, COUNT(*) AS n_units
    FROM (
        SELECT project_hash, project_title, annotator, other_annotator
        FROM consensus_branch_pair
        WHERE pair_kind = 'peer'
        UNION ALL
        SELECT project_hash, project_title, other_annotator, annotator
        FROM consensus_branch_pair
        WHERE pair_kind = 'peer'
    ) AS both_ways
    WHERE annotator <> other_annotator
    GROUP BY project_hash, annotator, other_annotator
)
SELECT
    p.project_hash,
    p.project_title,
    p.annotator,
    p.other_annotator,
    p.n_units,
    COALESCE(s.n_sides, 0) + COALESCE(o.n_sides, 0) AS n_sides,
    (COALESCE(s.found, 0) + COALESCE(o.found, 0))
        / NULLIF(COALESCE(s.n_sides, 0) + COALESCE(o.n_sides, 0), 0) AS detection_f1,
    -- Rounded, as all such figures: the last digit of a sum differs from run to run, and between engines.
    ROUND(
        ((COALESCE(s.score, 0) + COALESCE(o.score, 0)) / NULLIF(COALESCE(s.found, 0) + COALESCE(o.found, 0), 0)) * 1e9
    ) / 1e9 AS mean_iou,
    ROUND(
        ((COALESCE(s.score, 0) + COALESCE(o.score, 0)) / NULLIF(COALESCE(s.n_sides, 0) + COALESCE(o.n_sides, 0), 0)) * 1e9
    ) / 1e9 AS object_agreement,
    COALESCE(a.n_answers, 0) AS n_answers,
    a.answer_agreement
FROM pair AS p
LEFT JOIN figures AS s
    ON s.project_hash = p.project_hash AND s.annotator = p.annotator AND s.other_annotator = p.other_annotator
LEFT JOIN figures AS o
    ON o.project_hash = p.project_hash AND o.annotator = p.other_annotator AND o.other_annotator = p.annotator
LEFT JOIN answers AS a
    ON a.project_hash = p.project_hash AND a.annotator = p.annotator AND a.other_annotator = p.other_annotator;

COMMENT ON VIEW consensus_annotator_pair IS
    'One row an annotator and another one of a project, in both orders: a matrix of agreement, the same both ways round.';
COMMENT ON COLUMN consensus_annotator_pair.project_hash IS 'The project''s id in Encord.';
COMMENT ON COLUMN consensus_annotator_pair.project_title IS 'The project''s title.';
COMMENT ON COLUMN consensus_annotator_pair.annotator IS 'One annotator.';
COMMENT ON COLUMN consensus_annotator_pair.other_annotator IS 'The other annotator.';
COMMENT ON COLUMN consensus_annotator_pair.n_units IS 'Data units that both submitted.';
COMMENT ON COLUMN consensus_annotator_pair.n_sides IS 'Objects on frames of the two.';
COMMENT ON COLUMN consensus_annotator_pair.detection_f1 IS
    'Did they see the same objects? 2 TP / (n + n), 0 to 1; NULL with nothing to compare.';
COMMENT ON COLUMN consensus_annotator_pair.mean_iou IS 'Did they draw the found ones alike? Mean IoU, 0 to 1.';
COMMENT ON COLUMN consensus_annotator_pair.object_agreement IS
    'Both in one: detection_f1 times mean_iou (panoptic quality), 0 to 1; NULL with nothing to compare.';
COMMENT ON COLUMN consensus_annotator_pair.n_answers IS 'Questions on frames that both answered.';
COMMENT ON COLUMN consensus_annotator_pair.answer_agreement IS
    'Share of them with equal answers; NULL with nothing to compare.';
