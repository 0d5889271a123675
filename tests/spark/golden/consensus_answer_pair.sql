CREATE OR REPLACE VIEW team.encord.consensus_answer_pair COMMENT 'One row per question of a project and two annotators who both answered it on a frame, each pair once.' AS
WITH given AS (
  SELECT
    project_hash,
    project_title,
    data_hash,
    space_id,
    frame,
    feature_hash,
    attribute_feature_hash,
    question,
    depth,
    annotator AS annotator,
    answer
  FROM team.encord.consensus_vote AS consensus_vote
  WHERE
    NOT answer IS NULL
), both_answered AS (
  SELECT
    a.project_hash,
    MAX(a.project_title) AS project_title,
    MAX(a.feature_hash) AS feature_hash,
    a.attribute_feature_hash,
    MAX(a.question) AS question,
    MAX(a.depth) AS depth,
    a.annotator,
    b.annotator AS other_annotator,
    a.answer,
    b.answer AS other_answer,
    CAST(COUNT(*) AS DOUBLE) AS n
  FROM given AS a
  FULL JOIN given AS b
    ON b.project_hash = a.project_hash
    AND b.data_hash = a.data_hash
    AND b.space_id = a.space_id
    AND b.frame = a.frame
    AND b.attribute_feature_hash = a.attribute_feature_hash
  WHERE
    COALESCE(a.annotator, '') < COALESCE(b.annotator, '')
  GROUP BY
    a.project_hash,
    a.attribute_feature_hash,
    a.annotator,
    b.annotator,
    a.answer,
    b.answer
), pair AS (
  SELECT
    project_hash,
    MAX(project_title) AS project_title,
    MAX(feature_hash) AS feature_hash,
    attribute_feature_hash,
    MAX(question) AS question,
    MAX(depth) AS depth,
    annotator,
    other_annotator,
    SUM(n) AS n,
    SUM(CASE WHEN answer = other_answer THEN n ELSE 0 END) AS n_equal
  FROM both_answered
  GROUP BY
    project_hash,
    attribute_feature_hash,
    annotator,
    other_annotator
), margin AS (
  SELECT
    project_hash,
    attribute_feature_hash,
    annotator,
    other_annotator,
    answer,
    SUM(n_one) AS n_one,
    SUM(n_other) AS n_other
  FROM (
    SELECT
      project_hash,
      attribute_feature_hash,
      annotator,
      other_annotator,
      answer,
      n AS n_one,
      0 AS n_other
    FROM both_answered
    UNION ALL
    SELECT
      project_hash,
      attribute_feature_hash,
      annotator,
      other_annotator,
      other_answer,
      0,
      n
    FROM both_answered
  ) AS told
  GROUP BY
    project_hash,
    attribute_feature_hash,
    annotator,
    other_annotator,
    answer
), chance AS (
  SELECT
    project_hash,
    attribute_feature_hash,
    annotator,
    other_annotator,
    SUM(n_one * n_other) AS products
  FROM margin
  GROUP BY
    project_hash,
    attribute_feature_hash,
    annotator,
    other_annotator
)
SELECT
  p.project_hash,
  p.project_title,
  p.feature_hash,
  p.attribute_feature_hash,
  p.question,
  p.depth,
  p.annotator,
  p.other_annotator,
  CAST(p.n AS BIGINT) AS n,
  FLOOR(p.n_equal / p.n * 1e9 + CAST(0.5001 AS DOUBLE)) / 1e9 AS percent_agreement,
  FLOOR(c.products / (
    p.n * p.n
  ) * 1e9 + CAST(0.5001 AS DOUBLE)) / 1e9 AS chance_agreement,
  FLOOR(
    (
      p.n_equal * p.n - c.products
    ) / NULLIF(p.n * p.n - c.products, 0) * 1e9 + CAST(0.5001 AS DOUBLE)
  ) / 1e9 AS cohen_kappa
FROM pair AS p
JOIN chance AS c
  ON c.project_hash = p.project_hash
  AND c.attribute_feature_hash = p.attribute_feature_hash
  AND c.annotator = p.annotator
  AND c.other_annotator = p.other_annotator;
