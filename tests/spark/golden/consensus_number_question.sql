CREATE OR REPLACE VIEW team.encord.consensus_number_question COMMENT 'One row per question of a project whose answers are numbers: how far apart they are.' AS
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
    answer_number,
    answer_number - AVG(answer_number) OVER (PARTITION BY project_hash, attribute_feature_hash) AS x
  FROM team.encord.consensus_vote AS consensus_vote
  WHERE
    NOT answer_number IS NULL
), item AS (
  SELECT
    project_hash,
    MAX(project_title) AS project_title,
    MAX(feature_hash) AS feature_hash,
    attribute_feature_hash,
    MAX(question) AS question,
    MAX(depth) AS depth,
    CAST(COUNT(*) AS DOUBLE) AS m,
    SUM(answer_number) AS numbers,
    MAX(answer_number) - MIN(answer_number) AS spread,
    SUM(x) AS x,
    SUM(x * x) AS squares
  FROM given
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
    MAX(depth) AS depth,
    COUNT(*) AS n_items,
    SUM(m) AS n_answers,
    SUM(numbers) / SUM(m) AS mean_answer,
    AVG(spread) FILTER(WHERE
      m > 1) AS mean_spread,
    AVG(CASE WHEN spread = 0 THEN CAST(1.0 AS DOUBLE) ELSE CAST(0.0 AS DOUBLE) END) FILTER(WHERE
      m > 1) AS share_equal,
    SUM(m) FILTER(WHERE
      m > 1) AS n,
    SUM((
      2 * m * squares - 2 * x * x
    ) / (
      m - 1
    )) FILTER(WHERE
      m > 1) AS observed,
    2 * (
      SUM(m) FILTER(WHERE
        m > 1)
    ) * (
      SUM(squares) FILTER(WHERE
        m > 1)
    ) - 2 * (
      SUM(x) FILTER(WHERE
        m > 1)
    ) * (
      SUM(x) FILTER(WHERE
        m > 1)
    ) AS expected,
    MIN(numbers / m) FILTER(WHERE
      m > 1) AS least,
    MAX(numbers / m) FILTER(WHERE
      m > 1) AS most
  FROM item
  GROUP BY
    project_hash,
    attribute_feature_hash
)
SELECT
  project_hash,
  project_title,
  feature_hash,
  attribute_feature_hash,
  question,
  depth,
  n_items,
  CAST(n_answers AS BIGINT) AS n_answers,
  FLOOR(mean_answer * 1e9 + CAST(0.5001 AS DOUBLE)) / 1e9 AS mean_answer,
  FLOOR(mean_spread * 1e9 + CAST(0.5001 AS DOUBLE)) / 1e9 AS mean_spread,
  FLOOR(CAST(share_equal AS DOUBLE) * 1e9 + CAST(0.5001 AS DOUBLE)) / 1e9 AS share_equal,
  CASE
    WHEN mean_spread > 0 OR most > least
    THEN FLOOR(
      (
        1 - (
          n - 1
        ) * observed / NULLIF(expected, 0)
      ) * 1e9 + CAST(0.5001 AS DOUBLE)
    ) / 1e9
  END AS krippendorff_alpha_interval
FROM question;
