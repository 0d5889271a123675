CREATE OR REPLACE VIEW team.encord.consensus_item COMMENT 'One row per question on a frame that any annotator answered: how its votes fall.' AS
WITH reached AS (
  SELECT
    project_hash,
    m.project_title,
    data_hash,
    m.data_title,
    m.dataset_title,
    m.data_type,
    m.space_id,
    m.frame,
    m.feature_hash,
    m.attribute_feature_hash,
    m.question,
    m.answer_type,
    m.depth,
    m.answer,
    m.answer_label
  FROM (
    SELECT
      *
    FROM team.encord_internal.consensus_answer AS consensus_answer
    WHERE
      branch_role = 'main'
  ) AS m
  FULL JOIN team.encord_internal.consensus_unit_state AS u
    USING (project_hash, data_hash)
  WHERE
    COALESCE(u.consensus_state, '') = 'reached' AND COALESCE(m.frame, -1) >= 0
), counted AS (
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
    MAX(answer_type) AS answer_type,
    MAX(depth) AS depth,
    answer,
    MIN(answer_label) AS answer_label,
    CAST(SUM(is_vote) AS BIGINT) AS n,
    CAST(SUM(1 - is_vote) AS BIGINT) AS n_main
  FROM (
    SELECT
      project_hash,
      project_title,
      data_hash,
      data_title,
      dataset_title,
      data_type,
      space_id,
      frame,
      feature_hash,
      attribute_feature_hash,
      question,
      answer_type,
      depth,
      answer,
      answer_label,
      1 AS is_vote
    FROM team.encord.consensus_vote AS consensus_vote
    UNION ALL
    SELECT
      *,
      0
    FROM reached
  ) AS said
  GROUP BY
    project_hash,
    data_hash,
    space_id,
    frame,
    attribute_feature_hash,
    answer
), placed AS (
  SELECT
    *,
    CASE WHEN answer IS NULL THEN 0 ELSE n END AS n_same,
    ROW_NUMBER() OVER (
      PARTITION BY project_hash, data_hash, space_id, frame, attribute_feature_hash
      ORDER BY CASE WHEN answer IS NULL OR n = 0 THEN 1 ELSE 0 END NULLS LAST, n DESC, answer NULLS LAST
    ) AS place
  FROM counted
), item AS (
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
    MAX(answer_type) AS answer_type,
    MAX(depth) AS depth,
    CAST(SUM(n) AS BIGINT) AS n_branches,
    CAST(SUM(n_same) AS BIGINT) AS n_answers,
    MAX(CASE WHEN place = 1 THEN answer END) AS top_answer,
    MAX(CASE WHEN place = 1 THEN answer_label END) AS top_answer_label,
    MAX(n_same) AS top_votes,
    MAX(CASE WHEN place = 2 THEN n_same ELSE 0 END) AS second_votes,
    CAST(SUM(n_same * (
      n_same - 1
    )) AS DOUBLE) AS equal_answers,
    CAST(SUM(n * (
      n - 1
    )) AS DOUBLE) AS equal_strict,
    MAX(CASE WHEN n_main > 0 THEN answer END) AS main_answer,
    MAX(CASE WHEN n_main > 0 THEN answer_label END) AS main_answer_label
  FROM placed
  GROUP BY
    project_hash,
    data_hash,
    space_id,
    frame,
    attribute_feature_hash
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
  feature_hash,
  attribute_feature_hash,
  question,
  answer_type,
  depth,
  n_branches,
  n_answers,
  top_answer,
  top_answer_label,
  top_votes,
  second_votes = top_votes AS is_tie,
  2 * top_votes > n_branches AS has_majority,
  equal_answers / NULLIF(n_answers * (
    n_answers - 1
  ), 0) AS agreement,
  equal_strict / NULLIF(n_branches * (
    n_branches - 1
  ), 0) AS agreement_strict,
  main_answer,
  main_answer_label
FROM item
WHERE
  n_answers > 0;
