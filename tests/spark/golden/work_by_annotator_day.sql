CREATE OR REPLACE VIEW team.encord.work_by_annotator_day COMMENT 'One row per person, project and day: labels made, each counted once, tasks handed in and judged, and hours spent.' AS
WITH tasked AS (
  SELECT
    r.project_hash,
    r.data_hash,
    r.branch_name,
    r.label_hash
  FROM team.encord.current_label_row AS r
  LEFT JOIN team.encord.consensus_task_branch AS t
    ON t.project_hash = r.project_hash
    AND t.data_hash = r.data_hash
    AND t.branch_name = r.branch_name
  WHERE
    r.branch_name = 'main'
    OR r.branch_name LIKE 'encord-%'
    OR NOT t.branch_name IS NULL
), label AS (
  SELECT
    l.*,
    'object' AS label_kind,
    a.object_hash AS instance_hash,
    a.created_by,
    a.created_at
  FROM tasked AS l
  JOIN (
    SELECT
      label_hash,
      object_hash,
      created_by,
      MIN(created_at) AS created_at
    FROM team.encord.object_annotation AS object_annotation
    GROUP BY
      label_hash,
      object_hash,
      created_by
  ) AS a
    ON a.label_hash = l.label_hash
  UNION ALL
  SELECT
    l.*,
    'object',
    o.object_hash,
    o.created_by,
    o.created_at
  FROM tasked AS l
  JOIN team.encord.object_instance AS o
    ON o.label_hash = l.label_hash
  UNION ALL
  SELECT
    l.*,
    'classification',
    c.classification_hash,
    c.created_by,
    c.created_at
  FROM tasked AS l
  JOIN team.encord.classification_instance AS c
    ON c.label_hash = l.label_hash
), made AS (
  SELECT
    label.*,
    ROW_NUMBER() OVER (
      PARTITION BY project_hash, data_hash, label_kind, instance_hash
      ORDER BY created_at NULLS LAST, CASE WHEN branch_name = 'main' THEN 1 ELSE 0 END NULLS LAST, label_hash NULLS LAST
    ) AS copy_number
  FROM label
  WHERE
    NOT created_by IS NULL
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
    CAST(NULL AS DOUBLE) AS seconds
  FROM made
  WHERE
    copy_number = 1
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
  FROM team.encord.task_action AS a
  WHERE
    NOT a.actor_email IS NULL AND a.action_type IN ('submit', 'approve', 'reject')
  UNION ALL
  SELECT
    t.project_hash,
    t.user_email,
    t.period_start,
    NULL,
    0,
    0,
    0,
    0,
    t.seconds
  FROM team.encord.time_spent AS t
), dated AS (
  SELECT
    w.*,
    CAST('1970-01-01' AS DATE) + CAST(FLOOR(UNIX_MICROS(w.at_time) / 1e6 / 86400) AS INT) AS work_day
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
    FLOOR(SUM(seconds) / 3600 * 1e6 + CAST(0.5001 AS DOUBLE)) / 1e6 AS hours_spent
  FROM dated
  GROUP BY
    project_hash,
    annotator,
    work_day
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
JOIN team.encord.project AS p
  ON p.project_hash = s.project_hash
WHERE
  p.deleted_at IS NULL;
