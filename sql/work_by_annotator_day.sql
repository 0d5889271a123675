-- subject: work
-- key: project_hash annotator work_day?
CREATE VIEW work_by_annotator_day AS
WITH tasked AS (
    -- Main, and the branches that annotators have tasks for; what a model or a script put on a branch is nobody's work.
    SELECT r.project_hash, r.data_hash, r.branch_name, r.label_hash
    FROM current_label_row AS r
    LEFT JOIN consensus_task_branch AS t
        ON t.project_hash = r.project_hash AND t.data_hash = r.data_hash AND t.branch_name = r.branch_name
    WHERE r.branch_name = 'main' OR r.branch_name LIKE 'encord-%' OR t.branch_name IS NOT NULL
), label AS (
    -- Who drew an object on a frame stands with that frame: the first one made it.
    SELECT l.*, 'object' AS label_kind, a.object_hash AS instance_hash, a.created_by, a.created_at
    FROM tasked AS l
    JOIN (
        SELECT label_hash, object_hash, created_by, MIN(created_at) AS created_at
        FROM object_annotation
        GROUP BY label_hash, object_hash, created_by
    ) AS a ON a.label_hash = l.label_hash
    UNION ALL
    SELECT l.*, 'object', o.object_hash, o.created_by, o.created_at
    FROM tasked AS l
    JOIN object_instance AS o ON o.label_hash = l.label_hash
    UNION ALL
    SELECT l.*, 'classification', c.classification_hash, c.created_by, c.created_at
    FROM tasked AS l
    JOIN classification_instance AS c ON c.label_hash = l.label_hash
), made AS (
    -- On main, consensus has copies under the same hash: a label is its earliest one, before main's where both are.
    SELECT
        label.*,
        ROW_NUMBER() OVER (
            PARTITION BY project_hash, data_hash, label_kind, instance_hash
            ORDER BY created_at NULLS LAST, CASE WHEN branch_name = 'main' THEN 1 ELSE 0 END, label_hash
        ) AS copy_number
    FROM label
    WHERE created_by IS NOT NULL
), work AS (
    SELECT
        project_hash,
        created_by AS annotator,
        created_at AS at_time,
        data_hash,
        CASE WHEN label_kind = 'object' THEN 1 ELSE 0 END AS n_objects,
        CASE WHEN label_kind = 'classification' THEN 1 ELSE 0 END AS n_classifications,
        0 AS n_submissions,
        0 AS n_reviews,
        CAST(NULL AS DOUBLE PRECISION) AS seconds
    FROM made
    WHERE copy_number = 1
    UNION ALL
    SELECT
        a.project_hash,
        a.actor_email,
        a.acted_at,
        NULL,
        0,
        0,
        CASE WHEN a.action_type = 'submit' THEN 1 ELSE 0 END,
        CASE WHEN a.action_type IN ('approve', 'reject') THEN 1 ELSE 0 END,
        NULL
    FROM task_action AS a
    WHERE a.actor_email IS NOT NULL AND a.action_type IN ('submit', 'approve', 'reject')
    UNION ALL
    SELECT t.project_hash, t.user_email, t.period_start, NULL, 0, 0, 0, 0, t.seconds
    FROM time_spent AS t
), dated AS (
    SELECT
        w.*,
        -- The day in UTC: a cast to DATE would depend on the time zone of whoever asks.
        DATE '1970-01-01' + CAST(FLOOR(EXTRACT(EPOCH FROM w.at_time) / 86400) AS INTEGER) AS work_day
    FROM work AS w
), summed AS (
    SELECT
        project_hash,
        annotator,
        work_day,
        CAST(SUM(n_objects + n_classifications) AS BIGINT) AS n_labels,
        CAST(SUM(n_objects) AS BIGINT) AS n_objects,
        CAST(SUM(n_classifications) AS BIGINT) AS n_classifications,
        COUNT(DISTINCT data_hash) AS n_data_units,
        CAST(SUM(n_submissions) AS BIGINT) AS n_submissions,
        CAST(SUM(n_reviews) AS BIGINT) AS n_reviews,
        FLOOR(SUM(seconds) / 3600 * 1e6 + 0.5001) / 1e6 AS hours_spent
    FROM dated
    GROUP BY project_hash, annotator, work_day
)
SELECT
    s.project_hash,
    p.title AS project_title,
    s.annotator,
    s.work_day,
    s.n_labels,
    s.n_objects,
    s.n_classifications,
    s.n_data_units,
    s.n_submissions,
    s.n_reviews,
    s.hours_spent
FROM summed AS s
JOIN project AS p ON p.project_hash = s.project_hash
WHERE p.deleted_at IS NULL;

COMMENT ON VIEW work_by_annotator_day IS
    'One row per person, project and day: labels made, each counted once, tasks handed in and judged, and hours spent.';
