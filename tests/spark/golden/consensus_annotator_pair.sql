CREATE OR REPLACE VIEW team.encord.consensus_annotator_pair COMMENT 'One row per annotator and another one of a project, in both orders: a matrix of agreement, the same both ways round.' AS
WITH side AS (
  SELECT
    project_hash,
    LEAST(annotator, other_annotator) AS annotator,
    GREATEST(annotator, other_annotator) AS other_annotator,
    COUNT(*) AS n_sides,
    CAST(SUM(is_found) AS DOUBLE) AS found,
    SUM(score) AS score,
    COUNT(iou) AS n_placed,
    CAST(COUNT(*) FILTER(WHERE
      iou_method = 'extent') AS DOUBLE) AS n_by_extent
  FROM team.encord.consensus_object_side AS consensus_object_side
  WHERE
    pair_kind = 'peer'
  GROUP BY
    1,
    2,
    3
), answers AS (
  SELECT
    project_hash,
    annotator,
    other_annotator,
    CAST(SUM(n) AS BIGINT) AS n_answers,
    CAST(SUM(n) AS DOUBLE) AS n,
    SUM(n * percent_agreement) AS n_equal,
    SUM(n * chance_agreement) AS n_by_chance
  FROM team.encord.consensus_answer_pair AS consensus_answer_pair
  GROUP BY
    project_hash,
    annotator,
    other_annotator
), unit AS (
  SELECT
    project_hash,
    MAX(project_title) AS project_title,
    LEAST(annotator, other_annotator) AS annotator,
    GREATEST(annotator, other_annotator) AS other_annotator,
    COUNT(*) AS n_units
  FROM team.encord_internal.consensus_branch_pair AS consensus_branch_pair
  WHERE
    pair_kind = 'peer' AND annotator <> other_annotator
  GROUP BY
    1,
    3,
    4
), pair AS (
  SELECT
    u.project_hash,
    u.project_title,
    u.annotator,
    u.other_annotator,
    u.n_units,
    COALESCE(s.n_sides, 0) AS n_sides,
    FLOOR(s.found / s.n_sides * 1e9 + CAST(0.5001 AS DOUBLE)) / 1e9 AS detection_f1,
    FLOOR(s.score / NULLIF(s.found, 0) * 1e9 + CAST(0.5001 AS DOUBLE)) / 1e9 AS mean_iou,
    FLOOR(s.score / s.n_sides * 1e9 + CAST(0.5001 AS DOUBLE)) / 1e9 AS object_agreement,
    FLOOR(s.n_by_extent / NULLIF(s.n_placed, 0) * 1e9 + CAST(0.5001 AS DOUBLE)) / 1e9 AS share_by_extent,
    COALESCE(a.n_answers, 0) AS n_answers,
    FLOOR(a.n_equal / a.n * 1e9 + CAST(0.5001 AS DOUBLE)) / 1e9 AS answer_agreement,
    FLOOR(
      (
        a.n_equal - a.n_by_chance
      ) / NULLIF(a.n - a.n_by_chance, 0) * 1e9 + CAST(0.5001 AS DOUBLE)
    ) / 1e9 AS cohen_kappa
  FROM unit AS u
  LEFT JOIN side AS s
    ON s.project_hash = u.project_hash
    AND s.annotator = u.annotator
    AND s.other_annotator = u.other_annotator
  LEFT JOIN answers AS a
    ON a.project_hash = u.project_hash
    AND a.annotator = u.annotator
    AND a.other_annotator = u.other_annotator
)
SELECT
  project_hash,
  project_title,
  annotator,
  other_annotator,
  n_units,
  n_sides,
  detection_f1,
  mean_iou,
  object_agreement,
  share_by_extent,
  n_answers,
  answer_agreement,
  cohen_kappa
FROM pair
UNION ALL
SELECT
  project_hash,
  project_title,
  other_annotator,
  annotator,
  n_units,
  n_sides,
  detection_f1,
  mean_iou,
  object_agreement,
  share_by_extent,
  n_answers,
  answer_agreement,
  cohen_kappa
FROM pair;
