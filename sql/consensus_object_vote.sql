-- subject: consensus
-- key: label_row_id space_id frame object_hash
CREATE VIEW consensus_object_vote AS
WITH member AS MATERIALIZED (
    SELECT
        *,
        ROW_NUMBER() OVER (
            PARTITION BY project_hash, data_hash, space_id, frame
            ORDER BY object_hash COLLATE "C", label_row_id COLLATE "C"
        ) AS place
    FROM internal.consensus_object
    WHERE branch_role = 'annotator'
), side AS MATERIALIZED (
    SELECT
        project_hash, data_hash, label_row_id, space_id, frame, object_hash, is_found, score, iou, iou_method,
        other_label_row_id, other_object_hash
    FROM consensus_object_side
    WHERE pair_kind = 'peer'
), link AS (
    SELECT m.project_hash, m.data_hash, m.space_id, m.frame, m.place, o.place AS other_place
    -- Full joins, though nothing is unmatched: any other is a nested loop to PostgreSQL, which takes thousands of rows
    -- for one here, and DuckDB would join the members of a frame with one another first.
    FROM side AS s
    FULL JOIN member AS m
        ON m.label_row_id = s.label_row_id AND m.space_id = s.space_id AND m.frame = s.frame
        AND m.object_hash = s.object_hash
    FULL JOIN member AS o
        ON o.label_row_id = s.other_label_row_id AND o.space_id = s.space_id AND o.frame = s.frame
        AND o.object_hash = s.other_object_hash
    WHERE COALESCE(s.is_found, 0) = 1
    UNION ALL
    SELECT project_hash, data_hash, space_id, frame, place, place
    FROM member
), round_1 AS (
    -- Each window is as wide as the clusters found so far: all that is linked to one of them takes its first member.
    SELECT
        *,
        MIN(other_place) OVER (PARTITION BY project_hash, data_hash, space_id, frame, place) AS first_1,
        MIN(place) OVER (PARTITION BY project_hash, data_hash, space_id, frame, other_place) AS other_first_1
    FROM link
), round_2 AS (
    SELECT
        *,
        MIN(other_first_1) OVER (PARTITION BY project_hash, data_hash, space_id, frame, first_1) AS first_2,
        MIN(first_1) OVER (PARTITION BY project_hash, data_hash, space_id, frame, other_first_1) AS other_first_2
    FROM round_1
), round_3 AS (
    SELECT
        *,
        MIN(other_first_2) OVER (PARTITION BY project_hash, data_hash, space_id, frame, first_2) AS first_3,
        MIN(first_2) OVER (PARTITION BY project_hash, data_hash, space_id, frame, other_first_2) AS other_first_3
    FROM round_2
), round_4 AS (
    SELECT
        *,
        MIN(other_first_3) OVER (PARTITION BY project_hash, data_hash, space_id, frame, first_3) AS first_4,
        MIN(first_3) OVER (PARTITION BY project_hash, data_hash, space_id, frame, other_first_3) AS other_first_4
    FROM round_3
), cluster AS (
    SELECT project_hash, data_hash, space_id, frame, place, MIN(first_4) AS first_place
    FROM round_4
    GROUP BY project_hash, data_hash, space_id, frame, place
), tally AS (
    SELECT
        label_row_id,
        space_id,
        frame,
        object_hash,
        SUM(is_found) AS found,
        -- Rounded, and not at a tie: the last digit of a sum differs from run to run, and between engines.
        FLOOR(SUM(score) * 1e9 + 0.5001) / 1e9 AS score_sum,
        COUNT(iou) AS n_placed,
        COUNT(*) FILTER (WHERE iou_method = 'extent') AS n_by_extent
    FROM side
    GROUP BY label_row_id, space_id, frame, object_hash
)
SELECT
    m.project_hash,
    m.project_title,
    m.data_hash,
    m.data_title,
    m.dataset_title,
    m.data_type,
    m.branch_name,
    m.label_hash,
    m.label_row_id,
    m.annotator,
    m.space_id,
    m.frame,
    m.object_hash,
    m.object_name,
    m.feature_hash,
    CAST(1 + COALESCE(s.found, 0) AS BIGINT) AS votes,
    u.n_submitted AS n_branches,
    CAST(1 + COALESCE(s.found, 0) AS DOUBLE PRECISION) / u.n_submitted AS vote_share,
    2 * (1 + COALESCE(s.found, 0)) > u.n_submitted AS is_majority,
    1 + COALESCE(s.found, 0) = u.n_submitted AS is_unanimous,
    m.data_hash || '/' || m.space_id || '/' || CAST(m.frame AS VARCHAR) || '/' || CAST(c.first_place AS VARCHAR)
        AS cluster_key,
    ROW_NUMBER() OVER (
        PARTITION BY m.project_hash, m.data_hash, m.space_id, m.frame, c.first_place
        ORDER BY COALESCE(s.score_sum, 0.0) DESC, m.place
    ) = 1 AS is_medoid,
    COALESCE(s.score_sum, 0.0) AS score_sum,
    COALESCE(s.n_placed, 0) AS n_placed,
    COALESCE(s.n_by_extent, 0) AS n_by_extent
FROM member AS m
FULL JOIN internal.consensus_unit_state AS u ON u.project_hash = m.project_hash AND u.data_hash = m.data_hash
FULL JOIN cluster AS c
    ON c.project_hash = m.project_hash AND c.data_hash = m.data_hash AND c.space_id = m.space_id
    AND c.frame = m.frame AND c.place = m.place
FULL JOIN tally AS s
    ON s.label_row_id = m.label_row_id AND s.space_id = m.space_id AND s.frame = m.frame
    AND s.object_hash = m.object_hash
WHERE COALESCE(m.frame, -1) >= 0;

COMMENT ON VIEW consensus_object_vote IS
    'One row an object of an annotator on a frame: how many of the branches have it, in the same class.';
