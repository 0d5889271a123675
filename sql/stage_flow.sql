-- subject: work
-- key: project_hash stage_uuid next_stage_uuid?
CREATE VIEW stage_flow AS
WITH stay AS (
    SELECT
        t.*,
        LEAD(stage_uuid) OVER following AS next_stage_uuid,
        LEAD(stage_title) OVER following AS next_stage_title
    FROM time_in_stage AS t
    WINDOW following AS (PARTITION BY project_hash, data_hash ORDER BY visit)
), placed AS (
    SELECT
        s.*,
        ROW_NUMBER() OVER (PARTITION BY project_hash, stage_uuid, next_stage_uuid ORDER BY hours, data_hash, visit)
            AS place,
        COUNT(hours) OVER (PARTITION BY project_hash, stage_uuid, next_stage_uuid) AS n_finished
    FROM stay AS s
), flow AS (
    SELECT
        project_hash,
        MAX(project_title) AS project_title,
        stage_uuid,
        MAX(stage_title) AS stage_title,
        MAX(stage_type) AS stage_type,
        next_stage_uuid,
        MAX(next_stage_title) AS next_stage_title,
        COUNT(*) AS n_stays,
        COUNT(DISTINCT data_hash) AS n_data_units,
        -- The one in the middle, or the mean of the two there.
        AVG(hours) FILTER (WHERE 2 * place BETWEEN n_finished AND n_finished + 2) AS median_hours,
        MAX(hours) AS longest_hours,
        MIN(entered_at) AS first_entered_at
    FROM placed
    GROUP BY project_hash, stage_uuid, next_stage_uuid
)
SELECT
    project_hash,
    project_title,
    stage_uuid,
    stage_title,
    stage_type,
    next_stage_uuid,
    next_stage_title,
    n_stays,
    n_data_units,
    CASE WHEN next_stage_uuid IS NOT NULL THEN
        CAST(n_stays AS DOUBLE PRECISION) / SUM(CASE WHEN next_stage_uuid IS NOT NULL THEN n_stays END) OVER (
            PARTITION BY project_hash, stage_uuid
        )
    END AS share_of_stays,
    FLOOR(median_hours * 1e6 + 0.5001) / 1e6 AS median_hours,
    longest_hours,
    first_entered_at
FROM flow;

COMMENT ON VIEW stage_flow IS
    'One row per stage of a workflow and the stage that data units went to from there; without one, those that are there now.';
