CREATE OR REPLACE VIEW team.encord.task_timing COMMENT 'One row per main or annotator\'s branch of a data unit: when its task was given out, handed in, judged and approved, and the hours between.' AS
WITH tasked AS (
  SELECT
    r.project_hash,
    r.project_title,
    r.data_hash,
    r.data_title,
    r.dataset_title,
    r.data_type,
    r.branch_name,
    r.label_row_id,
    r.workflow_stage_title,
    r.task_uuid,
    t.task_uuid AS subtask_uuid,
    r.created_at,
    MIN(r.created_at) OVER (PARTITION BY r.project_hash, r.data_hash) AS first_created_at
  FROM team.encord.current_label_row AS r
  LEFT JOIN team.encord.consensus_task_branch AS t
    ON t.project_hash = r.project_hash
    AND t.data_hash = r.data_hash
    AND t.branch_name = r.branch_name
  WHERE
    r.branch_name = 'main'
    OR r.branch_name LIKE 'encord-%'
    OR NOT t.branch_name IS NULL
), matched AS (
  SELECT
    l.label_row_id,
    m.*
  FROM tasked AS l
  JOIN team.encord_internal.task_moment AS m
    ON m.project_hash = l.project_hash AND m.data_hash = l.data_hash
  WHERE
    l.branch_name = 'main'
    OR m.task_uuid = l.task_uuid
    OR m.task_uuid = l.subtask_uuid
), moment AS (
  SELECT
    label_row_id,
    MIN(started_at) AS started_at,
    MIN(assigned_at) AS assigned_at,
    MIN(first_submitted_at) AS first_submitted_at,
    MAX(last_submitted_at) AS last_submitted_at,
    MIN(first_reviewed_at) AS first_reviewed_at,
    MAX(last_reviewed_at) AS last_reviewed_at,
    CASE
      WHEN MAX(last_approved_at) = MAX(last_reviewed_at)
      AND COALESCE(MAX(last_submitted_at) <= MAX(last_approved_at), TRUE)
      THEN MAX(last_approved_at)
    END AS approved_at,
    CAST(SUM(n_submissions) AS BIGINT) AS n_submissions,
    CAST(SUM(n_rejections) AS BIGINT) AS n_rejections
  FROM matched
  GROUP BY
    label_row_id
)
SELECT
  l.project_hash,
  l.project_title,
  l.data_hash,
  l.data_title,
  l.dataset_title,
  l.data_type,
  l.branch_name,
  label_row_id,
  l.workflow_stage_title,
  CASE WHEN l.branch_name = 'main' THEN l.first_created_at ELSE l.created_at END AS created_at,
  m.assigned_at,
  m.first_submitted_at,
  m.last_submitted_at,
  m.first_reviewed_at,
  m.last_reviewed_at,
  m.approved_at,
  COALESCE(m.n_submissions, 0) AS n_submissions,
  COALESCE(m.n_rejections, 0) AS n_rejections,
  CASE
    WHEN m.assigned_at <= m.first_submitted_at
    THEN FLOOR(
      CAST((
        UNIX_MICROS(m.first_submitted_at) - UNIX_MICROS(m.assigned_at)
      ) / 1e6 AS DOUBLE) / 3600 * 1e6 + CAST(0.5001 AS DOUBLE)
    ) / 1e6
  END AS hours_to_submission,
  CASE
    WHEN m.first_submitted_at <= m.first_reviewed_at
    THEN FLOOR(
      CAST((
        UNIX_MICROS(m.first_reviewed_at) - UNIX_MICROS(m.first_submitted_at)
      ) / 1e6 AS DOUBLE) / 3600 * 1e6 + CAST(0.5001 AS DOUBLE)
    ) / 1e6
  END AS hours_to_review,
  CASE
    WHEN m.last_submitted_at <= m.approved_at
    THEN FLOOR(
      CAST((
        UNIX_MICROS(m.approved_at) - UNIX_MICROS(m.last_submitted_at)
      ) / 1e6 AS DOUBLE) / 3600 * 1e6 + CAST(0.5001 AS DOUBLE)
    ) / 1e6
  END AS hours_in_review,
  CASE
    WHEN m.started_at <= m.approved_at
    THEN FLOOR(
      CAST((
        UNIX_MICROS(m.approved_at) - UNIX_MICROS(m.started_at)
      ) / 1e6 AS DOUBLE) / 3600 * 1e6 + CAST(0.5001 AS DOUBLE)
    ) / 1e6
  END AS hours_to_approval
FROM tasked AS l
FULL JOIN moment AS m
  USING (label_row_id)
WHERE
  COALESCE(l.data_hash, '') <> '';
