CREATE OR REPLACE VIEW team.encord.consensus_region COMMENT 'One row per run of consecutive frames on which submitted branches gave one answer to a classification\'s question, nested levels included. A gap ends it.' AS
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
    MIN(full_answer_label) AS full_answer_label,
    COUNT(*) AS n,
    SUM(COUNT(*)) OVER (PARTITION BY project_hash, data_hash, space_id, frame, attribute_feature_hash) AS n_branches
  FROM team.encord.consensus_vote AS consensus_vote
  WHERE
    depth = 0
  GROUP BY
    project_hash,
    data_hash,
    space_id,
    frame,
    attribute_feature_hash,
    full_answer
), run_of_frames AS (
  SELECT
    *,
    frame - ROW_NUMBER() OVER (
      PARTITION BY project_hash, data_hash, space_id, attribute_feature_hash, full_answer
      ORDER BY frame NULLS LAST
    ) AS run
  FROM voted
  WHERE
    NOT full_answer IS NULL
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
  MIN(full_answer_label) AS full_answer_label,
  CAST(MAX(n_branches) AS BIGINT) AS n_branches,
  MAX(n) AS max_agreement,
  CAST(SUM(n) AS DOUBLE) / CAST(SUM(n_branches) AS DOUBLE) AS integrated_agreement,
  CAST(COUNT(*) FILTER(WHERE
    n >= 2) AS DOUBLE) / COUNT(*) AS n2_score,
  CAST(COUNT(*) FILTER(WHERE
    n >= 3) AS DOUBLE) / COUNT(*) AS n3_score
FROM run_of_frames
GROUP BY
  project_hash,
  data_hash,
  space_id,
  attribute_feature_hash,
  full_answer,
  run;
