-- subject: consensus
-- key: project_hash data_hash space_id frame
CREATE VIEW consensus_frame AS
WITH thing AS (
    -- Objects of several branches that are taken as one are one thing.
    SELECT
        project_hash,
        MAX(project_title) AS project_title,
        data_hash,
        MAX(data_title) AS data_title,
        MAX(dataset_title) AS dataset_title,
        MAX(data_type) AS data_type,
        space_id,
        frame,
        CAST(SUM(votes - 1) AS DOUBLE PRECISION) AS n_found,
        CAST(SUM(n_branches - 1) AS DOUBLE PRECISION) AS n_sides,
        SUM(score_sum) AS score_sum,
        CAST(SUM(n_placed) AS DOUBLE PRECISION) AS n_placed,
        CAST(SUM(n_by_extent) AS DOUBLE PRECISION) AS n_by_extent,
        MIN(CASE WHEN is_majority THEN 0 ELSE 1 END) AS is_contested
    FROM consensus_object_vote
    GROUP BY project_hash, data_hash, space_id, frame, cluster_key
), counted AS (
    SELECT
        project_hash, project_title, data_hash, data_title, dataset_title, data_type, space_id, frame,
        1 AS is_thing, is_contested, n_found, n_sides, score_sum, n_placed, n_by_extent, 0 AS is_item,
        NULL AS answer_agreement
    FROM thing
    UNION ALL
    SELECT
        project_hash, project_title, data_hash, data_title, dataset_title, data_type, space_id, frame,
        0, 0, 0, 0, 0, 0, 0, 1, agreement
    FROM consensus_item
), summed AS (
    SELECT
        project_hash,
        MAX(project_title) AS project_title,
        data_hash,
        MAX(data_title) AS data_title,
        MAX(dataset_title) AS dataset_title,
        MAX(data_type) AS data_type,
        space_id,
        frame,
        CAST(SUM(is_thing) AS BIGINT) AS n_things,
        CAST(SUM(is_contested) AS BIGINT) AS n_contested_things,
        SUM(n_found) AS n_found,
        SUM(n_sides) AS n_sides,
        SUM(score_sum) AS score_sum,
        SUM(n_placed) AS n_placed,
        SUM(n_by_extent) AS n_by_extent,
        CAST(SUM(is_item) AS BIGINT) AS n_items,
        AVG(answer_agreement) AS answer_agreement
    FROM counted
    GROUP BY project_hash, data_hash, space_id, frame
)
SELECT
    project_hash,
    project_title,
    data_hash,
    data_title,
    dataset_title,
    data_type,
    space_id,
    frame,
    n_things,
    n_contested_things,
    -- Rounded, and not at a tie: the last digit of a sum differs from run to run, and between engines.
    FLOOR(n_found / NULLIF(n_sides, 0) * 1e9 + 0.5001) / 1e9 AS detection_f1,
    FLOOR(score_sum / NULLIF(n_found, 0) * 1e9 + 0.5001) / 1e9 AS mean_iou,
    FLOOR(score_sum / NULLIF(n_sides, 0) * 1e9 + 0.5001) / 1e9 AS object_agreement,
    FLOOR(n_by_extent / NULLIF(n_placed, 0) * 1e9 + 0.5001) / 1e9 AS share_by_extent,
    n_items,
    FLOOR(answer_agreement * 1e9 + 0.5001) / 1e9 AS answer_agreement,
    FLOOR((1 - COALESCE(score_sum / NULLIF(n_sides, 0), answer_agreement)) * 1e9 + 0.5001) / 1e9 AS disagreement
FROM summed;

COMMENT ON VIEW consensus_frame IS
    'One row a frame on which a submitted branch has an object or an answer: how far its annotators agree there.';
