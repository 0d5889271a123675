CREATE OR REPLACE VIEW team.encord.consensus_annotator COMMENT 'One row per annotator of a project: agreement with the others, and with main once consensus is reached.' AS
WITH side AS (
  SELECT
    project_hash,
    data_hash,
    label_row_id,
    annotator,
    other_annotator,
    pair_kind,
    space_id,
    frame,
    object_hash,
    is_found,
    score,
    outcome,
    iou,
    iou_method
  FROM team.encord.consensus_object_side AS consensus_object_side
), taken AS (
  SELECT
    project_hash,
    other_annotator AS annotator,
    is_found,
    CASE WHEN is_found = 1 AND place = 1 THEN CAST(1 AS DOUBLE) / n_alike ELSE 0 END AS credit
  FROM (
    SELECT
      project_hash,
      other_annotator,
      is_found,
      RANK() OVER (
        PARTITION BY project_hash, data_hash, label_row_id, space_id, frame, object_hash
        ORDER BY FLOOR(score * 1e9 + CAST(0.5001 AS DOUBLE)) DESC
      ) AS place,
      COUNT(*) OVER (
        PARTITION BY project_hash, data_hash, label_row_id, space_id, frame, object_hash, FLOOR(score * 1e9 + CAST(0.5001 AS DOUBLE))
      ) AS n_alike
    FROM side
    WHERE
      pair_kind = 'main' AND annotator = 'main'
  ) AS placed
), vote AS (
  SELECT
    project_hash,
    annotator,
    answer,
    n_same,
    n_branches,
    MAX(n_same) OVER (PARTITION BY project_hash, data_hash, space_id, frame, attribute_feature_hash) AS n_top
  FROM (
    SELECT
      project_hash,
      data_hash,
      space_id,
      frame,
      attribute_feature_hash,
      annotator,
      answer,
      COUNT(answer) OVER (
        PARTITION BY project_hash, data_hash, space_id, frame, attribute_feature_hash, answer
      ) AS n_same,
      COUNT(*) OVER (PARTITION BY project_hash, data_hash, space_id, frame, attribute_feature_hash) AS n_branches
    FROM team.encord.consensus_vote AS consensus_vote
  ) AS counted
), tally AS (
  SELECT
    project_hash,
    MAX(project_title) AS project_title,
    annotator,
    COUNT(*) AS n_units,
    0 AS n_own,
    0 AS own_found,
    0 AS own_score,
    0 AS own_missing,
    0 AS n_their,
    0 AS their_found,
    0 AS their_score,
    0 AS their_missing,
    0 AS n_to_main,
    0 AS right_to_main,
    0 AS n_of_main,
    0 AS found_of_main,
    0 AS taken_of_main,
    0 AS n_asked,
    0 AS n_open,
    0 AS n_with_majority,
    0 AS n_under_majority,
    0 AS n_placed,
    0 AS n_by_extent
  FROM team.encord.consensus_branch AS consensus_branch
  WHERE
    is_submitted
  GROUP BY
    project_hash,
    annotator
  UNION ALL
  SELECT
    project_hash,
    NULL,
    annotator,
    0,
    COUNT(*),
    SUM(is_found),
    SUM(score),
    COUNT(*) FILTER(WHERE
      outcome = 'missing'),
    0,
    0,
    0,
    0,
    0,
    0,
    0,
    0,
    0,
    0,
    0,
    0,
    0,
    COUNT(iou),
    COUNT(*) FILTER(WHERE
      iou_method = 'extent')
  FROM side
  WHERE
    pair_kind = 'peer'
  GROUP BY
    project_hash,
    annotator
  UNION ALL
  SELECT
    project_hash,
    NULL,
    other_annotator,
    0,
    0,
    0,
    0,
    0,
    COUNT(*),
    SUM(is_found),
    SUM(score),
    COUNT(*) FILTER(WHERE
      outcome = 'missing'),
    0,
    0,
    0,
    0,
    0,
    0,
    0,
    0,
    0,
    0,
    0
  FROM side
  WHERE
    pair_kind = 'peer'
  GROUP BY
    project_hash,
    other_annotator
  UNION ALL
  SELECT
    project_hash,
    NULL,
    annotator,
    0,
    0,
    0,
    0,
    0,
    0,
    0,
    0,
    0,
    COUNT(*),
    SUM(is_found),
    0,
    0,
    0,
    0,
    0,
    0,
    0,
    COUNT(iou),
    COUNT(*) FILTER(WHERE
      iou_method = 'extent')
  FROM side
  WHERE
    pair_kind = 'main' AND annotator <> 'main'
  GROUP BY
    project_hash,
    annotator
  UNION ALL
  SELECT
    project_hash,
    NULL,
    annotator,
    0,
    0,
    0,
    0,
    0,
    0,
    0,
    0,
    0,
    0,
    0,
    COUNT(*),
    SUM(is_found),
    SUM(credit),
    0,
    0,
    0,
    0,
    0,
    0
  FROM taken
  GROUP BY
    project_hash,
    annotator
  UNION ALL
  SELECT
    project_hash,
    NULL,
    annotator,
    0,
    0,
    0,
    0,
    0,
    0,
    0,
    0,
    0,
    0,
    0,
    0,
    0,
    0,
    COUNT(*),
    COUNT(*) FILTER(WHERE
      answer IS NULL),
    COUNT(*) FILTER(WHERE
      NOT answer IS NULL AND n_branches > 2 AND 2 * n_top > n_branches AND n_same = n_top),
    COUNT(*) FILTER(WHERE
      NOT answer IS NULL AND n_branches > 2 AND 2 * n_top > n_branches),
    0,
    0
  FROM vote
  GROUP BY
    project_hash,
    annotator
), summed AS (
  SELECT
    project_hash,
    MAX(project_title) AS project_title,
    annotator,
    SUM(n_units) AS n_units,
    CAST(SUM(n_own + n_their) AS DOUBLE) AS n_sides,
    CAST(SUM(own_found + their_found) AS DOUBLE) AS n_found,
    CAST(SUM(own_score + their_score) AS DOUBLE) AS score,
    CAST(SUM(n_own) AS DOUBLE) AS n_own,
    CAST(SUM(own_missing) AS DOUBLE) AS own_missing,
    CAST(SUM(n_their) AS DOUBLE) AS n_their,
    CAST(SUM(their_missing) AS DOUBLE) AS their_missing,
    CAST(SUM(n_to_main) AS DOUBLE) AS n_to_main,
    CAST(SUM(right_to_main) AS DOUBLE) AS right_to_main,
    CAST(SUM(n_of_main) AS DOUBLE) AS n_of_main,
    CAST(SUM(found_of_main) AS DOUBLE) AS found_of_main,
    CAST(SUM(taken_of_main) AS DOUBLE) AS taken_of_main,
    CAST(SUM(n_asked) AS DOUBLE) AS n_asked,
    CAST(SUM(n_open) AS DOUBLE) AS n_open,
    CAST(SUM(n_with_majority) AS DOUBLE) AS n_with_majority,
    CAST(SUM(n_under_majority) AS DOUBLE) AS n_under_majority,
    CAST(SUM(n_placed) AS DOUBLE) AS n_placed,
    CAST(SUM(n_by_extent) AS DOUBLE) AS n_by_extent
  FROM tally
  GROUP BY
    project_hash,
    annotator
)
SELECT
  project_hash,
  project_title,
  annotator,
  CAST(n_units AS BIGINT) AS n_units,
  CAST(n_sides AS BIGINT) AS n_sides,
  FLOOR(n_found / NULLIF(n_sides, 0) * 1e9 + CAST(0.5001 AS DOUBLE)) / 1e9 AS detection_f1,
  FLOOR(score / NULLIF(n_found, 0) * 1e9 + CAST(0.5001 AS DOUBLE)) / 1e9 AS mean_iou,
  FLOOR(score / NULLIF(n_sides, 0) * 1e9 + CAST(0.5001 AS DOUBLE)) / 1e9 AS object_agreement,
  FLOOR(their_missing / NULLIF(n_their, 0) * 1e9 + CAST(0.5001 AS DOUBLE)) / 1e9 AS miss_rate,
  FLOOR(own_missing / NULLIF(n_own, 0) * 1e9 + CAST(0.5001 AS DOUBLE)) / 1e9 AS extra_rate,
  FLOOR(right_to_main / NULLIF(n_to_main, 0) * 1e9 + CAST(0.5001 AS DOUBLE)) / 1e9 AS main_precision,
  FLOOR(found_of_main / NULLIF(n_of_main, 0) * 1e9 + CAST(0.5001 AS DOUBLE)) / 1e9 AS main_recall,
  FLOOR(
    (
      right_to_main + found_of_main
    ) / NULLIF(n_to_main + n_of_main, 0) * 1e9 + CAST(0.5001 AS DOUBLE)
  ) / 1e9 AS main_f1,
  FLOOR(taken_of_main / NULLIF(n_of_main, 0) * 1e9 + CAST(0.5001 AS DOUBLE)) / 1e9 AS main_taken_share,
  FLOOR(n_by_extent / NULLIF(n_placed, 0) * 1e9 + CAST(0.5001 AS DOUBLE)) / 1e9 AS share_by_extent,
  CAST(n_asked AS BIGINT) AS n_asked,
  FLOOR(n_with_majority / NULLIF(n_under_majority, 0) * 1e9 + CAST(0.5001 AS DOUBLE)) / 1e9 AS with_majority_rate,
  FLOOR(n_open / NULLIF(n_asked, 0) * 1e9 + CAST(0.5001 AS DOUBLE)) / 1e9 AS open_rate
FROM summed;
