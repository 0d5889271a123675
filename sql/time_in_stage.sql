-- subject: work
-- key: project_hash data_hash visit
CREATE VIEW time_in_stage AS
WITH unit AS (
    SELECT * FROM current_label_row WHERE branch_name = 'main'
), marked AS (
    SELECT
        project_hash,
        data_hash,
        workflow_stage_uuid,
        acted_at,
        task_action_id,
        CASE WHEN workflow_stage_uuid = LAG(workflow_stage_uuid) OVER in_time THEN 0 ELSE 1 END AS is_other_stage
    FROM task_action
    WHERE workflow_stage_uuid IS NOT NULL
    WINDOW in_time AS (PARTITION BY project_hash, data_hash ORDER BY acted_at, task_action_id)
), numbered AS (
    SELECT
        project_hash,
        data_hash,
        workflow_stage_uuid,
        acted_at,
        SUM(is_other_stage) OVER (
            PARTITION BY project_hash, data_hash ORDER BY acted_at, task_action_id
            ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
        ) AS visit
    FROM marked
), stay AS (
    -- Actions in one stage, one after another, are one stay. The last of them ends it, if the data unit went on.
    SELECT
        project_hash,
        data_hash,
        workflow_stage_uuid,
        CAST(visit AS BIGINT) AS visit,
        MIN(acted_at) AS first_acted_at,
        MAX(acted_at) AS last_acted_at,
        COUNT(*) AS n_actions
    FROM numbered
    GROUP BY project_hash, data_hash, workflow_stage_uuid, visit
), told AS (
    SELECT
        project_hash,
        u.project_title,
        data_hash,
        u.data_title,
        u.dataset_title,
        u.data_type,
        u.workflow_stage_uuid AS stage_now,
        u.assigned_user_email,
        s.workflow_stage_uuid,
        s.visit,
        COALESCE(
            LAG(s.last_acted_at) OVER (PARTITION BY project_hash, data_hash ORDER BY s.visit), s.first_acted_at
        ) AS entered_at,
        s.last_acted_at,
        s.n_actions,
        LEAD(s.visit) OVER (PARTITION BY project_hash, data_hash ORDER BY s.visit) IS NULL AS is_last
    FROM unit AS u
    -- A full join: see consensus_branch.
    FULL JOIN stay AS s USING (project_hash, data_hash)
    WHERE COALESCE(u.label_row_id, '') <> ''
), listed AS (
    SELECT
        t.*,
        CASE WHEN NOT is_last OR workflow_stage_uuid IS DISTINCT FROM stage_now THEN last_acted_at END AS left_at
    FROM told AS t
    WHERE visit IS NOT NULL
    UNION ALL
    -- Where nobody has done anything yet: the data unit came there by the last thing that was done elsewhere.
    SELECT
        project_hash,
        project_title,
        data_hash,
        data_title,
        dataset_title,
        data_type,
        stage_now,
        assigned_user_email,
        stage_now,
        COALESCE(visit, 0) + 1,
        last_acted_at,
        NULL,
        0,
        TRUE,
        NULL
    FROM told
    WHERE is_last AND stage_now IS NOT NULL AND workflow_stage_uuid IS DISTINCT FROM stage_now
)
SELECT
    l.project_hash,
    l.project_title,
    l.data_hash,
    l.data_title,
    l.dataset_title,
    l.data_type,
    l.visit,
    l.workflow_stage_uuid AS stage_uuid,
    s.title AS stage_title,
    s.stage_type,
    l.entered_at,
    l.left_at,
    FLOOR(CAST(EXTRACT(EPOCH FROM l.left_at - l.entered_at) AS DOUBLE PRECISION) / 3600 * 1e6 + 0.5001) / 1e6 AS hours,
    l.n_actions,
    CASE WHEN l.left_at IS NULL THEN l.assigned_user_email END AS assigned_user_email
FROM listed AS l
LEFT JOIN workflow_stage AS s ON s.project_hash = l.project_hash AND s.stage_uuid = l.workflow_stage_uuid;

COMMENT ON VIEW time_in_stage IS
    'One row per stay of a data unit in a stage of the workflow: from when to when, and where and with whom it is now.';
