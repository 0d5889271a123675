CREATE OR REPLACE VIEW team.encord.consensus_frame COMMENT 'One row per frame on which a submitted branch has an object or an answer: how far its annotators agree there.' AS
WITH thing AS (
  SELECT
    o.project_hash,
    o.data_hash,
    o.space_id,
    o.frame,
    COUNT(*) FILTER(WHERE
      o.is_medoid) AS n_things,
    COUNT(*) FILTER(WHERE
      o.is_medoid AND 2 * (
        1 + o.most_found
      ) <= u.n_submitted) AS n_contested_things,
    SUM(o.n_found) AS n_found,
    SUM(u.n_submitted - 1) AS n_sides,
    SUM(o.score_sum) AS score_sum,
    SUM(o.n_placed) AS n_placed,
    SUM(o.n_by_extent) AS n_by_extent
  FROM team.encord_internal.consensus_compared_object AS o
  JOIN team.encord_internal.consensus_unit_state AS u
    ON u.project_hash = o.project_hash AND u.data_hash = o.data_hash
  WHERE
    o.thing > 0
  GROUP BY
    o.project_hash,
    o.data_hash,
    o.space_id,
    o.frame
), item AS (
  SELECT
    project_hash,
    data_hash,
    space_id,
    frame,
    COUNT(*) AS n_items,
    AVG(agreement) AS answer_agreement
  FROM team.encord.consensus_item AS consensus_item
  GROUP BY
    project_hash,
    data_hash,
    space_id,
    frame
), summed AS (
  SELECT
    project_hash,
    data_hash,
    space_id,
    frame,
    CAST(SUM(n_things) AS BIGINT) AS n_things,
    CAST(SUM(n_contested_things) AS BIGINT) AS n_contested_things,
    CAST(SUM(n_found) AS DOUBLE) AS n_found,
    CAST(SUM(n_sides) AS DOUBLE) AS n_sides,
    SUM(score_sum) AS score_sum,
    CAST(SUM(n_placed) AS DOUBLE) AS n_placed,
    CAST(SUM(n_by_extent) AS DOUBLE) AS n_by_extent,
    CAST(SUM(n_items) AS BIGINT) AS n_items,
    MAX(answer_agreement) AS answer_agreement
  FROM (
    SELECT
      *,
      0 AS n_items,
      NULL AS answer_agreement
    FROM thing
    UNION ALL
    SELECT
      project_hash,
      data_hash,
      space_id,
      frame,
      0,
      0,
      0,
      0,
      0,
      0,
      0,
      n_items,
      answer_agreement
    FROM item
  ) AS counted
  GROUP BY
    project_hash,
    data_hash,
    space_id,
    frame
)
SELECT
  s.project_hash,
  u.project_title,
  s.data_hash,
  u.data_title,
  u.dataset_title,
  u.data_type,
  s.space_id,
  s.frame,
  s.n_things,
  s.n_contested_things,
  FLOOR(s.n_found / NULLIF(s.n_sides, 0) * 1e9 + CAST(0.5001 AS DOUBLE)) / 1e9 AS detection_f1,
  FLOOR(s.score_sum / NULLIF(s.n_found, 0) * 1e9 + CAST(0.5001 AS DOUBLE)) / 1e9 AS mean_iou,
  FLOOR(s.score_sum / NULLIF(s.n_sides, 0) * 1e9 + CAST(0.5001 AS DOUBLE)) / 1e9 AS object_agreement,
  FLOOR(s.n_by_extent / NULLIF(s.n_placed, 0) * 1e9 + CAST(0.5001 AS DOUBLE)) / 1e9 AS share_by_extent,
  s.n_items,
  FLOOR(s.answer_agreement * 1e9 + CAST(0.5001 AS DOUBLE)) / 1e9 AS answer_agreement,
  FLOOR(
    (
      1 - COALESCE(s.score_sum / NULLIF(s.n_sides, 0), s.answer_agreement)
    ) * 1e9 + CAST(0.5001 AS DOUBLE)
  ) / 1e9 AS disagreement
FROM summed AS s
JOIN team.encord_internal.consensus_unit_state AS u
  ON u.project_hash = s.project_hash AND u.data_hash = s.data_hash;
