CREATE OR REPLACE VIEW team.encord.consensus_question COMMENT 'One row per question of a project: how far annotators answer it alike.' AS
WITH vote AS (
  SELECT
    *,
    COUNT(*) OVER (PARTITION BY project_hash, data_hash, space_id, frame, attribute_feature_hash) AS n_branches,
    COUNT(answer) OVER (PARTITION BY project_hash, data_hash, space_id, frame, attribute_feature_hash) AS n_answers,
    COUNT(answer) OVER (
      PARTITION BY project_hash, data_hash, space_id, frame, attribute_feature_hash, answer
    ) AS n_same
  FROM team.encord.consensus_vote AS consensus_vote
), item AS (
  SELECT
    project_hash,
    MAX(project_title) AS project_title,
    data_hash,
    space_id,
    frame,
    MAX(feature_hash) AS feature_hash,
    attribute_feature_hash,
    MAX(question) AS question,
    MAX(answer_type) AS answer_type,
    MAX(depth) AS depth,
    answer,
    MAX(n_branches) AS n_branches,
    MAX(n_answers) AS n_answers,
    MAX(n_same) AS n_same,
    MAX(MAX(n_same)) OVER (PARTITION BY project_hash, data_hash, space_id, frame, attribute_feature_hash) AS n_top,
    MAX(MAX(n_branches)) OVER (PARTITION BY project_hash, attribute_feature_hash) AS n_raters
  FROM vote
  GROUP BY
    project_hash,
    data_hash,
    space_id,
    frame,
    attribute_feature_hash,
    answer
), by_answer AS (
  SELECT
    project_hash,
    attribute_feature_hash,
    CAST(SUM(CASE WHEN n_answers > 1 THEN n_same ELSE 0 END) AS DOUBLE) AS n,
    CAST(SUM(CASE WHEN n_answers = n_raters THEN n_same ELSE 0 END) AS DOUBLE) AS n_fleiss
  FROM item
  WHERE
    NOT answer IS NULL
  GROUP BY
    project_hash,
    attribute_feature_hash,
    answer
), by_chance AS (
  SELECT
    project_hash,
    attribute_feature_hash,
    SUM(n) AS n,
    SUM(n * n) AS squares,
    SUM(n_fleiss * n_fleiss) / NULLIF(SUM(n_fleiss) * SUM(n_fleiss), 0) AS fleiss
  FROM by_answer
  GROUP BY
    project_hash,
    attribute_feature_hash
), measured AS (
  SELECT
    project_hash,
    MAX(project_title) AS project_title,
    MAX(feature_hash) AS feature_hash,
    attribute_feature_hash,
    MAX(question) AS question,
    MAX(answer_type) AS answer_type,
    MAX(depth) AS depth,
    data_hash,
    space_id,
    frame,
    MAX(n_branches) AS n_branches,
    MAX(n_answers) AS n_answers,
    MAX(n_raters) AS n_raters,
    CASE
      WHEN SUM(CASE WHEN NOT answer IS NULL AND n_same = n_top THEN 1 ELSE 0 END) > 1
      THEN 1
      ELSE 0
    END AS is_tie,
    CAST(SUM(n_same * (
      n_same - 1
    )) AS DOUBLE) / NULLIF(MAX(n_answers) * (
      MAX(n_answers) - 1
    ), 0) AS agreement
  FROM item
  GROUP BY
    project_hash,
    data_hash,
    space_id,
    frame,
    attribute_feature_hash
), question AS (
  SELECT
    project_hash,
    MAX(project_title) AS project_title,
    MAX(feature_hash) AS feature_hash,
    attribute_feature_hash,
    MAX(question) AS question,
    MAX(answer_type) AS answer_type,
    MAX(depth) AS depth,
    COUNT(*) AS n_items,
    MAX(n_raters) AS n_raters,
    CAST(SUM(n_answers) AS BIGINT) AS n_answers,
    SUM(n_answers * (
      1 - agreement
    )) AS disagreeing,
    AVG(agreement) AS mean_agreement,
    CAST(SUM(n_answers) AS DOUBLE) / CAST(SUM(n_branches) AS DOUBLE) AS coverage,
    CAST(SUM(is_tie) AS BIGINT) AS n_ties,
    COUNT(*) FILTER(WHERE
      n_answers = n_raters AND n_raters > 1) AS n_fleiss_items,
    AVG(agreement) FILTER(WHERE
      n_answers = n_raters) AS fleiss_agreement
  FROM measured
  GROUP BY
    project_hash,
    attribute_feature_hash
)
SELECT
  q.project_hash,
  q.project_title,
  q.feature_hash,
  q.attribute_feature_hash,
  q.question,
  q.answer_type,
  q.depth,
  q.n_items,
  q.n_raters,
  q.n_answers,
  FLOOR(q.mean_agreement * 1e9 + CAST(0.5001 AS DOUBLE)) / 1e9 AS mean_agreement,
  q.coverage,
  q.n_ties,
  FLOOR(
    (
      1 - (
        c.n - 1
      ) * q.disagreeing / NULLIF(c.n * c.n - c.squares, 0)
    ) * 1e9 + CAST(0.5001 AS DOUBLE)
  ) / 1e9 AS krippendorff_alpha,
  FLOOR(
    (
      (
        q.fleiss_agreement - c.fleiss
      ) / NULLIF(1 - c.fleiss, 0)
    ) * 1e9 + CAST(0.5001 AS DOUBLE)
  ) / 1e9 AS fleiss_kappa,
  q.n_fleiss_items
FROM question AS q
LEFT JOIN by_chance AS c
  ON c.project_hash = q.project_hash
  AND c.attribute_feature_hash = q.attribute_feature_hash;
