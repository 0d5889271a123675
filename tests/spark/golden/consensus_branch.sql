CREATE OR REPLACE TABLE team.encord.consensus_branch USING iceberg COMMENT 'One row per branch of a data unit that is in a consensus stage or has annotators\' branches: what the branch is, whose, and whether it counts.' AS
WITH branch AS (
  SELECT
    r.*,
    t.annotator_email AS task_email,
    t.subtask_status,
    CASE
      WHEN r.branch_name = 'main'
      THEN 'main'
      WHEN NOT t.branch_name IS NULL OR r.branch_name LIKE 'encord-%'
      THEN 'annotator'
      ELSE 'other'
    END AS branch_role
  FROM team.encord.current_label_row AS r
  LEFT JOIN team.encord.consensus_task_branch AS t
    ON t.project_hash = r.project_hash
    AND t.data_hash = r.data_hash
    AND t.branch_name = r.branch_name
), staged AS (
  SELECT
    b.*,
    MAX(CASE WHEN b.branch_name = 'main' THEN b.workflow_stage_title END) OVER (PARTITION BY b.project_hash, b.data_hash) AS stage_title,
    MAX(CASE WHEN b.branch_name = 'main' THEN s.stage_type END) OVER (PARTITION BY b.project_hash, b.data_hash) AS stage_type,
    MAX(
      CASE
        WHEN b.branch_role = 'annotator'
        THEN 1
        WHEN b.branch_name = 'main'
        AND s.stage_type IN ('CONSENSUS_ANNOTATION', 'CONSENSUS_REVIEW')
        THEN 1
        ELSE 0
      END
    ) OVER (PARTITION BY b.project_hash, b.data_hash) AS is_of_consensus
  FROM branch AS b
  LEFT JOIN team.encord.workflow_stage AS s
    ON s.project_hash = b.project_hash AND s.stage_uuid = b.workflow_stage_uuid
)
SELECT
  project_hash,
  b.project_title,
  data_hash,
  b.data_title,
  b.dataset_title,
  b.data_type,
  b.branch_name,
  label_hash,
  b.label_row_id,
  b.stage_title,
  b.stage_type,
  b.branch_role,
  CASE
    WHEN b.branch_role = 'annotator'
    THEN COALESCE(b.task_email, a.author_email)
  END AS annotator_email,
  CASE
    WHEN b.branch_role <> 'annotator'
    THEN NULL
    WHEN NOT b.task_email IS NULL
    THEN 'task'
    WHEN NOT a.author_email IS NULL
    THEN 'created_by'
    ELSE 'branch_name'
  END AS annotator_source,
  CASE
    WHEN b.branch_role = 'annotator'
    THEN COALESCE(b.task_email, a.author_email, b.branch_name)
    WHEN b.branch_role = 'main'
    THEN 'main'
  END AS annotator,
  CASE
    WHEN b.branch_role <> 'annotator'
    THEN NULL
    WHEN b.subtask_status = 'SKIPPED'
    THEN FALSE
    WHEN b.stage_type = 'CONSENSUS_ANNOTATION'
    THEN COALESCE(b.subtask_status = 'COMPLETED', FALSE)
    ELSE TRUE
  END AS is_submitted,
  CASE
    WHEN label_hash IS NULL
    THEN TRUE
    ELSE b.object_count + b.classification_count = 0
  END AS is_empty,
  CASE WHEN label_hash IS NULL THEN 0 ELSE b.object_count END AS n_objects,
  CASE WHEN label_hash IS NULL THEN 0 ELSE b.classification_count END AS n_classifications,
  COALESCE(b.is_event_based, FALSE) AS is_event_based,
  b.last_edited_at
FROM staged AS b
FULL JOIN team.encord_internal.consensus_branch_author AS a
  USING (project_hash, data_hash, label_hash)
WHERE
  COALESCE(b.is_of_consensus, 0) = 1;
