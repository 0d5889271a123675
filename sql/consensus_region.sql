-- subject: consensus
-- key: project_hash data_hash space_id attribute_feature_hash full_answer frame_start
CREATE VIEW consensus_region AS
WITH voted AS (
    SELECT
        project_hash,
        MAX(project_title) AS project_title,
        data_hash,
        MAX(data_title) AS data_title,
        MAX(dataset_title) AS dataset_title,
        MAX(data_type) AS data_type,
        space_id,
        frame,
        MAX(feature_hash) AS feature_hash,
        attribute_feature_hash,
        MAX(question) AS question,
        full_answer,
        MIN(full_answer_label COLLATE "C") AS full_answer_label,
        COUNT(*) AS n,
        SUM(COUNT(*)) OVER (PARTITION BY project_hash, data_hash, space_id, frame, attribute_feature_hash)
            AS n_branches
    FROM consensus_vote
    WHERE depth = 0
    GROUP BY project_hash, data_hash, space_id, frame, attribute_feature_hash, full_answer
), run_of_frames AS (
    -- Frames minus their place among the answer's frames: the same number as long as none is left out.
    SELECT
        *,
        frame - ROW_NUMBER() OVER (
            PARTITION BY project_hash, data_hash, space_id, attribute_feature_hash, full_answer ORDER BY frame
        ) AS run
    FROM voted
    WHERE full_answer IS NOT NULL
)
SELECT
    project_hash,
    MAX(project_title) AS project_title,
    data_hash,
    MAX(data_title) AS data_title,
    MAX(dataset_title) AS dataset_title,
    MAX(data_type) AS data_type,
    space_id,
    MIN(frame) AS frame_start,
    MAX(frame) AS frame_end,
    COUNT(*) AS n_frames,
    MAX(feature_hash) AS feature_hash,
    attribute_feature_hash,
    MAX(question) AS question,
    full_answer,
    MIN(full_answer_label COLLATE "C") AS full_answer_label,
    CAST(MAX(n_branches) AS BIGINT) AS n_branches,
    MAX(n) AS max_agreement,
    CAST(SUM(n) AS DOUBLE PRECISION) / CAST(SUM(n_branches) AS DOUBLE PRECISION) AS integrated_agreement,
    CAST(COUNT(*) FILTER (WHERE n >= 2) AS DOUBLE PRECISION) / COUNT(*) AS n2_score,
    CAST(COUNT(*) FILTER (WHERE n >= 3) AS DOUBLE PRECISION) / COUNT(*) AS n3_score
FROM run_of_frames
GROUP BY project_hash, data_hash, space_id, attribute_feature_hash, full_answer, run;

COMMENT ON VIEW consensus_region IS
    'One row per run of consecutive frames on which submitted branches gave one answer to a classification''s question, nested levels included. A gap ends it.';
