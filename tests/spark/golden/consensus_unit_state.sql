CREATE OR REPLACE VIEW team.encord_internal.consensus_unit_state COMMENT 'One row per data unit that is in a consensus stage or has annotators\' branches: how far it is.' AS
SELECT
  project_hash,
  project_title,
  data_hash,
  data_title,
  dataset_title,
  data_type,
  stage_title,
  stage_type,
  n_annotator_branches,
  n_submitted,
  n_submitted_empty,
  main_is_empty,
  n_submitted > 0 AND n_submitted = n_submitted_empty AS all_empty,
  CASE
    WHEN stage_type = 'CONSENSUS_REVIEW'
    THEN 'awaiting_review'
    WHEN stage_type = 'CONSENSUS_ANNOTATION' AND n_started > 0
    THEN 'annotating'
    WHEN stage_type = 'CONSENSUS_ANNOTATION' OR n_submitted = 0
    THEN 'not_started'
    WHEN main_is_empty AND n_submitted > n_submitted_empty
    THEN 'closed_without'
    ELSE 'reached'
  END AS consensus_state,
  last_annotated_at
FROM (
  SELECT
    project_hash,
    MAX(project_title) AS project_title,
    data_hash,
    MAX(data_title) AS data_title,
    MAX(dataset_title) AS dataset_title,
    MAX(data_type) AS data_type,
    MAX(stage_title) AS stage_title,
    MAX(stage_type) AS stage_type,
    COUNT(*) FILTER(WHERE
      branch_role = 'annotator') AS n_annotator_branches,
    COUNT(*) FILTER(WHERE
      branch_role = 'annotator' AND NOT label_hash IS NULL) AS n_started,
    COUNT(*) FILTER(WHERE
      is_submitted) AS n_submitted,
    COUNT(*) FILTER(WHERE
      is_submitted AND is_empty) AS n_submitted_empty,
    COALESCE(MIN(CASE WHEN is_empty THEN 1 ELSE 0 END) FILTER(WHERE
      branch_role = 'main'), 1) = 1 AS main_is_empty,
    MAX(last_edited_at) FILTER(WHERE
      branch_role = 'annotator') AS last_annotated_at
  FROM team.encord.consensus_branch AS consensus_branch
  GROUP BY
    project_hash,
    data_hash
) AS counted;
